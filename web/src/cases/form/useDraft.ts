import { useEffect, useRef, useState } from 'react';
import type { FileReportInput } from '../../../../src/cases/contract.ts';
import { serverNow } from '../../ui/server-clock.ts';
import type { KeepStatus, KeptDraft } from './keeper.ts';
import { DraftKeeper, openingOf } from './keeper.ts';
import type { FormKey } from './merge.ts';
import { draftServer } from './queries.ts';
import { draftKey, shelfOf } from './shelf.ts';
import type { DraftAbout, FormState } from './state.ts';

export type DraftState =
  | { kind: 'opening' }
  /** Neither this device nor the server has it. */
  | { kind: 'none' }
  /** It is not on this device, and the server cannot be asked. */
  | { kind: 'unreachable' }
  | {
      kind: 'open';
      form: FormState;
      about: DraftAbout;
      status: KeepStatus;
      filing: FileReportInput | undefined;
    };

export interface DraftHandle {
  state: DraftState;
  change: (form: FormState, about?: DraftAbout) => void;
  setFiling: (filing: FileReportInput | undefined) => Promise<void>;
  resolve: DraftKeeper['resolve'];
  /** Ends saving; with `forget` the draft leaves this device. */
  close: (forget?: boolean) => void;
}

/** Opens a draft and keeps it saved for as long as the screen is shown. */
export function useDraft(
  personId: string,
  id: string,
  onTaken: (fields: readonly FormKey[]) => void,
): DraftHandle {
  const [state, setState] = useState<DraftState>({ kind: 'opening' });
  const keeper = useRef<DraftKeeper | null>(null);
  const taken = useRef(onTaken);
  taken.current = onTaken;

  useEffect(() => {
    let current = true;
    const shelf = shelfOf(personId);
    const set = (change: Partial<Extract<DraftState, { kind: 'open' }>>): void => {
      if (current) setState((now) => (now.kind === 'open' ? { ...now, ...change } : now));
    };
    const begin = (draft: KeptDraft, status: KeepStatus): DraftKeeper => {
      const made = new DraftKeeper({
        id,
        draft,
        shelf,
        server: draftServer,
        now: serverNow,
        later: (milliseconds, run) => {
          const timer = setTimeout(run, milliseconds);
          return () => clearTimeout(timer);
        },
        onStatus: (next) => set({ status: next }),
        onForm: (form, fields) => {
          set({ form });
          taken.current(fields);
        },
      });
      keeper.current = made;
      setState({ kind: 'open', form: draft.form, about: draft.about, status, filing: draft.filing });
      return made;
    };

    const openDraft = async (): Promise<void> => {
      const kept = shelf.get(id);
      // A draft that never left this device is unknown elsewhere.
      const view = kept?.revision === 0 ? null : await draftServer.read(id).catch(() => undefined);
      if (!current) return;
      const opening = openingOf(kept, view);
      if (!opening) {
        setState({ kind: view === undefined ? 'unreachable' : 'none' });
        return;
      }
      const { draft, meet, gone } = opening;
      const saved: KeepStatus = draft.revision > 0 ? { kind: 'saved', at: draft.at } : { kind: 'untouched' };
      const made = begin(draft, gone ? { kind: 'gone' } : saved);
      if (gone) made.stop();
      else if (meet) made.meet(meet);
      else if (draft.dirty) void made.sync();
    };
    void openDraft();

    const retry = (): void => void keeper.current?.sync();
    const onHide = (): void => {
      if (document.visibilityState === 'hidden') void keeper.current?.sync();
    };
    const onStorage = (event: StorageEvent): void => {
      // Filed or thrown away in another tab.
      if (event.key === draftKey(personId, id) && event.newValue === null && current) {
        keeper.current?.stop();
        set({ status: { kind: 'gone' } });
      }
    };
    window.addEventListener('online', retry);
    window.addEventListener('storage', onStorage);
    document.addEventListener('visibilitychange', onHide);
    return () => {
      current = false;
      window.removeEventListener('online', retry);
      window.removeEventListener('storage', onStorage);
      document.removeEventListener('visibilitychange', onHide);
      void keeper.current?.sync();
      keeper.current?.stop();
      keeper.current = null;
    };
  }, [personId, id]);

  return {
    state,
    change: (form, about) => {
      keeper.current?.change(form, about);
      setState((now) => (now.kind === 'open' ? { ...now, form, about: about ?? now.about } : now));
    },
    setFiling: async (filing) => {
      setState((now) => (now.kind === 'open' ? { ...now, filing } : now));
      await keeper.current?.setFiling(filing);
    },
    resolve: (conflict, choices) => keeper.current?.resolve(conflict, choices),
    close: (forget) => keeper.current?.stop(forget),
  };
}
