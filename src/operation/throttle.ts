// How often something may fail before it has to wait: some free tries, then a wait that doubles with each. Keeps a
// bounded number of keys, and forgets the oldest.

export type ThrottleRule = {
  /** Tries before the first wait. */
  readonly free: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** Tries are forgotten when none came for so long. */
  readonly forgetMs: number;
};

export type Throttle = {
  /**
   * Counts a try of `keys`, each under its rule, unless one of them has to wait.
   * Answers the milliseconds still to wait; 0 where the try was let through. A try counts from its beginning, so that
   * many at once are no way around.
   */
  attempt(keys: readonly ThrottleKey[]): number;
  /** The milliseconds that one of `keys` still has to wait; counts nothing. */
  wait(keys: readonly string[]): number;
  /** Takes a try back that turned out well. */
  undo(key: string): void;
  /** Begins anew. */
  forget(key: string): void;
};

export type ThrottleKey = readonly [key: string, rule: ThrottleRule];

const KEYS_KEPT = 10_000;

export function createThrottle(now: () => number, capacity = KEYS_KEPT): Throttle {
  /** In order of the last try. */
  const kept = new Map<string, { tries: number; waitsUntil: number; forgottenAt: number }>();
  const current = (key: string, at: number) => {
    const entry = kept.get(key);
    return entry && entry.forgottenAt > at ? entry : undefined;
  };
  const wait = (keys: readonly string[]) => {
    const at = now();
    return Math.max(0, ...keys.map((key) => (current(key, at)?.waitsUntil ?? 0) - at));
  };
  return {
    wait,
    attempt(keys) {
      const at = now();
      const waitMs = wait(keys.map(([key]) => key));
      if (waitMs > 0) return waitMs;
      for (const [key, rule] of keys) {
        const tries = (current(key, at)?.tries ?? 0) + 1;
        const doublings = tries - rule.free - 1;
        const nextMs = doublings < 0 ? 0 : Math.min(rule.longestWaitMs, rule.firstWaitMs * 2 ** doublings);
        kept.delete(key);
        kept.set(key, { tries, waitsUntil: at + nextMs, forgottenAt: at + nextMs + rule.forgetMs });
      }
      while (kept.size > capacity) kept.delete(kept.keys().next().value!);
      return 0;
    },
    undo(key) {
      const entry = kept.get(key);
      if (entry) kept.set(key, { ...entry, tries: entry.tries - 1, waitsUntil: 0 });
    },
    forget: (key) => void kept.delete(key),
  };
}
