import type { FieldProblem, Problem as ProblemBody } from '../../../src/platform/http/contract.ts';

export type { FieldProblem };

/** A refusal of the API (RFC 9457 problem+json), or the lack of any answer (`offline`). */
export class Problem extends Error {
  readonly status: number;
  /** Entry of the error catalogue, e.g. `case-changed`. */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  /** What the person can do now. */
  readonly repair: string;
  readonly fields: readonly FieldProblem[];
  /** Values behind the words, e.g. what changed. */
  readonly params: Readonly<Record<string, unknown>>;
  /** The request id, to quote to whoever helps. */
  readonly reference: string | undefined;
  /** No answer came: nothing is known about whether the act happened. */
  readonly offline: boolean;

  constructor(status: number, body: Partial<ProblemBody>, offline = false) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.name = 'Problem';
    this.status = status;
    this.code = body.code ?? (offline ? 'offline' : 'unknown');
    this.title = body.title ?? '';
    this.detail = body.detail ?? '';
    this.repair = body.repair ?? '';
    this.fields = body.fields ?? [];
    this.params = body.params ?? {};
    this.reference = body.instance;
    this.offline = offline;
  }

  /** The sentence about one field, if that field was refused. */
  field(path: string): string | undefined {
    return this.fields.find((fault) => fault.path === path)?.message;
  }
}
