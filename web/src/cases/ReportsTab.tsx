import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useState } from 'react';
import type { CaseView, ReportView } from '../../../src/cases/contract.ts';
import type { ReportField } from '../../../src/mechanism/vocabulary.ts';
import type { Words } from '../mechanism/words.ts';
import { useWords } from '../mechanism/words.ts';
import { Checkbox } from '../ui/fields.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { EmptyState } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { DateTime } from '../ui/time.tsx';
import { caseText } from './texts.ts';

type Content = ReportView['content'];
type Texts = { t: (typeof caseText)['zh-Hant']; c: (typeof commonText)['zh-Hant'] };

const named = (
  list: readonly { id: string; name: { zh: string; en: string } }[] | undefined,
  ids: readonly string[],
  pick: (b: { zh: string; en: string }) => string,
): string[] =>
  ids.map((id) => {
    const found = list?.find((one) => one.id === id);
    return found ? pick(found.name) : id;
  });

/** One field of a filed form as people read it; null when nothing was said. */
function fieldValue(
  field: ReportField,
  content: Content,
  words: Words,
  pick: (text: { zh: string; en: string }) => string,
  { t, c }: Texts,
): ReactNode {
  if (content.unknown.includes(field)) return <span className="muted">{t.reports.unknown}</span>;
  const when = (time: Content['occurred']): ReactNode =>
    time.at ? <DateTime at={time.at} estimated={time.estimated} iso /> : null;
  const told = (name: string, flag: { toldWhom: string; toldAt: string | null } | null): ReactNode =>
    flag && (
      <li key={name}>
        {name}
        {flag.toldWhom && `${c.colon}${flag.toldWhom} `}
        {flag.toldAt && <DateTime at={flag.toldAt} form="short" />}
      </li>
    );
  switch (field) {
    case 'agencyName':
      return null;
    case 'occurred':
    case 'aware':
      return when(content[field]);
    case 'resolvedAt':
      return content.resolvedAt ? <DateTime at={content.resolvedAt} iso /> : null;
    case 'impactLevel':
      return words.level(content.impactLevel);
    case 'hosts':
      return content.hosts.length === 0 ? null : (
        <ul className="plain-list">
          {content.hosts.map((host, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a filed report never changes
            <li key={at}>
              {[
                host.name,
                ...host.ips,
                ...host.domains,
                ...host.urls,
                host.makeModel,
                [host.osName, host.osVersion].filter(Boolean).join(' '),
                ...named(words.pack?.securityMechanisms, host.mechanisms, pick),
                host.mechanismsText,
              ]
                .filter(Boolean)
                .join(c.separator)}
            </li>
          ))}
        </ul>
      );
    case 'measuresLog':
      return content.measuresLog.length === 0 ? null : (
        <ul className="plain-list">
          {content.measuresLog.map((entry, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a filed report never changes
            <li key={at}>
              <DateTime at={entry.at} form="short" /> {entry.text}
            </li>
          ))}
        </ul>
      );
    case 'affectedServices':
      return c.list(named(words.pack?.essentialServices, content.affectedServices, pick)) || null;
    case 'affectedSectors':
      return c.list(content.affectedSectors.map(words.sector)) || null;
    case 'support':
      return (
        c.list(
          [...named(words.pack?.supportItems, content.supportItems, pick), content.supportText].filter(
            Boolean,
          ),
        ) || null
      );
    case 'flags': {
      const flags = (words.pack?.flags ?? [])
        .map((flag) => told(pick(flag.name), content.flags[flag.id]))
        .filter(Boolean);
      return flags.length === 0 ? null : <ul className="plain-list">{flags}</ul>;
    }
    case 'attachments':
      return content.attachments.length || null;
    default: {
      const text = content[field];
      return text ? <span className="pre">{text}</span> : null;
    }
  }
}

/** Every filed form of the case; what differs from the one before is marked and shown with what stood there. */
export function ReportsTab({ view, whole = false }: { view: CaseView; whole?: boolean }) {
  const t = useText(caseText);
  if (view.reports.length === 0) return <EmptyState title={t.reports.none} />;
  const newest = [...view.reports].sort((a, b) => b.ordinal - a.ordinal);
  return (
    <>
      {newest.map((report, at) => (
        <OneReport
          key={report.id}
          view={view}
          report={report}
          before={view.reports.find((one) => one.ordinal === report.ordinal - 1)}
          open={whole || at === 0}
          whole={whole}
        />
      ))}
    </>
  );
}

interface OneReportProps {
  view: CaseView;
  report: ReportView;
  before: ReportView | undefined;
  open: boolean;
  /** On paper: every field of every report. */
  whole: boolean;
}

function OneReport({ view, report, before, open, whole }: OneReportProps) {
  const t = useText(caseText);
  const c = useText(commonText);
  const pick = usePick();
  const words = useWords();
  const [all, setAll] = useState(whole || before === undefined);
  const value = (field: ReportField, content: Content): ReactNode =>
    fieldValue(field, content, words, pick, { t, c });
  const changed = new Set(report.changed);
  const fields = (words.pack?.forms.incident.sections ?? [])
    .flatMap((section) => section.fields)
    .filter((field) => (all ? value(field.id, report.content) !== null : changed.has(field.id)));
  return (
    <details className="report" open={open}>
      <summary>
        <strong>{t.reports.kinds[report.kind]}</strong>
        <span>{t.reports.ordinal(report.ordinal)}</span>
        <DateTime at={report.receivedAt} form="short" />
        <span className="muted">
          {words.channel(report.channel)}
          {c.separator}
          {pick(report.filedBy.name)}
        </span>
        {before && (
          <span className="badge">
            {changed.size > 0 ? t.reports.changedFields(changed.size) : t.reports.same}
          </span>
        )}
      </summary>
      <p className="row small">
        {report.onBehalf && <span>{t.reports.onBehalf(pick(report.filedPost.name))}</span>}
        {report.toldAt !== report.receivedAt && (
          <span>
            {t.reports.told} <DateTime at={report.toldAt} form="short" />
          </span>
        )}
        {report.lateReason && (
          <span>
            {t.reports.late}
            {c.colon}
            {report.lateReason}
          </span>
        )}
        <Link
          to="/cases/$caseId/reports/$ordinal"
          params={{ caseId: view.case.id, ordinal: String(report.ordinal) }}
        >
          {t.reports.official}
        </Link>
      </p>
      {before && !whole && <Checkbox label={t.reports.all} checked={all} onChecked={setAll} />}
      <dl className="report-fields">
        {fields.map((field) => (
          <div key={field.id} className={changed.has(field.id) && before ? 'field-changed' : ''}>
            <dt>
              {pick(field.label)}
              {changed.has(field.id) && before && <span className="badge">{t.reports.changed}</span>}
            </dt>
            <dd>
              {changed.has(field.id) && before ? (
                <>
                  <del>
                    <span className="visually-hidden">
                      {t.reports.before}
                      {c.colon}
                    </span>
                    {value(field.id, before.content) ?? t.reports.empty}
                  </del>
                  <ins>
                    <span className="visually-hidden">
                      {t.reports.after}
                      {c.colon}
                    </span>
                    {value(field.id, report.content) ?? t.reports.empty}
                  </ins>
                </>
              ) : (
                value(field.id, report.content)
              )}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
