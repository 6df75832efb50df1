/** Does every notice have words and a reader, and can every clock begin and be met? */
import { type Finding, finding } from './findings.ts';
import type { Pack } from './pack.ts';
import { CLOSED_SUFFIX, RUNG_TEMPLATE, slotsOf } from './templates.ts';
import { type Act, type CaseFactKind, PLACEHOLDERS, type Role, type Selector } from './vocabulary.ts';

/** Routes, templates, clocks, and the posts they need. */
export function noticeProblems(pack: Pack): Finding[] {
  return [...templates(pack), ...routes(pack), ...clocks(pack), ...posts(pack)];
}

/** The acts any of which brings a fact about; facts that are absent here come of themselves. */
const CAUSED_BY: Partial<Record<CaseFactKind, readonly Act[]>> = {
  taken: ['take'],
  'handed-over': ['hand-over'],
  registered: ['register', 'confirm-level'],
  'asked-back': ['ask-back'],
  graded: ['confirm-level', 'change-level'],
  promoted: ['promote'],
  'sent-back': ['send-back'],
  released: ['release'],
  dismissed: ['dismiss'],
  'withdrawal-requested': ['request-withdrawal'],
  'withdrawal-refused': ['refuse-withdrawal'],
  withdrawn: ['approve-withdrawal'],
  merged: ['merge'],
  absorbed: ['merge'],
  unmerged: ['unmerge'],
  'let-go': ['unmerge'],
  linked: ['link-case'],
  unlinked: ['unlink-case'],
  reopened: ['reopen'],
  'message-sent': ['message'],
  'awareness-corrected': ['correct-awareness'],
  'convenor-told': ['report-convenor-told'],
  'act-approved': ['approve-act'],
  'act-declined': ['decline-act'],
  'act-withdrawn': ['withdraw-act'],
  held: ['hold'],
  'hold-lifted': ['lift-hold'],
  'checklist-item-done': ['tick-item'],
  'checklist-item-skipped': ['skip-item'],
  'checklist-item-reopened': ['reopen-item'],
  // The form asks for support and opens referrals, where the mechanism can do something about them.
  'support-requested': ['request-support', 'assign-support'],
  'support-assigned': ['assign-support'],
  'support-accepted': ['accept-support'],
  'support-declined': ['decline-support'],
  'support-recalled': ['recall-support'],
  'support-progressed': ['support-progress'],
  'support-finished': ['support-done'],
  'support-cancelled': ['cancel-support'],
  'support-rated': ['support-feedback'],
  'referral-opened': ['open-referral', 'send-referral'],
  'referral-sent': ['send-referral'],
  'referral-received': ['record-referral-receipt'],
  'referral-answered': ['record-referral-reply'],
  'referral-closed': ['close-referral'],
  'left-to-agency': ['leave-to-agency'],
  'meeting-called': ['call-meeting'],
  'stationing-ordered': ['order-stationing'],
  summoned: ['lift-hold'],
};

/** Whether a fact can ever happen under this pack. */
function happens(pack: Pack, fact: CaseFactKind | 'aware' | 'occurred'): boolean {
  if (fact === 'aware' || fact === 'occurred') return true;
  if (fact === 'threshold-reached' || fact === 'threshold-left') return pack.thresholds.length > 0;
  if (fact === 'clock-warned' || fact === 'clock-overdue') return pack.clocks.length > 0;
  if (fact === 'act-proposed' || fact === 'act-lapsed') return pack.fourEyes.length > 0;
  if (fact === 'checklist-opened') return pack.playbooks.length > 0;
  if (fact === 'acknowledged') return pack.routes.some((route) => route.expects !== 'none');
  if (fact === 'rung-reached') return pack.routes.some((route) => route.ladder !== undefined);
  const acts = CAUSED_BY[fact];
  return acts === undefined || pack.transitions.some((one) => acts.includes(one.act));
}

function templates(pack: Pack): Finding[] {
  const used = new Set(pack.routes.map((route) => route.template));
  if (pack.ladders.length > 0) used.add(RUNG_TEMPLATE);
  const ids = new Set(pack.templates.map((template) => template.id));
  return pack.templates.flatMap((template, index) => {
    const found: Finding[] = [];
    const closed = template.id.endsWith(CLOSED_SUFFIX);
    const base = closed ? template.id.slice(0, -CLOSED_SUFFIX.length) : template.id;
    if (closed && !ids.has(base))
      found.push(finding('closed-template-alone', ['templates', index], { id: base }));
    if (!used.has(base)) found.push(finding('template-unused', ['templates', index], { id: template.id }));
    for (const part of ['subject', 'body', 'asked'] as const) {
      const path = ['templates', index, part];
      const slots = { zh: slotsOf(template[part].zh), en: slotsOf(template[part].en) };
      for (const slot of new Set([...slots.zh, ...slots.en])) {
        const known =
          (PLACEHOLDERS as readonly string[]).includes(slot) && !(part === 'asked' && slot === 'asked');
        if (!known) {
          found.push(finding('unknown-placeholder', path, { slot, allowed: PLACEHOLDERS.join(', ') }));
        }
        if (closed && (slot === 'organisation' || slot === 'party'))
          found.push(finding('closed-template-leaks', path, { slot }));
        if (slots.zh.includes(slot) !== slots.en.includes(slot)) {
          found.push(finding('languages-differ', path, { slots: `{${slot}}` }));
        }
      }
    }
    return found;
  });
}

const ROLE_OF: Partial<Record<Selector, Role>> = {
  convenor: 'convenor',
  'deputy-convenors': 'deputy-convenor',
  'service-centre': 'service-centre',
};

function routes(pack: Pack): Finding[] {
  return pack.routes.flatMap((route, index) => {
    const found: Finding[] = [];
    if (!happens(pack, route.on)) {
      found.push(finding('route-never-taken', ['routes', index, 'on'], { fact: route.on }));
    }
    if (route.within !== undefined && route.expects === 'none') {
      found.push(finding('within-without-expectation', ['routes', index, 'within']));
    }
    for (const selector of route.to) {
      const role = ROLE_OF[selector];
      if (role !== undefined && !pack.posts.some((post) => post.role === role)) {
        found.push(finding('selector-without-post', ['routes', index, 'to'], { selector }));
      }
    }
    return found;
  });
}

function clocks(pack: Pack): Finding[] {
  return pack.clocks.flatMap((clock, index) => {
    const found: Finding[] = [];
    const at = (key: string) => ['clocks', index, key];
    if (!happens(pack, clock.start))
      found.push(finding('clock-never-starts', at('start'), { fact: clock.start }));
    const meets = (fact: CaseFactKind) =>
      fact === 'acknowledged' && clock.byCapacity !== undefined
        ? pack.routes.some((route) => route.expects !== 'none' && route.capacity === clock.byCapacity)
        : happens(pack, fact);
    if (!clock.satisfiedBy.some(meets)) {
      found.push(
        finding('clock-never-satisfied', at('satisfiedBy'), { facts: clock.satisfiedBy.join(', ') }),
      );
    }
    if (clock.byCapacity !== undefined && !clock.satisfiedBy.includes('acknowledged')) {
      found.push(finding('capacity-without-acknowledgement', at('byCapacity')));
    }
    if (clock.onDue === 'reach-threshold' && pack.thresholds.length === 0) {
      found.push(finding('reach-without-threshold', at('onDue')));
    }
    return found;
  });
}

const ANSWERING: readonly Role[] = ['duty-officer', 'subgroup-officer'];
const CONVENED = ['subgroup', 'working-group', 'service-centre'];

/** Groups need somebody who convenes them and, where notices go to them, somebody who reads them. */
function posts(pack: Pack): Finding[] {
  const found: Finding[] = [];
  pack.groups.forEach((group, index) => {
    const { id, kind } = group;
    if (CONVENED.includes(kind) && group.convenedBy === undefined) {
      found.push(finding('no-convening-body', ['groups', index], { id }));
    }
    const answers = pack.posts.some((post) => post.group === id && ANSWERING.includes(post.role));
    if (kind === 'subgroup' && !answers) found.push(finding('group-without-post', ['groups', index], { id }));
  });
  const needSubgroup = (id: string | undefined, ...path: (string | number)[]) => {
    const group = pack.groups.find((one) => one.id === id);
    if (group !== undefined && group.kind !== 'subgroup') {
      found.push(finding('not-a-subgroup', path, { id: group.id }));
    }
  };
  pack.sectors.forEach((sector, index) => {
    needSubgroup(sector.subgroup, 'sectors', index, 'subgroup');
  });
  pack.compartments.forEach((one, index) => {
    needSubgroup(one.group, 'compartments', index, 'group');
  });
  needSubgroup(pack.unassignedSubgroup, 'unassignedSubgroup');
  needSubgroup(pack.desk.group, 'desk', 'group');
  const press = pack.posts.filter((post) => post.press);
  pack.posts.forEach((post, index) => {
    if (post.press && press[0] !== post) {
      found.push(finding('press-twice', ['posts', index, 'press'], { other: press[0]?.id ?? '' }));
    }
  });
  return found;
}
