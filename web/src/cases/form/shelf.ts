/** Drafts and answers kept on this device, apart for each person, so that a shared computer shows nobody else's. */
import type { FiledAnswer } from '../../../../src/cases/contract.ts';
import type { DraftShelf, KeptDraft } from './keeper.ts';
import { readForm } from './state.ts';

const DRAFT = 'tocsin.draft';
const FILED = 'tocsin.filed';

function parse<T>(text: string | null): T | null {
  if (text === null) return null;
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}

function read<T>(key: string): T | null {
  try {
    return parse<T>(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function write(key: string, value: unknown): boolean {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

function drop(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // Storage is forbidden; nothing was kept.
  }
}

/** This person's drafts on this device. */
export function shelfOf(personId: string): DraftShelf & { all: () => { id: string; draft: KeptDraft }[] } {
  const prefix = `${DRAFT}.${personId}.`;
  const get = (id: string): KeptDraft | null => {
    const kept = read<KeptDraft>(prefix + id);
    const form = kept ? readForm(kept.form as unknown as Record<string, unknown>) : null;
    return kept && form ? { ...kept, form } : null;
  };
  return {
    get,
    put: (id, draft) => write(prefix + id, draft),
    remove: (id) => drop(prefix + id),
    all: () => {
      try {
        return Object.keys(localStorage)
          .filter((key) => key.startsWith(prefix))
          .flatMap((key) => {
            const id = key.slice(prefix.length);
            const draft = get(id);
            return draft ? [{ id, draft }] : [];
          });
      } catch {
        return [];
      }
    },
  };
}

/** The answer to a filing, so that going back to the draft's address leads to the case, not to an empty form. */
export interface KeptAnswer {
  draftId: string;
  answer: FiledAnswer;
}
const KEEP = 20;

export function keepAnswer(personId: string, draftId: string, answer: FiledAnswer): void {
  const kept = answers(personId).filter((one) => one.draftId !== draftId);
  write(`${FILED}.${personId}`, [{ draftId, answer }, ...kept].slice(0, KEEP));
}

export function answers(personId: string): KeptAnswer[] {
  const kept = read<KeptAnswer[]>(`${FILED}.${personId}`);
  return Array.isArray(kept) ? kept : [];
}

/** The storage key of a draft, for the `storage` event of other tabs. */
export function draftKey(personId: string, id: string): string {
  return `${DRAFT}.${personId}.${id}`;
}
