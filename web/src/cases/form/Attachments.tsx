import { useEffect, useId, useRef, useState } from 'react';
import type { FormField } from '../../../../src/mechanism/pack.ts';
import { api, newKey } from '../../api/client.ts';
import { Problem } from '../../api/problem.ts';
import { Button } from '../../ui/Button.tsx';
import { FieldError } from '../../ui/fields.tsx';
import { usePick, useText } from '../../ui/lang.tsx';
import { useAnnouncer } from '../../ui/live.tsx';
import { commonText } from '../../ui/texts.ts';
import { elementId, useForm } from './context.ts';
import { formText } from './texts.ts';
import { MOST_BYTES, upload } from './upload.ts';

interface Sending {
  key: string;
  file: File;
  percent: number;
  /** Why it failed; it can be tried again unless it is too large. */
  failed?: string;
  final?: boolean;
}

/** Plain files: sent at once, one by one visible, removable until the report is filed. */
export function Attachments({ field }: { field: FormField }) {
  const context = useForm();
  const { form, set, faultAt, setUploading } = context;
  const t = useText(formText);
  const c = useText(commonText);
  const pick = usePick();
  const { whisper } = useAnnouncer();
  const [sending, setSending] = useState<Sending[]>([]);
  const input = useId();
  const latest = useRef(context);
  latest.current = context;
  const end = useRef(new AbortController());
  useEffect(() => {
    const controller = new AbortController();
    end.current = controller;
    return () => controller.abort();
  }, []);
  const waiting = sending.filter((one) => one.failed === undefined).length;
  useEffect(() => setUploading(waiting), [waiting, setUploading]);

  const patch = (key: string, change: Partial<Sending> | null): void =>
    setSending((now) =>
      now.flatMap((one) => (one.key !== key ? one : change === null ? [] : { ...one, ...change })),
    );
  const send = async (key: string, file: File): Promise<void> => {
    try {
      const kept = await upload(file, (percent) => patch(key, { percent }), end.current.signal);
      const { form: now, set: change } = latest.current;
      change({ attachments: [...now.attachments, { id: kept.id, name: kept.name, size: kept.size }] });
      patch(key, null);
      whisper(t.files.uploaded(file.name));
    } catch (error) {
      const said =
        error instanceof Problem && error.detail
          ? `${file.name}：${error.detail}`
          : t.files.failed(file.name);
      patch(key, { failed: said });
    }
  };
  const choose = (files: FileList | null): void => {
    for (const file of files ?? []) {
      const key = newKey();
      const tooLarge = file.size > MOST_BYTES;
      const entry: Sending = {
        key,
        file,
        percent: 0,
        ...(tooLarge ? { failed: t.files.tooLarge(file.name), final: true } : {}),
      };
      setSending((now) => [...now, entry]);
      if (!tooLarge) void send(key, file);
    }
  };
  const remove = (id: string): void => {
    set({ attachments: form.attachments.filter((file) => file.id !== id) });
    // The server forgets files that no report took; telling it at once is a courtesy.
    api.delete(`/attachments/${id}`).catch(() => undefined);
  };

  return (
    <fieldset className="field" id={elementId('attachments')} tabIndex={-1}>
      <legend className="field-label">{pick(field.label)}</legend>
      <p className="field-help" id={`${input}-help`}>
        {form.channel === 'web' ? t.files.help : `${t.files.sourceHelp}${t.files.help}`}
      </p>
      {(form.attachments.length > 0 || sending.length > 0) && (
        <ul className="file-list" aria-label={t.files.list}>
          {form.attachments.map((file) => (
            <li key={file.id}>
              <span>
                {file.name} <small className="muted">{t.files.size(file.size)}</small>
              </span>
              <Button
                kind="quiet"
                className="btn-small"
                aria-label={t.files.remove(file.name)}
                onClick={() => remove(file.id)}
              >
                {c.remove}
              </Button>
            </li>
          ))}
          {sending.map((one) =>
            one.failed === undefined ? (
              <li key={one.key}>
                <label className="file-progress">
                  {t.files.uploading(one.file.name, one.percent)}
                  <progress max={100} value={one.percent} />
                </label>
              </li>
            ) : (
              <li key={one.key}>
                <p className="field-error">{one.failed}</p>
                {!one.final && (
                  <Button
                    className="btn-small"
                    onClick={() => {
                      setSending((now) =>
                        now.map((other) =>
                          other.key === one.key ? { key: one.key, file: one.file, percent: 0 } : other,
                        ),
                      );
                      void send(one.key, one.file);
                    }}
                  >
                    {t.files.retry}
                  </Button>
                )}
                <Button kind="quiet" className="btn-small" onClick={() => patch(one.key, null)}>
                  {t.files.remove(one.file.name)}
                </Button>
              </li>
            ),
          )}
        </ul>
      )}
      <label className="btn file-choose" htmlFor={input}>
        {t.files.choose}
      </label>
      <input
        id={input}
        className="visually-hidden file-input"
        type="file"
        multiple
        aria-describedby={`${input}-help`}
        onChange={(event) => {
          choose(event.target.files);
          event.target.value = '';
        }}
      />
      <FieldError id={`${elementId('attachments')}-error`} error={faultAt('attachments')} />
    </fieldset>
  );
}
