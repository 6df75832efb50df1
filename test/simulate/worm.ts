/**
 * A worm that goes through the nation in one night, for planning staff: who is told when, what a duty officer has before him,
 * and what waits where. The real filing, rules, clocks, ladders and delivery on a real database; only time is simulated, and
 * people, who take their time.
 */
import { writeFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { fileReport } from '../../src/cases/contract.ts';
import { acknowledge, act, file, startClockWorker } from '../../src/cases/index.ts';
import { refreshDevices } from '../../src/delivery/devices.ts';
import { startDeliveryWorker } from '../../src/delivery/index.ts';
import { randomFrom } from '../../src/demo/random.ts';
import type { DirectoryRows } from '../../src/directory/index.ts';
import { printTable, quantile, writeJson } from '../faults/rig/table.ts';
import { morePeople } from '../stories/nation.ts';
import { startDatabaseService } from '../support/database-service.ts';
import { Machine } from './machine.ts';
import { Relays } from './relay.ts';
import { Time } from './time.ts';
import { makeNation } from './world.ts';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
/** From the first report to the last; most come in the middle. */
const WAVE = 2 * HOUR;
const AFTER = 2 * HOUR;
/** When the workers look within a step, in ms. */
const LOOKS = [0, 500, 1_000, 2_000];
/** How long a person needs for one thing before the next, in ms. */
const HANDLING = 25 * SECOND;
const CONTENT = {
  description: '多部電腦感染蠕蟲，區域網路流量異常升高。',
  scope: '行政電腦。',
  measures: '已離線。',
  contactPhone: '02-0000-1234',
};

/** The bodies a worm meets: schools and hospitals below one county, each with a contact person. */
function bodiesOf(count: number): DirectoryRows {
  const codes = Array.from({ length: count }, (_, n) => `worm-${n}`);
  return {
    ...morePeople,
    organisations: [
      ...(morePeople.organisations ?? []),
      ...codes.map((code, n) => ({
        code,
        nameZh: `第${n + 1}單位`,
        nameEn: `Body ${n + 1}`,
        kind: n % 3 === 0 ? 'hospital' : 'school',
        superior: n % 3 === 0 ? 'county' : 'county-edu',
        ...(n % 3 === 0 ? { authority: 'doh' } : {}),
        sectors: n % 3 === 0 ? ['health', 'local-government'] : ['academia'],
        validFrom: '2001-01-01',
      })),
    ] as NonNullable<DirectoryRows['organisations']>,
    posts: [
      ...(morePeople.posts ?? []),
      ...codes.map((code) => ({
        code: `contact-${code}`,
        organisation: code,
        role: 'contact' as const,
        nameZh: '資安聯絡人',
        nameEn: 'Security contact',
      })),
    ],
    persons: [
      ...(morePeople.persons ?? []),
      ...codes.map((code) => ({
        code: `it-${code}`,
        organisation: code,
        nameZh: '王資訊',
        nameEn: 'IT Wang',
        email: `it-${code}@${code}.example`,
      })),
    ],
    holdings: [
      ...(morePeople.holdings ?? []),
      ...codes.map((code) => ({ post: `contact-${code}`, person: `it-${code}` })),
    ],
  };
}

/** Each filing's own key. */
const keyOf = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

interface Look {
  readonly at: number;
  readonly cases: number;
  readonly mails: number;
  readonly unanswered: number;
  readonly unregistered: number;
  /** What the duty officers did in the last hour. */
  readonly desk: number;
}

type Line = readonly [key: keyof Look, colour: string, words: string];
/** What is plotted above one another: each with a scale of its own, for a hundred waiting things are lost beside thousands of cases. */
const PANELS: readonly (readonly [title: string, lines: readonly Line[]])[] = [
  ['案件 cases', [['cases', '#1f5fa8', '已通報 reported']]],
  [
    '等候者 waiting',
    [
      ['unanswered', '#b3261e', '待簽收 unanswered notices'],
      ['unregistered', '#8a5a00', '待登錄 unregistered cases'],
      ['mails', '#2e7d32', '待寄 mails not sent'],
    ],
  ],
  ['每小時處置 acts per hour', [['desk', '#5b3fa0', '兩位值勤官 both duty officers']]],
];

/** A round number at or above a value, so that the ticks can be read: 1, 2 or 5 and noughts. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}

/** A plot of the night as SVG, each panel with its scale. */
function plot(looks: readonly Look[], title: string, startHour: number): string {
  const [width, left, panel, gap, head] = [960, 70, 150, 52, 46];
  const last = looks.at(-1)?.at ?? 1;
  const x = (at: number) => left + (at / last) * (width - left - 20);
  const height = head + PANELS.length * (panel + gap);
  const drawn = PANELS.map(([name, lines], n) => {
    const top = head + n * (panel + gap) + 20;
    const most = roundUp(Math.max(1, ...lines.flatMap(([key]) => looks.map((look) => look[key]))));
    const y = (value: number) => top + panel - (value / most) * panel;
    const grid = [0, 0.5, 1].map(
      (part) =>
        `<line x1="${left}" x2="${width - 20}" y1="${y(most * part)}" y2="${y(most * part)}" stroke="#ddd"/>` +
        `<text x="${left - 8}" y="${y(most * part) + 4}" text-anchor="end">${(most * part).toLocaleString('en')}</text>`,
    );
    const keys = lines.map(
      ([, colour, words], place) =>
        `<text x="${left + 190 + place * 210}" y="${top - 8}" fill="${colour}">■ ${words}</text>`,
    );
    const paths = lines.map(
      ([key, colour]) =>
        `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${looks.map((look) => `${x(look.at).toFixed(1)},${y(look[key]).toFixed(1)}`).join(' ')}"/>`,
    );
    return `<text x="${left}" y="${top - 8}" font-weight="bold">${name}</text>${keys.join('')}${grid.join('')}${paths.join('')}`;
  });
  const hours = Array.from({ length: Math.floor(last / HOUR) + 1 }, (_, hour) => {
    const clock = String((startHour + hour) % 24).padStart(2, '0');
    return `<text x="${x(hour * HOUR)}" y="${height - 10}" text-anchor="middle">${clock}:00</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="#fff"/><text x="${left}" y="26" font-size="16">${title}</text>${hours.join('')}${drawn.join('')}</svg>\n`;
}

export interface WormOptions {
  readonly bodies: number;
  /** `02:00`, Asia/Taipei. */
  readonly at: string;
  readonly svg: string;
  readonly json: string | undefined;
}

/** Runs the night and prints it. Ends with 1 when anybody was not told, or an A case's convenor was not. */
export async function worm({ bodies, at, svg, json }: WormOptions): Promise<number> {
  const service = await startDatabaseService();
  process.env['TOCSIN_TEST_DATABASES'] = service.socketPath;
  const began = performance.now();
  const time = new Time();
  time.install();
  const nation = await makeNation(time, bodiesOf(bodies));
  const random = randomFrom(8_000);
  time.begin(Date.parse(`2026-03-04T${at}:00+08:00`), random);
  const relays = new Relays(time, random, () => undefined);
  const machine = new Machine(
    'm1',
    nation.base,
    nation.line,
    () => 'fine',
    () => undefined,
  );
  await time.as(machine, () => refreshDevices(machine.ctx));
  time.as(machine, () => {
    startClockWorker(machine.ctx);
    startDeliveryWorker(machine.ctx, { transport: relays.transport(machine), workerId: 'm1' });
  });
  const quiesce = async () => {
    for (let quiet = 0; quiet < 2; ) {
      await Promise.all([nation.line.ended(), nation.answered()]);
      await turn();
      quiet = nation.line.isBusy || time.runPrompt(() => true) ? 0 : quiet + 1;
    }
  };
  // Who is told what: the worm is mostly a nuisance, here and there it stops a service.
  const filings = Array.from({ length: bodies }, (_, n) => ({
    n,
    at: Math.min(WAVE, Math.max(0, ((random.next() + random.next() + random.next()) / 3) * WAVE)),
    // However few the bodies are, one of them is hit gravely.
    level:
      n === 0
        ? ('A' as const)
        : random.weighted([
            ['A', 1],
            ['B', 9],
            ['C', 90],
            ['D', 900],
          ] as const),
  })).toSorted((a, b) => a.at - b.at);
  /** When each person is free for the next thing. */
  const free = new Map<string, number>();
  const handled = new Map<string, number>();
  /** When the desk graded a case. */
  const graded: number[] = [];
  const looks: Look[] = [];
  let refused = 0;
  let why: unknown;
  const step = bodies > 500 ? 15 * SECOND : 10 * SECOND;
  for (let now = 0; now <= WAVE + AFTER; now += step) {
    time.mono = Math.max(time.mono, now);
    while (filings[0] && filings[0].at <= now) {
      const { n, level } = filings.shift() as (typeof filings)[number];
      const actor = await nation.person(`it-worm-${n}`);
      const request = fileReport.parse({
        kind: 'initial',
        organisationId: nation.organisations.get(`worm-${n}`),
        content: { ...CONTENT, impactLevel: level },
      });
      await time
        .as(machine, () => file(machine.ctx, actor, request, keyOf(n)))
        .catch((error: unknown) => {
          refused += 1;
          why ??= error;
        });
    }
    // The desk registers and grades, gravest first; everybody else confirms what has reached him.
    for (const officer of ['officer', 'officer2']) {
      while ((free.get(officer) ?? 0) <= now) {
        const [one] = await nation.ask<{ id: string; level: string; revision: number }>(
          `select id, level, revision from cases where state = 'reported' order by rank desc, opened_at limit 1`,
        );
        if (!one) break;
        const actor = await nation.person(officer);
        await time.as(machine, () =>
          act(machine.ctx, actor, one.id, {
            act: 'confirm-level',
            level: one.level,
            reason: '蠕蟲',
            revision: one.revision,
          } as never),
        );
        free.set(officer, Math.max(free.get(officer) ?? 0, now) + HANDLING * random.logNormal(1, 0.6));
        handled.set(officer, (handled.get(officer) ?? 0) + 1);
        graded.push(now);
      }
    }
    const waiting = await nation.ask<{ id: string; person: string }>(
      `select distinct on (d.person_id) n.id, d.person_id as person from notices n
         join deliveries d on d.notice_id = n.id and d.state = 'handed-over'
        where n.expects <> 'none' and n.acknowledged_at is null and n.closed_at is null
          and d.handed_over_at < $1::timestamptz
        order by d.person_id, n.urgent desc, n.rank desc, n.made_at`,
      [new Date(time.wall - 3 * MINUTE)],
    );
    for (const { id, person } of waiting) {
      const code = nation.personCodes.get(person) ?? '';
      // A fifth of all people sleep through the night.
      if (
        (free.get(code) ?? 0) > now ||
        (code.charCodeAt(code.length - 1) % 5 === 0 && code.startsWith('it-'))
      )
        continue;
      const actor = await nation.person(code);
      await time.as(machine, () => acknowledge(machine.ctx, actor, id)).catch(() => undefined);
      free.set(code, now + HANDLING * random.logNormal(1, 0.6));
      handled.set(code, (handled.get(code) ?? 0) + 1);
    }
    // The workers look several times a second; what follows from one look is done at the next ones, not a step later.
    for (const moment of LOOKS) {
      time.mono = Math.max(time.mono, now + moment);
      time.runPolls(machine, (poll) => poll.length < MINUTE);
      await quiesce();
    }
    const [row] = await nation.ask<Omit<Look, 'at' | 'desk'> & Record<string, unknown>>(
      `select (select count(*)::int from cases) as cases,
              (select count(*)::int from deliveries where state = 'queued') as mails,
              (select count(*)::int from notices where expects <> 'none' and acknowledged_at is null and closed_at is null) as unanswered,
              (select count(*)::int from cases where state = 'reported') as unregistered`,
    );
    if (row) looks.push({ at: now, ...row, desk: graded.filter((moment) => moment > now - HOUR).length });
  }
  const told = await nation.ask<{ level: string; role: string; seconds: number }>(
    `select c.level, case when n.route like '%convenor' then 'convenor' when 'centre' = any (n.capacities) then 'centre'
              when 'authority' = any (n.capacities) then 'authority' else 'others' end as role,
            extract(epoch from min(d.handed_over_at) - n.made_at)::float8 as seconds
       from notices n join cases c on c.id = n.case_id join deliveries d on d.notice_id = n.id
      where d.handed_over_at is not null group by n.id, c.level`,
  );
  const answered = await nation.ask<{ level: string; minutes: number }>(
    `select c.level, extract(epoch from n.acknowledged_at - n.made_at)::float8 / 60 as minutes
       from notices n join cases c on c.id = n.case_id where n.expects <> 'none' and n.acknowledged_at > n.made_at`,
  );
  const [missed] = await nation.ask<{ n: number }>(
    `select count(*)::int as n from notices n where not exists (select 1 from deliveries d where d.notice_id = n.id)
       and n.acknowledged_how is distinct from 'act'`,
  );
  const round = (value: number) => (Number.isNaN(value) ? '—' : String(Math.round(value)));
  const seconds = (list: readonly number[]) =>
    `${round(quantile(list, 0.5))} / ${round(quantile(list, 0.99))}`;
  printTable(
    ['level', 'told', 'centre s p50/p99', 'authority s', 'others s', 'convenor s', 'answered min p50/p99'],
    ['A', 'B', 'C', 'D'].map((level) => {
      const of = (role: string) =>
        told.filter((one) => one.level === level && one.role === role).map((one) => one.seconds);
      return [
        level,
        String(told.filter((one) => one.level === level).length),
        seconds(of('centre')),
        seconds(of('authority')),
        seconds(of('others')),
        seconds(of('convenor')),
        seconds(answered.filter((one) => one.level === level).map((one) => one.minutes)),
      ];
    }),
  );
  const busiest = [...handled].toSorted((a, b) => b[1] - a[1]).slice(0, 8);
  printTable(
    ['who', 'things done', 'an hour'],
    busiest.map(([code, count]) => [code, String(count), round(count / ((WAVE + AFTER) / HOUR))]),
  );
  const worst = (key: keyof Look) => {
    const most = looks.reduce((a, b) => (b[key] > a[key] ? b : a));
    return `${most[key]} at +${Math.round(most.at / MINUTE)} min, ${looks.at(-1)?.[key]} at the end`;
  };
  if (why !== undefined) process.stderr.write(`the first that was refused: ${(why as Error).stack ?? why}\n`);
  process.stdout.write(
    `\n${bodies} bodies from ${at}; ${refused} filings refused (0); notices without a delivery ${missed?.n ?? 0} (0)\n` +
      `waiting: to be registered ${worst('unregistered')}; unanswered notices ${worst('unanswered')}; mails ${worst('mails')}\n` +
      `${relays.arrivals.length} mails; ${Math.round((performance.now() - began) / 1000)} s of real time for ${(WAVE + AFTER) / HOUR} h; plot: ${svg}\n`,
  );
  writeFileSync(
    svg,
    plot(
      looks,
      `${bodies.toLocaleString('en')} 個機關自 ${at} 起通報 · ${bodies.toLocaleString('en')} bodies report from ${at}`,
      Number(at.slice(0, 2)),
    ),
  );
  writeJson(json, {
    bodies,
    at,
    refused,
    missed: missed?.n ?? 0,
    mails: relays.arrivals.length,
    looks,
    busiest: Object.fromEntries(busiest),
  });
  machine.kill();
  nation.line.forget();
  await nation.close();
  await service.stop();
  return refused === 0 && (missed?.n ?? 0) === 0 ? 0 : 1;
}
