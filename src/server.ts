// The HTTP server of `start` and `serve`: the read application on a port, until it is told to stop.

import { createApp } from "./api/app.ts";
import { UsageProblem } from "./command.ts";
import { Problem } from "./core/problem.ts";
import { createLog, faultFields, type LogLevel } from "./log.ts";
import { openPublished, type Places } from "./open.ts";
import { VERSION } from "./version.ts";

export type Listen = { readonly host: string; readonly port: number };

export type ServerSettings = {
  readonly LOG_LEVEL: LogLevel;
  readonly BODY_CACHE_MB: number;
  readonly SEGMENT_CACHE_MB: number;
  readonly PUBLIC_URL?: string | undefined;
};

/** The environment keys of serving commands. */
export const SERVER_KEYS = ["LOG_LEVEL", "BODY_CACHE_MB", "SEGMENT_CACHE_MB", "PUBLIC_URL"] as const;

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
    now: Date.now,
    version: VERSION,
    ...(settings.PUBLIC_URL && { publicUrl: settings.PUBLIC_URL }),
    cacheBytes: settings.BODY_CACHE_MB * MB,
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
