import { Link } from '@tanstack/react-router';
import type { PostView } from '../../../src/directory/contract.ts';
import { usePick, useText } from '../ui/lang.tsx';
import { commonText } from '../ui/texts.ts';
import { directoryText } from './texts.ts';

/** A post and who holds it now; an empty one says so. */
export function PostLine({ post, withBody = false }: { post: PostView; withBody?: boolean }) {
  const t = useText(directoryText);
  const c = useText(commonText);
  const pick = usePick();
  return (
    <li>
      <div>
        <strong>{pick(post.name)}</strong>
        {withBody && (
          <Link
            className="small"
            to="/directory/$organisationId"
            params={{ organisationId: post.organisation.id }}
          >
            {pick(post.organisation.name)}
          </Link>
        )}
        {post.press && <span className="small muted">{t.organisation.press}</span>}
      </div>
      <ul className="plain-people">
        {post.holders.length === 0 && <li className="late">{t.organisation.vacant}</li>}
        {post.holders.map((holder) => (
          <li key={holder.personId}>
            {pick(holder.name)}
            <span className="small muted">
              {holder.title} {holder.acting && c.aside('', t.organisation.acting)}
            </span>
            <Reach phone={holder.mobile ?? holder.phone} email={holder.email} />
          </li>
        ))}
      </ul>
    </li>
  );
}

/** How to reach somebody, as far as this reader may see it. */
export function Reach({ phone, email }: { phone: string | null; email: string | null }) {
  return (
    <span className="small reach">
      {phone && <a href={`tel:${phone.replaceAll(/[^\d+]/g, '')}`}>{phone}</a>}
      {email && <a href={`mailto:${email}`}>{email}</a>}
    </span>
  );
}
