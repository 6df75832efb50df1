/** What the facts of one case say, told as simply as possible: where it stood after each of them. */

/** A fact as it is read from its row. */
export interface FactRow {
  readonly [column: string]: unknown;
  readonly stream: string;
  readonly stream_id: string;
  readonly seq: number;
  readonly kind: string;
  readonly at: string;
  readonly person_id: string | null;
  readonly compartment: string | null;
  readonly data: Readonly<Record<string, unknown>> & {
    readonly told?: readonly { readonly post: string; readonly inside: boolean }[];
    readonly state?: string;
    readonly open?: boolean;
  };
}

/** Where a case stands. */
export interface Standing {
  readonly state: string;
  readonly open: boolean;
  readonly level: string;
  readonly confirmed: boolean;
  readonly suspected: boolean;
  /** It has reached the gravest level and not left it. */
  readonly inside: boolean;
}

export const FINAL = ['released', 'dismissed', 'withdrawn', 'merged'];
const BEGINNING: Standing = {
  state: '',
  open: true,
  level: '',
  confirmed: false,
  suspected: false,
  inside: false,
};

export const ms = (text: string): number => Date.parse(text);

function after(before: Standing, { kind, data }: FactRow): Standing {
  let now = before;
  if (kind === 'opened')
    now = {
      ...now,
      state: data.state ?? (data['suspected'] ? 'suspected' : 'reported'),
      suspected: data['suspected'] === true,
    };
  // A case that is opened again is no anomaly any more (S4.7).
  if (kind === 'promoted' || data['suspected'] === false) now = { ...now, suspected: false };
  if (data.state !== undefined)
    now = { ...now, state: data.state, open: data.open ?? !FINAL.includes(data.state) };
  if (kind === 'filed' && (now.level === '' || now.suspected))
    now = { ...now, level: data['level'] as string };
  if (kind === 'level-proposed' && !now.confirmed) now = { ...now, level: data['level'] as string };
  if (kind === 'graded') now = { ...now, level: data['level'] as string, confirmed: true, suspected: false };
  if (kind === 'threshold-reached') now = { ...now, inside: true };
  if (kind === 'threshold-left') now = { ...now, inside: false };
  return now;
}

/** Where the case stood after each of its facts; the facts in their order. */
export function lifeOf(facts: readonly FactRow[]): Standing[] {
  const life: Standing[] = [];
  for (const fact of facts) life.push(after(life.at(-1) ?? BEGINNING, fact));
  return life;
}
