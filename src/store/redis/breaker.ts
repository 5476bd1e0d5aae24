// Leaves a place alone that failed several times in a row, and looks now and then, with one request, whether it is
// back: the others do not wait for what will not come.

/** Failures in a row until it is left alone. */
const FAILURES = 5;

/** How long it is left alone, in ms. */
const PAUSE_MS = 1_000;

export type Breaker = {
  /** Whether to ask; who is told so must report how it went. */
  lets(): boolean;
  passed(): void;
  failed(): void;
};

/** `now` in ms, never backwards. */
export function breaker(now: () => number): Breaker {
  let failures = 0;
  let pausedUntil = 0;
  return {
    lets() {
      if (failures < FAILURES) return true;
      if (now() < pausedUntil) return false;
      // This one looks; the next may when it has not come back by then.
      pausedUntil = now() + PAUSE_MS;
      return true;
    },
    passed: () => void (failures = 0),
    failed() {
      failures++;
      pausedUntil = now() + PAUSE_MS;
    },
  };
}
