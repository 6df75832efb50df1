import { security as securityEn } from '../../../src/locales/en/security.ts';
import { signin as en } from '../../../src/locales/en/signin.ts';
import type { Area } from '../../../src/locales/index.ts';
import { security } from '../../../src/locales/zh-Hant/security.ts';
import { signin as zh } from '../../../src/locales/zh-Hant/signin.ts';

/** Signing in, and the first account of a new installation. */
export const signInText: Area<typeof zh> = { 'zh-Hant': zh, en };

/** One-time links, lost keys, one's own keys and sessions, other people's accounts. */
export const securityText: Area<typeof security> = { 'zh-Hant': security, en: securityEn };
