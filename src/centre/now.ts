/** The centre as the situation room shows it: read under the reader's own rights, so a compartment's is seen behind its wall only. */
import { type DirectorySnapshot, directorySnapshot } from '../directory/index.ts';
import { centre as en } from '../locales/en/centre.ts';
import { centre as zh } from '../locales/zh-Hant/centre.ts';
import type { AppContext } from '../platform/context.ts';
import type { Tx } from '../platform/transaction.ts';
import type { CentreState } from './evolve.ts';
import type { Part } from './facts.ts';

/** Convenor and deputies, as one. */
const COMMAND = 'command';

/** Those who form the centre itself stand first, then the subgroups; of all others whoever has come. */
const ORDER: Readonly<Record<Part, number>> = {
  command: 0,
  coordinator: 1,
  staff: 2,
  subgroup: 3,
  related: 4,
};

/**
 * Every body stationed in the activation the reader may see, the command and the subgroups also while nobody of theirs has
 * come; null while none stands.
 */
export async function centreNow(ctx: AppContext, tx: Tx, mode: 'live' | 'exercise') {
  const row = await tx.db
    .selectFrom('activations')
    .select(['detail'])
    .where('active', '=', true)
    .where('mode', '=', mode)
    .orderBy('opened_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!row) return null;
  const state = row.detail as unknown as CentreState;
  return {
    since: state.openedAt,
    emergency: state.coordination === 'emergency',
    level: state.level,
    groups: stationedIn(state, await directorySnapshot(ctx, tx)),
  };
}

/** The bodies of {@link centreNow}: a group of the mechanism, or the organisation of whoever comes for no group. */
export function stationedIn(
  state: CentreState,
  directory: Pick<DirectorySnapshot, 'groups' | 'posts' | 'organisations'>,
) {
  const commands = new Set(state.summons.filter((one) => one.part === 'command').map((one) => one.post));
  const bodyOf = (one: { readonly group: string | null; readonly post: string }): string =>
    // The convenor and his deputies are lent by bodies of all kinds; at the centre they are its command.
    commands.has(one.post)
      ? COMMAND
      : (one.group ?? directory.posts.get(one.post)?.organisationId ?? one.post);
  const parts = new Map<string, Part>(state.subgroups.map((code) => [code, 'subgroup']));
  for (const one of state.summons) {
    const body = bodyOf(one);
    const known = parts.get(body);
    if (known === undefined || ORDER[one.part] < ORDER[known]) parts.set(body, one.part);
  }
  const here = state.presence.filter((one) => one.out === null);
  for (const one of here) if (!parts.has(bodyOf(one))) parts.set(bodyOf(one), 'related');
  return [...parts]
    .map(([code, part]) => {
      const group = directory.groups.get(code);
      const body = directory.organisations.get(code);
      const asked = state.summons.filter((one) => bodyOf(one) === code);
      return {
        part,
        code,
        name:
          code === COMMAND
            ? { zh: zh.summons.parts.command, en: en.summons.parts.command }
            : { zh: (group ?? body)?.nameZh ?? code, en: (group ?? body)?.nameEn ?? code },
        answer: asked.find((one) => one.answer !== null)?.answer?.answer ?? null,
        present: here.filter((one) => bodyOf(one) === code).length,
      };
    })
    .filter((one) => one.part !== 'related' || one.present > 0)
    .sort((a, b) => ORDER[a.part] - ORDER[b.part])
    .map(({ part: _part, ...one }) => one);
}
