// At most so many at once: the rest wait their turn in order.

export type Limit = <T>(work: () => Promise<T>) => Promise<T>;

/** Runs what it is given, at most `atOnce` at a time. */
export function limit(atOnce: number): Limit {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= atOnce) await new Promise<void>((turn) => waiting.push(turn));
    else running++;
    try {
      return await work();
    } finally {
      // The place is handed on, or given back when nobody waits.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
