import type { Bilingual } from '../../../src/locales/index.ts';
import type { Pack } from '../../../src/mechanism/pack.ts';
import { caseText } from '../cases/texts.ts';
import { laddersText } from '../ladders/texts.ts';
import { ButtonLink } from '../ui/Button.tsx';
import { DataTable } from '../ui/DataTable.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { commonText } from '../ui/texts.ts';
import { useDuration } from './durations.ts';
import { mechanismText } from './texts.ts';

interface Part {
  pack: Pack;
}

type Named = { id: string; name: Bilingual };
const nameOf = (
  list: readonly Named[],
  id: string | undefined,
  pick: (text: Bilingual) => string,
): string => {
  const found = list.find((one) => one.id === id);
  return found ? pick(found.name) : (id ?? '');
};

/** The Council's groups and the centre's subgroups with their duties. */
export function Groups({ pack }: Part) {
  const t = useText(mechanismText);
  const c = useText(commonText);
  const pick = usePick();
  return (
    <DataTable
      caption={t.sections.groups}
      rows={pack.groups}
      rowKey={(group) => group.id}
      columns={[
        {
          id: 'group',
          head: t.heads.group,
          rowHead: true,
          cell: (group) => <strong>{pick(group.name)}</strong>,
        },
        {
          id: 'by',
          head: t.heads.convenedBy,
          cell: (group) => nameOf(pack.bodies, group.convenedBy, pick) || '—',
        },
        {
          id: 'duties',
          head: t.heads.duties,
          cell: (group) =>
            group.duties.length > 1 ? (
              <ol>
                {group.duties.map((duty) => (
                  <li key={duty.zh}>{pick(duty)}</li>
                ))}
              </ol>
            ) : (
              c.list(group.duties.map(pick))
            ),
        },
        { id: 'source', head: t.heads.source, cell: (group) => <code>{group.source}</code> },
      ]}
    />
  );
}

/** The twenty seats of the Council. */
export function Seats({ pack }: Part) {
  const t = useText(mechanismText);
  const pick = usePick();
  return (
    <DataTable
      caption={t.sections.seats}
      rows={pack.seats.map((seat, at) => ({ ...seat, at }))}
      rowKey={(seat) => String(seat.at)}
      columns={[
        { id: 'seat', head: t.heads.seat, rowHead: true, cell: (seat) => pick(seat.remark) },
        { id: 'body', head: t.heads.body, cell: (seat) => nameOf(pack.bodies, seat.body, pick) },
        { id: 'office', head: t.heads.office, cell: (seat) => pick(seat.office) },
      ]}
    />
  );
}

/** Which subgroup a sector belongs to. */
export function Sectors({ pack }: Part) {
  const t = useText(mechanismText);
  const pick = usePick();
  return (
    <DataTable
      caption={t.sections.sectors}
      rows={[...pack.sectors].sort((a, b) => a.precedence - b.precedence)}
      rowKey={(sector) => sector.id}
      columns={[
        { id: 'sector', head: t.heads.sector, rowHead: true, cell: (sector) => pick(sector.name) },
        {
          id: 'subgroup',
          head: t.heads.subgroup,
          cell: (sector) =>
            sector.subgroup ? (
              nameOf(pack.groups, sector.subgroup, pick)
            ) : (
              <>
                {nameOf(pack.groups, pack.unassignedSubgroup, pick)}{' '}
                <span className="muted">{t.unassigned}</span>
              </>
            ),
        },
      ]}
    />
  );
}

/** Who is told of what, in which capacity, and what is asked of them. */
export function Routes({ pack }: Part) {
  const t = useText(mechanismText);
  const cases = useText(caseText);
  const c = useText(commonText);
  const duration = useDuration();
  const condition = (when: Pack['routes'][number]['when']): string =>
    [
      ...(when.report ?? []).map((kind) => cases.reports.kinds[kind]),
      ...(when.levels ?? []).map((level) => c.level.name(level)),
    ].join(c.separator);
  return (
    <DataTable
      caption={t.sections.routes}
      rows={pack.routes}
      rowKey={(route) => route.id}
      columns={[
        {
          id: 'on',
          head: t.heads.on,
          rowHead: true,
          cell: (route) => (
            <>
              {t.facts[route.on as keyof typeof t.facts] ?? route.on}{' '}
              <span className="muted">{condition(route.when)}</span>
            </>
          ),
        },
        { id: 'to', head: t.heads.to, cell: (route) => c.list(route.to.map((to) => t.selectors[to])) },
        { id: 'capacity', head: t.heads.capacity, cell: (route) => cases.capacities[route.capacity] },
        { id: 'expects', head: t.heads.expects, cell: (route) => t.expects[route.expects] },
        {
          id: 'within',
          head: t.heads.within,
          cell: (route) => (route.within ? duration(route.within) : '—'),
        },
        { id: 'source', head: t.heads.source, cell: (route) => <code>{route.source}</code> },
      ]}
    />
  );
}

/** What happens to a notice that nobody answers, rung by rung. */
export function Ladders({ pack }: Part) {
  const t = useText(mechanismText);
  const l = useText(laddersText);
  const c = useText(commonText);
  const pick = usePick();
  const duration = useDuration();
  const targets = c.whoKnows.ladder.targets;
  return (
    <>
      <p>
        {t.ladders.lead} <ButtonLink to="/ladders">{l.open}</ButtonLink>
      </p>
      <DataTable
        caption={t.sections.ladders}
        rows={pack.ladders}
        rowKey={(ladder) => ladder.id}
        columns={[
          {
            id: 'ladder',
            head: t.heads.ladder,
            rowHead: true,
            cell: (ladder) => (
              <>
                <strong>{pick(ladder.name)}</strong>{' '}
                <span className="muted">{ladder.note && pick(ladder.note)}</span>
                {ladder.answer === 'any' && <span className="muted"> {t.ladders.any}</span>}
              </>
            ),
          },
          {
            id: 'rungs',
            head: t.heads.rungs,
            cell: (ladder) => (
              <ol>
                {ladder.rungs.map((rung) => (
                  <li key={rung.after.default + rung.to.join()}>
                    {c.list([
                      duration(rung.after.default),
                      ...Object.entries(rung.after.byLevel).map(([level, after]) =>
                        t.byLevel(level, duration(after)),
                      ),
                    ])}
                    {c.separator}
                    {c.list(rung.to.map((target) => targets[target]))}
                    {rung.levels && (
                      <span className="muted">
                        {' '}
                        {c.list(rung.levels.map((level) => c.level.name(level)))}
                      </span>
                    )}{' '}
                    <span className="muted">
                      {c.list(rung.channels.map((channel) => l.channels[channel]))}
                    </span>
                  </li>
                ))}
              </ol>
            ),
          },
          { id: 'source', head: t.heads.source, cell: (ladder) => <code>{ladder.source}</code> },
        ]}
      />
    </>
  );
}

/** Time limits, each with what starts and what meets it. */
export function Clocks({ pack }: Part) {
  const t = useText(mechanismText);
  const c = useText(commonText);
  const pick = usePick();
  const duration = useDuration();
  const fact = (kind: string): string => t.facts[kind as keyof typeof t.facts] ?? kind;
  return (
    <DataTable
      caption={t.sections.clocks}
      rows={pack.clocks}
      rowKey={(clock) => clock.id}
      columns={[
        {
          id: 'clock',
          head: t.heads.clock,
          rowHead: true,
          cell: (clock) => <strong>{pick(clock.name)}</strong>,
        },
        { id: 'start', head: t.heads.start, cell: (clock) => fact(clock.start) },
        {
          id: 'length',
          head: t.heads.length,
          cell: (clock) =>
            c.list([
              duration(clock.length.default),
              ...Object.entries(clock.length.byLevel).map(([level, length]) =>
                t.byLevel(level, duration(length)),
              ),
            ]),
        },
        { id: 'met', head: t.heads.met, cell: (clock) => c.list(clock.satisfiedBy.map(fact)) },
        {
          id: 'force',
          head: t.heads.force,
          cell: (clock) => (
            <>
              {t.force[clock.force]} <span className="muted">{clock.note && pick(clock.note)}</span>
            </>
          ),
        },
        { id: 'source', head: t.heads.source, cell: (clock) => <code>{clock.source}</code> },
      ]}
    />
  );
}

/** The states of a case and what leads from one to the next. */
export function Lifecycle({ pack }: Part) {
  const t = useText(mechanismText);
  const cases = useText(caseText);
  const c = useText(commonText);
  const pick = usePick();
  const state = (id: string): string =>
    id === 'same' ? t.same : id === 'previous' ? t.previous : nameOf(pack.states, id, pick);
  return (
    <>
      <dl className="mechanism-states">
        {pack.states.map((one) => (
          <div key={one.id}>
            <dt>
              <span className={`badge ${one.kind === 'open' ? 'badge-open' : 'badge-final'}`}>
                {pick(one.name)}
              </span>
            </dt>
            <dd>{pick(one.help)}</dd>
          </div>
        ))}
      </dl>
      <DataTable
        caption={t.sections.lifecycle}
        rows={pack.transitions.map((one, at) => ({ ...one, at }))}
        rowKey={(one) => String(one.at)}
        columns={[
          { id: 'act', head: t.heads.act, rowHead: true, cell: (one) => cases.acts[one.act] },
          {
            id: 'from',
            head: t.heads.from,
            cell: (one) =>
              one.from.length === pack.states.length ? t.anyState : c.list(one.from.map(state)),
          },
          { id: 'to', head: t.heads.becomes, cell: (one) => state(one.to) },
        ]}
      />
    </>
  );
}

/** Every field of the form and when it is asked. */
export function Forms({ pack }: Part) {
  const t = useText(mechanismText);
  const pick = usePick();
  return (
    <>
      <h3>{pick(pack.forms.incident.title)}</h3>
      {pack.forms.incident.sections.map((section) => (
        <div key={section.id}>
          <h4>{pick(section.title)}</h4>
          <DataTable
            caption={pick(section.title)}
            rows={section.fields}
            rowKey={(field) => field.id}
            columns={[
              { id: 'field', head: t.heads.field, rowHead: true, cell: (field) => pick(field.label) },
              { id: 'initial', head: t.heads.now, cell: (field) => t.asks[field.asks.initial] },
              { id: 'follow', head: t.heads.followUp, cell: (field) => t.asks[field.asks['follow-up']] },
              { id: 'recovery', head: t.heads.recovery, cell: (field) => t.asks[field.asks.recovery] },
              { id: 'source', head: t.heads.source, cell: (field) => <code>{field.source}</code> },
            ]}
          />
        </div>
      ))}
      <h3>{pick(pack.forms.contact.title)}</h3>
      <ul>
        {pack.forms.contact.fields.map((field) => (
          <li key={field.id}>
            {pick(field.label)} <code>{field.source}</code>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Referral, and what the mechanism is there to protect. */
export function Others({ pack }: Part) {
  const t = useText(mechanismText);
  const c = useText(commonText);
  const pick = usePick();
  return (
    <>
      <ul>
        {pack.flags.map((flag) => (
          <li key={flag.id}>
            <strong>{pick(flag.name)}</strong>　{pick(flag.help)}
            <span className="muted"> → {nameOf(pack.referralTargets, flag.target, pick)}</span>
          </li>
        ))}
      </ul>
      <h3>{t.sections.services}</h3>
      <p>{c.list(pack.essentialServices.map((service) => pick(service.name)))}</p>
      <p>{c.list(pack.vitalSystems.map((system) => pick(system.name)))}</p>
    </>
  );
}
