import { useQuery } from '@tanstack/react-query';
import { Link, useRouter, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Problem } from '../api/problem.ts';
import { queryClient, sessionQuery } from '../api/queries.ts';
import { usePageTitle } from '../app/title.ts';
import { Button } from '../ui/Button.tsx';
import { useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { Note } from '../ui/states.tsx';
import { Factors } from './Factors.tsx';
import { ownFactors } from './own-factors.ts';
import { securityQuery } from './queries.ts';
import { StepUp } from './StepUp.tsx';
import { securityText } from './texts.ts';
import { wayBack } from './way-back.ts';
import './sign-in.css';

/** A session opened by a password alone becomes whole here; meanwhile its holder can report (AUTH-4). */
export function SecondFactor() {
  const t = useText(securityText).first;
  const router = useRouter();
  const { say } = useAnnouncer();
  const search: { next?: string } = useSearch({ strict: false });
  const { data: session } = useQuery(sessionQuery);
  const confirm = session?.limitedBy === 'confirm';
  usePageTitle(confirm ? t.confirmTitle : t.enrolTitle);
  const finish = async (): Promise<void> => {
    await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
    // What was refused to half a session is read now.
    void queryClient.invalidateQueries();
    say(t.done);
    router.history.push(wayBack(search.next));
  };
  return (
    <main className="page page-narrow" id="main" tabIndex={-1} data-density="visit">
      <div className="page-head">
        <h1>{confirm ? t.confirmTitle : t.enrolTitle}</h1>
        <p>{confirm ? t.confirmLead : t.enrolLead}</p>
      </div>
      <Note>
        <p>
          {t.enrolMeanwhile} <Link to="/report/new">{t.report}</Link>
        </p>
      </Note>
      {confirm ? (
        <Confirm onDone={finish} />
      ) : (
        <Factors
          server={ownFactors}
          withPassword={false}
          codeOptional={false}
          providers={[]}
          onDone={finish}
        />
      )}
    </main>
  );
}

function Confirm({ onDone }: { onDone: () => Promise<void> }) {
  const t = useText(securityText).first;
  const [asked, setAsked] = useState(false);
  const { data } = useQuery(securityQuery);
  if (!data) return null;
  return (
    <>
      <Button kind="primary" onClick={() => setAsked(true)}>
        {t.confirm}
      </Button>
      {asked && (
        <StepUp
          refusal={
            new Problem(403, { code: 'step-up-needed', params: { methods: data.stepUp.methods.join(' ') } })
          }
          onEnd={(proved) => {
            setAsked(false);
            if (proved) void onDone();
          }}
        />
      )}
    </>
  );
}
