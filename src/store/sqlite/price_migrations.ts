// The schema of the store of prices, a file of its own (`prices.sqlite`): it is written every few seconds, by a process
// that never waits for the writer of the series. One step a version, as in migrations.ts.

export const PRICE_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE price_market (
    name TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    currency TEXT NOT NULL,
    source TEXT NOT NULL,
    pair TEXT NOT NULL,
    period_ms INTEGER NOT NULL,
    is_real INTEGER NOT NULL,
    -- How many ticks there are: counting would read them all.
    ticks INTEGER NOT NULL DEFAULT 0,
    thinned_before INTEGER
  ) STRICT, WITHOUT ROWID;

  -- Ids are never given again: publishers read by them. Prices are decimal texts.
  CREATE TABLE price_tick (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    market TEXT NOT NULL REFERENCES price_market (name),
    source TEXT NOT NULL,
    observed_at INTEGER NOT NULL,
    price TEXT NOT NULL,
    purchase_price TEXT,
    open_price TEXT,
    is_odd INTEGER NOT NULL
  ) STRICT;
  -- The id is the last column of each index.
  CREATE UNIQUE INDEX price_tick_by_observation ON price_tick (market, source, observed_at);
  CREATE INDEX price_tick_by_instant ON price_tick (market, observed_at);
  CREATE INDEX price_tick_by_id ON price_tick (market);

  CREATE TABLE price_aggregate (
    market TEXT NOT NULL REFERENCES price_market (name),
    width_ms INTEGER NOT NULL,
    starts_at INTEGER NOT NULL,
    count INTEGER NOT NULL,
    sum TEXT NOT NULL,
    least TEXT NOT NULL,
    greatest TEXT NOT NULL,
    first TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    last TEXT NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (market, width_ms, starts_at)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE price_poll (
    market TEXT PRIMARY KEY,
    last_success_at INTEGER,
    last_error_at INTEGER,
    last_error TEXT,
    consecutive_failures INTEGER NOT NULL,
    rests_until INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE price_cursor (
    market TEXT NOT NULL,
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (market, name)
  ) STRICT, WITHOUT ROWID;
  `,
  // Who claimed a market last.
  `ALTER TABLE price_market ADD COLUMN poller TEXT`,
];
