// The schema of the store on PostgreSQL, one step a version, each applied whole or not at all. A step that was ever
// released is never edited. Everything is in the schema `caudal` and named with it: behind PgBouncer a search path
// would be anybody's.
//
// As in SQLite, but for: hashes as bytes; flags as booleans; positions of changes in tables of their own, written
// only by who holds the counter (see rows.ts). Texts compare by their bytes (COLLATE "C"). Identifiers and titles are
// publishers' texts of any length, which a B-tree does not take: two 64-bit hashes stand for each in unique indexes.

export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE caudal.node (
    catalog_id text COLLATE "C" PRIMARY KEY,
    url text NOT NULL,
    format text,
    position bigint NOT NULL,
    federable boolean NOT NULL,
    new_datasets_federable boolean NOT NULL,
    verify_tls boolean NOT NULL
  );

  -- One row: the position of the last change, which publishing counts from.
  CREATE TABLE caudal.change_counter (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    position bigint NOT NULL,
    -- A publication of an earlier position has what was deleted since.
    purged_position bigint NOT NULL DEFAULT 0
  );
  INSERT INTO caudal.change_counter (position) VALUES (0);

  CREATE TABLE caudal.catalog (
    key bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    id text COLLATE "C" PRIMARY KEY,
    metadata text NOT NULL,
    present boolean NOT NULL,
    fault text,
    source text,
    created_run bigint NOT NULL,
    changed_run bigint NOT NULL,
    read_run bigint NOT NULL
  );

  -- Text of the last good reading of a catalog, gzipped.
  CREATE TABLE caudal.catalog_text (
    catalog_id text COLLATE "C" PRIMARY KEY REFERENCES caudal.catalog (id),
    gzip bytea NOT NULL
  );
  ALTER TABLE caudal.catalog_text ALTER gzip SET STORAGE EXTERNAL;

  -- Position of the last change of metadata above the series.
  CREATE TABLE caudal.context_change (
    catalog_key bigint PRIMARY KEY REFERENCES caudal.catalog (key),
    position bigint NOT NULL
  );

  CREATE TABLE caudal.dataset (
    key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    catalog_id text COLLATE "C" NOT NULL REFERENCES caudal.catalog (id),
    id text COLLATE "C" NOT NULL,
    metadata text NOT NULL,
    themes text,
    present boolean NOT NULL,
    -- One that is neither federable nor switched off waits for operators to decide.
    federable boolean NOT NULL,
    switched_off boolean NOT NULL DEFAULT false,
    position integer NOT NULL,
    created_run bigint NOT NULL,
    changed_run bigint NOT NULL
  );
  CREATE UNIQUE INDEX dataset_identity ON caudal.dataset
    (catalog_id, hashtextextended(id, 0), hashtextextended(id, 1));

  CREATE TABLE caudal.distribution (
    key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dataset_key bigint NOT NULL REFERENCES caudal.dataset (key),
    id text COLLATE "C" NOT NULL,
    metadata text NOT NULL,
    enriched text NOT NULL DEFAULT '{}',
    present boolean NOT NULL,
    fault text,
    source text,
    change_key text,
    position integer NOT NULL,
    created_run bigint NOT NULL,
    changed_run bigint NOT NULL,
    indexed_run bigint,
    indexed_at bigint
  );
  CREATE UNIQUE INDEX distribution_identity ON caudal.distribution
    (dataset_key, hashtextextended(id, 0), hashtextextended(id, 1));

  -- Position of the last change of series or of their fields; of those alone that have series, or had.
  CREATE TABLE caudal.data_change (
    distribution_key bigint PRIMARY KEY REFERENCES caudal.distribution (key),
    position bigint NOT NULL
  );
  CREATE INDEX data_change_by_position ON caudal.data_change (position);

  CREATE TABLE caudal.field (
    key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    distribution_key bigint NOT NULL REFERENCES caudal.distribution (key),
    title text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    metadata text NOT NULL,
    present boolean NOT NULL,
    position integer NOT NULL,
    created_run bigint NOT NULL,
    changed_run bigint NOT NULL
  );
  CREATE UNIQUE INDEX field_identity ON caudal.field (
    distribution_key,
    hashtextextended(id, 0), hashtextextended(title, 0), hashtextextended(id, 1), hashtextextended(title, 1)
  );

  -- Packed columns (core/packed.ts), named by SHA-256. Doubles compress badly: they are kept as they are.
  CREATE TABLE caudal.observations (hash bytea PRIMARY KEY, packed bytea NOT NULL);
  ALTER TABLE caudal.observations ALTER packed SET STORAGE EXTERNAL;

  CREATE TABLE caudal.series (
    key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL,
    distribution_key bigint NOT NULL REFERENCES caudal.distribution (key),
    title text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    observations_hash bytea NOT NULL REFERENCES caudal.observations (hash),
    enriched text NOT NULL,
    value_count integer NOT NULL,
    first_date text COLLATE "C" NOT NULL,
    last_date text COLLATE "C" NOT NULL,
    -- Place among the columns of the last file that had it.
    column_position integer NOT NULL,
    -- Unique as well, for ids of any length.
    CONSTRAINT series_identity EXCLUDE USING hash (id WITH =)
  );
  CREATE INDEX series_by_distribution ON caudal.series (distribution_key);

  CREATE TABLE caudal.series_version (
    series_key bigint NOT NULL REFERENCES caudal.series (key),
    number integer NOT NULL,
    run_id bigint NOT NULL,
    at bigint NOT NULL,
    source_hash bytea NOT NULL,
    observations_hash bytea NOT NULL REFERENCES caudal.observations (hash),
    PRIMARY KEY (series_key, number)
  );

  CREATE TABLE caudal.percentage_unit (name text COLLATE "C" PRIMARY KEY);

  CREATE TABLE caudal.publication (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    snapshot text NOT NULL,
    position bigint NOT NULL
  );

  -- What operators decide, as JSON; absent while it is as the program has it.
  CREATE TABLE caudal.setting (name text COLLATE "C" PRIMARY KEY, value text NOT NULL);

  CREATE TABLE caudal.run (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    -- What was asked for, of those that are.
    name text,
    about text,
    status text NOT NULL,
    started_at bigint NOT NULL,
    finished_at bigint,
    report text
  );
  CREATE INDEX run_by_kind ON caudal.run (kind, id);
  -- One of a name waits or runs at a time.
  CREATE UNIQUE INDEX run_asked_for ON caudal.run (kind, name)
    WHERE name IS NOT NULL AND status IN ('PENDING', 'STARTED');
  CREATE INDEX run_waiting ON caudal.run (id) WHERE status = 'PENDING';

  -- What operators keep, as JSON; and what happened, in its order.
  CREATE TABLE caudal.record (
    kind text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (kind, id)
  );

  CREATE TABLE caudal.trail (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    subject text NOT NULL,
    at bigint NOT NULL,
    entry text NOT NULL
  );
  CREATE INDEX trail_by_subject ON caudal.trail (kind, subject, id);
  CREATE INDEX trail_by_kind ON caudal.trail (kind, id);

  -- Who may do what one process alone does at a time (see lease.ts). Tokens only grow. The token belongs to a key, so
  -- that relying on it holds off who would take it over, and not its renewal.
  CREATE TABLE caudal.lease (
    name text COLLATE "C" PRIMARY KEY,
    token bigint NOT NULL,
    holder text NOT NULL,
    expires_at timestamptz NOT NULL,
    UNIQUE (name, token)
  );
  `,
  `
  -- Answered queries by series and Buenos Aires day (days since 1970): as app processes counted them and as a gateway
  -- logged them, which are the same queries.
  CREATE TABLE caudal.series_hits (
    series_id text COLLATE "C" NOT NULL,
    day bigint NOT NULL,
    counted bigint NOT NULL DEFAULT 0,
    logged bigint NOT NULL DEFAULT 0
  );
  CREATE UNIQUE INDEX series_hits_identity ON caudal.series_hits
    (hashtextextended(series_id, 0), hashtextextended(series_id, 1), day);
  CREATE INDEX series_hits_by_day ON caudal.series_hits (day);

  -- What was taken in and may come again.
  CREATE TABLE caudal.taken_batch (id text COLLATE "C" PRIMARY KEY, at bigint NOT NULL);
  CREATE TABLE caudal.logged_query (id bigint PRIMARY KEY, day bigint NOT NULL);
  CREATE INDEX logged_query_by_day ON caudal.logged_query (day);

  -- How far the log was read, as JSON.
  CREATE TABLE caudal.log_position (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    position text NOT NULL
  );
  `,
];
