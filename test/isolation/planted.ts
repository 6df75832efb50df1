// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text of sources, not of this one
/**
 * Leaks somebody could make by mistake, one in each view that is derived from cases, bodies or people. Each is made in a
 * copy of the tree, and the tests named with it must turn red there (`npm run test:isolation -- --planted`).
 */
import { type Fault, fault } from '../planted/faults.ts';

const MATRIX = ['test/isolation/matrix.test.ts'];
const OUTSIDER = ['test/isolation/outsider.test.ts'];
const STREAMS = ['test/isolation/streams.test.ts'];
const POLICIES = ['test/isolation/policies.test.ts'];
const IDENTIFIERS = ['test/isolation/identifiers.test.ts'];
const NOTICES = ['test/isolation/notices.test.ts'];

export const LEAKS: readonly Fault[] = [
  fault(
    'list',
    'the desk’s key opens the cases behind the wall',
    'src/cases/evolve.ts',
    "const keys = new Set(['system', `org:${state.organisation}`, `group:${routing.desk}`]);",
    "const keys = new Set(['system', 'desk', `org:${state.organisation}`, `group:${routing.desk}`]);",
    MATRIX,
  ),
  fault(
    'search',
    'a search is read as the system',
    'src/cases/lists.ts',
    'return read(ctx.database, actor, ctx.clock, async (tx) => {\n    const directory = await directorySnapshot(ctx, tx);\n    const { cursor, limit, order, ...filters } = query;',
    "return read(ctx.database, query.q ? { ...actor, keys: [...actor.keys, 'system'] } : actor, ctx.clock, async (tx) => {\n    const directory = await directorySnapshot(ctx, tx);\n    const { cursor, limit, order, ...filters } = query;",
    MATRIX,
  ),
  fault(
    'counts',
    'the queue counts what lies behind the walls',
    'db/migrations/0011-queue.sql',
    "c.compartment is not null and c.seen_by && (select actor_keys())\n       and c.detail -> 'routing' ->> 'desk' = any (in_groups))\n  select count(*)::int,",
    'c.compartment is not null)\n  select count(*)::int,',
    OUTSIDER,
  ),
  fault(
    'stub',
    'stubs are shown although the pack allows none',
    'src/cases/write.ts',
    'if (!compartment || compartment.stub.length === 0) return null;',
    'if (!compartment) return null;',
    OUTSIDER,
  ),
  fault(
    'stream',
    'every listener hears of every case',
    'src/cases/events.ts',
    "if (change.stream === 'case' && change.seenBy?.some((key) => keys.has(key))) {",
    "if (change.stream === 'case') {",
    STREAMS,
  ),
  fault(
    'stream',
    'the place in the stream is the plain transaction number',
    'src/cases/events.ts',
    'return cursor.seal({ horizon: place, at: Date.now() });',
    'return place;',
    STREAMS,
  ),
  fault(
    'stream',
    'much that is hidden makes everybody read again',
    'src/cases/events.ts',
    'if (words.length > REPLAY) listener',
    'if (changes.length > REPLAY) listener',
    STREAMS,
  ),
  fault(
    'stream',
    'the directory behind the wall rustles for all',
    'src/cases/events.ts',
    '(change.compartment === null || keys.has(`wall:${change.compartment}`))',
    'change.position > 0',
    STREAMS,
  ),
  fault(
    'stream',
    'a session ended elsewhere goes on listening',
    'src/cases/events.ts',
    'else drop(listener);\n    }\n    lastRecheck',
    '}\n    lastRecheck',
    STREAMS,
  ),
  fault(
    'notices',
    'a notice outside the wall names case and body',
    'src/cases/notice-rows.ts',
    'if (!notice.inside)',
    'if (notice === undefined)',
    NOTICES,
  ),
  fault(
    'mail',
    'what was queued is sent whatever became of the right',
    'src/delivery/rules.ts',
    'if (question.personId === null || !right.includes(question.personId)) {',
    'if (question.personId === null) {',
    NOTICES,
  ),
  fault(
    'directory',
    'bodies behind the wall are known to all',
    'src/directory/rules.ts',
    "if (group === null || isNamedByPack(pack, organisation.code)) return ['signed-in', 'system'];",
    "if (group !== '') return ['signed-in', 'system'];",
    MATRIX,
  ),
  fault(
    'directory',
    'people behind the wall are read by anybody signed in',
    'db/migrations/0005-isolation.sql',
    'exists (select 1 from organisations o where o.id = organisation_id and o.compartment is null)',
    "'signed-in' = any ((select actor_keys())::text[])",
    POLICIES,
  ),
  fault(
    'directory',
    'a code somebody hidden has is refused as taken',
    'src/directory/administration.ts',
    'return code.startsWith(within) ? code : within + code;',
    'return within === "" ? within : code;',
    IDENTIFIERS,
  ),
  fault(
    'PDF',
    'a report on paper is read as the system',
    'src/cases/routes.ts',
    'const view = await caseView(ctx, actor, caseId);',
    "const view = await caseView(ctx, { ...actor, keys: ['system'] }, caseId);",
    MATRIX,
  ),
  fault(
    'attachments',
    'a file is anybody’s who knows its id',
    'src/cases/attachments.ts',
    'return read(ctx.database, actor, ctx.clock, async (tx) => {\n    const row = await tx.db',
    "return read(ctx.database, { ...actor, keys: ['system'] }, ctx.clock, async (tx) => {\n    const row = await tx.db",
    MATRIX,
  ),
  fault(
    'number series',
    'cases behind the wall take the open numbers',
    'src/mechanism/numbers.ts',
    'series: compartment ?? OPEN_SERIES',
    'series: OPEN_SERIES',
    IDENTIFIERS,
  ),
  fault(
    'drafts',
    'another’s draft is seen by its id',
    'db/migrations/0005-isolation.sql',
    'alter table drafts drop constraint drafts_pkey, add primary key (person_id, id);',
    'alter table drafts drop constraint drafts_pkey, add primary key (person_id, id); create policy leak on drafts for select using (true);',
    MATRIX,
  ),
  fault(
    'export',
    'the file of cases is written as the system',
    'src/cases/export.ts',
    'const page = await read(ctx.database, await wish.actor(), ctx.clock, async (tx) => {',
    "const page = await read(ctx.database, { ...(await wish.actor()), keys: ['system'] }, ctx.clock, async (tx) => {",
    NOTICES,
  ),
  fault(
    'preview',
    'whom a report would tell is answered for any body',
    'src/cases/filing-commands.ts',
    'if (!filingPost(postsHeld(actor, world), organisation.id, route.deskGroup, world))\n      return refuseFiling(tx, organisation.id);',
    '',
    MATRIX,
  ),
  fault(
    'record',
    'the facts of every case are everybody’s',
    'db/migrations/0001-ground.sql',
    "(stream = 'case' and exists (select 1 from cases c where c.id = stream_id))",
    "(stream = 'case')",
    POLICIES,
  ),
  fault(
    'connection',
    'keys outlive their transaction',
    'db/migrations/0001-ground.sql',
    "select set_config('tocsin.keys', keys, true)",
    "select set_config('tocsin.keys', keys, false)",
    POLICIES,
  ),
];
