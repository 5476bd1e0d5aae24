// The store of prices on SQLite: a file of its own that a poller writes and publishers read.

import {
  type Aggregate,
  aggregated,
  HOUR_MS,
  joined,
  MINUTE_MS,
  startOf,
} from "../../core/prices/aggregate.ts";
import { type PriceStore, replacedPoller } from "../../core/prices/store.ts";
import type { KeptTick, Market, Tick } from "../../core/prices/tick.ts";
import { DAY_MS } from "../../core/time.ts";
import type { Database } from "./database.ts";

type Row = Record<string, unknown>;

/** Over a database whose schema is PRICE_MIGRATIONS, which `close` closes. */
export function sqlitePriceStore(db: Database): PriceStore {
  /** All of `work` or nothing. */
  const write = <T>(work: () => T): Promise<T> => Promise.try(() => db.transaction(work));
  const read = <T>(work: () => T): Promise<T> => Promise.try(work);

  return {
    markets: () => read(() => db.all("SELECT * FROM price_market ORDER BY name").map(marketOf)),

    saveMarket: ({ name, title, currency, source, pair, periodMs, isReal }) =>
      write(() => {
        db.run(
          `INSERT INTO price_market (name, title, currency, source, pair, period_ms, is_real)
           VALUES (?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (name) DO UPDATE SET title = excluded.title, currency = excluded.currency,
             source = excluded.source, pair = excluded.pair, period_ms = excluded.period_ms,
             is_real = excluded.is_real`,
          name,
          title,
          currency,
          source,
          pair,
          periodMs,
          Number(isReal),
        );
      }),

    claim: (market, poller) =>
      write(() => {
        const { changes } = db.run("UPDATE price_market SET poller = ? WHERE name = ?", poller, market);
        if (changes === 0) throw new TypeError(`Market "${market}" was never saved`);
      }),

    addTicks: (ticks, poller) =>
      write(() => {
        for (const market of new Set(ticks.map(({ market }) => market))) requirePoller(db, market, poller);
        const added = ticks.filter((tick) => addTick(db, tick));
        for (const [market, own] of Map.groupBy(added, ({ market }) => market)) {
          db.run("UPDATE price_market SET ticks = ticks + ? WHERE name = ?", own.length, market);
          join(db, aggregated(DAY_MS, own));
        }
        return added.length;
      }),

    ticksSince: (market, id, limit) =>
      read(() =>
        db.all(
          `SELECT * FROM price_tick INDEXED BY price_tick_by_id WHERE market = ? AND id > ? ORDER BY id LIMIT ?`,
          market,
          id,
          limit,
        ).map(tickOf)
      ),

    ticks: (market, { from, to }, after, limit) =>
      read(() =>
        db.all(
          `SELECT * FROM price_tick INDEXED BY price_tick_by_instant
           WHERE market = ?1 AND observed_at <= ?2 AND (observed_at, id) > (?3, ?4)
           ORDER BY observed_at, id LIMIT ?5`,
          market,
          to,
          ...(after && after.observedAt >= from ? [after.observedAt, after.id] : [from, 0]),
          limit,
        ).map(tickOf)
      ),

    count: (market) =>
      read(() => Number(db.one("SELECT ticks FROM price_market WHERE name = ?", market)?.ticks ?? 0)),

    newest: (market) =>
      read(() => {
        const row = db.one(
          "SELECT * FROM price_tick WHERE market = ? ORDER BY observed_at DESC, id DESC LIMIT 1",
          market,
        );
        return row && tickOf(row);
      }),

    aggregates: (market, widthMs, from, to) =>
      read(() =>
        db.all(
          `SELECT * FROM price_aggregate
           WHERE market = ? AND width_ms = ? AND starts_at >= ? AND starts_at < ? ORDER BY starts_at`,
          market,
          widthMs,
          from,
          to,
        ).map(aggregateOf)
      ),

    thin: (market, before, limit) =>
      write(() => {
        const until = startOf(HOUR_MS, before);
        const gone = db.all(
          `DELETE FROM price_tick WHERE id IN (
             SELECT id FROM price_tick INDEXED BY price_tick_by_instant
             WHERE market = ? AND observed_at < ? ORDER BY observed_at, id LIMIT ?
           ) RETURNING *`,
          market,
          until,
          limit,
        ).map(tickOf).sort((a, b) => a.id - b.id);
        join(db, aggregated(MINUTE_MS, gone));
        join(db, aggregated(HOUR_MS, gone));
        db.run(
          `UPDATE price_market SET ticks = ticks - ?2, thinned_before = max(coalesce(thinned_before, ?3), ?3)
           WHERE name = ?1 AND (?2 > 0 OR thinned_before IS NOT NULL)`,
          market,
          gone.length,
          until,
        );
        return gone.length;
      }),

    thinnedBefore: (market) =>
      read(() => {
        const at = db.one("SELECT thinned_before FROM price_market WHERE name = ?", market)?.thinned_before;
        return at === null || at === undefined ? null : Number(at);
      }),

    pollStatus: (market) =>
      read(() => {
        const row = db.one("SELECT * FROM price_poll WHERE market = ?", market) as Row | undefined;
        return row && {
          market,
          lastSuccessAt: row.last_success_at as number | null,
          lastErrorAt: row.last_error_at as number | null,
          lastError: row.last_error as string | null,
          consecutiveFailures: Number(row.consecutive_failures),
          restsUntil: row.rests_until as number | null,
        };
      }),

    savePollStatus: (status, poller) =>
      write(() => {
        requirePoller(db, status.market, poller);
        db.run(
          "INSERT OR REPLACE INTO price_poll VALUES (?, ?, ?, ?, ?, ?)",
          status.market,
          status.lastSuccessAt,
          status.lastErrorAt,
          status.lastError,
          status.consecutiveFailures,
          status.restsUntil,
        );
      }),

    cursor: ({ market, name }) =>
      read(() =>
        Number(
          db.one("SELECT position FROM price_cursor WHERE market = ? AND name = ?", market, name)?.position ??
            0,
        )
      ),

    saveCursor: ({ market, name }, position) =>
      write(() =>
        void db.run("INSERT OR REPLACE INTO price_cursor VALUES (?, ?, ?)", market, name, position)
      ),

    close: () => Promise.try(() => db.close()),
  };
}

/** Inside a transaction. Errors: Problem `conflict` where another claimed the market. */
function requirePoller(db: Database, market: string, poller: string | undefined): void {
  if (poller === undefined) return;
  const row = db.one("SELECT poller FROM price_market WHERE name = ?", market);
  if (row?.poller !== poller) throw replacedPoller(market);
}

/** Answers whether it was new. */
function addTick(db: Database, tick: Tick): boolean {
  return db.run(
    `INSERT INTO price_tick (market, source, observed_at, price, purchase_price, open_price, is_odd)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
     WHERE NOT EXISTS (SELECT 1 FROM price_market WHERE name = ?1 AND thinned_before > ?3)
     ON CONFLICT DO NOTHING`,
    tick.market,
    tick.source,
    tick.observedAt,
    tick.price,
    tick.purchasePrice,
    tick.openPrice,
    Number(tick.isOdd),
  ).changes > 0;
}

/** Takes aggregates of new ticks into those that are there. */
function join(db: Database, aggregates: readonly Aggregate[]): void {
  for (const one of aggregates) {
    const row = db.one(
      "SELECT * FROM price_aggregate WHERE market = ? AND width_ms = ? AND starts_at = ?",
      one.market,
      one.widthMs,
      one.startsAt,
    );
    const { market, widthMs, startsAt, count, sum, least, greatest, first, firstAt, last, lastAt } = row
      ? joined(aggregateOf(row), one)
      : one;
    db.run(
      "INSERT OR REPLACE INTO price_aggregate VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      market,
      widthMs,
      startsAt,
      count,
      sum,
      least,
      greatest,
      first,
      firstAt,
      last,
      lastAt,
    );
  }
}

const marketOf = (row: Row): Market => ({
  name: String(row.name),
  title: String(row.title),
  currency: String(row.currency),
  source: String(row.source),
  pair: String(row.pair),
  periodMs: Number(row.period_ms),
  isReal: row.is_real === 1,
});

const tickOf = (row: Row): KeptTick => ({
  id: Number(row.id),
  market: String(row.market),
  source: String(row.source),
  observedAt: Number(row.observed_at),
  price: String(row.price),
  purchasePrice: row.purchase_price as string | null,
  openPrice: row.open_price as string | null,
  isOdd: row.is_odd === 1,
});

const aggregateOf = (row: Row): Aggregate => ({
  market: String(row.market),
  widthMs: Number(row.width_ms),
  startsAt: Number(row.starts_at),
  count: Number(row.count),
  sum: String(row.sum),
  least: String(row.least),
  greatest: String(row.greatest),
  first: String(row.first),
  firstAt: Number(row.first_at),
  last: String(row.last),
  lastAt: Number(row.last_at),
});
