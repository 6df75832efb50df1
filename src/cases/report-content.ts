/**
 * What one filed form holds (附表三, S8.F3.7–26, and what its silence implies), as the API speaks it.
 *
 * "Not yet known" is an answer: the field's id stands in `unknown`. Only the agency and the proposed level have no such
 * answer. Which fields must be answered now is the pack's to say (`forms.incident`), not this schema's.
 */
import { z } from 'zod';
import { REPORT_FIELDS } from '../mechanism/vocabulary.ts';
import {
  emailAddress,
  hostName,
  instant,
  ipAddress,
  phoneNumber,
  text,
  webAddress,
} from '../platform/fields.ts';

/** A time as people know it: to the minute, the hour, the day, or not at all (H3). */
export const statedTime = z.strictObject({
  at: instant.nullable(),
  precision: z.enum(['minute', 'hour', 'day', 'unknown']),
  estimated: z.boolean(),
});
export type StatedTime = z.infer<typeof statedTime>;

export const hostData = z.strictObject({
  systemId: z.uuid().nullable().default(null),
  name: text(200).default(''),
  ips: z.array(ipAddress).max(100).default([]),
  domains: z.array(hostName).max(100).default([]),
  urls: z.array(webAddress).max(100).default([]),
  makeModel: text(200).default(''),
  osName: text(200).default(''),
  osVersion: text(200).default(''),
  osSerial: text(200).default(''),
  mechanisms: z.array(text(60)).max(40).default([]),
  mechanismsText: text(1000).default(''),
});
export type HostData = z.infer<typeof hostData>;

/** One box of 捌四, ticked: who was told and when; both may still be empty. */
const told = z.strictObject({ toldWhom: text(200).default(''), toldAt: instant.nullable().default(null) });
export const reportFlags = z.strictObject({
  life: told.nullable().default(null),
  equipment: told.nullable().default(null),
  crime: told.nullable().default(null),
  disaster: told.nullable().default(null),
});

export const reportContent = z.strictObject({
  agencyEmail: z.union([z.literal(''), emailAddress]).default(''),
  contactName: text(100).default(''),
  contactPhone: z.union([z.literal(''), phoneNumber]).default(''),
  contactFax: z.union([z.literal(''), phoneNumber]).default(''),
  occurred: statedTime.default({ at: null, precision: 'unknown', estimated: false }),
  aware: statedTime.default({ at: null, precision: 'unknown', estimated: false }),
  hosts: z.array(hostData).max(200).default([]),
  securityGrade: text(20).default(''),
  impactLevel: text(20),
  description: text(20_000).default(''),
  scope: text(20_000).default(''),
  measures: text(20_000).default(''),
  measuresLog: z
    .array(z.strictObject({ at: instant, text: text(2000) }))
    .max(200)
    .default([]),
  affectedServices: z.array(text(60)).max(40).default([]),
  affectedSectors: z.array(text(60)).max(40).default([]),
  publicEffect: text(5000).default(''),
  supportItems: z.array(text(60)).max(40).default([]),
  supportText: text(5000).default(''),
  flags: reportFlags.default({ life: null, equipment: null, crime: null, disaster: null }),
  cause: text(20_000).default(''),
  solution: text(20_000).default(''),
  resolvedAt: instant.nullable().default(null),
  attachments: z.array(z.uuid()).max(50).default([]),
  unknown: z.array(z.enum(REPORT_FIELDS)).max(REPORT_FIELDS.length).default([]),
});
export type ReportContent = z.infer<typeof reportContent>;
/** As a client sends it: everything but the level may be left out. */
export type ReportContentInput = z.input<typeof reportContent>;

/** The fields that name or reach a person; stored apart so that they can be erased without touching the proof. */
export const PERSONAL_FIELDS = ['contactName', 'contactPhone', 'contactFax', 'agencyEmail'] as const;
