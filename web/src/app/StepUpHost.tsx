import type { ComponentType } from 'react';
import { useEffect, useState } from 'react';
import { whenStepUpNeeded } from '../api/client.ts';
import type { Problem } from '../api/problem.ts';
import { queryClient, sessionQuery } from '../api/queries.ts';
import type { StepUpProps } from '../identity/StepUp.tsx';

interface Asked extends StepUpProps {
  /** Loaded when first needed: few people do grave acts, and the form must stay light. */
  Ask: ComponentType<StepUpProps>;
}

/** Stands over every screen: when an act needs a fresh proof, one dialog asks for it and the act goes on as it was. */
export function StepUpHost() {
  const [asked, setAsked] = useState<Asked | null>(null);
  useEffect(() => {
    const ask = async (refusal: Problem): Promise<boolean> => {
      // A part that cannot be loaded is an act refused, not a page lost with what was typed on it.
      const part = await import('../identity/StepUp.tsx').catch(() => null);
      if (!part) return false;
      const proved = await new Promise<boolean>((resolve) => {
        setAsked({ Ask: part.StepUp, refusal, onEnd: resolve });
      });
      setAsked(null);
      if (proved) void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
      return proved;
    };
    return whenStepUpNeeded(ask);
  }, []);
  return asked && <asked.Ask refusal={asked.refusal} onEnd={asked.onEnd} />;
}
