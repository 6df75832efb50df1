import { useQuery } from '@tanstack/react-query';
import type { Pack } from '../../../src/mechanism/pack.ts';
import { type RightLine, rightsByRole } from '../../../src/mechanism/rights-page.ts';
import type { Role } from '../../../src/mechanism/vocabulary.ts';
import { caseText } from '../cases/texts.ts';
import { groupsQuery } from '../directory/queries.ts';
import { directoryText } from '../directory/texts.ts';
import { DataTable } from '../ui/DataTable.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { commonText } from '../ui/texts.ts';
import { mechanismText } from './texts.ts';

/** Who may do what to which case in which state, post by post, with who holds each post now. */
export function Rights({ pack }: { pack: Pack }) {
  const t = useText(mechanismText);
  return (
    <>
      <p>{t.rightsLead}</p>
      <SecondPersons pack={pack} />
      {rightsByRole(pack).map(({ role, lines }) => (
        <section key={role} className="rights-role" aria-labelledby={`rights-${role}`}>
          <h3 id={`rights-${role}`}>{t.roles[role]}</h3>
          <Holders pack={pack} role={role} />
          <Lines pack={pack} lines={lines} caption={`${t.sections.rights} ${t.roles[role]}`} />
        </section>
      ))}
    </>
  );
}

/** The acts that two people must do, in sentences, and who the second may be. */
function SecondPersons({ pack }: { pack: Pack }) {
  const t = useText(mechanismText);
  const cases = useText(caseText);
  const c = useText(commonText);
  const pick = usePick();
  if (pack.fourEyes.length === 0) return <p>{t.fourEyes.none}</p>;
  const approvers = rightsByRole(pack).flatMap(({ role, lines }) =>
    lines
      .filter((line) => line.act === 'approve-act')
      .map((line) => {
        const on = [
          line.compartment === null ? '' : t.walls[line.compartment ? 'inside' : 'outside'],
          line.when === null ? '' : t.whens[line.when],
        ].filter(Boolean);
        return on.length > 0 ? c.aside(t.roles[role], c.list(on)) : t.roles[role];
      }),
  );
  return (
    <div className="rights-two">
      <h3>{t.fourEyes.title}</h3>
      <p>{t.fourEyes.lead}</p>
      <ul>
        {pack.fourEyes.map((rule) => (
          <li key={rule.id}>
            <strong>{pick(rule.name)}</strong>
            {c.colon}
            {c.list(rule.acts.map((act) => cases.acts[act]))} <code>{rule.source}</code>
          </li>
        ))}
      </ul>
      <p>{t.fourEyes.approvers(c.list(approvers))}</p>
      <p>{t.fourEyes.never}</p>
    </div>
  );
}

/** The posts of one kind, each with its holders now; who acts for somebody is said to act. */
function Holders({ pack, role }: { pack: Pack; role: Role }) {
  const t = useText(mechanismText);
  const d = useText(directoryText);
  const c = useText(commonText);
  const pick = usePick();
  const { data } = useQuery(groupsQuery);
  const posts = pack.posts.filter((post) => post.role === role);
  if (posts.length === 0) return <p className="small muted">{t.everyBody}</p>;
  // The directory in force knows who holds a post; the mechanism only knows that there is one.
  const held = new Map((data ?? []).flatMap((group) => group.posts).map((post) => [post.name.zh, post]));
  return (
    <ul className="rights-posts">
      {posts.map((post) => {
        const holders = held.get(post.name.zh)?.holders;
        return (
          <li key={post.id}>
            {pick(post.name)}
            {holders && (
              <span className="small muted">
                {holders.length === 0
                  ? d.organisation.vacant
                  : c.list(
                      holders.map((holder) =>
                        holder.acting ? c.aside(pick(holder.name), d.organisation.acting) : pick(holder.name),
                      ),
                    )}
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Lines({ pack, lines, caption }: { pack: Pack; lines: readonly RightLine[]; caption: string }) {
  const t = useText(mechanismText);
  const cases = useText(caseText);
  const c = useText(commonText);
  const pick = usePick();
  const state = (id: string): string => {
    const found = pack.states.find((one) => one.id === id);
    return found ? pick(found.name) : id;
  };
  return (
    <DataTable
      caption={caption}
      rows={lines.map((line, at) => ({ ...line, at }))}
      rowKey={(line) => String(line.at)}
      columns={[
        {
          id: 'act',
          head: t.heads.act,
          rowHead: true,
          cell: (line) => <strong>{cases.acts[line.act]}</strong>,
        },
        {
          id: 'relation',
          head: t.heads.relation,
          cell: (line) => (
            <>
              {t.relations[line.relation]}{' '}
              <span className="muted">
                {c.list(
                  [
                    line.compartment === null ? '' : t.walls[line.compartment ? 'inside' : 'outside'],
                    line.when === null ? '' : t.whens[line.when],
                  ].filter(Boolean),
                )}
              </span>
            </>
          ),
        },
        {
          id: 'states',
          head: t.heads.states,
          cell: (line) => (line.states === 'any' ? t.anyState : c.list(line.states.map(state))),
        },
        {
          id: 'second',
          head: t.heads.second,
          cell: (line) => (line.rules.length > 0 ? c.list(line.rules.map((rule) => pick(rule.name))) : '—'),
        },
        { id: 'source', head: t.heads.source, cell: (line) => <code>{line.source}</code> },
      ]}
    />
  );
}
