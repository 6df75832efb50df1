import { mechanism as en } from '../../../src/locales/en/mechanism.ts';
import type { Area } from '../../../src/locales/index.ts';
import { mechanism as zh } from '../../../src/locales/zh-Hant/mechanism.ts';

export const mechanismText: Area<typeof zh> = { 'zh-Hant': zh, en };
