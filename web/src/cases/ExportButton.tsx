import { useMutation } from '@tanstack/react-query';
import { exports as en } from '../../../src/locales/en/export.ts';
import type { Area } from '../../../src/locales/index.ts';
import { exports as zh } from '../../../src/locales/zh-Hant/export.ts';
import { civilAt, formatIso } from '../../../src/mechanism/roc-date.ts';
import { api } from '../api/client.ts';
import { Button } from '../ui/Button.tsx';
import { keepFile } from '../ui/keep.ts';
import { useLang, useText } from '../ui/lang.tsx';
import { ProblemMessage } from '../ui/states.tsx';

const exportText: Area<typeof zh> = { 'zh-Hant': zh, en };

/** Reading the answer as text took away the mark by which spreadsheets know UTF-8. */
const tableOf = (text: string): Blob => new Blob(['\ufeff', text], { type: 'text/csv;charset=utf-8' });

/**
 * Takes the list along as it is filtered. It is fetched whole before it becomes a file: a list that broke off half-way is
 * told as a fault and never lies on a desk looking complete.
 */
export function ExportButton({ filters, timeZone }: { filters: object; timeZone: string }) {
  const t = useText(exportText);
  const { lang } = useLang();
  const download = useMutation({
    mutationFn: async () => {
      const text = await api.get<string>('/cases.csv', { ...filters, lang });
      keepFile(tableOf(text), `${t.fileName(formatIso(civilAt(new Date(), timeZone)).slice(0, 10))}.csv`);
    },
  });
  return (
    <>
      <Button
        className="no-print"
        busy={download.isPending}
        title={t.downloadHelp}
        onClick={() => download.mutate()}
      >
        {t.download}
      </Button>
      {download.isError && <ProblemMessage error={download.error} onRetry={() => download.mutate()} />}
    </>
  );
}
