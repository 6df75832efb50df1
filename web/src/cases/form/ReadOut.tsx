import type { ReactNode } from 'react';
import type { AttachmentView } from '../../../../src/cases/contract.ts';
import type { HostData, ReportContent } from '../../../../src/cases/report-content.ts';
import type { Bilingual } from '../../../../src/locales/index.ts';
import type { FormField, Pack } from '../../../../src/mechanism/pack.ts';
import type { HostPart } from '../../../../src/mechanism/vocabulary.ts';
import { linkTo } from '../../api/client.ts';
import { LevelMark } from '../../ui/LevelMark.tsx';
import { usePick, useText } from '../../ui/lang.tsx';
import { commonText } from '../../ui/texts.ts';
import { DateTime } from '../../ui/time.tsx';
import { isDone } from './progress.ts';
import { formText } from './texts.ts';

interface ReadOutProps {
  pack: Pack;
  content: ReportContent;
  organisation: string;
  /** Names of the attachments; those of a filed report can be opened. */
  files: readonly (Pick<AttachmentView, 'id' | 'name' | 'size'> & { filed?: boolean })[];
  /** Fields that differ from the report before; marked as such. */
  changed?: ReadonlySet<string>;
  /** Fields without an answer are named together at the end instead of each on a line of its own. */
  compact?: boolean;
}

/** A report as it reads: the mechanism's sections and words, every field, what is not filled in included. */
export function ReadOut({ pack, content, organisation, files, changed, compact }: ReadOutProps) {
  const pick = usePick();
  const c = useText(commonText);
  const t = useText(formText);
  const shown = pack.forms.incident.sections.map((section) => ({
    ...section,
    fields: section.fields.filter((field) => Object.values(field.asks).some((asks) => asks !== 'hidden')),
  }));
  const isShown = (field: FormField): boolean =>
    !compact || field.id === 'agencyName' || changed?.has(field.id) || isDone(field, content);
  const open = shown.flatMap((section) => section.fields.filter((field) => !isShown(field)));
  return (
    <div className="read-out">
      {shown
        .filter((section) => section.fields.some(isShown))
        .map((section) => (
          <section key={section.id}>
            <h2>{pick(section.title)}</h2>
            <dl>
              {section.fields.filter(isShown).map((field) => (
                <div key={field.id} className={changed?.has(field.id) ? 'read-changed' : ''}>
                  <dt>
                    {pick(field.label)}
                    {changed?.has(field.id) && <span className="changed-mark">{t.step.changed}</span>}
                  </dt>
                  <dd>
                    <Value field={field} {...{ pack, content, organisation, files }} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      {open.length > 0 && (
        <p className="read-open">{t.step.unread(c.list(open.map((field) => pick(field.label))))}</p>
      )}
    </div>
  );
}

type ValueProps = Omit<ReadOutProps, 'changed' | 'compact'> & {
  field: FormField;
  /** In one line where it can be: hosts by name. */
  brief?: boolean;
};

/** One field as read. */
export function Value({ field, pack, content, organisation, files, brief }: ValueProps): ReactNode {
  const t = useText(formText);
  const c = useText(commonText);
  const pick = usePick();
  const nothing = content.unknown.includes(field.id) ? (
    <span className="muted">{field.unknownLabel ? pick(field.unknownLabel) : t.unknown}</span>
  ) : (
    <span className="muted">{t.empty}</span>
  );
  const named = (all: readonly { id: string; name: Bilingual }[], ids: readonly string[]): string =>
    c.list(ids.map((id) => pick(all.find((one) => one.id === id)?.name) || id));

  switch (field.id) {
    case 'agencyName':
      return organisation;
    case 'occurred':
    case 'aware': {
      const { at, estimated } = content[field.id];
      return at ? <DateTime at={at} estimated={estimated} iso /> : nothing;
    }
    case 'resolvedAt':
      return content.resolvedAt ? <DateTime at={content.resolvedAt} iso /> : nothing;
    case 'impactLevel': {
      const level = pack.levels.find((one) => one.id === content.impactLevel);
      return level ? (
        <span className="read-level">
          <LevelMark level={level.id} mark={level.mark} size="s" /> {pick(level.definition)}
        </span>
      ) : (
        nothing
      );
    }
    case 'securityGrade':
      return content.securityGrade ? t.grade(content.securityGrade) : nothing;
    case 'hosts':
      if (brief && content.hosts.length > 0)
        return c.list(
          content.hosts.map((host, at) => host.name || host.ips[0] || host.domains[0] || t.hosts.nth(at + 1)),
        );
      return content.hosts.length > 0 ? (
        <ol className="read-hosts">
          {content.hosts.map((host, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: nothing is edited here
            <li key={at}>
              <Host field={field} host={host} pack={pack} n={at + 1} />
            </li>
          ))}
        </ol>
      ) : (
        nothing
      );
    case 'affectedServices':
      return named(pack.essentialServices, content.affectedServices) || nothing;
    case 'affectedSectors':
      return named(pack.sectors, content.affectedSectors) || nothing;
    case 'support': {
      const items = named(pack.supportItems, content.supportItems);
      if (!items && !content.supportText) return nothing;
      return (
        <>
          {items}
          {content.supportText && <p className="pre">{content.supportText}</p>}
        </>
      );
    }
    case 'flags': {
      const told = pack.flags.filter((flag) => content.flags[flag.id] !== null);
      return told.length > 0 ? (
        <ul>
          {told.map((flag) => (
            <li key={flag.id}>
              {pick(flag.name)}
              {content.flags[flag.id]?.toldWhom && `${c.separator}${content.flags[flag.id]?.toldWhom}`}{' '}
              {content.flags[flag.id]?.toldAt && (
                <DateTime at={content.flags[flag.id]?.toldAt ?? ''} form="short" />
              )}
            </li>
          ))}
        </ul>
      ) : (
        nothing
      );
    }
    case 'measuresLog':
      return content.measuresLog.length > 0 ? (
        <ul>
          {content.measuresLog.map((entry) => (
            <li key={entry.at + entry.text}>
              <DateTime at={entry.at} form="short" /> <span className="pre">{entry.text}</span>
            </li>
          ))}
        </ul>
      ) : (
        nothing
      );
    case 'attachments':
      return content.attachments.length > 0 ? (
        <ul>
          {content.attachments.map((id) => {
            const file = files.find((one) => one.id === id);
            const name = file?.name ?? id;
            return (
              <li key={id}>
                {file?.filed ? <a href={linkTo(`/attachments/${id}`)}>{name}</a> : name}{' '}
                {file && <small className="muted">{t.files.size(file.size)}</small>}
              </li>
            );
          })}
        </ul>
      ) : (
        nothing
      );
    default:
      return content[field.id] ? <span className="pre">{content[field.id]}</span> : nothing;
  }
}

interface HostProps {
  field: FormField;
  host: HostData;
  pack: Pack;
  n: number;
}

function Host({ field, host, pack, n }: HostProps) {
  const t = useText(formText);
  const c = useText(commonText);
  const pick = usePick();
  const value: Record<HostPart, string> = {
    ip: c.list(host.ips),
    domain: c.list(host.domains),
    url: host.urls.join('\n'),
    model: host.makeModel,
    os: c.list([host.osName, host.osVersion, host.osSerial].filter(Boolean)),
    mechanisms: c.list(
      [
        ...host.mechanisms.map(
          (id) => pick(pack.securityMechanisms.find((one) => one.id === id)?.name) || id,
        ),
        host.mechanismsText,
      ].filter(Boolean),
    ),
  };
  return (
    <>
      <p className="read-host">{host.name || t.hosts.nth(n)}</p>
      <dl>
        {field.parts
          .filter((part) => value[part.id])
          .map((part) => (
            <div key={part.id}>
              <dt>{pick(part.label)}</dt>
              <dd className="pre">{value[part.id]}</dd>
            </div>
          ))}
      </dl>
    </>
  );
}
