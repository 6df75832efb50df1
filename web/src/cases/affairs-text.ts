import { affairs as en } from '../../../src/locales/en/affairs.ts';
import type { Area } from '../../../src/locales/index.ts';
import { affairs as zh } from '../../../src/locales/zh-Hant/affairs.ts';

/** Procedure, support and referral. */
export const affairsText: Area<typeof zh> = { 'zh-Hant': zh, en };
