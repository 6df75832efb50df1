import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ToldParty } from '../../../../src/cases/contract.ts';
import { fileReport } from '../../../../src/cases/contract.ts';
import { reportContent } from '../../../../src/cases/report-content.ts';
import { loadPack } from '../../../../src/mechanism/load.ts';
import { hostName, ipAddress, webAddress } from '../../../../src/platform/fields.ts';
import { addressesOf, readAddresses } from './addresses.ts';
import { controlFor, faultsOf, faultsOfProblem } from './faults.ts';
import { mergeForms, resolveConflicts } from './merge.ts';
import { doneOf, elapsedLength, filingDue, planOf } from './progress.ts';
import {
  changedIn,
  contentOf,
  filingOf,
  gradeOfSystems,
  hostFromSystem,
  startFromReport,
  startInitial,
  startOnBehalf,
} from './request.ts';
import type { FormState } from './state.ts';
import { emptyForm, emptyHost, NO_MOMENT, readForm } from './state.ts';
import { isGravest, knownRoles, toldItems, woken } from './told.ts';

const { pack } = loadPack(fileURLToPath(new URL('../../../../packs/tw-2002', import.meta.url)));
const NOW = new Date('2026-11-22T01:31:00.000Z');
const about = {
  organisationId: '00000000-0000-4000-8000-000000000001',
  caseId: null,
  kind: 'initial' as const,
};
const five: FormState = {
  ...emptyForm(),
  description: '網頁遭竄改。',
  scope: '僅對外網頁。',
  measures: '已下線。',
  impactLevel: 'D',
  contactPhone: '02-0000-1234',
};

describe('pasted addresses', () => {
  it('S8.F3.13, S8.F3.14, S8.F3.17: sorts a mixed paste, made unclickable or full-width, each once', () => {
    const text =
      '192.0.2[.]1、2001:db8::10\nhxxps://evil[.]example/a?b=1 １９２．０．２．１\twww.agency.example，機關.example';
    expect(addressesOf(text)).toEqual({
      ips: ['192.0.2.1', '2001:db8::10'],
      domains: ['www.agency.example', '機關.example'],
      urls: ['https://evil.example/a?b=1'],
    });
  });

  it.each([
    ['192.0.2.1:8080', 'port'],
    ['his.agency.example:443', 'port'],
    ['192.0.2.1-192.0.2.9', 'range'],
    ['192.0.2.300', 'octet'],
    ['192.0.2.0/40', 'prefix'],
    ['it@agency.example', 'email'],
    ['www.agency.example/path', 'no-scheme'],
    ['伺服器', 'unreadable'],
  ])('%s: keeps it and says why (%s)', (raw, fault) => {
    expect(readAddresses(raw)).toEqual([{ ok: false, raw, fault }]);
  });

  it('calls good only what the server takes, and sends it as the server stores it', () => {
    const piece = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.domain(),
      fc.webUrl(),
      fc.string({ maxLength: 30 }),
      fc.stringMatching(/^[0-9a-f:./\-[\]a-z%]{1,24}$/),
    );
    const schemas = { ip: ipAddress, domain: hostName, url: webAddress };
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        for (const token of readAddresses(pieces.join(' '))) {
          if (token.ok)
            expect(schemas[token.kind].safeParse(token.value)).toMatchObject({
              success: true,
              data: token.value,
            });
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('what a use of the form asks', () => {
  it('five fields now for an initial report, in the order people tell it; the rest may follow', () => {
    expect(planOf(pack, 'initial').now.map((field) => field.id)).toEqual([
      'description',
      'scope',
      'measures',
      'impactLevel',
      'contactPhone',
    ]);
  });

  it('S8.3.6: a recovery report asks solution, time and cause first', () => {
    expect(planOf(pack, 'recovery').now.map((field) => field.id)).toEqual([
      'solution',
      'resolvedAt',
      'cause',
    ]);
    expect(planOf(pack, 'follow-up').now).toEqual([]);
  });

  it('puts every asked field somewhere, whichever use', () => {
    const all = pack.forms.incident.sections.flatMap((section) => section.fields.map((field) => field.id));
    for (const kind of ['initial', 'follow-up', 'recovery'] as const) {
      const plan = planOf(pack, kind);
      const shown = [...plan.now, ...plan.later.flatMap((group) => group.fields)].map((field) => field.id);
      expect([...shown, 'agencyName'].sort()).toEqual([...all].sort());
    }
  });

  it('another mechanism gives another form', () => {
    const other = structuredClone(pack);
    for (const section of other.forms.incident.sections) {
      for (const field of section.fields) {
        if (field.id === 'scope') field.asks.initial = 'hidden';
        if (field.id === 'occurred') field.asks.initial = 'now';
      }
    }
    const plan = planOf(other, 'initial');
    expect(plan.now.map((field) => field.id)).toEqual([
      'description',
      'measures',
      'impactLevel',
      'occurred',
      'contactPhone',
    ]);
    expect(plan.later.flatMap((group) => group.fields).some((field) => field.id === 'scope')).toBe(false);
  });

  it('counts "not yet known" as an answer', () => {
    const { now } = planOf(pack, 'initial');
    expect(doneOf(now, contentOf(emptyForm()))).toBe(0);
    expect(doneOf(now, contentOf(five))).toBe(5);
    expect(doneOf(now, contentOf({ ...five, scope: '', measures: '', unknown: ['scope', 'measures'] }))).toBe(
      5,
    );
  });

  it('H14: knows when the report should be in, and asks nothing of the kind of a follow-up', () => {
    const aware = '2026-11-22T00:00:00.000Z';
    expect(filingDue(pack.clocks, 'initial', 'D', aware)?.due).toBe(Date.parse('2026-11-22T01:00:00.000Z'));
    expect(filingDue(pack.clocks, 'follow-up', 'D', aware)).toBeNull();
    expect(filingDue(pack.clocks, 'initial', 'D', null)).toBeNull();
    expect([elapsedLength('PT1H30M'), elapsedLength('PT45S'), elapsedLength('P1D')]).toEqual([
      5_400_000,
      45_000,
      null,
    ]);
  });
});

describe('what keeps it from being filed', () => {
  it('nothing, once the five are in', () => {
    expect(faultsOf(pack, 'initial', five, NOW)).toEqual([]);
    expect(fileReport.safeParse(filingOf(five, about)).success).toBe(true);
  });

  it('names each missing field by its control', () => {
    expect(faultsOf(pack, 'initial', emptyForm(), NOW)).toEqual([
      { control: 'impactLevel', part: 'impactLevel', code: 'no-level' },
      { control: 'contactPhone', part: 'contactPhone', code: 'required' },
      { control: 'description', part: 'description', code: 'required' },
      { control: 'scope', part: 'scope', code: 'required' },
      { control: 'measures', part: 'measures', code: 'required' },
    ]);
  });

  it('asks about a time or an address that was typed and not understood', () => {
    const form: FormState = {
      ...five,
      occurred: { ...NO_MOMENT, text: '早上吧' },
      hosts: [emptyHost('a'), { ...emptyHost('b'), addresses: '192.0.2.1 192.0.2.1:80' }],
      measuresLog: [{ key: 'm', when: NO_MOMENT, text: '斷網' }],
    };
    expect(faultsOf(pack, 'initial', form, NOW)).toEqual([
      { control: 'occurred', part: 'occurred', code: 'unread-time' },
      { control: 'log-0-when', part: 'measuresLog', code: 'required' },
      { control: 'host-1-addresses', part: 'hosts', code: 'address-port', about: '192.0.2.1:80' },
    ]);
  });

  it('leads every path of the server to the control that can repair it', () => {
    const form = { hosts: [emptyHost('a'), { ...emptyHost('b'), name: '主機' }], measuresLog: [] };
    expect(controlFor('content.hosts.0.ips.1', form)).toEqual({ control: 'host-1-addresses', part: 'hosts' });
    expect(controlFor('content.hosts.0.makeModel', form).control).toBe('host-1-makeModel');
    expect(controlFor('content.occurred.at').control).toBe('occurred');
    expect(controlFor('content.flags.crime.toldAt').control).toBe('flag-crime-toldAt');
    expect(controlFor('content.supportItems.0').control).toBe('support');
    expect(controlFor('content.attachments.2').control).toBe('attachments');
    expect(controlFor('content.measuresLog.0.at').control).toBe('log-0-when');
    expect(controlFor('lateReason').control).toBe('lateReason');
    expect(controlFor('organisationId').control).toBe('organisationId');
    expect(controlFor('').control).toBe('form');
  });

  it('H14 H45: an earlier telling of one’s own needs its reason, and cannot lie before the awareness', () => {
    const at = (minutes: number) => {
      const time = new Date(NOW.getTime() + minutes * 60_000).toISOString();
      return { ...NO_MOMENT, text: time, at: time };
    };
    const told = { ...five, toldAt: at(-60), aware: at(-90) };
    const faults = (form: FormState) =>
      faultsOf(pack, 'initial', form, NOW).map((fault) => `${fault.control}:${fault.code}`);
    expect(faults(told)).toEqual(['lateReason:required']);
    expect(faults({ ...told, lateReason: '網站中斷，先打了電話。' })).toEqual([]);
    expect(faults({ ...told, channel: 'telephone' })).toEqual([]);
    expect(faults({ ...told, lateReason: '先打了電話。', aware: at(-30) })).toEqual([
      'toldAt:before-awareness',
    ]);
    expect(faults({ ...told, lateReason: '先打了電話。', aware: { ...at(-30), estimated: true } })).toEqual(
      [],
    );
    expect(filingOf(told, about).toldAt).toBe(told.toldAt.at);
  });

  it('keeps one message per control', () => {
    const problem = (path: string) => ({ path, code: 'bad-ip' as const, message: `不是 IP：${path}` });
    const faults = faultsOfProblem([problem('content.hosts.0.ips.0'), problem('content.hosts.0.ips.1')], {
      ...five,
      hosts: [{ ...emptyHost('a'), name: 'x' }],
    });
    expect(faults).toEqual([
      { control: 'host-0-addresses', part: 'hosts', message: '不是 IP：content.hosts.0.ips.0' },
    ]);
  });
});

describe('what a report begins with', () => {
  const me = {
    person: {
      id: 'p',
      name: { zh: '許文彬', en: 'Hsu' },
      title: '',
      email: 'h@a.example',
      phone: '02-0000-1',
      fax: '',
    },
    organisation: {
      id: 'o',
      name: { zh: '甲', en: 'A' },
      sectors: [],
      phone: '02-0000-2',
      fax: '02-0000-3',
      email: 'a@a.example',
    },
  };

  it('S8.F3.7–11: who asks is known; awareness is now', () => {
    const now = { ...NO_MOMENT, text: '現在', at: NOW.toISOString() };
    const form = startInitial(me, 'zh-Hant', now);
    expect(form).toMatchObject({
      contactName: '許文彬',
      contactPhone: '02-0000-1',
      contactFax: '02-0000-3',
      agencyEmail: 'a@a.example',
    });
    expect(contentOf(form).aware).toEqual({ at: NOW.toISOString(), precision: 'minute', estimated: false });
  });

  it('SI.4: on behalf, the other body’s own contact stands there and the channel is not the web', () => {
    const body = {
      phone: '02-0000-9',
      fax: '',
      email: 'b@b.example',
      contacts: [
        {
          personId: 'c',
          name: { zh: '王', en: 'W' },
          title: '',
          phone: null,
          fax: null,
          mobile: null,
          email: null,
          confirmedAt: null,
        },
      ],
    };
    const form = startOnBehalf(startInitial(me, 'zh-Hant', NO_MOMENT), body, 'zh-Hant');
    expect(form).toMatchObject({
      channel: 'telephone',
      contactName: '王',
      contactPhone: '02-0000-9',
      agencyEmail: 'b@b.example',
    });
  });

  it('S8.3.7: a follow-up begins as the last report stood and files the same content', () => {
    const content = reportContent.parse({
      impactLevel: 'B',
      description: '甲',
      occurred: { at: '2026-11-22T00:00:00.000Z', precision: 'minute', estimated: true },
      hosts: [{ name: '主機', ips: ['192.0.2.1'], domains: ['a.example'], urls: ['https://a.example/'] }],
      flags: { life: null, equipment: null, crime: { toldWhom: '乙', toldAt: null }, disaster: null },
      measuresLog: [{ at: '2026-11-22T00:10:00.000Z', text: '斷網' }],
      unknown: ['aware', 'cause', 'scope'],
    });
    const form = startFromReport({ content, suspected: false }, 'follow-up', (at) => at, String);
    const again = contentOf(form);
    expect({ ...again, unknown: again.unknown.toSorted() }).toEqual({
      ...content,
      unknown: content.unknown.toSorted(),
    });
    expect(changedIn(content, again)).toEqual(new Set());
    const [a, b] = ['0190a0a0-0000-7000-8000-00000000000a', '0190a0a0-0000-7000-8000-00000000000b'] as const;
    const files = (attachments: string[]) => ({ ...content, attachments });
    expect(changedIn(files([a]), files([]))).toEqual(new Set());
    expect(changedIn(files([a]), files([a]))).toEqual(new Set());
    expect(changedIn(files([a]), files([b]))).toEqual(new Set(['attachments']));
    expect(changedIn(content, { ...again, scope: '改', supportText: '請協助' })).toEqual(
      new Set(['scope', 'support']),
    );
    const recovery = startFromReport({ content, suspected: false }, 'recovery', (at) => at, String);
    expect(recovery.unknown).toEqual(['scope']);
  });

  it('S7.13.1.3: a registered system fills in its host and gives the gravest grade', () => {
    const system = {
      id: 's',
      name: { zh: '掛號', en: 'Reg' },
      securityGrade: 'B',
      makeModel: 'M',
      osName: 'L',
      osVersion: '9',
      osSerial: '',
      ips: ['192.0.2.1'],
      domains: [],
      urls: [],
      mechanisms: ['firewall'],
    };
    const host = hostFromSystem(
      { ...emptyHost('k'), makeModel: '手填', addresses: '192.0.2.1' },
      system,
      'zh-Hant',
    );
    expect(host).toMatchObject({
      name: '掛號',
      makeModel: '手填',
      addresses: '192.0.2.1',
      mechanisms: ['firewall'],
    });
    const other = { ...system, id: 't', securityGrade: 'C' };
    expect(gradeOfSystems([{ ...host, systemId: 't' }, host], [system, other], pack.securityGrades)).toBe(
      'B',
    );
  });
});

describe('who will be told, in words', () => {
  const party = (n: number, capacities: ToldParty['capacities']): ToldParty => ({
    postId: `p${n}`,
    postName: { zh: `職位${n}`, en: `Post ${n}` },
    organisationId: `o${n}`,
    organisationName: { zh: `機關${n}`, en: `Body ${n}` },
    capacities,
    expects: 'acknowledgement',
    vacant: false,
  });
  const deputies = [1, 2, 3].map((n) => party(n, ['deputy-convenor']));

  it('names few, counts many, leaves the reporter out', () => {
    const items = toldItems([party(8, ['centre']), ...deputies, party(9, ['reporter'])]);
    expect(items).toEqual([
      { kind: 'body', name: { zh: '機關8', en: 'Body 8' }, capacity: 'centre' },
      { kind: 'many', count: 3, capacity: 'deputy-convenor' },
    ]);
  });

  it('DEC-4: knows the deputies a proposed A wakes, although they are told for information only', () => {
    const onFiling = [party(8, ['centre']), ...[1, 2, 3].map((n) => party(n, ['informed']))];
    expect(woken(onFiling)).toEqual([]);
    expect(woken(knownRoles(onFiling, deputies)).map((one) => one.postId)).toEqual(['p1', 'p2', 'p3']);
    expect(isGravest(pack.levels, 'A')).toBe(true);
    expect(isGravest(pack.levels, 'B')).toBe(false);
  });
});

describe('two versions of one draft', () => {
  const base = five;
  it('brings changes of different fields together without a question', () => {
    const merged = mergeForms(base, { ...base, scope: '我的' }, { ...base, measures: '他的' });
    expect(merged).toEqual({
      form: { ...base, scope: '我的', measures: '他的' },
      conflicts: [],
      taken: ['measures'],
    });
  });

  it('asks about a field both changed, and does what is chosen', () => {
    const theirs = { ...base, scope: '他的' };
    const merged = mergeForms(base, { ...base, scope: '我的' }, theirs);
    expect(merged.conflicts).toEqual(['scope']);
    expect(resolveConflicts(merged, theirs, {}).scope).toBe('我的');
    expect(resolveConflicts(merged, theirs, { scope: 'theirs' }).scope).toBe('他的');
  });

  it('needs no choice where both wrote the same', () => {
    const both = { ...base, scope: '一樣' };
    expect(mergeForms(base, both, { ...both }).conflicts).toEqual([]);
  });

  it('reads a stored draft back, also one that lacks or garbles parts', () => {
    expect(readForm(JSON.parse(JSON.stringify(five)))).toEqual(five);
    expect(readForm({ v: 1, scope: '有', hosts: 'x', occurred: { text: 1 } })).toEqual({
      ...emptyForm(),
      scope: '有',
    });
    expect(readForm({ v: 2 })).toBeNull();
  });
});
