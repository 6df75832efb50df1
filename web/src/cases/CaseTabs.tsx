import type { CaseView } from '../../../src/cases/contract.ts';
import { linkTo } from '../api/client.ts';
import { useWords } from '../mechanism/words.ts';
import { LevelMark } from '../ui/LevelMark.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { EmptyState } from '../ui/states.tsx';
import { Tabs } from '../ui/Tabs.tsx';
import { commonText } from '../ui/texts.ts';
import { Countdown, DateTime } from '../ui/time.tsx';
import { affairsText } from './affairs-text.ts';
import { Facts } from './FactLine.tsx';
import { Looks } from './Looks.tsx';
import { Procedure } from './Procedure.tsx';
import { Referrals } from './Referral.tsx';
import { ReportsTab } from './ReportsTab.tsx';
import { Support } from './Support.tsx';
import { caseText } from './texts.ts';

interface CaseTabsProps {
  view: CaseView;
  tab: string;
  onTab: (tab: string) => void;
}

/** What a case holds: events, forms, messages, files, limits, levels. */
export function CaseTabs({ view, tab, onTab }: CaseTabsProps) {
  const t = useText(caseText);
  const a = useText(affairsText).tabs;
  return (
    <Tabs
      label={t.tabs.label}
      selected={tab}
      onSelect={onTab}
      tabs={[
        { id: 'events', label: t.tabs.events, content: () => <Facts view={view} /> },
        {
          id: 'reports',
          label: t.tabs.reports,
          count: view.reports.length,
          content: () => <ReportsTab view={view} />,
        },
        {
          id: 'procedure',
          label: a.procedure,
          count: view.checklist?.items.filter((item) => item.mine && item.status === 'open').length ?? 0,
          content: () => <Procedure view={view} />,
        },
        {
          id: 'support',
          label: a.support,
          count: view.support.requests.length,
          content: () => <Support view={view} />,
        },
        {
          id: 'referral',
          label: a.referral,
          count: view.referrals.items.length,
          content: () => <Referrals view={view} />,
        },
        {
          id: 'messages',
          label: t.tabs.messages,
          count: view.messages.length,
          content: () => <Messages view={view} />,
        },
        {
          id: 'files',
          label: t.tabs.files,
          count: view.attachments.length,
          content: () => <Files view={view} />,
        },
        { id: 'clocks', label: t.tabs.clocks, content: () => <Clocks view={view} /> },
        { id: 'levels', label: t.tabs.levels, content: () => <Levels view={view} /> },
        ...(view.looks.readable
          ? [{ id: 'looks', label: t.looks.tab, content: () => <Looks caseId={view.case.id} /> }]
          : []),
      ]}
    />
  );
}

/** The whole case on paper: every panel under its heading. */
export function WholeCase({ view }: { view: CaseView }) {
  const t = useText(caseText);
  const a = useText(affairsText).tabs;
  return (
    <div className="whole-case">
      <h2>{t.tabs.levels}</h2>
      <Levels view={view} />
      <h2>{t.tabs.events}</h2>
      <Facts view={view} />
      <h2>{t.tabs.reports}</h2>
      <ReportsTab view={view} whole />
      {view.checklist && (
        <>
          <h2>{a.procedure}</h2>
          <Procedure view={view} />
        </>
      )}
      {view.support.requests.length > 0 && (
        <>
          <h2>{a.support}</h2>
          <Support view={view} />
        </>
      )}
      {view.referrals.items.length > 0 && (
        <>
          <h2>{a.referral}</h2>
          <Referrals view={view} />
        </>
      )}
      <h2>{t.tabs.messages}</h2>
      <Messages view={view} />
      <h2>{t.tabs.files}</h2>
      <Files view={view} />
      <h2>{t.tabs.clocks}</h2>
      <Clocks view={view} />
    </div>
  );
}

function Messages({ view }: { view: CaseView }) {
  const t = useText(caseText);
  const a = useText(affairsText).message;
  const words = useWords();
  const pick = usePick();
  if (view.messages.length === 0) {
    return <EmptyState title={t.messages.none}>{t.messages.noneHelp}</EmptyState>;
  }
  return (
    <ol className="messages">
      {view.messages.map((message) => (
        <li key={message.id} className={`message message-${message.direction}`}>
          <p className="small muted">
            {message.group
              ? a.toGroup(words.group(message.group))
              : message.direction === 'to-agency'
                ? t.messages.toAgency
                : t.messages.toDesk}
            {'　'}
            {pick(message.person.name)}
            {'　'}
            <DateTime at={message.at} form="short" />
          </p>
          <p className="pre">{message.body}</p>
        </li>
      ))}
    </ol>
  );
}

function Files({ view }: { view: CaseView }) {
  const t = useText(caseText);
  if (view.attachments.length === 0) return <EmptyState title={t.files.none}>{t.files.noneHelp}</EmptyState>;
  return (
    <ul className="files">
      {view.attachments.map((file) => (
        <li key={file.id}>
          <a href={linkTo(`/attachments/${file.id}`)} download={file.name}>
            {file.name}
          </a>
          <span className="muted small">
            {t.files.size(file.size)}　{file.reportOrdinal !== null && t.files.ofReport(file.reportOrdinal)}
            {'　'}
            <DateTime at={file.at} form="short" />
          </span>
          <code className="hash" title={t.files.hash}>
            {file.sha256}
          </code>
        </li>
      ))}
    </ul>
  );
}

function Clocks({ view }: { view: CaseView }) {
  const t = useText(caseText);
  const pick = usePick();
  if (view.clocks.length === 0) return <EmptyState title={t.times.noClock} />;
  return (
    <ul className="clocks">
      {view.clocks.map((clock) => (
        <li key={clock.id}>
          <div>
            <strong>{pick(clock.name)}</strong>
            <span className="muted small">{clock.note ? pick(clock.note) : t.times[clock.force]}</span>
          </div>
          <div>
            {clock.state === 'running' ? (
              <Countdown due={clock.dueAt} />
            ) : clock.state === 'voided' ? (
              <span className="muted">{t.times.voided}</span>
            ) : (
              <span className={clock.overdue ? 'late strong' : ''}>
                {clock.overdue ? t.times.metLate : t.times.met}
                {'　'}
                {clock.metAt && <DateTime at={clock.metAt} form="time" />}
              </span>
            )}
            <span className="muted small">
              {t.times.started} <DateTime at={clock.startAt} form="time" />　{t.times.due}{' '}
              <DateTime at={clock.dueAt} form="time" />
              {clock.lateByRegrading && `　${t.times.byRegrading}`}
            </span>
          </div>
        </li>
      ))}
    </ul>
  );
}

function Levels({ view }: { view: CaseView }) {
  const t = useText(caseText);
  const c = useText(commonText);
  const pick = usePick();
  const words = useWords();
  return (
    <ol className="gradings">
      {view.gradings.map((grading) => (
        <li key={grading.at + grading.status}>
          <LevelMark
            level={grading.level}
            mark={words.mark(grading.level)}
            size="m"
            proposed={grading.status === 'proposed'}
          />
          <div>
            <p>
              <strong>{t.levels[grading.status](grading.level)}</strong>
              {'　'}
              <DateTime at={grading.at} form="short" />
            </p>
            <p className="small muted">
              {grading.person ? pick(grading.person.name) : t.levels.system}
              {grading.post && `${c.separator}${pick(grading.post.name)}`}
            </p>
            {grading.reason && <p className="pre">{grading.reason}</p>}
          </div>
        </li>
      ))}
    </ol>
  );
}
