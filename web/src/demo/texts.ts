import { mailbox as en } from '../../../src/locales/en/mailbox.ts';
import type { Area } from '../../../src/locales/index.ts';
import { mailbox as zh } from '../../../src/locales/zh-Hant/mailbox.ts';

export const mailboxText: Area<typeof zh> = { 'zh-Hant': zh, en };
