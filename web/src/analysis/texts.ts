import { analysis as en } from '../../../src/locales/en/analysis.ts';
import type { Area } from '../../../src/locales/index.ts';
import { analysis as zh } from '../../../src/locales/zh-Hant/analysis.ts';

/** Notifications and analysis reports of the subgroups. */
export const analysisText: Area<typeof zh> = { 'zh-Hant': zh, en };
