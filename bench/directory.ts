/** The directory of a whole nation read anew, as after every change of a body, post, holder or contact. */
import { directorySnapshot } from '../src/directory/index.ts';
import { SYSTEM } from '../src/platform/actor.ts';
import { read } from '../src/platform/transaction.ts';
import { contextOn } from '../test/faults/rig/nation.ts';
import { databaseOf } from '../test/faults/rig/product.ts';
import { quantile } from '../test/faults/rig/table.ts';
import type { Figure } from './figures.ts';
import { type Installation, install, type Sizes } from './setting.ts';

const PORT = 6440;
const BODIES = 15_000;
/** Per body: its contact's post and holder, three entries in the contact network, a handling team of two. */
const FILL = [
  `insert into organisations (id, code, name_zh, name_en, kind, superior_id, primary_sector, sectors, valid_from, seen_by)
     select gen_random_uuid(), 'bench-' || n, '第' || n || '號機關', 'Body ' || n, 'agency',
            (select id from organisations where code = 'ey'), 'academia', '{academia}', '2020-01-01', '{signed-in,system}'
       from generate_series(1, ${BODIES}) n`,
  `insert into posts (id, code, name_zh, name_en, role, organisation_id, valid_from, seen_by)
     select gen_random_uuid(), 'contact-' || code, '聯絡人員', 'Contact person', 'contact', id, '2020-01-01', '{signed-in,system}'
       from organisations where code like 'bench-%'`,
  `insert into persons (id, code, organisation_id, name_zh, name_en)
     select gen_random_uuid(), o.code || '-' || k, o.id, '聯絡人' || k, 'Contact ' || k
       from organisations o, generate_series(1, 3) k where o.code like 'bench-%'`,
  `insert into person_details (person_id, email, phone, mobile, seen_by)
     select id, code || '@bench.example', '02-0000-1234', '0900-000-123', '{system}' from persons where code like 'bench-%'`,
  `insert into holdings (id, post_id, person_id, held_from)
     select gen_random_uuid(), p.id, q.id, '2020-01-01'
       from posts p join organisations o on o.id = p.organisation_id join persons q on q.code = o.code || '-1'
      where o.code like 'bench-%'`,
  `insert into contacts (id, organisation_id, person_id, ordinal, valid_from)
     select gen_random_uuid(), organisation_id, id, right(code, 1)::int, '2020-01-01' from persons where code like 'bench-%'`,
  `insert into team_members (id, organisation_id, person_id, function, member_from)
     select gen_random_uuid(), organisation_id, id, case when code like '%-1' then 'head' else 'both' end, '2020-01-01'
       from persons where code like 'bench-%' and code not like '%-3'`,
  'analyze',
];

/** How long whoever asks first after a change waits for the directory, and how long everybody else. */
export async function measureDirectory(sizes: Sizes): Promise<Figure[]> {
  const here: Installation = await install({ port: PORT, reporters: 1 });
  const context = contextOn(databaseOf(here.folder).appUrl);
  try {
    for (const statement of FILL) await here.ask(statement);
    const ask = () => read(context.database, SYSTEM, context.clock, (tx) => directorySnapshot(context, tx));
    const anew: number[] = [];
    const busy: number[] = [];
    const again: number[] = [];
    for (let turn = 0; turn < Math.max(5, sizes.rounds * 4); turn += 1) {
      await here.ask('update directory_version set version = version + 1');
      const began = performance.now();
      const before = process.cpuUsage();
      const { organisations } = await ask();
      anew.push(performance.now() - began);
      const { user, system } = process.cpuUsage(before);
      busy.push((user + system) / 1_000);
      if (organisations.size < BODIES) throw new Error(`only ${organisations.size} bodies were read`);
      const since = performance.now();
      await ask();
      again.push(performance.now() - since);
    }
    const figure = (name: string, ours: number, floor?: number): Figure => ({
      ...{ name, ours, unit: 'ms', better: 'less', judge: 'ours' },
      ...(floor === undefined ? {} : { floor }),
    });
    return [
      figure('directory of 15,000 bodies read anew, p50', quantile(anew, 0.5), 1_000),
      figure('directory of 15,000 bodies read anew, slowest', Math.max(...anew)),
      figure('directory of 15,000 bodies read anew, our processor time, p50', quantile(busy, 0.5)),
      figure('directory asked for again, p50', quantile(again, 0.5)),
    ];
  } finally {
    await context.database.close();
    await here.close();
  }
}
