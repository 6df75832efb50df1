import { common as en } from '../../../src/locales/en/common.ts';
import type { Area } from '../../../src/locales/index.ts';
import { common as zh } from '../../../src/locales/zh-Hant/common.ts';

/** Words that every screen shares. */
export const commonText: Area<typeof zh> = { 'zh-Hant': zh, en };
