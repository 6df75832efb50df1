import { signin as en } from '../../../src/locales/en/signin.ts';
import type { Area } from '../../../src/locales/index.ts';
import { signin as zh } from '../../../src/locales/zh-Hant/signin.ts';

/** Signing in, and the first account of a new installation. */
export const signInText: Area<typeof zh> = { 'zh-Hant': zh, en };
