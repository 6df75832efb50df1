import { preparedness as en } from '../../../src/locales/en/preparedness.ts';
import type { Area } from '../../../src/locales/index.ts';
import { preparedness as zh } from '../../../src/locales/zh-Hant/preparedness.ts';

/** Calls for preparedness. */
export const preparednessText: Area<typeof zh> = { 'zh-Hant': zh, en };
