// What is shared through Redis, where there is one: rendered answers, counts of queries, prices for old readers. Without
// one a process that drains its own counts keeps them to itself.

import { once } from "node:events";
import { idsOfQuery } from "./api/series.ts";
import type { LegacySet } from "./core/prices/legacy_set.ts";
import { type QueryCounter, queryCounter, type QueryCounts } from "./core/popularity.ts";
import type { SharedBodies } from "./core/shared_bodies.ts";
import { sha256 } from "./host/hash.ts";
import { faultFields, type Log } from "./log.ts";
import { redisBodies } from "./store/redis/bodies.ts";
import { connectRedis, type RedisPlace } from "./store/redis/connection.ts";
import { redisCounts } from "./store/redis/counts.ts";
import { redisLegacySet } from "./store/redis/legacy_set.ts";
import { VERSION } from "./version.ts";

export const REDIS_KEYS = ["REDIS_URL", "REDIS_HOST", "REDIS_PORT"] as const;

export type RedisSettings = {
  readonly REDIS_URL?: string | undefined;
  readonly REDIS_HOST?: string | undefined;
  readonly REDIS_PORT?: number | undefined;
};

/** How often counts are handed on, in ms. */
const FLUSH_MS = 5_000;

/** How long the end of a process waits for its last counts, in ms. */
const LAST_FLUSH_MS = 1_000;

/** How long a first command waits for its connection, in ms. */
const READY_MS = 3_000;

export type Shared = {
  readonly bodies?: SharedBodies;
  readonly counter: QueryCounter;
  /** Hands on the last counts. */
  close(): Promise<void>;
};

/**
 * Connects in its own time. Where no Redis is set queries are counted in `own`; undefined without that too, for nobody
 * would take the counts.
 */
export function openShared(settings: RedisSettings, log: Log, own?: QueryCounts): Shared | undefined {
  const redis = openRedis(settings, log);
  const counts = redis ? redisCounts(redis) : own;
  if (!counts) return undefined;
  const counter = queryCounter(
    counts,
    idsOfQuery,
    () => crypto.randomUUID(),
    (error) => log("warn", "counts.delayed", faultFields(error)),
  );
  const timer = setInterval(() => void counter.flush(), FLUSH_MS);
  return {
    ...(redis && { bodies: redisBodies({ redis, sha256, version: VERSION }) }),
    counter,
    async close() {
      clearInterval(timer);
      await Promise.race([counter.flush(), new Promise((wake) => setTimeout(wake, LAST_FLUSH_MS))]);
      redis?.disconnect();
    },
  };
}

/** Counts of app processes, for whoever drains them; undefined where no Redis is set. */
export function openSharedCounts(
  settings: RedisSettings,
  log: Log,
): { readonly counts: QueryCounts; close(): void } | undefined {
  const redis = openRedis(settings, log);
  return redis && { counts: redisCounts(redis), close: () => redis.disconnect() };
}

/** The sorted set of the replaced system's prices; undefined where no Redis is set. */
export function openLegacySet(
  settings: RedisSettings,
  log: Log,
): { readonly set: LegacySet; ready(): Promise<void>; close(): void } | undefined {
  const redis = openRedis(settings, log);
  return redis && {
    set: redisLegacySet(redis),
    /** When it is connected, or after a while without. */
    async ready() {
      if (redis.status === "ready") return;
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), READY_MS);
      await once(redis, "ready", { signal: late.signal }).catch(() => {});
      clearTimeout(timer);
    },
    close: () => redis.disconnect(),
  };
}

function openRedis(settings: RedisSettings, log: Log) {
  const place = redisPlace(settings);
  return place && connectRedis(place, (error) => log("warn", "redis.lost", faultFields(error)));
}

/** Where Redis is; undefined where there is none. */
export function redisPlace({ REDIS_URL, REDIS_HOST, REDIS_PORT }: RedisSettings): RedisPlace | undefined {
  if (REDIS_URL !== undefined) return { url: REDIS_URL };
  if (REDIS_HOST === undefined && REDIS_PORT === undefined) return undefined;
  return { host: REDIS_HOST ?? "127.0.0.1", port: REDIS_PORT ?? 6379 };
}
