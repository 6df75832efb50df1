/** What people do in a seed: file, act on cases, answer what reached them, come to the centre. Each asks until he has an answer. */
import { caseAct, fileReport } from '../../src/cases/contract.ts';
import { acknowledge, act, file as fileNow, recordTelephone } from '../../src/cases/index.ts';
import { centreAct } from '../../src/centre/contract.ts';
import { actInCentre } from '../../src/centre/index.ts';
import type { Seed } from './seed.ts';

const MINUTE = 60_000;

interface CaseRow {
  readonly id: string;
  readonly number: string;
  readonly state: string;
  readonly open: boolean;
  readonly level: string;
  readonly revision: number;
  readonly compartment: string | null;
  readonly organisation: string;
  readonly pending: readonly { readonly id: number }[];
  readonly withdrawal: boolean;
}

const DEFAULTS = {
  description: '學校首頁遭置換，內容為不明文字。已下線處理。',
  scope: '僅首頁，無個人資料外洩。',
  measures: '已將網站下線。',
  contactPhone: '02-0000-1234',
};
/** Bodies that report, and who does it for them. */
export const BODIES = [
  ['school', 'teacher'],
  ['school2', 'teacher2'],
  ['power', 'engineer'],
  ['hospital', 'nurse'],
  ['brigade', 'captain'],
] as const;

export async function file(
  seed: Seed,
  body: string,
  who: string,
  content: Record<string, unknown>,
  options: Record<string, unknown> = {},
): Promise<void> {
  const key = seed.newKey();
  const request = fileReport.parse({
    kind: 'initial',
    organisationId: seed.nation.organisations.get(body),
    ...options,
    content: { ...DEFAULTS, ...content },
  });
  const label = `${who}: files ${request.kind} ${request.content.impactLevel}${request.suspected ? ' suspected' : ''} for ${body}`;
  const clicks = seed.random.chance(0.15) ? 2 : 1;
  const actor = await seed.nation.person(who);
  for (let click = 0; click < clicks; click += 1) {
    void seed
      .attempt(
        label,
        (machine) => fileNow(machine.ctx, actor, request, key),
        (answer) => seed.acked.push({ key, ...answer, content: request.content }),
      )
      .catch((error: unknown) => seed.unexpected.push(`unexpected: ${(error as Error).stack ?? error}`));
  }
}

function casesOf(seed: Seed): Promise<CaseRow[]> {
  return seed.nation.ask<CaseRow & Record<string, unknown>>(
    `select c.id, c.number, c.state, c.open, c.level, c.revision, c.compartment, o.code as organisation,
            c.detail -> 'pending' as pending, (c.detail ->> 'withdrawalRequested')::boolean as withdrawal
       from cases c join organisations o on o.id = c.organisation_id order by c.opened_at, c.number`,
  );
}

/** Somebody does something that fits a case, more or less. */
export async function actOnSome(seed: Seed): Promise<void> {
  const { random } = seed;
  const all = await casesOf(seed);
  if (all.length === 0) return;
  const one = random.pick(all);
  const owner = BODIES.find(([body]) => body === one.organisation)?.[1] ?? 'teacher';
  const desk =
    one.compartment === null
      ? random.pick(['officer', 'officer2'])
      : random.pick(['mnd-officer', 'mnd-officer2']);
  const reason = '理由';
  const level = random.weighted([
    ['A', 3],
    ['B', 2],
    ['C', 2],
    ['D', 2],
  ] as const);
  const waiting = one.pending.at(-1);
  if (waiting && random.chance(0.6)) {
    return does(
      seed,
      desk,
      one,
      random.chance(0.8)
        ? { act: 'approve-act', proposal: waiting.id }
        : { act: 'decline-act', proposal: waiting.id, reason },
    );
  }
  if (one.withdrawal && random.chance(0.5))
    return does(
      seed,
      desk,
      one,
      random.chance(0.6) ? { act: 'approve-withdrawal' } : { act: 'refuse-withdrawal', reason },
    );
  const confirm = { act: 'confirm-level', level: random.chance(0.6) ? one.level : level, reason };
  const any: readonly (readonly [() => Promise<void>, number])[] = [
    [() => does(seed, desk, one, { act: 'take' }), 1],
    [() => does(seed, desk, one, { act: 'message', text: reason }), 1],
    [() => does(seed, desk, one, { act: 'dismiss', reason }), 0.5],
    [() => does(seed, owner, one, { act: 'request-withdrawal', reason }), 0.5],
    [() => does(seed, desk, one, { act: 'merge', intoCase: random.pick(all).id, reason }), 0.5],
    [
      () =>
        file(seed, one.organisation, owner, { impactLevel: level }, { kind: 'follow-up', caseId: one.id }),
      1.5,
    ],
  ];
  const fitting: Record<string, readonly (readonly [() => Promise<void>, number])[]> = {
    suspected: [[() => does(seed, desk, one, { act: 'promote', reason }), 4]],
    reported: [
      [() => does(seed, desk, one, { act: 'register' }), 2],
      [() => does(seed, desk, one, confirm), 6],
      [() => does(seed, desk, one, { act: 'ask-back', text: reason }), 1],
    ],
    returned: [
      [
        () =>
          file(seed, one.organisation, owner, { impactLevel: level }, { kind: 'follow-up', caseId: one.id }),
        4,
      ],
    ],
    registered: [[() => does(seed, desk, one, confirm), 6]],
    handling: [
      [() => does(seed, desk, one, { act: 'change-level', level, reason }), 3],
      [() => recover(seed, one, owner), 4],
      [
        () =>
          does(seed, 'deputy', one, {
            act: 'report-convenor-told',
            at: new Date(seed.time.wall).toISOString(),
            how: 'telephone',
            reason,
          }),
        1,
      ],
    ],
    recovered: [
      [() => does(seed, desk, one, { act: 'release', reason }), 6],
      [() => does(seed, desk, one, { act: 'send-back', reason }), 1],
    ],
    merged: [[() => does(seed, desk, one, { act: 'unmerge', reason }), 2]],
  };
  // Only a deputy convenor decides these, of what is no A yet (S7.10.4a to S7.10.4c).
  const deputy = random.pick(['deputy', 'deputy-edpc', 'deputy-natsec']);
  const decided: readonly (readonly [() => Promise<void>, number])[] = [
    [() => does(seed, deputy, one, { act: 'order-stationing', reason }), 1],
    [() => does(seed, deputy, one, { act: 'leave-to-agency', reason }), 0.5],
    [
      () =>
        does(seed, deputy, one, {
          act: 'call-meeting',
          startsAt: new Date(seed.time.wall + 60 * MINUTE).toISOString(),
          place: '應變中心',
          reason,
        }),
      0.5,
    ],
  ];
  const isDecidable = ['registered', 'handling', 'recovered'].includes(one.state);
  const ended: readonly (readonly [() => Promise<void>, number])[] = [
    [() => does(seed, desk, one, { act: 'reopen', reason }), 1],
  ];
  await random.weighted([
    ...(one.open ? any : ended),
    ...(isDecidable ? decided : []),
    ...(fitting[one.state] ?? []),
  ])();
}

function recover(seed: Seed, one: CaseRow, owner: string): Promise<void> {
  const at = new Date(seed.time.wall - 5 * MINUTE).toISOString();
  return file(
    seed,
    one.organisation,
    owner,
    { impactLevel: one.level, cause: '原因。', solution: '辦法。', resolvedAt: at },
    { kind: 'recovery', caseId: one.id },
  );
}

async function does(seed: Seed, who: string, one: CaseRow, doing: Record<string, unknown>): Promise<void> {
  const key = seed.newKey();
  const command = caseAct.parse({ ...doing, revision: one.revision });
  const actor = await seed.nation.person(who);
  await seed.attempt(
    `${who}: ${command.act}${'level' in command ? ` ${command.level}` : ''} on ${one.number}`,
    (machine) => act(machine.ctx, actor, one.id, command, key),
  );
}

/** Somebody confirms a notice that has reached him; sometimes the desk rings him up instead. */
export async function answerSome(seed: Seed): Promise<void> {
  const open = await seed.nation.ask<{ id: string; post_id: string; number: string; template: string }>(
    `select n.id, n.post_id, c.number, n.template from notices n join cases c on c.id = n.case_id
      where n.expects <> 'none' and n.acknowledged_at is null and n.closed_at is null
      order by n.made_at, n.id limit 12`,
  );
  if (open.length === 0) return;
  const notice = seed.random.pick(open);
  const holder = seed.nation.holders.get(notice.post_id)?.[0];
  if (holder === undefined) return;
  if (seed.random.chance(0.15)) {
    const at = new Date(seed.time.wall).toISOString();
    const actor = await seed.nation.person('officer');
    return seed.attempt(
      `officer: records that ${holder} knows ${notice.number} ${notice.template}`,
      (machine) => recordTelephone(machine.ctx, actor, notice.id, { at, personId: null, name: '某人' }),
    );
  }
  const actor = await seed.nation.person(holder);
  await seed.attempt(`${holder}: acknowledges ${notice.number} ${notice.template}`, (machine) =>
    acknowledge(machine.ctx, actor, notice.id),
  );
}

/** Somebody called in answers, comes, or decides that the centre stands down. */
export async function actAtCentre(seed: Seed): Promise<void> {
  const { random, nation } = seed;
  const standing = await nation.ask<{
    id: string;
    compartment: string | null;
    waiting: readonly { readonly post: string; readonly answer: unknown }[];
  }>(
    `select id, compartment, detail -> 'summons' as waiting from activations where active order by opened_at, compartment`,
  );
  if (standing.length === 0) return;
  const one = random.pick(standing);
  const open = one.waiting.filter((summons) => summons.answer === null);
  const called = open.length > 0 && random.chance(0.8) ? random.pick(open).post : undefined;
  const holder = called === undefined ? undefined : nation.holders.get(called)?.[0];
  const head = one.compartment === null ? random.pick(['convenor', 'convenor', 'deputy']) : 'mnd-officer';
  const [who, doing] =
    holder === undefined
      ? ([
          head,
          random.chance(0.7)
            ? { act: 'stand-down', reason: '理由' }
            : { act: 'switch-mode', to: 'normal', reason: '理由' },
        ] as const)
      : ([
          holder,
          random.chance(0.6)
            ? {
                act: 'answer-summons',
                post: called,
                answer: random.pick(['coming', 'remote', 'deputy', 'cannot']),
              }
            : { act: 'check-in', remote: random.chance(0.3) },
        ] as const);
  const command = centreAct.parse(doing);
  const actor = await nation.person(who);
  await seed.attempt(`${who}: ${command.act} at the centre`, (machine) =>
    actInCentre(machine.ctx, actor, one.id, command),
  );
}
