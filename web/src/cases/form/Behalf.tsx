import { useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import type { organisationList } from '../../../../src/directory/contract.ts';
import type { Channel } from '../../../../src/mechanism/vocabulary.ts';
import { CHANNELS } from '../../../../src/mechanism/vocabulary.ts';
import { api } from '../../api/client.ts';
import type { ComboOption } from '../../ui/ComboBox.tsx';
import { ComboBox } from '../../ui/ComboBox.tsx';
import { DateTimeField } from '../../ui/DateTimeField.tsx';
import { ChoiceGroup } from '../../ui/fields.tsx';
import { useLang, usePick, useText } from '../../ui/lang.tsx';
import { elementId, useForm } from './context.ts';
import { bodyQuery } from './queries.ts';
import { startOnBehalf } from './request.ts';
import { formText } from './texts.ts';

interface BehalfProps {
  /** The body chosen; null until one is. */
  body: { id: string; name: string } | null;
  /** A follow-up belongs to its case's body. */
  fixed: boolean;
  onBody: (id: string, form: ReturnType<typeof startOnBehalf>) => void;
}

/** Above the form when the duty officer keys in what came another way (SI.4, SI.13). */
export function Behalf({ body, fixed, onBody }: BehalfProps) {
  const { pack, form, set, faultAt } = useForm();
  const t = useText(formText);
  const pick = usePick();
  const { lang } = useLang();
  const client = useQueryClient();
  const load = async (query: string): Promise<ComboOption[]> => {
    if (query === '') return [];
    const found = await api.get<z.infer<typeof organisationList>>('/organisations', { q: query, limit: 12 });
    return found.items
      .filter((row) => !row.ended)
      .map((row) => ({ id: row.id, label: pick(row.name), ...(row.county ? { detail: row.county } : {}) }));
  };
  const choose = async (option: ComboOption | null): Promise<void> => {
    if (!option) return;
    const view = await client.ensureQueryData(bodyQuery(option.id)).catch(() => null);
    onBody(option.id, view ? startOnBehalf(form, view, lang) : form);
  };
  return (
    <section className="behalf" aria-labelledby="behalf-title">
      <h2 id="behalf-title">{t.behalf.title}</h2>
      <p className="muted">{t.behalf.lead}</p>
      {fixed ? (
        <p className="strong">{body?.name}</p>
      ) : (
        <ComboBox
          id={elementId('organisationId')}
          label={t.behalf.organisation}
          help={t.behalf.organisationHelp}
          now
          error={faultAt('organisationId')}
          value={body ? { id: body.id, label: body.name } : null}
          onValue={(option) => void choose(option)}
          load={load}
        />
      )}
      <ChoiceGroup
        id={elementId('channel')}
        label={t.behalf.channel}
        inline
        value={form.channel}
        error={faultAt('channel')}
        onValue={(channel) => set({ channel: channel as Channel })}
        choices={CHANNELS.filter((channel) => channel !== 'web').map((channel) => ({
          value: channel,
          label: pick(pack.channels.find((one) => one.id === channel)?.name) || t.behalf.channels[channel],
        }))}
      />
      <DateTimeField
        id={elementId('toldAt')}
        label={t.behalf.toldAt}
        help={`${t.behalf.toldAtHelp}${t.behalf.keyed}`}
        value={form.toldAt}
        error={faultAt('toldAt')}
        onValue={(toldAt) => set({ toldAt })}
      />
    </section>
  );
}
