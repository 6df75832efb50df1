/** A nudge inside one process that something was committed; polling finds whatever a nudge misses. */
import { EventEmitter } from 'node:events';

export type Topic = 'facts' | 'deliveries' | 'clocks' | 'directory' | 'sessions';

/** Nudges by topic. Listeners must not throw and must not be waited for. */
export interface Signals {
  emit(topic: Topic): void;
  /** Returns the function that stops listening. */
  on(topic: Topic, listener: () => void): () => void;
}

export function createSignals(): Signals {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0);
  return {
    emit: (topic) => void emitter.emit(topic),
    on: (topic, listener) => {
      emitter.on(topic, listener);
      return () => emitter.off(topic, listener);
    },
  };
}
