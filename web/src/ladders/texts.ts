import { ladders as en } from '../../../src/locales/en/ladders.ts';
import type { Area } from '../../../src/locales/index.ts';
import { ladders as zh } from '../../../src/locales/zh-Hant/ladders.ts';

export const laddersText: Area<typeof zh> = { 'zh-Hant': zh, en };
