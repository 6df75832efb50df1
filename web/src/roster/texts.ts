import { roster as en } from '../../../src/locales/en/roster.ts';
import type { Area } from '../../../src/locales/index.ts';
import { roster as zh } from '../../../src/locales/zh-Hant/roster.ts';

export const rosterText: Area<typeof zh> = { 'zh-Hant': zh, en };
