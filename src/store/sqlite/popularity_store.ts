// Popularity on SQLite: a row for each series and day. Batches and logged queries are known by their ids.

import { HIT_WINDOWS } from "../../core/hits.ts";
import {
  type DailyHits,
  type LogPage,
  type LogPosition,
  lostLogPosition,
  openQueries,
  type PopularityStore,
  type SeriesHits,
  sumQueries,
} from "../../core/popularity_store.ts";
import type { EpochDay } from "../../core/time.ts";
import type { Database } from "./database.ts";
import { parseOptional } from "./rows.ts";

/** Series summed before others get their turn. */
const SERIES_AT_ONCE = 500;

export function popularityStore(db: Database): PopularityStore {
  return {
    addHits: ({ id, day, hits }, at) =>
      Promise.try(() =>
        db.transaction(() => {
          if (db.run("INSERT INTO taken_batch VALUES (?, ?) ON CONFLICT DO NOTHING", id, at).changes === 0) {
            return;
          }
          for (const [seriesId, count] of hits) {
            db.run(
              `INSERT INTO series_hits (series_id, day, counted) VALUES (?, ?, ?)
               ON CONFLICT DO UPDATE SET counted = counted + excluded.counted`,
              seriesId,
              day,
              count,
            );
          }
        })
      ),

    forgetBatches: (at) => Promise.try(() => void db.run("DELETE FROM taken_batch WHERE at < ?", at)),

    logPosition: () => Promise.try(() => readPosition(db)),

    addLogPage: (page) => Promise.try(() => db.transaction(() => addLogPage(db, page))),

    async seriesHits(today) {
      const all: SeriesHits[] = [];
      for (let after = "";;) {
        const rows = hitsAfter(db, today, after);
        all.push(...rows);
        if (rows.length < SERIES_AT_ONCE) return all;
        after = rows.at(-1)!.seriesId;
        await new Promise((resume) => setTimeout(resume, 0));
      }
    },

    dailyHits: ({ seriesId, from, to }, { offset, limit }) =>
      Promise.try(() => {
        const conditions = [
          ...(seriesId === undefined ? [] : [["series_id = ?", seriesId] as const]),
          ...(from === undefined ? [] : [["day >= ?", from] as const]),
          ...(to === undefined ? [] : [["day <= ?", to] as const]),
        ];
        const wanted = `FROM series_hits WHERE ${["1", ...conditions.map(([text]) => text)].join(" AND ")}`;
        const filter = conditions.map(([, value]) => value);
        const { total, hits } = db.one(
          `SELECT count(*) AS total, coalesce(sum(max(counted, logged)), 0) AS hits ${wanted}`,
          ...filter,
        )!;
        const rows = db.all(
          `SELECT series_id, day, max(counted, logged) AS hits ${wanted}
           ORDER BY day DESC, series_id LIMIT ? OFFSET ?`,
          ...filter,
          limit,
          offset,
        );
        return {
          total: Number(total),
          hits: Number(hits),
          rows: rows.map((row): DailyHits => ({
            seriesId: row.series_id as string,
            day: Number(row.day),
            hits: Number(row.hits),
          })),
        };
      }),
  };
}

const readPosition = (db: Database) =>
  parseOptional<LogPosition>(db.one("SELECT position FROM log_position")?.position ?? null);

function addLogPage(db: Database, page: LogPage): number {
  const { from, to } = page;
  if (JSON.stringify(readPosition(db)) !== JSON.stringify(from)) throw lostLogPosition();
  const fresh = openQueries(page).filter(({ id, day }) =>
    db.run("INSERT INTO logged_query VALUES (?, ?) ON CONFLICT DO NOTHING", id, day).changes > 0
  );
  for (const { seriesId, day, hits } of sumQueries(fresh)) {
    db.run(
      `INSERT INTO series_hits (series_id, day, logged) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET logged = logged + excluded.logged`,
      seriesId,
      day,
      hits,
    );
  }
  if (to.closedBefore !== null) db.run("DELETE FROM logged_query WHERE day < ?", to.closedBefore);
  db.run("DELETE FROM log_position");
  db.run("INSERT INTO log_position VALUES (?)", JSON.stringify(to));
  return fresh.length;
}

/** Hits of the next series by id. */
function hitsAfter(db: Database, today: EpochDay, after: string): SeriesHits[] {
  const { days30, days90, days180 } = HIT_WINDOWS;
  const rows = db.all(
    `SELECT series_id, sum(max(counted, logged)) AS total,
       sum(iif(day >= ?, max(counted, logged), 0)) AS days30,
       sum(iif(day >= ?, max(counted, logged), 0)) AS days90,
       sum(iif(day >= ?, max(counted, logged), 0)) AS days180
     FROM series_hits
     WHERE series_id > ? AND EXISTS (SELECT 1 FROM series WHERE id = series_id)
     GROUP BY series_id ORDER BY series_id LIMIT ?`,
    today - days30,
    today - days90,
    today - days180,
    after,
    SERIES_AT_ONCE,
  );
  return rows.map((row) => ({
    seriesId: row.series_id as string,
    hits: {
      total: Number(row.total),
      days30: Number(row.days30),
      days90: Number(row.days90),
      days180: Number(row.days180),
    },
  }));
}
