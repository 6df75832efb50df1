import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useMemo } from 'react';
import type { MechanismView } from '../../../src/mechanism/contract.ts';
import { centreFigure, flowFigure, organisationFigure } from '../../../src/mechanism/figures.ts';
import type { Pack } from '../../../src/mechanism/pack.ts';
import { packQuery } from '../api/queries.ts';
import { usePageTitle } from '../app/title.ts';
import { LevelMark } from '../ui/LevelMark.tsx';
import { useLang, usePick, useText } from '../ui/lang.tsx';
import { ProblemMessage, Skeleton } from '../ui/states.tsx';
import { DateTime } from '../ui/time.tsx';
import { Figure } from './Figure.tsx';
import { Rights } from './Rights.tsx';
import { Clocks, Forms, Groups, Ladders, Lifecycle, Others, Routes, Seats, Sectors } from './sections.tsx';
import { mechanismText } from './texts.ts';
import './mechanism.css';

const SECTIONS = [
  'basis',
  'levels',
  'figures',
  'groups',
  'seats',
  'sectors',
  'routes',
  'ladders',
  'clocks',
  'lifecycle',
  'rights',
  'forms',
  'referrals',
  'versions',
] as const;

/** The mechanism in force as a document: the very data the product runs on, with its charts drawn from it. */
export function Mechanism() {
  const t = useText(mechanismText);
  const { data: pack, error, refetch } = useQuery(packQuery);
  usePageTitle(t.title);
  return (
    <main className="page mechanism" id="main" tabIndex={-1} data-density="desk">
      {error && !pack ? (
        <ProblemMessage error={error} onRetry={() => refetch()} />
      ) : !pack ? (
        <Skeleton lines={12} />
      ) : (
        <Document pack={pack} />
      )}
    </main>
  );
}

function Document({ pack }: { pack: MechanismView }) {
  const t = useText(mechanismText);
  const pick = usePick();
  return (
    <>
      <nav className="mechanism-contents no-print" aria-label={t.contents}>
        <h2>{t.contents}</h2>
        <ol>
          {SECTIONS.filter((id) => id !== 'ladders' || pack.ladders.length > 0).map((id) => (
            <li key={id}>
              <a href={`#${id}`}>{t.sections[id]}</a>
            </li>
          ))}
        </ol>
      </nav>
      <article className="mechanism-text">
        <header className="page-head">
          <h1>{pick(pack.title)}</h1>
          <p>{t.lead}</p>
          <p className="small">
            {t.version(pack.version)}　{t.status[pack.status]}　{t.effective} {pack.effectiveFrom}
          </p>
          <p className="small">{pick(pack.provenance)}</p>
          {pack.hash && (
            <p className="small">
              {t.hash} <code>{pack.hash}</code>
            </p>
          )}
        </header>
        <Section id="basis">
          <ol className="prose">
            {pack.bases.map((basis) => (
              <li key={basis.text.zh}>{pick(basis.text)}</li>
            ))}
          </ol>
          <h3>{t.approvals}</h3>
          <ol className="prose">
            {pack.approvals.map((approval) => (
              <li key={approval.text.zh}>
                {pick(approval.text)} <span className="muted">{pick(approval.by)}</span>
              </li>
            ))}
          </ol>
        </Section>
        <Section id="levels">
          <dl className="mechanism-levels">
            {[...pack.levels]
              .sort((a, b) => b.rank - a.rank)
              .map((level) => (
                <div key={level.id}>
                  <dt>
                    <LevelMark level={level.id} mark={level.mark} size="l" />
                    {pick(level.label)}
                  </dt>
                  <dd>{pick(level.definition)}</dd>
                </div>
              ))}
          </dl>
        </Section>
        <Section id="figures">
          <Charts pack={pack} />
        </Section>
        <Section id="groups">
          <Groups pack={pack} />
        </Section>
        {pack.seats.length > 0 && (
          <Section id="seats">
            <Seats pack={pack} />
          </Section>
        )}
        <Section id="sectors">
          <Sectors pack={pack} />
        </Section>
        <Section id="routes">
          <Routes pack={pack} />
        </Section>
        {pack.ladders.length > 0 && (
          <Section id="ladders">
            <Ladders pack={pack} />
          </Section>
        )}
        <Section id="clocks">
          <Clocks pack={pack} />
        </Section>
        <Section id="lifecycle">
          <Lifecycle pack={pack} />
        </Section>
        <Section id="rights">
          <Rights pack={pack} />
        </Section>
        <Section id="forms">
          <Forms pack={pack} />
        </Section>
        <Section id="referrals">
          <Others pack={pack} />
        </Section>
        <Section id="versions">
          <ul>
            {pack.versions.map((one) => (
              <li key={one.hash}>
                <strong>{t.version(one.version)}</strong> {one.active && t.inUse}{' '}
                <DateTime at={one.storedAt} form="short" /> <code>{one.hash}</code>
              </li>
            ))}
          </ul>
        </Section>
      </article>
    </>
  );
}

function Section({ id, children }: { id: (typeof SECTIONS)[number]; children: ReactNode }) {
  const t = useText(mechanismText);
  return (
    <section id={id} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{t.sections[id]}</h2>
      {children}
    </section>
  );
}

function Charts({ pack }: { pack: Pack }) {
  const t = useText(mechanismText);
  const { lang } = useLang();
  const drawn = lang === 'en' ? 'en' : 'zh';
  const charts = useMemo(
    () => ({
      council: pack.groups.some((group) => group.kind === 'council') ? organisationFigure(pack, drawn) : null,
      centre: pack.groups.some((group) => group.kind === 'centre') ? centreFigure(pack, drawn) : null,
      flow: pack.flow.length > 0 ? flowFigure(pack, drawn) : null,
    }),
    [pack, drawn],
  );
  return (
    <>
      {charts.council && <Figure drawing={charts.council} title={t.figure.council} note={t.figure.rebuilt} />}
      {charts.centre && <Figure drawing={charts.centre} title={t.figure.centre} note={t.figure.rebuilt} />}
      {charts.flow && <Figure drawing={charts.flow} title={t.figure.flow} note={t.figure.rebuilt} />}
      <p className="chart-legend small">
        <span className="legend-stated">{t.figure.trust.stated}</span>
        <span className="legend-inferred">{t.figure.trust.inferred}</span>
      </p>
    </>
  );
}
