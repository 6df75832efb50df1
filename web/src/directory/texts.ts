import { directory as en } from '../../../src/locales/en/directory.ts';
import type { Area } from '../../../src/locales/index.ts';
import { directory as zh } from '../../../src/locales/zh-Hant/directory.ts';

export const directoryText: Area<typeof zh> = { 'zh-Hant': zh, en };
