/** Waiting for a condition instead of sleeping. */

export interface UntilOptions {
  /** Milliseconds to wait in all; 45 s unless said otherwise. */
  readonly timeout?: number;
  /** What is waited for, in words, for the failure; a function is asked at the end for the latest state. */
  readonly describe?: string | (() => string);
  /** Milliseconds between two looks. */
  readonly every?: number;
}

type Truthy<T> = Exclude<T, undefined | null | false | 0 | ''>;

/**
 * Calls `look` until it gives something truthy, and gives that. An assertion may throw inside: the last failure is
 * told when time is up.
 */
export async function until<T>(
  look: () => T | Promise<T>,
  { timeout = 45_000, describe, every = 15 }: UntilOptions = {},
): Promise<Truthy<T>> {
  const end = performance.now() + timeout;
  let failure: unknown;
  for (;;) {
    try {
      const value = await look();
      if (value) return value as Truthy<T>;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > end) {
      const what = typeof describe === 'function' ? describe() : (describe ?? look.toString());
      const why = failure instanceof Error ? `: ${failure.message}` : '';
      throw new Error(`not within ${timeout} ms: ${what}${why}`, { cause: failure });
    }
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}
