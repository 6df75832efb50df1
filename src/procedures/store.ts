/** The only SQL of the response procedures. */
import type { ApprovedStep, Procedures, StepContent } from '../mechanism/index.ts';
import type { Tx } from '../platform/transaction.ts';

/** One proposal, with what became of it. */
export interface VersionRow extends Record<string, unknown> {
  readonly id: string;
  readonly step: string;
  readonly content: StepContent | null;
  readonly restores: number | null;
  readonly reason: string;
  readonly state: 'proposed' | 'approved' | 'declined' | 'withdrawn';
  readonly edition: number | null;
  readonly version: number | null;
  readonly proposed_at: Date;
  readonly proposed_by: string;
  readonly proposed_post: string;
  readonly decided_at: Date | null;
  readonly decided_by: string | null;
  readonly decided_why: string;
}

const COLUMNS = `id, step, content, restores, reason, state, edition, version, proposed_at, proposed_by, proposed_post,
  decided_at, decided_by, decided_why`;

/** What has been approved so far; read by whoever opens a procedure. */
export async function proceduresNow(tx: Tx): Promise<Procedures> {
  const approved = await tx.prepared<ApprovedStep & Record<string, unknown>>(
    'procedures-approved',
    `select step, edition, content from procedure_versions where state = 'approved' order by edition`,
    [],
  );
  return { edition: approved.at(-1)?.edition ?? 0, approved };
}

/** Every proposal the reader may see, the newest first. */
export function allVersions(tx: Tx): Promise<VersionRow[]> {
  return tx.prepared<VersionRow>(
    'procedures-versions',
    `select ${COLUMNS} from procedure_versions order by proposed_at desc, id desc`,
    [],
  );
}

/** One proposal; undefined when it is not there or not to be seen. */
export async function findVersion(tx: Tx, id: string): Promise<VersionRow | undefined> {
  const [row] = await tx.prepared<VersionRow>(
    'procedures-version',
    `select ${COLUMNS} from procedure_versions where id = $1::uuid`,
    [id],
  );
  return row;
}

/** Whoever changes the procedures waits here for the other: editions count without gaps. */
export async function takeTurn(tx: Tx): Promise<void> {
  await tx.prepared(
    'procedures-turn',
    `select pg_advisory_xact_lock(hashtextextended('tocsin procedures', 0))`,
    [],
  );
}

/** Settles a proposal that waits. */
export async function settle(
  tx: Tx,
  id: string,
  how: {
    readonly state: 'approved' | 'declined' | 'withdrawn';
    readonly edition: number | null;
    readonly version: number | null;
    readonly person: string;
    readonly post: string;
    readonly reason: string;
  },
): Promise<void> {
  await tx.prepared(
    'procedures-settle',
    `update procedure_versions set state = $2, edition = $3, version = $4, decided_at = $5, decided_by = $6::uuid,
       decided_post = $7::uuid, decided_why = $8 where id = $1::uuid and state = 'proposed'`,
    [id, how.state, how.edition, how.version, tx.now, how.person, how.post, how.reason],
  );
}
