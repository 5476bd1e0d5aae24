// The schema of the embedded store, one step a version, applied in order inside a transaction each. A step
// that was ever released is never edited; user_version is the number of steps applied.

export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE node (
    catalog_id TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    format TEXT,
    position INTEGER NOT NULL
  ) STRICT;

  -- One row: the position of the last change, which publishing counts from.
  CREATE TABLE change_counter (position INTEGER NOT NULL) STRICT;
  INSERT INTO change_counter VALUES (0);

  CREATE TABLE catalog (
    id TEXT PRIMARY KEY,
    metadata TEXT NOT NULL,
    present INTEGER NOT NULL,
    fault TEXT,
    source TEXT,
    created_run INTEGER NOT NULL,
    changed_run INTEGER NOT NULL,
    read_run INTEGER NOT NULL,
    context_position INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE dataset (
    key INTEGER PRIMARY KEY,
    catalog_id TEXT NOT NULL REFERENCES catalog (id),
    id TEXT NOT NULL,
    metadata TEXT NOT NULL,
    themes TEXT,
    present INTEGER NOT NULL,
    federable INTEGER NOT NULL DEFAULT 1,
    position INTEGER NOT NULL,
    created_run INTEGER NOT NULL,
    changed_run INTEGER NOT NULL,
    UNIQUE (catalog_id, id)
  ) STRICT;

  CREATE TABLE distribution (
    key INTEGER PRIMARY KEY,
    dataset_key INTEGER NOT NULL REFERENCES dataset (key),
    id TEXT NOT NULL,
    metadata TEXT NOT NULL,
    enriched TEXT NOT NULL DEFAULT '{}',
    present INTEGER NOT NULL,
    fault TEXT,
    source TEXT,
    change_key TEXT,
    position INTEGER NOT NULL,
    created_run INTEGER NOT NULL,
    changed_run INTEGER NOT NULL,
    indexed_run INTEGER,
    indexed_at INTEGER,
    data_position INTEGER NOT NULL,
    UNIQUE (dataset_key, id)
  ) STRICT;
  CREATE INDEX distribution_by_data_position ON distribution (data_position);

  CREATE TABLE field (
    key INTEGER PRIMARY KEY,
    distribution_key INTEGER NOT NULL REFERENCES distribution (key),
    title TEXT NOT NULL,
    id TEXT NOT NULL,
    metadata TEXT NOT NULL,
    present INTEGER NOT NULL,
    position INTEGER NOT NULL,
    created_run INTEGER NOT NULL,
    changed_run INTEGER NOT NULL,
    UNIQUE (distribution_key, title, id)
  ) STRICT;

  -- Packed columns (core/packed.ts), named by SHA-256.
  CREATE TABLE observations (hash TEXT PRIMARY KEY, packed BLOB NOT NULL) STRICT;

  CREATE TABLE series (
    id TEXT PRIMARY KEY,
    distribution_key INTEGER NOT NULL REFERENCES distribution (key),
    title TEXT NOT NULL,
    version INTEGER NOT NULL,
    observations_hash TEXT NOT NULL REFERENCES observations (hash),
    enriched TEXT NOT NULL,
    value_count INTEGER NOT NULL,
    first_date TEXT NOT NULL,
    last_date TEXT NOT NULL
  ) STRICT;
  CREATE INDEX series_by_distribution ON series (distribution_key);

  CREATE TABLE series_version (
    series_id TEXT NOT NULL REFERENCES series (id),
    number INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    source_hash TEXT NOT NULL,
    observations_hash TEXT NOT NULL REFERENCES observations (hash),
    PRIMARY KEY (series_id, number)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE percentage_unit (name TEXT PRIMARY KEY) STRICT;

  CREATE TABLE publication (snapshot TEXT NOT NULL, position INTEGER NOT NULL) STRICT;

  CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    report TEXT
  ) STRICT;
  CREATE INDEX run_by_kind ON run (kind, id);
  `,
  `
  -- What operators decide, as JSON; absent while it is as the program has it.
  CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  `,
  `
  -- Place of a series among the columns of the last file that had it; 0 until that file is read again.
  ALTER TABLE series ADD COLUMN column_position INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- What operators keep, as JSON; and what happened, in its order.
  CREATE TABLE record (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (kind, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE trail (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    at INTEGER NOT NULL,
    entry TEXT NOT NULL
  ) STRICT;
  CREATE INDEX trail_by_subject ON trail (kind, subject, id);
  CREATE INDEX trail_by_kind ON trail (kind, id);
  `,
  `
  -- Runs that are asked for: one of a name waits or runs at a time.
  ALTER TABLE run ADD COLUMN name TEXT;
  ALTER TABLE run ADD COLUMN about TEXT;
  CREATE UNIQUE INDEX run_asked_for ON run (kind, name) WHERE name IS NOT NULL AND status IN ('PENDING', 'STARTED');
  CREATE INDEX run_waiting ON run (id) WHERE status = 'PENDING';
  `,
  `
  -- What operators decide of nodes and datasets; a dataset that is neither federable nor switched off waits for them.
  ALTER TABLE node ADD COLUMN federable INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE node ADD COLUMN new_datasets_federable INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE node ADD COLUMN verify_tls INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE dataset ADD COLUMN switched_off INTEGER NOT NULL DEFAULT 0;

  -- Text of the last good reading of a catalog, gzipped.
  CREATE TABLE catalog_text (
    catalog_id TEXT PRIMARY KEY REFERENCES catalog (id),
    gzip BLOB NOT NULL
  ) STRICT;
  `,
  `
  -- Answered queries by series and Buenos Aires day (days since 1970): as app processes counted them and as a gateway
  -- logged them, which are the same queries.
  CREATE TABLE series_hits (
    series_id TEXT NOT NULL,
    day INTEGER NOT NULL,
    counted INTEGER NOT NULL DEFAULT 0,
    logged INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (series_id, day)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX series_hits_by_day ON series_hits (day);

  -- What was taken in and may come again.
  CREATE TABLE taken_batch (id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE logged_query (id INTEGER PRIMARY KEY, day INTEGER NOT NULL) STRICT;
  CREATE INDEX logged_query_by_day ON logged_query (day);

  -- One row at most: how far the log was read, as JSON.
  CREATE TABLE log_position (position TEXT NOT NULL) STRICT;
  `,
];
