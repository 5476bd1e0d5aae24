// The HTTP server of `start` and `serve`: the read application, the operation API and the console on a port,
// until it is told to stop.

import { createApp } from "./api/app.ts";
import { priceStream } from "./api/price_stream.ts";
import { timed } from "./api/server_timing.ts";
import { wholeSite } from "./api/whole_site.ts";
import { builtAssets } from "./assets.ts";
import { UsageProblem } from "./command.ts";
import type { QueryCounts } from "./core/popularity.ts";
import { Problem } from "./core/problem.ts";
import { VALIDATION } from "./core/validate.ts";
import { SOURCE_KEYS } from "./harvest_and_publish.ts";
import { compressed } from "./host/compressed.ts";
import { createLog, faultFields, type LogLevel } from "./log.ts";
import {
  openPublished,
  openPublishedActivity,
  openPublishedDumps,
  openPublishedListings,
  openPublishedPopularity,
  openPublishedPrices,
  openPublishedSearches,
  type Places,
} from "./open.ts";
import { MAIL_KEYS, type MailSettings, openMail } from "./open_mail.ts";
import { openShared, REDIS_KEYS, type RedisSettings } from "./open_redis.ts";
import { openOps, OPS_KEYS, type OpsSettings } from "./ops.ts";
import { validateInThread } from "./validator.ts";
import { VERSION } from "./version.ts";

export type Listen = { readonly host: string; readonly port: number };

export type ServerSettings = OpsSettings & MailSettings & RedisSettings & {
  readonly LOG_LEVEL: LogLevel;
  readonly BODY_CACHE_MB: number;
  readonly SEGMENT_CACHE_MB: number;
  readonly SEARCH_MIN_SCORE: number;
};

/** The environment keys of serving commands. */
export const SERVER_KEYS = [
  "LOG_LEVEL",
  "BODY_CACHE_MB",
  "SEGMENT_CACHE_MB",
  "SEARCH_MIN_SCORE",
  "PUBLIC_URL",
  ...REDIS_KEYS,
  ...MAIL_KEYS,
  ...OPS_KEYS,
  ...SOURCE_KEYS,
] as const;

export type Serving = {
  readonly url: string;
  readonly finished: Promise<void>;
  /** A token for the first account of operators; undefined where there is one. */
  readonly inviteFirst: () => Promise<string | undefined>;
};

/** Counts of queries that this process takes to the store by itself, where there is no Redis. */
export type OwnCounts = {
  readonly counts: QueryCounts;
  /** Takes the last ones. */
  close(): Promise<void>;
};

/** What runs beside the server in its process. */
export type Companions = {
  readonly own?: OwnCounts;
  /** What is waited for, once the process was told to stop, before it ends. */
  readonly beforeExit?: () => Promise<unknown>;
};

/** Answers that are under way may take so long after the process was told to stop. */
const SHUTDOWN_MS = 5_000;
const MB = 1024 * 1024;

/** Port of `--port`, else of the environment. */
export function portOption(option: string | undefined, fallback: number): number {
  if (option === undefined) return fallback;
  const port = Number(option);
  if (!/^\d+$/.test(option) || port > 65_535) {
    throw new UsageProblem(`--port espera un puerto, no "${option}"`);
  }
  return port;
}

/** Why nothing can listen at an address, by what the attempt ended with. */
export function listenProblem(host: string, port: number, cause: unknown): Problem {
  const why = cause instanceof Deno.errors.AddrInUse
    ? "está ocupado: elija otro con --port"
    : (cause as Error).message;
  return new Problem("unavailable", `No se puede escuchar en ${host}:${port}: ${why}`, [], { cause });
}

/**
 * Listens at once; answers 503 until a snapshot is published. Queries are counted in Redis, else in `own`.
 * Errors: Problem `unavailable` when the port cannot be had.
 */
export async function startServer(
  places: Places,
  { host, port }: Listen,
  settings: ServerSettings,
  { own, beforeExit = () => Promise.resolve() }: Companions = {},
): Promise<Serving> {
  const post = openMail(settings);
  const log = createLog(settings.LOG_LEVEL);
  const onError = (error: unknown, path: string) =>
    log("error", "request.failed", { path, ...faultFields(error) });
  const shared = openShared(settings, log, own?.counts);
  const assets = builtAssets((error) => log("warn", "assets.failed", faultFields(error)));
  const closing = new AbortController();
  const app = createApp({
    snapshots: openPublished(places, settings.SEGMENT_CACHE_MB * MB),
    activities: openPublishedActivity(places),
    dumps: openPublishedDumps(places),
    listings: openPublishedListings(places),
    popularities: openPublishedPopularity(places),
    prices: openPublishedPrices(places, settings.SEGMENT_CACHE_MB * MB),
    priceStream: priceStream(closing.signal),
    trustedProxies: settings.TRUSTED_PROXIES,
    searches: openPublishedSearches(
      places,
      (error) => log("warn", "search.fell_back", faultFields(error)),
      () => log("warn", "search.recovered"),
    ),
    searchMinScore: settings.SEARCH_MIN_SCORE,
    site: wholeSite,
    assets,
    now: Date.now,
    version: VERSION,
    ...(settings.PUBLIC_URL && { publicUrl: settings.PUBLIC_URL }),
    cacheBytes: settings.BODY_CACHE_MB * MB,
    ...(shared?.bodies && { sharedBodies: shared.bodies }),
    ...(shared && { counter: shared.counter }),
    validate: validateInThread({
      allowInternal: settings.ALLOW_INTERNAL_SOURCES,
      maxSourceBytes: Math.min(settings.MAX_SOURCE_MB, VALIDATION.sourceMb) * MB,
      userAgent: settings.HARVEST_USER_AGENT,
    }),
    onError,
  });
  const ops = await openOps(places, settings, onError, post, assets, closing.signal);
  // What operators see is left as it is: compressed secrets can be guessed by their length.
  const read = compressed(
    timed((request) => app.fetch(request), () => performance.now()),
    settings.BODY_CACHE_MB * MB / 4,
  );
  const answer = (request: Request, { remoteAddr }: Deno.ServeHandlerInfo<Deno.NetAddr>) =>
    ops.takes(request) ? ops.answer(request, remoteAddr.hostname) : read(request);
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    server = Deno.serve({ hostname: host, port, onListen: () => {} }, answer);
  } catch (cause) {
    throw listenProblem(host, port, cause);
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      log("info", "server.stopped", { signal });
      closing.abort();
      const answered = Promise.race([
        server.shutdown(),
        new Promise((resolve) => setTimeout(resolve, SHUTDOWN_MS)),
      ]);
      void Promise.all([answered, beforeExit()]).then(() => shared?.close()).then(() => own?.close())
        .finally(() => Deno.exit(0));
    });
  }
  const shown = host === "0.0.0.0" ? "localhost" : host.includes(":") ? `[${host}]` : host;
  const url = `http://${shown}:${server.addr.port}`;
  log("info", "server.started", { url });
  return { url, finished: server.finished, inviteFirst: ops.inviteFirst };
}
