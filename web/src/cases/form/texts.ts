import { form as en } from '../../../../src/locales/en/form.ts';
import type { Area } from '../../../../src/locales/index.ts';
import { form as zh } from '../../../../src/locales/zh-Hant/form.ts';

/** The form, its review and what comes after it. */
export const formText: Area<typeof zh> = { 'zh-Hant': zh, en };
