// The store of prices on PostgreSQL, for pollers and publishers on any number of hosts. Each change of a market's ticks
// locks the market's row first and to its end, so ids are committed in their order: who has read one has read all
// before it.

import {
  type Aggregate,
  aggregated,
  HOUR_MS,
  joined,
  MINUTE_MS,
  startOf,
} from "../../core/prices/aggregate.ts";
import { type PriceStore, replacedPoller } from "../../core/prices/store.ts";
import type { KeptTick, Market } from "../../core/prices/tick.ts";
import { DAY_MS } from "../../core/time.ts";
import type { Row } from "./connection.ts";
import type { Database, Statements } from "./database.ts";

/** Over a database that is migrated, which `close` closes. */
export function postgresPriceStore(db: Database): PriceStore {
  return {
    markets: async () => (await db.all("SELECT * FROM caudal.price_market ORDER BY name")).map(marketOf),

    async saveMarket({ name, title, currency, source, pair, periodMs, isReal }) {
      await db.run(
        `INSERT INTO caudal.price_market (name, title, currency, source, pair, period_ms, is_real)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (name) DO UPDATE SET title = excluded.title, currency = excluded.currency,
           source = excluded.source, pair = excluded.pair, period_ms = excluded.period_ms,
           is_real = excluded.is_real`,
        name,
        title,
        currency,
        source,
        pair,
        periodMs,
        isReal,
      );
    },

    claim: (market, poller) =>
      db.write(async (tx) => {
        await lockMarket(tx, market);
        await tx.run("UPDATE caudal.price_market SET poller = $2 WHERE name = $1", market, poller);
      }),

    addTicks: (ticks, poller) =>
      db.write(async (tx) => {
        let added = 0;
        const byMarket = [...Map.groupBy(ticks, ({ market }) => market)].sort(([a], [b]) => a < b ? -1 : 1);
        for (const [market, own] of byMarket) {
          await lockMarket(tx, market, poller);
          const rows = own.map((tick, n) => ({
            n,
            source: tick.source,
            observed_at: tick.observedAt,
            price: tick.price,
            purchase_price: tick.purchasePrice,
            open_price: tick.openPrice,
            is_odd: tick.isOdd,
          }));
          const fresh = (await tx.all(
            `INSERT INTO caudal.price_tick
               (market, source, observed_at, price, purchase_price, open_price, is_odd)
             SELECT $1::text, one.source, one.observed_at, one.price, one.purchase_price, one.open_price, one.is_odd
             FROM caudal.price_market, json_to_recordset($2::json) AS one (n bigint, source text,
               observed_at bigint, price numeric, purchase_price numeric, open_price numeric, is_odd boolean)
             WHERE price_market.name = $1 AND (thinned_before IS NULL OR one.observed_at >= thinned_before)
             ORDER BY one.n ON CONFLICT DO NOTHING RETURNING *`,
            market,
            rows,
          )).map(tickOf);
          await tx.run(
            "UPDATE caudal.price_market SET ticks = ticks + $2 WHERE name = $1",
            market,
            fresh.length,
          );
          await join(tx, aggregated(DAY_MS, inOrder(fresh)));
          added += fresh.length;
        }
        return added;
      }),

    ticksSince: async (market, id, limit) =>
      (await db.all(
        "SELECT * FROM caudal.price_tick WHERE market = $1 AND id > $2 ORDER BY market, id LIMIT $3",
        market,
        id,
        limit,
      )).map(tickOf),

    ticks: async (market, { from, to }, after, limit) =>
      (await db.all(
        `SELECT * FROM caudal.price_tick
         WHERE market = $1 AND observed_at <= $2 AND (observed_at, id) > ($3, $4)
         ORDER BY market, observed_at, id LIMIT $5`,
        market,
        to,
        ...(after && after.observedAt >= from ? [after.observedAt, after.id] : [from, 0]),
        limit,
      )).map(tickOf),

    count: async (market) =>
      Number((await db.one("SELECT ticks FROM caudal.price_market WHERE name = $1", market))?.ticks ?? 0),

    async newest(market) {
      const row = await db.one(
        `SELECT * FROM caudal.price_tick WHERE market = $1
         ORDER BY market DESC, observed_at DESC, id DESC LIMIT 1`,
        market,
      );
      return row && tickOf(row);
    },

    aggregates: async (market, widthMs, from, to) =>
      (await db.all(
        `SELECT * FROM caudal.price_aggregate
         WHERE market = $1 AND width_ms = $2 AND starts_at >= $3 AND starts_at < $4 ORDER BY starts_at`,
        market,
        widthMs,
        from,
        to,
      )).map(aggregateOf),

    thin: (market, before, limit) =>
      db.write(async (tx) => {
        const until = startOf(HOUR_MS, before);
        await lockMarket(tx, market);
        const gone = inOrder(
          (await tx.all(
            `DELETE FROM caudal.price_tick WHERE id = ANY (ARRAY(
               SELECT id FROM caudal.price_tick WHERE market = $1 AND observed_at < $2
               ORDER BY market, observed_at, id LIMIT $3
             )) RETURNING *`,
            market,
            until,
            limit,
          )).map(tickOf),
        );
        await join(tx, aggregated(MINUTE_MS, gone));
        await join(tx, aggregated(HOUR_MS, gone));
        await tx.run(
          `UPDATE caudal.price_market SET ticks = ticks - $2::bigint, thinned_before = greatest(thinned_before, $3)
           WHERE name = $1 AND ($2::bigint > 0 OR thinned_before IS NOT NULL)`,
          market,
          gone.length,
          until,
        );
        return gone.length;
      }),

    thinnedBefore: async (market) => {
      const row = await db.one("SELECT thinned_before FROM caudal.price_market WHERE name = $1", market);
      return (row?.thinned_before ?? null) as number | null;
    },

    async pollStatus(market) {
      const row = await db.one("SELECT * FROM caudal.price_poll WHERE market = $1", market);
      return row && {
        market,
        lastSuccessAt: row.last_success_at as number | null,
        lastErrorAt: row.last_error_at as number | null,
        lastError: row.last_error as string | null,
        consecutiveFailures: row.consecutive_failures as number,
        restsUntil: row.rests_until as number | null,
      };
    },

    async savePollStatus(status, poller) {
      const saved = await db.run(
        `INSERT INTO caudal.price_poll SELECT $1, $2::bigint, $3::bigint, $4, $5::bigint, $6::bigint
         WHERE $7::text IS NULL OR EXISTS (SELECT FROM caudal.price_market WHERE name = $1 AND poller = $7)
         ON CONFLICT (market) DO UPDATE SET last_success_at = excluded.last_success_at,
           last_error_at = excluded.last_error_at, last_error = excluded.last_error,
           consecutive_failures = excluded.consecutive_failures, rests_until = excluded.rests_until`,
        status.market,
        status.lastSuccessAt,
        status.lastErrorAt,
        status.lastError,
        status.consecutiveFailures,
        status.restsUntil,
        poller ?? null,
      );
      if (saved === 0) throw replacedPoller(status.market);
    },

    cursor: async ({ market, name }) =>
      Number(
        (await db.one(
          "SELECT position FROM caudal.price_cursor WHERE market = $1 AND name = $2",
          market,
          name,
        ))?.position ?? 0,
      ),

    async saveCursor({ market, name }, position) {
      await db.run(
        `INSERT INTO caudal.price_cursor VALUES ($1, $2, $3)
         ON CONFLICT (market, name) DO UPDATE SET position = excluded.position`,
        market,
        name,
        position,
      );
    },

    close: () => db.close(),
  };
}

/** Errors: a TypeError for a market that was never saved; Problem `conflict` where another claimed it. */
async function lockMarket(tx: Statements, market: string, poller?: string): Promise<void> {
  const row = await tx.one(
    "SELECT poller FROM caudal.price_market WHERE name = $1 FOR NO KEY UPDATE",
    market,
  );
  if (!row) throw new TypeError(`Market "${market}" was never saved`);
  if (poller !== undefined && row.poller !== poller) throw replacedPoller(market);
}

/** Takes aggregates of new ticks into those that are there; the market's row is held. */
async function join(tx: Statements, aggregates: readonly Aggregate[]): Promise<void> {
  for (const one of aggregates) {
    const row = await tx.one(
      "SELECT * FROM caudal.price_aggregate WHERE market = $1 AND width_ms = $2 AND starts_at = $3",
      one.market,
      one.widthMs,
      one.startsAt,
    );
    const whole = row ? joined(aggregateOf(row), one) : one;
    await tx.run(
      `INSERT INTO caudal.price_aggregate VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
       ON CONFLICT (market, width_ms, starts_at) DO UPDATE SET count = excluded.count, sum = excluded.sum,
         least = excluded.least, greatest = excluded.greatest, first = excluded.first,
         first_at = excluded.first_at, last = excluded.last, last_at = excluded.last_at`,
      whole.market,
      whole.widthMs,
      whole.startsAt,
      whole.count,
      whole.sum,
      whole.least,
      whole.greatest,
      whole.first,
      whole.firstAt,
      whole.last,
      whole.lastAt,
    );
  }
}

const inOrder = (ticks: readonly KeptTick[]) => ticks.toSorted((a, b) => a.id - b.id);

const marketOf = (row: Row): Market => ({
  name: row.name as string,
  title: row.title as string,
  currency: row.currency as string,
  source: row.source as string,
  pair: row.pair as string,
  periodMs: row.period_ms as number,
  isReal: row.is_real as boolean,
});

const tickOf = (row: Row): KeptTick => ({
  id: row.id as number,
  market: row.market as string,
  source: row.source as string,
  observedAt: row.observed_at as number,
  price: row.price as string,
  purchasePrice: row.purchase_price as string | null,
  openPrice: row.open_price as string | null,
  isOdd: row.is_odd as boolean,
});

const aggregateOf = (row: Row): Aggregate => ({
  market: row.market as string,
  widthMs: row.width_ms as number,
  startsAt: row.starts_at as number,
  count: row.count as number,
  sum: row.sum as string,
  least: row.least as string,
  greatest: row.greatest as string,
  first: row.first as string,
  firstAt: row.first_at as number,
  last: row.last as string,
  lastAt: row.last_at as number,
});
