/**
 * Keeps a draft: on this device at every key, at the server a moment later, and again when the connection returns.
 * What others wrote meanwhile is merged; where both wrote the same field, somebody must choose. Knows no screen and no
 * network: both are given.
 */
import type { DraftView, FileReportInput } from '../../../../src/cases/contract.ts';
import { Problem } from '../../api/problem.ts';
import type { FormKey, Merged } from './merge.ts';
import { mergeForms, resolveConflicts } from './merge.ts';
import type { DraftAbout, FormState } from './state.ts';
import { readForm } from './state.ts';

/** A draft as this device holds it. */
export interface KeptDraft {
  about: DraftAbout;
  form: FormState;
  /** What the server held at `revision`; null while it holds nothing. */
  base: FormState | null;
  revision: number;
  /** Holds something the server has not confirmed. */
  dirty: boolean;
  /** When it was last written here, in ms. */
  at: number;
  /** A filing whose outcome is unknown: sent again exactly so, under the draft's id as its key. */
  filing?: FileReportInput;
}

/** Where drafts are kept on this device. */
export interface DraftShelf {
  get: (id: string) => KeptDraft | null;
  /** False when the device refuses to store (private mode, full). */
  put: (id: string, draft: KeptDraft) => boolean;
  remove: (id: string) => void;
}

/** The server's drafts. */
export interface DraftServer {
  save: (id: string, draft: { about: DraftAbout; form: FormState; revision: number }) => Promise<DraftView>;
  /** Null when it holds no such draft (any more). */
  read: (id: string) => Promise<DraftView | null>;
}

export type KeepStatus =
  | { kind: 'untouched' }
  | { kind: 'saving' }
  | { kind: 'saved'; at: number }
  /** Only on this device, because the server cannot be reached or refuses. */
  | { kind: 'here'; at: number; why: 'offline' | 'refused' }
  | { kind: 'conflict'; theirs: FormState; merged: Merged }
  /** Filed or thrown away elsewhere. */
  | { kind: 'gone' };

interface KeeperOptions {
  id: string;
  draft: KeptDraft;
  shelf: DraftShelf;
  server: DraftServer;
  now: () => number;
  /** Runs something later; the returned function calls it off. */
  later: (milliseconds: number, run: () => void) => () => void;
  onStatus: (status: KeepStatus) => void;
  /** The form changed without a key being pressed: the other side's fields were taken over. */
  onForm: (form: FormState, taken: readonly FormKey[]) => void;
}

const PAUSE = 1200;
const AGAIN = 5000;

/** Saves one draft while it is open. */
export class DraftKeeper {
  readonly #given: KeeperOptions;
  #draft: KeptDraft;
  #callOff: (() => void) | undefined;
  #running: Promise<void> | null = null;
  #stopped = false;
  #held = false;

  constructor(options: KeeperOptions) {
    this.#given = options;
    this.#draft = options.draft;
    // A filing of an earlier visit is found out about first.
    this.#held = options.draft.filing !== undefined;
  }

  get draft(): KeptDraft {
    return this.#draft;
  }

  /** Takes what was typed; on this device at once. */
  change(form: FormState, about: DraftAbout = this.#draft.about): void {
    const { id, shelf, now } = this.#given;
    this.#draft = { ...this.#draft, form, about, dirty: true, at: now() };
    shelf.put(id, this.#draft);
    this.#plan(PAUSE);
  }

  /**
   * Remembers a filing under way, so that a retry after a crash sends the same; until its answer nothing is saved, since
   * a filed draft is no draft any more. Settles when a save already on its way has ended.
   */
  async setFiling(filing: FileReportInput | undefined): Promise<void> {
    const { filing: _, ...rest } = this.#draft;
    this.#draft = filing ? { ...rest, filing } : rest;
    this.#given.shelf.put(this.#given.id, this.#draft);
    this.#held = filing !== undefined;
    this.#callOff?.();
    if (!filing && this.#draft.dirty) this.#plan(PAUSE);
    await this.#running;
  }

  #plan(milliseconds: number): void {
    if (this.#stopped || this.#held) return;
    this.#callOff?.();
    this.#callOff = this.#given.later(milliseconds, () => void this.sync());
  }

  /** Sends what the server does not have yet; also called when the connection returns or the page is left. */
  async sync(): Promise<void> {
    this.#callOff?.();
    if (this.#running || this.#stopped || this.#held || !this.#draft.dirty) return;
    this.#running = this.#save();
    try {
      await this.#running;
    } finally {
      this.#running = null;
    }
  }

  async #save(): Promise<void> {
    const { id, server, onStatus, now } = this.#given;
    const sent = this.#draft;
    onStatus({ kind: 'saving' });
    try {
      const view = await server.save(id, { about: sent.about, form: sent.form, revision: sent.revision });
      const dirty = this.#draft.form !== sent.form || this.#draft.about !== sent.about;
      this.#settle({ base: sent.form, revision: view.revision, dirty });
      if (!this.#stopped) onStatus({ kind: 'saved', at: now() });
      if (dirty) this.#plan(PAUSE);
    } catch (error) {
      if (!this.#stopped) await this.#refused(error);
    }
  }

  #settle(change: Partial<KeptDraft>): void {
    this.#draft = { ...this.#draft, ...change };
    if (!this.#stopped) this.#given.shelf.put(this.#given.id, this.#draft);
  }

  async #refused(error: unknown): Promise<void> {
    const { id, server, onStatus } = this.#given;
    if (!(error instanceof Problem)) throw error;
    if (error.code === 'draft-changed') {
      const view = await server.read(id).catch(() => undefined);
      if (view === undefined) this.#wait('offline');
      else if (view === null) onStatus({ kind: 'gone' });
      else this.meet(view);
    } else if (error.status === 404 || error.status === 410) {
      this.#held = true;
      onStatus({ kind: 'gone' });
    } else if (error.offline || error.status === 401 || error.status === 429 || error.status >= 500) {
      this.#wait('offline');
    } else {
      onStatus({ kind: 'here', at: this.#draft.at, why: 'refused' });
    }
  }

  #wait(why: 'offline' | 'refused'): void {
    this.#given.onStatus({ kind: 'here', at: this.#draft.at, why });
    this.#plan(AGAIN);
  }

  /** Brings in a newer version found at the server. */
  meet(view: DraftView): void {
    const theirs = readForm(view.content);
    if (!theirs) {
      this.#given.onStatus({ kind: 'here', at: this.#draft.at, why: 'refused' });
      return;
    }
    const merged = mergeForms(this.#draft.base, this.#draft.form, theirs);
    if (merged.conflicts.length > 0) {
      this.#held = true;
      this.#settle({ revision: view.revision });
      this.#given.onStatus({ kind: 'conflict', theirs, merged });
      return;
    }
    this.#settle({
      form: merged.form,
      base: theirs,
      revision: view.revision,
      dirty: !sameForm(merged.form, theirs),
    });
    if (merged.taken.length > 0) this.#given.onForm(merged.form, merged.taken);
    if (this.#draft.dirty) this.#plan(0);
    else this.#given.onStatus({ kind: 'saved', at: this.#given.now() });
  }

  /** Ends a conflict with somebody's choice for each field; what was typed while it was open is kept too. */
  resolve(
    conflict: { theirs: FormState; merged: Merged },
    choices: Readonly<Partial<Record<FormKey, 'mine' | 'theirs'>>>,
  ): void {
    const merged = mergeForms(this.#draft.base, this.#draft.form, conflict.theirs);
    const form = resolveConflicts(merged, conflict.theirs, choices);
    this.#held = false;
    this.#settle({ form, base: conflict.theirs, dirty: true });
    this.#given.onForm(form, [
      ...merged.taken,
      ...merged.conflicts.filter((key) => choices[key] === 'theirs'),
    ]);
    this.#plan(0);
  }

  /** Nothing is saved from here on; `forget` also takes it off this device. */
  stop(forget = false): void {
    this.#stopped = true;
    this.#callOff?.();
    if (forget) this.#given.shelf.remove(this.#given.id);
  }
}

const sameForm = (a: FormState, b: FormState): boolean => JSON.stringify(a) === JSON.stringify(b);

export interface Opening {
  draft: KeptDraft;
  /** The server's version, still to be merged into the copy of this device. */
  meet: DraftView | null;
  /** The server had it once and has it no more: filed or thrown away elsewhere. */
  gone: boolean;
}

/**
 * What to begin with when a draft is opened: this device's copy, the server's, or both brought together.
 * @param view the server's; null when it has none, undefined when it could not be asked
 */
export function openingOf(kept: KeptDraft | null, view: DraftView | null | undefined): Opening | null {
  const form = view ? readForm(view.content) : null;
  if (!view || !form) {
    if (!kept) return null;
    const gone = view === null && kept.revision > 0 && !kept.filing;
    return { draft: kept, meet: null, gone };
  }
  const about = { organisationId: view.organisationId, caseId: view.caseId, kind: view.kind };
  if (kept && kept.revision === view.revision) return { draft: kept, meet: null, gone: false };
  if (kept?.dirty) return { draft: kept, meet: view, gone: false };
  const filing = kept?.filing ? { filing: kept.filing } : {};
  return {
    draft: {
      about,
      form,
      base: form,
      revision: view.revision,
      dirty: false,
      at: Date.parse(view.updatedAt),
      ...filing,
    },
    meet: null,
    gone: false,
  };
}
