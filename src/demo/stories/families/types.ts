import type { BodyKind, Sector, SystemType } from '../../nation/types.ts';
import type { ImpactLevel, IncidentKind, SupportItem } from '../types.ts';

/**
 * One narrative family: how reports of one sort of incident read. Every text is a template in which
 * `[[a|b]]` chooses one wording and `{slot}` takes a value; the slots are listed in `slots.ts`. The lists stand in parallel: the
 * first description goes with the first cause and the first solution.
 */
export interface Family {
  readonly code: string;
  readonly kind: IncidentKind;
  /** System types it can happen to. */
  readonly types: readonly SystemType[];
  /** Kinds of bodies; absent = any. */
  readonly kinds?: readonly BodyKind[];
  /** Primary sectors; absent = any. */
  readonly sectors?: readonly Sector[];
  /** Bodies whose code matches; absent = any. */
  readonly only?: RegExp;
  /** How often it is told, against 1 for the others. */
  readonly weight?: number;
  readonly levels: readonly ImpactLevel[];
  /** 事件說明 of the initial report. */
  readonly description: readonly string[];
  /** 可能影響範圍及損失評估, before the sentence about the level. */
  readonly scope: readonly string[];
  /** 應變措施. */
  readonly measures: readonly string[];
  /** What the follow-up report adds to the description. */
  readonly followUp: readonly string[];
  readonly cause: readonly string[];
  /** 解決辦法. */
  readonly solution: readonly string[];
  readonly support?: readonly SupportItem[];
  readonly flags?: readonly ('life' | 'equipment' | 'crime' | 'disaster')[];
}
