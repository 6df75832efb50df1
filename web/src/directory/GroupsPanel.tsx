import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { usePick, useText } from '../ui/lang.tsx';
import { EmptyState, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { PostLine } from './PostLine.tsx';
import { groupsQuery } from './queries.ts';
import { directoryText } from './texts.ts';

/** The Council's groups and the centre's subgroups, who convenes them and who holds their posts. */
export function GroupsPanel() {
  const t = useText(directoryText);
  const c = useText(commonText);
  const pick = usePick();
  const { data, error, refetch } = useQuery(groupsQuery);
  if (error) return <ProblemMessage error={error} onRetry={() => refetch()} />;
  if (!data) return <Skeleton lines={8} />;
  if (data.length === 0) return <EmptyState title={t.groups.none} />;
  return (
    <ul className="group-list">
      {data.map((group) => (
        <li key={group.code}>
          <h2>{pick(group.name)}</h2>
          <p className="small muted">
            {group.convenedBy && (
              <>
                {t.groups.convenedBy}{' '}
                <Link to="/directory/$organisationId" params={{ organisationId: group.convenedBy.id }}>
                  {pick(group.convenedBy.name)}
                </Link>
              </>
            )}
            {group.supportedBy.length > 0 &&
              `　${t.groups.supportedBy} ${c.list(group.supportedBy.map((body) => pick(body.name)))}`}
          </p>
          {group.posts.length > 0 && (
            <ul className="post-list">
              {group.posts.map((post) => (
                <PostLine key={post.id} post={post} withBody />
              ))}
            </ul>
          )}
        </li>
      ))}
    </ul>
  );
}
