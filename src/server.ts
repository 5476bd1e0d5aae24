// The HTTP server of `start` and `serve`: the read application on a port, until it is told to stop.

import { createApp } from "./api/app.ts";
import { builtAssets } from "./assets.ts";
import { UsageProblem } from "./command.ts";
import { Problem } from "./core/problem.ts";
import { VALIDATION } from "./core/validate.ts";
import { createLog, faultFields, type LogLevel } from "./log.ts";
import {
  openPublished,
  openPublishedActivity,
  openPublishedDumps,
  openPublishedSearches,
  type Places,
} from "./open.ts";
import { validateInThread } from "./validator.ts";
import { VERSION } from "./version.ts";

export type Listen = { readonly host: string; readonly port: number };

export type ServerSettings = {
  readonly LOG_LEVEL: LogLevel;
  readonly BODY_CACHE_MB: number;
  readonly SEGMENT_CACHE_MB: number;
  readonly SEARCH_MIN_SCORE: number;
  readonly PUBLIC_URL?: string | undefined;
  readonly ALLOW_INTERNAL_SOURCES: boolean;
  readonly MAX_SOURCE_MB: number;
  readonly HARVEST_USER_AGENT: string;
};

/** The environment keys of serving commands. */
export const SERVER_KEYS = [
  "LOG_LEVEL",
  "BODY_CACHE_MB",
  "SEGMENT_CACHE_MB",
  "SEARCH_MIN_SCORE",
  "PUBLIC_URL",
  "ALLOW_INTERNAL_SOURCES",
  "MAX_SOURCE_MB",
  "HARVEST_USER_AGENT",
] as const;

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

/**
 * Listens at once; answers 503 until a snapshot is published.
 * Errors: Problem `unavailable` when the port cannot be had.
 */
export function startServer(
  places: Places,
  { host, port }: Listen,
  settings: ServerSettings,
): { readonly url: string; readonly finished: Promise<void> } {
  const log = createLog(settings.LOG_LEVEL);
  const app = createApp({
    snapshots: openPublished(places, settings.SEGMENT_CACHE_MB * MB),
    activities: openPublishedActivity(places),
    dumps: openPublishedDumps(places),
    searches: openPublishedSearches(
      places,
      (error) => log("warn", "search.fell_back", faultFields(error)),
    ),
    searchMinScore: settings.SEARCH_MIN_SCORE,
    assets: builtAssets((error) => log("warn", "assets.failed", faultFields(error))),
    now: Date.now,
    version: VERSION,
    ...(settings.PUBLIC_URL && { publicUrl: settings.PUBLIC_URL }),
    cacheBytes: settings.BODY_CACHE_MB * MB,
    validate: validateInThread({
      allowInternal: settings.ALLOW_INTERNAL_SOURCES,
      maxSourceBytes: Math.min(settings.MAX_SOURCE_MB, VALIDATION.sourceMb) * MB,
      userAgent: settings.HARVEST_USER_AGENT,
    }),
    onError: (error, path) => log("error", "request.failed", { path, ...faultFields(error) }),
  });
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    server = Deno.serve({ hostname: host, port, onListen: () => {} }, app.fetch);
  } catch (cause) {
    const why = cause instanceof Deno.errors.AddrInUse
      ? "está ocupado: elija otro con --port"
      : (cause as Error).message;
    throw new Problem("unavailable", `No se puede escuchar en ${host}:${port}: ${why}`, [], { cause });
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      log("info", "server.stopped", { signal });
      void server.shutdown().finally(() => Deno.exit(0));
    });
  }
  const shown = host === "0.0.0.0" ? "localhost" : host.includes(":") ? `[${host}]` : host;
  const url = `http://${shown}:${server.addr.port}`;
  log("info", "server.started", { url });
  return { url, finished: server.finished };
}
