import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { z } from 'zod';
import type { MailView, mailList } from '../../../src/demo/contract.ts';
import { api } from '../api/client.ts';
import { usePageTitle } from '../app/title.ts';
import { Button } from '../ui/Button.tsx';
import { TextField } from '../ui/fields.tsx';
import { useText } from '../ui/lang.tsx';
import { EmptyState, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { DateTime } from '../ui/time.tsx';
import { mailboxText } from './texts.ts';
import './mailbox.css';

type Search = { q?: string; mail?: string };

/** Every mail the demonstration nation sent, as its relay took it: text only, nothing in it is run. */
export function Mailbox() {
  const t = useText(mailboxText);
  const c = useText(commonText);
  const navigate = useNavigate();
  const search: Search = useSearch({ strict: false });
  const q = search.q ?? '';
  const [text, setText] = useState(q);
  const pages = useInfiniteQuery({
    queryKey: ['mailbox', q],
    queryFn: ({ pageParam }) =>
      api.get<z.infer<typeof mailList>>('/demo/mails', { q, limit: 50, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    refetchInterval: 5000,
  });
  usePageTitle(t.title);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a change of the text starts the wait
  useEffect(() => {
    if (text === q) return;
    const wait = setTimeout(
      () => navigate({ to: '/mailbox', search: text.trim() ? { q: text.trim() } : {}, replace: true }),
      250,
    );
    return () => clearTimeout(wait);
  }, [text]);
  const mails = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const wide = window.matchMedia('(min-width: 60.001rem)').matches;
  const chosen = mails.find((mail) => mail.id === search.mail) ?? (wide ? mails[0] : undefined);
  return (
    <main
      className={`page mailbox${search.mail ? ' mailbox-reading' : ''}`}
      id="main"
      tabIndex={-1}
      data-density="desk"
    >
      <div className="page-head">
        <h1>{t.title}</h1>
        <p>{t.lead}</p>
      </div>
      <section className="mail-list" aria-label={t.title}>
        <TextField label={t.search} type="search" value={text} onValue={setText} maxLength={100} />
        {pages.isError && !pages.data ? (
          <ProblemMessage error={pages.error} onRetry={() => pages.refetch()} />
        ) : pages.isPending ? (
          <Skeleton lines={8} tall />
        ) : mails.length === 0 ? (
          <EmptyState title={t.empty}>{t.emptyHelp}</EmptyState>
        ) : (
          <ul>
            {mails.map((mail) => (
              <li key={mail.id} className={mail.id === chosen?.id ? 'on' : ''}>
                <Link
                  to="/mailbox"
                  search={{ ...search, mail: mail.id }}
                  aria-current={mail.id === chosen?.id ? 'true' : undefined}
                >
                  {mail.subject}
                </Link>
                <span className="small muted">
                  {mail.to}
                  {'　'}
                  <DateTime at={mail.at} form="time" />
                </span>
              </li>
            ))}
          </ul>
        )}
        {pages.hasNextPage && (
          <Button busy={pages.isFetchingNextPage} onClick={() => pages.fetchNextPage()}>
            {c.more}
          </Button>
        )}
      </section>
      <section className="mail-text" aria-live="polite">
        {chosen ? <Mail mail={chosen} /> : <p className="muted mail-none">{t.choose}</p>}
      </section>
    </main>
  );
}

/** Addresses in a mail that lead back into this application become links; any other stays text. */
function withLinks(text: string): (string | { path: string; shown: string })[] {
  return text.split(/(https?:\/\/[^\s<>"'）」]+)/).map((part) => {
    if (!/^https?:\/\//.test(part) || !URL.canParse(part)) return part;
    const url = new URL(part);
    return url.origin === window.location.origin ? { path: url.pathname + url.search, shown: part } : part;
  });
}

function Mail({ mail }: { mail: MailView }) {
  const t = useText(mailboxText);
  return (
    <article>
      <p className="mail-back no-print">
        <Link to="/mailbox" search={{}}>
          ← {t.back}
        </Link>
      </p>
      <h2>{mail.subject}</h2>
      <dl className="mail-heads">
        <dt>{t.to}</dt>
        <dd>{mail.to}</dd>
        <dt>{t.from}</dt>
        <dd>{mail.from}</dd>
        <dt>{t.received}</dt>
        <dd>
          <DateTime at={mail.at} iso />
        </dd>
      </dl>
      <p className="pre mail-body">
        {withLinks(mail.text).map((part, at) =>
          typeof part === 'string' ? (
            part
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text
            <Link key={at} to={part.path}>
              {part.shown}
            </Link>
          ),
        )}
      </p>
      <details>
        <summary className="muted small">{t.headers}</summary>
        <pre className="mail-headers">
          {mail.headers.map((header) => `${header.name}: ${header.value}`).join('\n')}
        </pre>
      </details>
    </article>
  );
}
