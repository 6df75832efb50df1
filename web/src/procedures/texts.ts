import { procedures as en } from '../../../src/locales/en/procedures.ts';
import type { Area } from '../../../src/locales/index.ts';
import { procedures as zh } from '../../../src/locales/zh-Hant/procedures.ts';

/** Keeping the response procedures. */
export const proceduresText: Area<typeof zh> = { 'zh-Hant': zh, en };
