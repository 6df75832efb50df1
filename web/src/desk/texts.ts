import { desk as en } from '../../../src/locales/en/desk.ts';
import type { Area } from '../../../src/locales/index.ts';
import { desk as zh } from '../../../src/locales/zh-Hant/desk.ts';

/** The duty desk. */
export const deskText: Area<typeof zh> = { 'zh-Hant': zh, en };
