// The sorted set of the replaced system's prices in Redis (6.2 or newer, for GT).

import type { Redis } from "ioredis";
import type { LegacySet } from "../../core/prices/legacy_set.ts";
import { Problem } from "../../core/problem.ts";

/** Its key, in database 0 as the original has it, whatever else is there. */
const KEY = "prices";
const PAGE = 500;

/** Errors of the methods: Problem `unavailable` without Redis, or where the key is no sorted set. */
export function redisLegacySet(redis: Redis): LegacySet {
  return {
    async add(entries) {
      // Members of one command are set in their order, so the last second of a price stays.
      const pairs = entries.flatMap(({ member, score }) => [score, member]);
      await asked(redis, () => redis.zadd(KEY, "GT", ...pairs));
    },

    async has({ member, score }) {
      const found = await asked(redis, () => redis.zscore(KEY, member));
      return found !== null && Number(found) >= score;
    },

    async *pages() {
      // By score, not by scan: neighbours are looked up together. Whatever moves meanwhile moves to what is still to come.
      for (let from = "-inf", skipped = 0;;) {
        const flat = await asked(
          redis,
          () => redis.zrangebyscore(KEY, from, "+inf", "WITHSCORES", "LIMIT", skipped, PAGE),
        );
        const members = flat.filter((_, i) => i % 2 === 0), scores = flat.filter((_, i) => i % 2 === 1);
        yield members.map((member, i) => ({ member, score: Number(scores[i]) }));
        if (members.length < PAGE) return;
        const last = scores.at(-1)!;
        const seen = scores.length - scores.indexOf(last);
        skipped = last === from ? skipped + seen : seen;
        from = last;
      }
    },
  };
}

async function asked<T>(redis: Redis, work: () => Promise<T>): Promise<T> {
  const isConnected = redis.status === "ready";
  try {
    return await work();
  } catch (cause) {
    const why = isConnected ? (cause as Error).message : "no hay conexión";
    throw new Problem(
      "unavailable",
      `No se pudo usar la clave "${KEY}" de Redis: ${why}`,
      [],
      { cause },
    );
  }
}
