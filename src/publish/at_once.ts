// Several pieces of work at a time: while one waits for the store or the disk, another computes.

/** Pieces of a publish that are on their way at once: each holds what it read and wrote in memory. */
const AT_ONCE = 4;

/**
 * What `work` makes of each item, in their order; begun in that order, too.
 * Errors: the first one, once nothing is on its way any more; nothing is begun after it.
 */
export async function mapAtOnce<T, R>(items: Iterable<T>, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  // Those who share a generator end it for all by leaving their loop.
  const rest = (function* () {
    yield* Iterator.from(items).map((item, i) => [i, item] as const);
  })();
  const workers = Array.from({ length: AT_ONCE }, async () => {
    for (const [i, item] of rest) results[i] = await work(item);
  });
  for (const worker of await Promise.allSettled(workers)) {
    if (worker.status === "rejected") throw worker.reason;
  }
  return results;
}
