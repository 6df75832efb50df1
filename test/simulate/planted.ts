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
];
