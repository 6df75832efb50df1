import { centre as en } from '../../../src/locales/en/centre.ts';
import type { Area } from '../../../src/locales/index.ts';
import { centre as zh } from '../../../src/locales/zh-Hant/centre.ts';

/** The response centre and its meetings. */
export const centreText: Area<typeof zh> = { 'zh-Hant': zh, en };
export type CentreText = typeof zh;
