import { campaigns as campaignsEn, situation as en } from '../../../src/locales/en/situation.ts';
import type { Area } from '../../../src/locales/index.ts';
import { campaigns as campaignsZh, situation as zh } from '../../../src/locales/zh-Hant/situation.ts';

/** The situation room. */
export const situationText: Area<typeof zh> = { 'zh-Hant': zh, en };
/** What looks like one campaign. */
export const campaignsText: Area<typeof campaignsZh> = { 'zh-Hant': campaignsZh, en: campaignsEn };
