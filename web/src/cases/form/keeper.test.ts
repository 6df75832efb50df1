import { beforeEach, describe, expect, it } from 'vitest';
import type { DraftView } from '../../../../src/cases/contract.ts';
import { Problem } from '../../api/problem.ts';
import type { DraftServer, DraftShelf, KeepStatus, KeptDraft } from './keeper.ts';
import { DraftKeeper, openingOf } from './keeper.ts';
import type { FormState } from './state.ts';
import { emptyForm } from './state.ts';

const ID = '00000000-0000-4000-8000-00000000000d';
const about = { organisationId: ID, caseId: null, kind: 'initial' as const };
const form = (scope: string, more: Partial<FormState> = {}): FormState => ({
  ...emptyForm(),
  scope,
  ...more,
});

/** A server that behaves as the contract says: a stale revision is refused, nothing is overwritten. */
class Server implements DraftServer {
  held: DraftView | null = null;
  down = false;
  gone = false;
  readonly save: DraftServer['save'] = async (id, draft) => {
    if (this.down) throw new Problem(0, {}, true);
    if (this.gone) throw new Problem(404, { code: 'not-found' });
    if ((this.held?.revision ?? 0) !== draft.revision) throw new Problem(409, { code: 'draft-changed' });
    const at = '2026-11-22T01:00:00.000Z';
    this.held = {
      id,
      ...draft.about,
      caseNumber: null,
      content: JSON.parse(JSON.stringify(draft.form)),
      revision: draft.revision + 1,
      createdAt: at,
      updatedAt: at,
    };
    return this.held;
  };
  readonly read: DraftServer['read'] = async () => {
    if (this.down) throw new Problem(0, {}, true);
    return this.held;
  };
}

let server: Server;
let shelf: DraftShelf & { kept: Map<string, KeptDraft> };
let timers: (() => void)[];
let statuses: KeepStatus[];
let forms: FormState[];

beforeEach(() => {
  server = new Server();
  const kept = new Map<string, KeptDraft>();
  shelf = {
    kept,
    get: (id) => kept.get(id) ?? null,
    put: (id, draft) => {
      kept.set(id, draft);
      return true;
    },
    remove: (id) => void kept.delete(id),
  };
  timers = [];
  statuses = [];
  forms = [];
});

function open(
  draft: KeptDraft = { about, form: form(''), base: null, revision: 0, dirty: false, at: 0 },
): DraftKeeper {
  return new DraftKeeper({
    id: ID,
    draft,
    shelf,
    server,
    now: () => 1000,
    later: (_, run) => {
      timers.push(run);
      return () => {
        timers = timers.filter((one) => one !== run);
      };
    },
    onStatus: (status) => statuses.push(status),
    onForm: (next) => forms.push(next),
  });
}
const last = (): KeepStatus | undefined => statuses.at(-1);
/** Lets every planned save run to its end. */
async function settle(keeper: DraftKeeper): Promise<void> {
  while (timers.length > 0) {
    timers.shift();
    await keeper.sync();
  }
}

describe('a draft being kept', () => {
  it('is on this device at once and at the server a moment later', async () => {
    const keeper = open();
    keeper.change(form('門診'));
    expect(shelf.get(ID)?.form.scope).toBe('門診');
    expect(server.held).toBeNull();
    await settle(keeper);
    expect(server.held?.content['scope']).toBe('門診');
    expect(last()).toEqual({ kind: 'saved', at: 1000 });
    expect(keeper.draft).toMatchObject({ revision: 1, dirty: false });
  });

  it('survives a lost connection: typing goes on here, and all of it arrives afterwards', async () => {
    const keeper = open();
    server.down = true;
    keeper.change(form('門'));
    await keeper.sync();
    keeper.change(form('門診'));
    expect(last()).toMatchObject({ kind: 'here', why: 'offline' });
    expect(timers.length).toBeGreaterThan(0);
    server.down = false;
    await settle(keeper);
    expect(server.held?.content['scope']).toBe('門診');
  });

  it('takes over what another device changed in other fields', async () => {
    const keeper = open();
    keeper.change(form('門診'));
    await settle(keeper);
    await server.save(ID, { about, form: form('門診', { measures: '斷網' }), revision: 1 });
    keeper.change(form('門診與急診'));
    await settle(keeper);
    expect(server.held?.content).toMatchObject({ scope: '門診與急診', measures: '斷網' });
    expect(forms.at(-1)).toMatchObject({ measures: '斷網' });
  });

  it('asks when both wrote the same field, overwrites nothing until then, and does what is chosen', async () => {
    const keeper = open();
    keeper.change(form('門診'));
    await settle(keeper);
    await server.save(ID, { about, form: form('急診'), revision: 1 });
    keeper.change(form('住院'));
    await settle(keeper);
    const conflict = last();
    expect(conflict).toMatchObject({ kind: 'conflict' });
    expect(server.held?.content['scope']).toBe('急診');
    keeper.change(form('住院', { cause: '後來打的' }));
    await settle(keeper);
    expect(server.held?.content['scope']).toBe('急診');
    if (conflict?.kind !== 'conflict') throw new Error('no conflict');
    keeper.resolve(conflict, { scope: 'theirs' });
    await settle(keeper);
    expect(server.held?.content).toMatchObject({ scope: '急診', cause: '後來打的' });
    expect(shelf.get(ID)).toMatchObject({ dirty: false, revision: 3 });
  });

  it('saves nothing while it is being filed, and goes on when the filing is refused', async () => {
    const keeper = open();
    keeper.change(form('門診'));
    const onItsWay = keeper.sync();
    await keeper.setFiling({ kind: 'initial', organisationId: ID, content: { impactLevel: 'D' } });
    expect(server.held?.revision).toBe(1);
    await onItsWay;
    keeper.change(form('門診與急診'));
    await settle(keeper);
    await keeper.sync();
    expect(server.held?.revision).toBe(1);
    await keeper.setFiling(undefined);
    await settle(keeper);
    expect(server.held?.content['scope']).toBe('門診與急診');
  });

  it('says so when it was filed or thrown away elsewhere', async () => {
    const keeper = open({ about, form: form('x'), base: form('x'), revision: 3, dirty: false, at: 0 });
    server.gone = true;
    keeper.change(form('y'));
    await settle(keeper);
    expect(last()).toEqual({ kind: 'gone' });
  });

  it('is taken off the device when it is filed, and a late answer does not bring it back', async () => {
    const keeper = open();
    keeper.change(form('門診'));
    const late = keeper.sync();
    keeper.stop(true);
    await late;
    expect(shelf.get(ID)).toBeNull();
  });
});

describe('opening a draft', () => {
  const view = (revision: number, scope: string): DraftView => ({
    id: ID,
    ...about,
    caseNumber: null,
    content: form(scope) as unknown as Record<string, unknown>,
    revision,
    createdAt: '2026-11-22T00:00:00.000Z',
    updatedAt: '2026-11-22T01:00:00.000Z',
  });
  const kept = (revision: number, scope: string, dirty: boolean): KeptDraft => ({
    about,
    form: form(scope),
    base: form(''),
    revision,
    dirty,
    at: 5,
  });

  it('takes the server’s when this device has none or an older, unchanged one', () => {
    expect(openingOf(null, view(2, '甲'))?.draft).toMatchObject({
      revision: 2,
      dirty: false,
      form: { scope: '甲' },
    });
    expect(openingOf(kept(1, '舊', false), view(2, '甲'))?.draft.form.scope).toBe('甲');
  });

  it('takes this device’s when the server has none or the one it began with', () => {
    expect(openingOf(kept(0, '乙', true), null)).toMatchObject({
      draft: { form: { scope: '乙' }, dirty: true },
      meet: null,
    });
    expect(openingOf(kept(2, '乙', true), view(2, '甲'))).toMatchObject({
      draft: { form: { scope: '乙' } },
      meet: null,
    });
  });

  it('brings both together when both went on', () => {
    expect(openingOf(kept(1, '乙', true), view(2, '甲'))).toMatchObject({
      draft: { form: { scope: '乙' } },
      meet: { revision: 2 },
    });
  });

  it('knows a draft that was filed elsewhere from one the server never had or cannot be asked about', () => {
    expect(openingOf(kept(3, '乙', false), null)?.gone).toBe(true);
    expect(openingOf(kept(0, '乙', true), null)?.gone).toBe(false);
    expect(openingOf(kept(3, '乙', true), undefined)?.gone).toBe(false);
  });

  it('has nothing when nobody has it', () => {
    expect(openingOf(null, null)).toBeNull();
  });
});
