import { home as en } from '../../../src/locales/en/home.ts';
import type { Area } from '../../../src/locales/index.ts';
import { home as zh } from '../../../src/locales/zh-Hant/home.ts';

export const homeText: Area<typeof zh> = { 'zh-Hant': zh, en };
