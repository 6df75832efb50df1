import { channels as channelsEn } from '../../../src/locales/en/channels.ts';
import { inbox as en } from '../../../src/locales/en/inbox.ts';
import type { Area } from '../../../src/locales/index.ts';
import { channels as channelsZh } from '../../../src/locales/zh-Hant/channels.ts';
import { inbox as zh } from '../../../src/locales/zh-Hant/inbox.ts';

export const inboxText: Area<typeof zh> = { 'zh-Hant': zh, en };

/** The ways to people: one's own devices, and how each way fares. */
export const channelsText: Area<typeof channelsZh> = { 'zh-Hant': channelsZh, en: channelsEn };
