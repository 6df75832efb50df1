import type { ReactNode } from 'react';
import { useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { ChoiceGroup } from '../../ui/fields.tsx';
import { useText } from '../../ui/lang.tsx';
import type { FormKey, Merged } from './merge.ts';
import type { FormState } from './state.ts';
import { formText } from './texts.ts';

interface ConflictProps {
  conflict: { theirs: FormState; merged: Merged };
  mine: FormState;
  nameOf: (key: FormKey) => string;
  onResolve: (choices: Partial<Record<FormKey, 'mine' | 'theirs'>>) => void;
}

/** Both sides of every field that two devices changed, one choice each; nothing is overwritten before. */
export function Conflict({ conflict, mine, nameOf, onResolve }: ConflictProps) {
  const t = useText(formText);
  const [choices, setChoices] = useState<Partial<Record<FormKey, 'mine' | 'theirs'>>>({});
  return (
    <section className="conflict" role="alert" aria-labelledby="conflict-title">
      <h2 id="conflict-title">{t.conflict.title}</h2>
      <p>{t.conflict.help}</p>
      {conflict.merged.conflicts.map((key) => (
        <ChoiceGroup
          key={key}
          label={nameOf(key)}
          value={choices[key] ?? 'mine'}
          onValue={(side) => setChoices({ ...choices, [key]: side as 'mine' | 'theirs' })}
          choices={[
            { value: 'mine', label: t.conflict.mine, help: brief(mine[key], t.conflict.nothing) },
            {
              value: 'theirs',
              label: t.conflict.theirs,
              help: brief(conflict.theirs[key], t.conflict.nothing),
            },
          ]}
        />
      ))}
      <Button kind="primary" onClick={() => onResolve(choices)}>
        {t.conflict.apply}
      </Button>
    </section>
  );
}

/** A part of the form in a few words, enough to tell two versions apart. */
function brief(value: unknown, nothing: string): ReactNode {
  const words = wordsOf(value).join(' ').trim();
  return (
    <span className="pre">
      {words === '' ? nothing : words.length > 400 ? `${words.slice(0, 400)}…` : words}
    </span>
  );
}

function wordsOf(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (Array.isArray(value)) return value.flatMap(wordsOf);
  if (typeof value === 'object' && value !== null) {
    // Of a moment, what was typed; of the rest, whatever a person wrote.
    if ('text' in value && 'at' in value) return wordsOf(value.text);
    return Object.entries(value).flatMap(([key, part]) =>
      ['key', 'id', 'systemId'].includes(key) ? [] : wordsOf(part),
    );
  }
  return [];
}
