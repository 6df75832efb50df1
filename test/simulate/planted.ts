/** Mistakes in rules, delivery and clocks that the simulator must find by some seed. `find` stands exactly once in its file. */
export interface PlantedMistake {
  readonly what: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const mistake = (what: string, file: string, find: string, replace: string): PlantedMistake => ({
  what,
  file,
  find,
  replace,
});

export const MISTAKES: readonly PlantedMistake[] = [
  mistake(
    'a late write is not fenced off',
    'src/delivery/store.ts',
    "where d.id = o.id and d.fence = o.fence and d.state = 'queued'",
    'where d.id = o.id',
  ),
  mistake(
    'a lease is nobody’s hindrance',
    'src/delivery/store.ts',
    "const FREE = `state = 'queued' and (lease_until is null or lease_until < clock_timestamp())`;",
    "const FREE = `state = 'queued'`;",
  ),
  mistake(
    'a frozen worker sends what is no longer its own',
    'src/delivery/sender.ts',
    'if (performance.now() > job.validUntil) {',
    'if (performance.now() < 0) {',
  ),
  mistake(
    'a clock fires before its time',
    'src/cases/clock-commands.ts',
    'const overdue = row.dueAt <= tx.now;',
    'const overdue = row.nextAt <= tx.now;',
  ),
  mistake(
    'two workers fire one clock twice',
    'src/cases/clock-commands.ts',
    'if (!row || row.nextAt === null || row.nextAt > tx.now) return;',
    'if (!row) return;',
  ),
  mistake(
    'A reached again wakes the nation a second time',
    'src/cases/rules.ts',
    'confirmed: true, again: true }',
    'confirmed: true, again: false }',
  ),
  mistake(
    'the A branch fires for every confirmation of A',
    'src/cases/rules.ts',
    'if (now && !before?.inside) {',
    'if (now) {',
  ),
  mistake(
    'what has ended goes on asking',
    'src/cases/write.ts',
    'for (const { ids, why } of effects.closed) await closeNotices(tx, ids, why);',
    '',
  ),
  mistake(
    'clocks run on after the end',
    'src/cases/clock-rules.ts',
    "if (definition.voidedBy.includes(fact.kind as ClockDefinition['voidedBy'][number]) || !state.open) {",
    'if (clock.ordinal < 0) {',
  ),
  mistake(
    'the authority gets no receipt',
    'packs/tw-2002/routes.yaml',
    '- { id: initial-authority, on: filed, when: { report: [initial] }, to: [authority]',
    '- { id: initial-authority, on: filed, when: { report: [initial] }, to: [superiors]',
  ),
  mistake(
    'a repeat files again',
    'src/cases/filing-commands.ts',
    'const rows = { ...prepared.rows, ...answerRow(tx, key, requestHash, answer) };',
    'const rows = prepared.rows;',
  ),
  mistake(
    'who holds a closed notice is still written to',
    'src/delivery/rules.ts',
    "if (question.closed) return { act: 'withhold', reason: 'closed', successors: [] };",
    '',
  ),
  mistake(
    'content leaves the compartment',
    'src/cases/recipients.ts',
    'if (!mayHear(recipient, state, world.pack)) return [];',
    'recipient = { ...recipient, inside: true };',
  ),
  mistake(
    'a notice has no delivery',
    'src/cases/write.ts',
    '    deliveries: rows.deliveries,',
    '    deliveries: rows.deliveries.slice(1),',
  ),
  // ── ladders ──
  mistake(
    'the ladder forgets that its rung was told',
    'src/cases/write.ts',
    'known.flatMap((one) => one.effects.ladders),',
    'known.flatMap((one) => one.effects.ladders.slice(1)),',
  ),
  mistake(
    'rungs follow one another too soon',
    'src/cases/ladder-rules.ts',
    'return next && new Date(from.getTime() + next.wait);',
    'return next && new Date(from.getTime() + next.wait / 2);',
  ),
  mistake(
    'a ladder ends with its second rung',
    'src/cases/ladder-rules.ts',
    'return { ...notice, rung: fact.data.rung, nextRungAt: due?.nextAt ?? null };',
    'return { ...notice, rung: fact.data.rung, nextRungAt: null };',
  ),
  mistake(
    'a rung is told and its people are sent nothing',
    'src/cases/consequences.ts',
    'if (notice && rung && bare.data.people.length > 0)',
    'if (notice && rung && bare.data.people.length < 0)',
  ),
  mistake(
    'one deputy answers, and the others’ ladders go on',
    'src/cases/ladder-rules.ts',
    "if (together && ladder.answer === 'any') return stop(notice);",
    '',
  ),
  mistake(
    'below A again, the ladders of A go on',
    'src/cases/ladder-rules.ts',
    "if (fact.kind === 'threshold-left' && routeOf(notice)?.on === 'threshold-reached') return stop(notice);",
    '',
  ),
  mistake(
    'nobody is told by a rung but the persons of the post',
    'src/cases/consequences.ts',
    'told.push(...rungRecipients(bare, notice, after, world));',
    'void rungRecipients(bare, notice, after, world);',
  ),
  // ── the centre and the gravest level ──
  mistake(
    'reaching A does not form up the centre',
    'src/centre/consequence.ts',
    "if (fact.kind === 'threshold-reached' && !fact.data.again)",
    "if (fact.kind === 'threshold-reached' && fact.data.again)",
  ),
  mistake(
    'stationing is ordered and nobody forms up',
    'src/centre/consequence.ts',
    "if (fact.kind === 'stationing-ordered') return { cause: 'ordered', level: state.level, crossing: 0 };",
    '',
  ),
  mistake(
    'no emergency meeting goes with the activation',
    'src/centre/consequence.ts',
    'if (before === null) await openMeeting(tx, after, caller, told, world);',
    '',
  ),
  mistake(
    'a second case joins the centre under the first one’s name',
    'src/centre/consequence.ts',
    'const facts = calledOut(before, caller, why.cause, why.crossing, told, world);',
    'const facts = calledOut(before, { ...caller, id: before?.cases[0]?.id ?? caller.id }, why.cause, why.crossing, told, world);',
  ),
  mistake(
    'a deputy convenor stands an A case’s centre down',
    'packs/tw-2002/centre.yaml',
    '- { role: deputy-convenor, top: false, compartment: false, acts: [stand-down], source: DEC-15 }',
    '- { role: deputy-convenor, compartment: false, acts: [stand-down], source: DEC-15 }',
  ),
  mistake(
    'half of the subgroups are not called in',
    'packs/tw-2002/routes.yaml',
    'when: { threshold: top, confirmed: true }, to: [all-subgroups, service-centre], capacity: summoned',
    'when: { threshold: top, confirmed: true }, to: [affected-subgroups, service-centre], capacity: summoned',
  ),
  mistake(
    'a case that reaches the level again joins a second time',
    'src/centre/rules.ts',
    "kind: isIn ? 'case-crossed' : 'case-joined'",
    "kind: 'case-joined'",
  ),
  mistake(
    'the wall counts what has ended',
    'db/migrations/0016-situation.sql',
    'from (select * from cases c where c.compartment is null and c.open and c.mode = %2$L',
    'from (select * from cases c where c.compartment is null and c.mode = %2$L',
  ),
  mistake(
    'what reached nobody is not counted',
    'src/cases/write.ts',
    "confirmed.length > 0 || closed.length > 0 || facts.some((fact) => fact.kind === 'rung-reached'),",
    'confirmed.length + closed.length + facts.length < 0,',
  ),
  mistake(
    'what reached nobody stays counted though others are told',
    'src/cases/write.ts',
    " || facts.some((fact) => fact.kind === 'rung-reached'),",
    ',',
  ),
];
