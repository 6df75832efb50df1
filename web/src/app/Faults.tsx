import type { ErrorComponentProps } from '@tanstack/react-router';
import { useRouter } from '@tanstack/react-router';
import { Problem } from '../api/problem.ts';
import { Button } from '../ui/Button.tsx';
import { useText } from '../ui/lang.tsx';
import { NotForYou, ProblemMessage } from '../ui/states.tsx';
import { shellText } from './texts.ts';

/** An address nobody has, or that this person may not see: the same words for both. */
export function NotFound() {
  return (
    <main className="page page-narrow" id="main" tabIndex={-1} data-density="visit">
      <NotForYou />
    </main>
  );
}

/** A screen that failed: says so, and the way out. */
export function Crashed({ error, reset }: ErrorComponentProps) {
  const t = useText(shellText);
  const router = useRouter();
  const known = error instanceof Problem;
  return (
    <main className="page page-narrow" id="main" data-density="visit">
      <h1>{t.crashed}</h1>
      {known ? <ProblemMessage error={error} /> : <p>{t.crashedHelp}</p>}
      <Button
        kind="primary"
        onClick={() => {
          // A chunk that is gone after an update comes back only with a new page.
          if (!known) window.location.reload();
          reset();
          router.invalidate();
        }}
      >
        {t.reload}
      </Button>
    </main>
  );
}
