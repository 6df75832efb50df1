/** Does everything a pack names exist, once, and without going round in circles? */
import type { packCheck } from '../locales/zh-Hant/pack-check.ts';
import { type Finding, finding } from './findings.ts';
import type { PackPath } from './load.ts';
import type { Condition, Pack } from './pack.ts';
import { STEP_OWNERS } from './vocabulary.ts';

type Kind = keyof (typeof packCheck)['kinds'];
type Named = { id: string };

/** Twice the same id, names of nothing, circles, and numbers that must differ. */
export function referenceProblems(pack: Pack): Finding[] {
  return [...duplicates(pack), ...unknown(pack), ...circles(pack), ...levels(pack), ...calendars(pack)];
}

/** Every list whose entries have ids, with the kind of thing it holds. */
function lists(pack: Pack): [Kind, PackPath, readonly Named[]][] {
  const { incident, contact } = pack.forms;
  const fields = incident.sections.flatMap((section) => section.fields);
  return [
    ['level', ['levels'], pack.levels],
    ['security-grade', ['securityGrades'], pack.securityGrades],
    ['threshold', ['thresholds'], pack.thresholds],
    ['vital', ['vitalSystems'], pack.vitalSystems],
    ['service', ['essentialServices'], pack.essentialServices],
    ['topic', ['protectionTopics'], pack.protectionTopics],
    ['sector', ['sectors'], pack.sectors],
    ['body', ['bodies'], pack.bodies],
    ['group', ['groups'], pack.groups],
    ['post', ['posts'], pack.posts],
    ['compartment', ['compartments'], pack.compartments],
    ['state', ['states'], pack.states],
    ['four-eyes', ['fourEyes'], pack.fourEyes],
    ['region', ['regions'], pack.regions],
    ['step-of-procedure', ['playbooks'], pack.playbooks],
    ['outcome', ['outcomes'], pack.outcomes],
    ['office', ['referralTargets'], pack.referralTargets.flatMap((one) => one.offices)],
    ['route', ['routes'], pack.routes],
    ['ladder', ['ladders'], pack.ladders],
    ['clock', ['clocks'], pack.clocks],
    ['calendar', ['calendars'], pack.calendars],
    ['channel', ['channels'], pack.channels],
    ['section', ['forms', 'incident', 'sections'], incident.sections],
    ['header', ['forms', 'incident', 'header'], incident.header],
    ['field', ['forms', 'incident', 'sections'], fields],
    ['field', ['forms', 'contact', 'fields'], contact.fields],
    ['part', ['forms', 'incident', 'sections'], fields.flatMap((field) => field.parts)],
    ['mechanism', ['securityMechanisms'], pack.securityMechanisms],
    ['support', ['supportItems'], pack.supportItems],
    ['flag', ['flags'], pack.flags],
    ['target', ['referralTargets'], pack.referralTargets],
    ['template', ['templates'], pack.templates],
    ['step', ['flow'], pack.flow.map((one) => ({ id: one.step }))],
  ];
}

function duplicates(pack: Pack): Finding[] {
  return lists(pack).flatMap(([kind, path, list]) => {
    const seen = new Set<string>();
    return list.flatMap(({ id }, index) => {
      if (!seen.has(id)) {
        seen.add(id);
        return [];
      }
      // Fields are listed across sections, so only the list itself can be pointed at.
      const nested = path.at(-1) === 'sections' && kind !== 'section';
      return [finding('duplicate-id', nested ? path : [...path, index], { kind, id })];
    });
  });
}

function unknown(pack: Pack): Finding[] {
  const known = new Map<Kind, Set<string>>();
  for (const [kind, , list] of lists(pack)) {
    const ids = known.get(kind) ?? new Set<string>();
    for (const { id } of list) ids.add(id);
    known.set(kind, ids);
  }
  const found: Finding[] = [];
  const need = (kind: Kind, id: string | undefined, ...path: PackPath) => {
    if (id !== undefined && !known.get(kind)?.has(id))
      found.push(finding('unknown-reference', path, { kind, id }));
  };
  const needAll = (kind: Kind, ids: readonly string[] | undefined, ...path: PackPath) =>
    ids?.forEach((id, index) => {
      need(kind, id, ...path, index);
    });
  const needCondition = (when: Condition, ...path: PackPath) => {
    needAll('level', when.levels, ...path, 'levels');
    need('threshold', when.threshold, ...path, 'threshold');
    need('clock', when.clock, ...path, 'clock');
    need('target', when.target, ...path, 'target');
  };
  pack.thresholds.forEach((one, i) => {
    need('level', one.atLeast, 'thresholds', i, 'atLeast');
  });
  pack.sectors.forEach((one, i) => {
    need('group', one.subgroup, 'sectors', i, 'subgroup');
    need('vital', one.vital, 'sectors', i, 'vital');
    need('service', one.service, 'sectors', i, 'service');
  });
  need('group', pack.unassignedSubgroup, 'unassignedSubgroup');
  needAll('body', pack.holdAuthorities, 'holdAuthorities');
  pack.bodies.forEach((one, i) => {
    need('body', one.superior, 'bodies', i, 'superior');
    needAll('sector', one.sectors, 'bodies', i, 'sectors');
  });
  pack.groups.forEach((one, i) => {
    need('group', one.partOf, 'groups', i, 'partOf');
    need('body', one.convenedBy, 'groups', i, 'convenedBy');
    needAll('body', one.supportedBy, 'groups', i, 'supportedBy');
  });
  pack.posts.forEach((one, i) => {
    need('body', one.body, 'posts', i, 'body');
    need('group', one.group, 'posts', i, 'group');
  });
  pack.seats.forEach((one, i) => {
    need('body', one.body, 'seats', i, 'body');
  });
  need('group', pack.desk.group, 'desk', 'group');
  pack.compartments.forEach((one, i) => {
    need('sector', one.sector, 'compartments', i, 'sector');
    need('group', one.group, 'compartments', i, 'group');
  });
  pack.formations.forEach((one, i) => {
    need('level', one.level, 'formations', i, 'level');
    need('group', one.coordinator, 'formations', i, 'coordinator');
    need('group', one.staff, 'formations', i, 'staff');
    one.stations.forEach((station, j) => {
      need('group', station.group, 'formations', i, 'stations', j, 'group');
    });
  });
  need('state', pack.initialState, 'initialState');
  need('state', pack.suspectedState, 'suspectedState');
  pack.transitions.forEach((one, i) => {
    needAll('state', one.from, 'transitions', i, 'from');
    if (one.to !== 'same' && one.to !== 'previous') need('state', one.to, 'transitions', i, 'to');
  });
  pack.rights.forEach((one, i) => {
    if (one.states !== 'any') needAll('state', one.states, 'rights', i, 'states');
  });
  pack.fourEyes.forEach((one, i) => {
    need('threshold', one.within, 'fourEyes', i, 'within');
    need('threshold', one.leaves, 'fourEyes', i, 'leaves');
  });
  pack.routes.forEach((one, i) => {
    needCondition(one.when, 'routes', i, 'when');
    need('template', one.template, 'routes', i, 'template');
    need('ladder', one.ladder, 'routes', i, 'ladder');
  });
  pack.ladders.forEach((one, i) => {
    one.rungs.forEach((rung, j) => {
      needAll('level', rung.levels, 'ladders', i, 'rungs', j, 'levels');
      for (const level of Object.keys(rung.after.byLevel)) {
        need('level', level, 'ladders', i, 'rungs', j, 'after', 'byLevel', level);
      }
    });
  });
  pack.clocks.forEach((one, i) => {
    needCondition(one.when, 'clocks', i, 'when');
    needCondition(one.satisfiedWhen, 'clocks', i, 'satisfiedWhen');
    for (const level of Object.keys(one.length.byLevel)) {
      need('level', level, 'clocks', i, 'length', 'byLevel', level);
    }
    if (one.calendar !== 'elapsed') need('calendar', one.calendar, 'clocks', i, 'calendar');
  });
  pack.flags.forEach((one, i) => {
    need('target', one.target, 'flags', i, 'target');
  });
  needAll('group', pack.support.coordinators, 'support', 'coordinators');
  pack.supportItems.forEach((one, i) => {
    needAll('group', one.suggest, 'supportItems', i, 'suggest');
  });
  pack.regions.forEach((one, i) => {
    need('group', one.group, 'regions', i, 'group');
  });
  pack.playbooks.forEach((one, i) => {
    needAll('level', one.levels, 'playbooks', i, 'levels');
    needAll('level', Object.keys(one.withinByLevel), 'playbooks', i, 'withinByLevel');
    if (!(STEP_OWNERS as readonly string[]).includes(one.owner))
      need('group', one.owner, 'playbooks', i, 'owner');
  });
  pack.groupRights.forEach((one, i) => {
    need('group', one.group, 'groupRights', i, 'group');
  });
  pack.flow.forEach((one, i) => {
    needAll('step', one.next, 'flow', i, 'next');
  });
  return found;
}

/** Bodies and groups must end upwards; a route walks that way (S2.1). */
function circles(pack: Pack): Finding[] {
  const above = (kind: Kind, key: string, list: readonly { id: string; up: string | undefined }[]) => {
    const up = new Map(list.map((one) => [one.id, one.up]));
    return list.flatMap(({ id }, index) => {
      let at = up.get(id);
      for (let steps = 0; at !== undefined && steps <= list.length; steps += 1) {
        if (at === id) return [finding('loop', [key, index], { kind, id })];
        at = up.get(at);
      }
      return [];
    });
  };
  return [
    ...above(
      'body',
      'bodies',
      pack.bodies.map((one) => ({ id: one.id, up: one.superior })),
    ),
    ...above(
      'group',
      'groups',
      pack.groups.map((one) => ({ id: one.id, up: one.partOf })),
    ),
  ];
}

function levels(pack: Pack): Finding[] {
  return pack.levels.flatMap((level, index) => {
    const before = pack.levels.slice(0, index);
    const rank = before.find((one) => one.rank === level.rank);
    const mark = before.find((one) => one.mark === level.mark);
    return [
      ...(rank
        ? [finding('rank-twice', ['levels', index, 'rank'], { rank: level.rank, other: rank.id })]
        : []),
      ...(mark ? [finding('mark-twice', ['levels', index, 'mark'], { other: mark.id })] : []),
    ];
  });
}

function calendars(pack: Pack): Finding[] {
  return pack.calendars.flatMap((calendar, index) =>
    calendar.extraWorkingDays.flatMap((date, day) =>
      calendar.holidays.includes(date)
        ? [finding('holiday-and-working-day', ['calendars', index, 'extraWorkingDays', day], { date })]
        : [],
    ),
  );
}
