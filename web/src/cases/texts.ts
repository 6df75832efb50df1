import { cases as en } from '../../../src/locales/en/case.ts';
import type { Area } from '../../../src/locales/index.ts';
import { cases as zh } from '../../../src/locales/zh-Hant/case.ts';

/** Cases: the list, one case, its acts and what has happened to it. */
export const caseText: Area<typeof zh> = { 'zh-Hant': zh, en };
