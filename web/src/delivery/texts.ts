import { inbox as en } from '../../../src/locales/en/inbox.ts';
import type { Area } from '../../../src/locales/index.ts';
import { inbox as zh } from '../../../src/locales/zh-Hant/inbox.ts';

export const inboxText: Area<typeof zh> = { 'zh-Hant': zh, en };
