import { shell as en } from '../../../src/locales/en/shell.ts';
import type { Area } from '../../../src/locales/index.ts';
import { shell as zh } from '../../../src/locales/zh-Hant/shell.ts';

/** The frame around every screen. */
export const shellText: Area<typeof zh> = { 'zh-Hant': zh, en };
