// Popularity on this machine: what the worker's tasks do for it, and how counts of queries come to the store.

import { buenosAiresDay, dayOfIso, isoDate } from "./core/time.ts";
import { Problem } from "./core/problem.ts";
import type { QueryCounts } from "./core/popularity.ts";
import { pause } from "./etl/pause.ts";
import { sha256 } from "./host/hash.ts";
import { importLog } from "./ingest/analytics.ts";
import { checkGateway, type GatewayReach } from "./ingest/gateway_pages.ts";
import { openBlobs, openStore, type Places } from "./open.ts";
import { readGateway } from "./operation/analytics.ts";
import { publishPopularity } from "./publish/publish_popularity.ts";
import { drainUntil } from "./work/drain_hits.ts";
import { type Task, type Tasks } from "./work/worker.ts";

/** Whether a gateway answers, for those who keep one. */
export const checkGatewayHere = checkGateway({ fetch });

/**
 * The tasks `analytics` and `popularity`. They write nothing that a harvest or a publish does, so they need not be the
 * only writer; `signal` ends an import, and the next one follows from there.
 */
export function popularityTasks(
  places: Places,
  signal: AbortSignal,
): Pick<Tasks, "analytics" | "popularity"> {
  const analytics: Task = async ({ all }, tell) => {
    const { store, records } = openStore(places);
    const reach: GatewayReach = {
      fetch: (url, init) => fetch(url, { ...init, signal: AbortSignal.any([signal, init.signal!]) }),
      wait: (ms) => pause(ms, signal),
    };
    try {
      const report = await importLog({
        store,
        gateway: await readGateway(records),
        reach,
        sha256,
        now: Date.now,
        all: all === true,
        signal,
      });
      await tell(
        `${report.queries} consultas nuevas en ${report.pages} páginas de ${report.entries} entradas` +
          (report.unreadable > 0 ? `; ${report.unreadable} no se entienden` : ""),
      );
      return report;
    } finally {
      await store.close();
    }
  };

  const popularity: Task = async ({ date }, tell) => {
    const day = dayAsked(date);
    const { store } = openStore(places);
    try {
      const { hits, total } = await store.dailyHits({ from: day, to: day }, { offset: 0, limit: 1 });
      await tell(`${isoDate(day)}: ${hits} consultas a ${total} series`);
      const report = await publishPopularity({ store, blobs: openBlobs(places), sha256, now: Date.now });
      await tell(
        `${report.switched ? "Publicada" : "Sin cambios"}: ${
          report.popularity.slice(0, 12)
        }, ${report.series} series`,
      );
      return { date: isoDate(day), hits, ...report };
    } finally {
      await store.close();
    }
  };

  return { analytics, popularity };
}

/** The day that the task tells of: yesterday, unless asked. Errors: Problem `invalid`. */
function dayAsked(date: unknown): number {
  if (date === undefined) return buenosAiresDay(Date.now()) - 1;
  const day = typeof date === "string" ? dayOfIso(date) : undefined;
  if (day === undefined) throw new Problem("invalid", `"${date}" no es una fecha AAAA-MM-DD`);
  return day;
}

/**
 * Takes counts to the store of `places` until it is closed, and the last ones then. `onError` hears of what fails, once
 * until it works again.
 */
export function drainHere(
  places: Places,
  counts: QueryCounts,
  onError: (error: unknown) => void,
): { readonly counts: QueryCounts; close(): Promise<void> } {
  let opened: ReturnType<typeof openStore>["store"] | undefined;
  // Opened by the first counts, and again where that failed.
  const store = () => opened ??= openStore(places).store;
  const end = new AbortController();
  const ended = drainUntil(end.signal, {
    counts,
    store: {
      addHits: async (batch, at) => await store().addHits(batch, at),
      forgetBatches: async (at) => await store().forgetBatches(at),
    },
    now: Date.now,
    onError,
  });
  return {
    counts,
    async close() {
      end.abort();
      await ended;
      await opened?.close();
    },
  };
}
