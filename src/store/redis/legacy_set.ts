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
      await asked(() => redis.zadd(KEY, "GT", ...pairs));
    },

    async *pages() {
      let cursor = "0";
      do {
        const [next, flat] = await asked(() => redis.zscan(KEY, cursor, "COUNT", PAGE));
        cursor = next;
        yield flat.flatMap((member, i) => i % 2 === 0 ? [{ member, score: Number(flat[i + 1]) }] : []);
      } while (cursor !== "0");
    },
  };
}

async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new Problem(
      "unavailable",
      `No se pudo usar la clave "${KEY}" de Redis: ${(cause as Error).message}`,
      [],
      { cause },
    );
  }
}
