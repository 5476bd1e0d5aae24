// Counts of queries in Redis, where several app processes add theirs:
//
//   day hash  ◀ HINCRBY by app processes, each batch once
//      │ RENAME by a drainer
//   claim hash ▶ handed over by the claim's name ▶ DEL
//
// Each arrow is one script, whole or not at all. A drainer that is killed leaves its claims, and the next hands
// them over again by the same names.

import type { Redis } from "ioredis";
import type { CountBatch, QueryCounts } from "../../core/popularity.ts";
import { Problem } from "../../core/problem.ts";
import { dayOfIso, isoDate } from "../../core/time.ts";

/** One slot for all of them, so that scripts may use them together in a cluster too. */
const ROOT = "caudal:{hits}";
const DAYS = `${ROOT}:days`;
const CLAIMS = `${ROOT}:claims`;
const dayKey = (day: string) => `${ROOT}:day:${day}`;
const claimKey = (claim: string) => `${ROOT}:claim:${claim}`;

/** How long a batch is known to have been added: longer than a process tries, in ms. */
const ADDED_MS = 24 * 60 * 60 * 1000;

/** KEYS: mark of the batch, days, hash of the day. ARGV: life of the mark, day, then each series and its count. */
const ADD = `
if redis.call("SET", KEYS[1], "1", "NX", "PX", ARGV[1]) then
  redis.call("SADD", KEYS[2], ARGV[2])
  for i = 3, #ARGV, 2 do redis.call("HINCRBY", KEYS[3], ARGV[i], ARGV[i + 1]) end
end`;

/** KEYS: days, claims. ARGV: root, name of this drain. Answers all claims, also those left by others. */
const CLAIM = `
for _, day in ipairs(redis.call("SMEMBERS", KEYS[1])) do
  local claim = day .. ":" .. ARGV[2]
  if redis.call("EXISTS", ARGV[1] .. ":day:" .. day) == 1 then
    redis.call("RENAME", ARGV[1] .. ":day:" .. day, ARGV[1] .. ":claim:" .. claim)
    redis.call("SADD", KEYS[2], claim)
  end
  redis.call("SREM", KEYS[1], day)
end
return redis.call("SMEMBERS", KEYS[2])`;

export function redisCounts(redis: Redis): QueryCounts {
  return {
    async add({ id, day, hits }) {
      const rows = [...hits].flat();
      const keys = [`${ROOT}:added:${id}`, DAYS, dayKey(isoDate(day))];
      await guarded(redis.eval(ADD, keys.length, ...keys, ADDED_MS, isoDate(day), ...rows));
    },
    async drain(take) {
      const claims = await guarded(redis.eval(CLAIM, 2, DAYS, CLAIMS, ROOT, crypto.randomUUID()));
      for (const claim of (claims as string[]).toSorted()) {
        const batch = batchOf(claim, await guarded(redis.hgetall(claimKey(claim))));
        if (batch.hits.size > 0) await take(batch);
        await guarded(redis.multi().del(claimKey(claim)).srem(CLAIMS, claim).exec());
      }
    },
  };
}

/** What a claim holds; nothing where another drainer was done with it in between. */
function batchOf(claim: string, fields: Readonly<Record<string, string>>): CountBatch {
  const day = dayOfIso(claim.slice(0, 10));
  if (day === undefined) throw new Problem("unavailable", `Redis tiene un recuento sin día: "${claim}"`);
  return {
    id: claim,
    day,
    hits: new Map(Object.entries(fields).map(([series, times]) => [series, Number(times)])),
  };
}

async function guarded<T>(command: Promise<T>): Promise<T> {
  try {
    return await command;
  } catch (cause) {
    throw new Problem("unavailable", `Redis no responde: ${(cause as Error).message}`, [], { cause });
  }
}
