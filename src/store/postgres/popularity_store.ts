// Popularity on PostgreSQL: a row for each series and day. Batches and logged queries are known by their ids.

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
import type { Database, Statements } from "./database.ts";
import { parseOptional } from "./rows.ts";

export function popularityStore(db: Database): PopularityStore {
  return {
    addHits: ({ id, day, hits }, at) =>
      db.write(async (tx) => {
        const taken = await tx.run(
          "INSERT INTO caudal.taken_batch VALUES ($1, $2) ON CONFLICT DO NOTHING",
          id,
          at,
        );
        if (taken > 0) {
          await add(tx, "counted", [...hits].map(([seriesId, hits]) => ({ seriesId, day, hits })));
        }
      }),

    forgetBatches: (at) =>
      db.write(async (tx) => void await tx.run("DELETE FROM caudal.taken_batch WHERE at < $1", at)),

    logPosition: () => readPosition(db),

    addLogPage: (page) => db.write((tx) => addLogPage(tx, page)),

    async seriesHits(today) {
      const { days30, days90, days180 } = HIT_WINDOWS;
      const rows = await db.all(
        `SELECT series_id, sum(greatest(counted, logged))::bigint AS total,
           coalesce(sum(greatest(counted, logged)) FILTER (WHERE day >= $1), 0)::bigint AS days30,
           coalesce(sum(greatest(counted, logged)) FILTER (WHERE day >= $2), 0)::bigint AS days90,
           coalesce(sum(greatest(counted, logged)) FILTER (WHERE day >= $3), 0)::bigint AS days180
         FROM caudal.series_hits JOIN caudal.series ON series.id = series_hits.series_id
         GROUP BY series_id`,
        today - days30,
        today - days90,
        today - days180,
      );
      return rows.map((row): SeriesHits => ({
        seriesId: row.series_id as string,
        hits: {
          total: row.total as number,
          days30: row.days30 as number,
          days90: row.days90 as number,
          days180: row.days180 as number,
        },
      }));
    },

    dailyHits: ({ seriesId, from, to }, { offset, limit }) =>
      db.read(async (tx) => {
        const wanted = `FROM caudal.series_hits
          WHERE ($1::text IS NULL OR hashtextextended(series_id, 0) = hashtextextended($1, 0) AND series_id = $1)
            AND ($2::bigint IS NULL OR day >= $2) AND ($3::bigint IS NULL OR day <= $3)`;
        const filter = [seriesId ?? null, from ?? null, to ?? null] as const;
        const sums = await tx.one(
          `SELECT count(*) AS total, coalesce(sum(greatest(counted, logged)), 0)::bigint AS hits ${wanted}`,
          ...filter,
        );
        const rows = await tx.all(
          `SELECT series_id, day, greatest(counted, logged) AS hits ${wanted}
           ORDER BY day DESC, series_id LIMIT $4 OFFSET $5`,
          ...filter,
          limit,
          offset,
        );
        return {
          total: sums!.total as number,
          hits: sums!.hits as number,
          rows: rows.map((row): DailyHits => ({
            seriesId: row.series_id as string,
            day: row.day as number,
            hits: row.hits as number,
          })),
        };
      }),
  };
}

async function readPosition(tx: Statements): Promise<LogPosition | undefined> {
  const row = await tx.one("SELECT position FROM caudal.log_position");
  return parseOptional<LogPosition>(row?.position ?? null);
}

/** In order of their ids, so that two who add at once wait for each other instead of both. */
async function add(
  tx: Statements,
  column: "counted" | "logged",
  rows: readonly DailyHits[],
): Promise<void> {
  await tx.run(
    `INSERT INTO caudal.series_hits (series_id, day, ${column})
     SELECT "seriesId", day, hits FROM json_to_recordset($1::json) AS added ("seriesId" text, day bigint, hits bigint)
     ORDER BY "seriesId" COLLATE "C", day
     ON CONFLICT (hashtextextended(series_id, 0), hashtextextended(series_id, 1), day)
       DO UPDATE SET ${column} = series_hits.${column} + excluded.${column}`,
    rows,
  );
}

async function addLogPage(tx: Statements, page: LogPage): Promise<number> {
  const { from, to } = page;
  await tx.run("LOCK TABLE caudal.log_position IN SHARE ROW EXCLUSIVE MODE");
  if (JSON.stringify(await readPosition(tx)) !== JSON.stringify(from)) throw lostLogPosition();
  const byId = new Map(openQueries(page).toReversed().map((query) => [String(query.id), query]));
  const fresh = await tx.all(
    `INSERT INTO caudal.logged_query
     SELECT id, day FROM json_to_recordset($1::json) AS logged (id bigint, day bigint)
     ON CONFLICT DO NOTHING RETURNING id::text AS id`,
    [...byId].map(([id, { day }]) => ({ id, day })),
  );
  await add(tx, "logged", sumQueries(fresh.map(({ id }) => byId.get(id as string)!)));
  if (to.closedBefore !== null) {
    await tx.run("DELETE FROM caudal.logged_query WHERE day < $1", to.closedBefore);
  }
  await tx.run("DELETE FROM caudal.log_position");
  await tx.run("INSERT INTO caudal.log_position (position) VALUES ($1)", JSON.stringify(to));
  return fresh.length;
}
