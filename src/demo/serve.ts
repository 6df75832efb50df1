/** The demonstration nation's part of a running product: its relay, its people, its mailbox. */
import type { PrepareDemonstration } from '../main.ts';
import { loadNation } from './load.ts';
import { startRelay } from './mailbox.ts';

/** Starts the demonstration's own relay unless a real one is configured, and files the nation when it is not there. */
export const prepareDemonstration: PrepareDemonstration = async (config, log) => {
  const relay = config.smtpUrl === undefined ? await startRelay() : undefined;
  return {
    config: relay ? { ...config, smtpUrl: relay.url } : config,
    async fill(context, ownerUrl, onProgress) {
      relay?.attach(context);
      const started = Date.now();
      const played = await loadNation(context, ownerUrl, (done, of) => onProgress(done / of));
      if (!played) return;
      for (const refusal of played.refused)
        log.warn({}, `a step of the demonstration was refused: ${refusal}`);
      log.info(
        { cases: played.cases, steps: played.steps, ms: Date.now() - started },
        'the demonstration nation is filed',
      );
    },
    async stop() {
      await relay?.stop();
    },
  };
};
