import { describe, expect, it } from 'vitest';
import { isAffair } from '../../../src/cases/affairs-rules.ts';
import type { CaseActName } from '../../../src/cases/contract.ts';
import { caseAct } from '../../../src/cases/contract.ts';
import type { ActForm } from './act-form.ts';
import { mayPreview, missing, NO_FORM, payload, previewPayload } from './act-form.ts';

const id = '7d2f0c7e-4a7e-4b52-9a53-6d1f0f6d6c11';
const empty: ActForm = { ...NO_FORM, proposal: 4 };
const full: ActForm = {
  ...empty,
  level: 'B',
  reason: '備援已接手',
  text: '請補充影響範圍',
  person: { id, label: '' },
  target: { id, label: '' },
  when: { ...empty.when, at: '2026-11-22T01:42:00.000Z' },
  authority: '某檢察署',
  reference: '115 偵 1',
  place: '應變中心',
  outcome: 'resolved',
};
/** Acts of the dialog; those about a procedure, support or a referral have their place beside what they are about. */
const acts = caseAct.options
  .map((option) => option.shape.act.value as CaseActName)
  .filter((act) => !isAffair(act));
const sentences = {
  form: {
    needLevel: 'level',
    needText: 'text',
    needPerson: 'person',
    needTarget: 'target',
    needTime: 'time',
    needReason: 'reason',
    needPlace: 'place',
    needOutcome: 'outcome',
  },
  hold: { needAuthority: 'authority', needReference: 'reference' },
};

describe('what an act sends', () => {
  it.each(acts)('%s: a filled dialog is what the API accepts', (act) => {
    expect(missing(act, full, true, sentences)).toBeNull();
    expect(caseAct.safeParse({ act, revision: 3, ...payload(act, full) }).error).toBeUndefined();
  });

  it.each(acts)('%s: who would be told can be asked before a word is written', (act) => {
    const chosen = { ...empty, level: 'A', person: full.person, target: full.target };
    expect(mayPreview(act, chosen)).toBe(true);
    const body = { act, revision: 3, ...previewPayload(act, chosen, new Date('2026-11-22T01:42:00Z')) };
    expect(caseAct.safeParse(body).error).toBeUndefined();
  });

  it('names the first thing missing', () => {
    expect(missing('change-level', empty, true, sentences)).toBe('level');
    expect(missing('change-level', { ...empty, level: 'C' }, true, sentences)).toBe('reason');
    expect(missing('confirm-level', { ...empty, level: 'C' }, false, sentences)).toBeNull();
    expect(missing('message', { ...empty, text: '  ' }, false, sentences)).toBe('text');
    expect(missing('hand-over', empty, false, sentences)).toBe('person');
    expect(missing('merge', empty, false, sentences)).toBe('target');
    expect(missing('report-convenor-told', empty, false, sentences)).toBe('time');
    expect(missing('hold', empty, false, sentences)).toBe('authority');
    expect(missing('hold', { ...empty, authority: '某檢察署' }, false, sentences)).toBe('reference');
    expect(missing('release', { ...empty, outcome: '' }, false, sentences)).toBe('outcome');
    expect(missing('release', empty, false, sentences)).toBeNull();
    expect(missing('take', empty, false, sentences)).toBeNull();
  });
});
