// A connection to Redis that makes nobody wait: without one, commands fail at once; it comes back by itself.

import { Redis, type RedisOptions } from "ioredis";

export type RedisPlace = { readonly url: string } | { readonly host: string; readonly port: number };

/** Pauses between attempts to connect grow up to this, in ms. */
const LONGEST_PAUSE_MS = 2_000;

const OPTIONS: RedisOptions = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 2_000,
  commandTimeout: 2_000,
  retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2),
};

/** Connects in its own time. `tell` hears once that it cannot be had, each time that it was. */
export function connectRedis(place: RedisPlace, tell: (error: Error) => void): Redis {
  const redis = "url" in place ? new Redis(place.url, OPTIONS) : new Redis({ ...OPTIONS, ...place });
  let told = false;
  redis.on("error", (error) => {
    if (told) return;
    told = true;
    tell(error);
  });
  redis.on("ready", () => void (told = false));
  return redis;
}
