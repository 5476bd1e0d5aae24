// The schema of the store on PostgreSQL, one step a version, each applied whole or not at all. A step that was ever
// released is never edited. Everything is in the schema `caudal` and named with it: behind PgBouncer a search path
// would be anybody's. Long because steps are only added.
//
// As in SQLite, but for: hashes as bytes; flags as booleans; positions of changes in tables of their own, written
// only by who holds the counter (see rows.ts). Texts compare by their bytes (COLLATE "C"). Identifiers and titles are
// publishers' texts of any length, which a B-tree does not take: two 64-bit hashes stand for each in unique indexes.
//
// Long because what a step made stays here: the next one is added below.

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
  `
  -- Runs of ETL sequences. etl_run and etl_module_run keep the columns of the replaced system with their names
  -- and types: start and end are without zone, in UTC.

  -- One row: the revision of the last change of a run or its attempts.
  CREATE TABLE caudal.etl_revision (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    revision bigint NOT NULL
  );
  INSERT INTO caudal.etl_revision (revision) VALUES (0);

  CREATE TABLE caudal.etl_run (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name varchar COLLATE "C" NOT NULL,
    "start" timestamp,
    "end" timestamp,
    status varchar COLLATE "C" NOT NULL,
    requested_at timestamptz NOT NULL,
    reason text,
    message text,
    "trigger" text NOT NULL,
    triggered_by text,
    schedule text COLLATE "C",
    scheduled_at timestamptz,
    parent_run_id integer,
    idempotency_key text COLLATE "C",
    snapshot text NOT NULL,
    cancel_asked_at timestamptz,
    cancel_asked_by text,
    lease_token bigint,
    notified text,
    revision bigint NOT NULL
  );
  CREATE UNIQUE INDEX etl_run_by_fire ON caudal.etl_run (name, schedule, scheduled_at) WHERE scheduled_at IS NOT NULL;
  CREATE UNIQUE INDEX etl_run_by_key ON caudal.etl_run (idempotency_key) WHERE idempotency_key IS NOT NULL;
  CREATE UNIQUE INDEX etl_run_by_revision ON caudal.etl_run (revision);
  CREATE INDEX etl_run_by_name ON caudal.etl_run (name, status, id);
  CREATE INDEX etl_run_by_status ON caudal.etl_run (status, id);
  CREATE INDEX etl_run_by_request ON caudal.etl_run (requested_at, id);
  CREATE INDEX etl_run_by_end ON caudal.etl_run ("end") WHERE "end" IS NOT NULL;
  CREATE INDEX etl_run_active ON caudal.etl_run (id) WHERE status IN ('PENDING', 'STARTED');
  CREATE INDEX etl_run_to_notify ON caudal.etl_run (id) WHERE notified = 'PENDING';

  -- How many runs there are of each status: counting them would read them all.
  CREATE TABLE caudal.etl_run_count (status text COLLATE "C" PRIMARY KEY, runs bigint NOT NULL);
  INSERT INTO caudal.etl_run_count VALUES ('PENDING', 0), ('STARTED', 0), ('SUCCESS', 0), ('FAILURE', 0),
    ('CANCELLED', 0), ('SKIPPED', 0), ('MISSED', 0);
  CREATE FUNCTION caudal.count_etl_runs() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE caudal.etl_run_count
    SET runs = etl_run_count.runs + CASE TG_OP WHEN 'INSERT' THEN counted.runs ELSE -counted.runs END
    FROM (SELECT status, count(*) AS runs FROM changed GROUP BY status) AS counted
    WHERE etl_run_count.status = counted.status;
    RETURN NULL;
  END $$;
  CREATE TRIGGER etl_run_added AFTER INSERT ON caudal.etl_run REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION caudal.count_etl_runs();
  CREATE TRIGGER etl_run_removed AFTER DELETE ON caudal.etl_run REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION caudal.count_etl_runs();
  CREATE FUNCTION caudal.count_etl_status() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE caudal.etl_run_count SET runs = runs + CASE status WHEN NEW.status THEN 1 ELSE -1 END
    WHERE status IN (OLD.status, NEW.status);
    RETURN NULL;
  END $$;
  CREATE TRIGGER etl_run_changed AFTER UPDATE OF status ON caudal.etl_run
    FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION caudal.count_etl_status();

  CREATE TABLE caudal.etl_module_run (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    etl_run_id integer NOT NULL REFERENCES caudal.etl_run (id) ON DELETE CASCADE,
    -- Always NULL, as in the replaced system.
    task_id varchar,
    name varchar NOT NULL,
    input varchar,
    output varchar,
    conf varchar,
    "start" timestamp,
    "end" timestamp,
    status varchar COLLATE "C" NOT NULL,
    step_index integer NOT NULL,
    step_id text NOT NULL,
    attempt integer NOT NULL,
    not_before timestamptz,
    queued_at timestamptz,
    exit_code bigint,
    signal text,
    reason text COLLATE "C",
    message text,
    worker text COLLATE "C",
    host text COLLATE "C",
    pid bigint,
    process_start text,
    -- Its process is gone for sure.
    reaped boolean NOT NULL DEFAULT false,
    heartbeat_at timestamptz,
    peak_memory_bytes bigint,
    -- Where its lines are: the table, and the id they are under.
    log_ref text GENERATED ALWAYS AS ('etl_log/' || id::text) STORED,
    log_lines integer NOT NULL DEFAULT 0,
    log_cut boolean NOT NULL DEFAULT false,
    fingerprint text,
    summary text
  );
  CREATE UNIQUE INDEX etl_module_run_by_run ON caudal.etl_module_run (etl_run_id, step_index, attempt);
  CREATE INDEX etl_module_run_started ON caudal.etl_module_run (id) WHERE status = 'STARTED';
  CREATE INDEX etl_module_run_on_host ON caudal.etl_module_run (host, id)
    WHERE pid IS NOT NULL AND NOT reaped AND (status = 'STARTED' OR reason = 'lost');

  -- Lines of logs (core/etl/log_chunks.ts).
  CREATE TABLE caudal.etl_log (
    attempt_id integer NOT NULL REFERENCES caudal.etl_module_run (id) ON DELETE CASCADE,
    first_line integer NOT NULL,
    line_count integer NOT NULL,
    packed text NOT NULL,
    CONSTRAINT etl_log_by_line PRIMARY KEY (attempt_id, first_line)
  );

  CREATE TABLE caudal.etl_schedule (
    name text COLLATE "C" NOT NULL,
    schedule text COLLATE "C" NOT NULL,
    planned_up_to timestamptz NOT NULL,
    next_at timestamptz,
    paused_by text,
    paused_at timestamptz,
    PRIMARY KEY (name, schedule)
  );
  CREATE INDEX etl_schedule_due ON caudal.etl_schedule (next_at, name, schedule)
    WHERE paused_by IS NULL AND next_at IS NOT NULL;

  CREATE TABLE caudal.etl_worker (
    id text COLLATE "C" PRIMARY KEY,
    host text NOT NULL,
    pid bigint NOT NULL,
    started_at timestamptz NOT NULL,
    heartbeat_at timestamptz NOT NULL,
    slots integer NOT NULL
  );

  -- Tokens only grow; without a holder it was given back. As in lease, the token belongs to a key.
  CREATE TABLE caudal.etl_lease (
    name text COLLATE "C" PRIMARY KEY,
    token bigint NOT NULL,
    holder text COLLATE "C",
    taken_at timestamptz NOT NULL,
    renewed_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    UNIQUE (name, token)
  );
  `,
  `
  CREATE INDEX etl_run_by_trigger ON caudal.etl_run ("trigger", id);

  -- What became of all runs of sequences that ended, by sequence and status: what was removed still counts.
  CREATE TABLE caudal.etl_tally (
    name text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    runs bigint NOT NULL,
    began bigint NOT NULL,
    duration_ms bigint NOT NULL,
    last_end timestamptz NOT NULL,
    last_scheduled_at timestamptz,
    last_lateness_ms bigint,
    PRIMARY KEY (name, status)
  );
  INSERT INTO caudal.etl_tally
    SELECT name, status, count(*), count("start"),
      coalesce(round(sum(extract(epoch FROM "end" - "start") * 1000)), 0),
      max(coalesce("end" AT TIME ZONE 'UTC', requested_at)), NULL, NULL
    FROM caudal.etl_run WHERE status NOT IN ('PENDING', 'STARTED') GROUP BY name, status;
  CREATE FUNCTION caudal.tally_etl_run() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO caudal.etl_tally AS tally VALUES (
      NEW.name,
      NEW.status,
      1,
      CASE WHEN NEW."start" IS NULL THEN 0 ELSE 1 END,
      coalesce(round(extract(epoch FROM NEW."end" - NEW."start") * 1000), 0),
      coalesce(NEW."end" AT TIME ZONE 'UTC', NEW.requested_at),
      CASE WHEN NEW."start" IS NOT NULL THEN NEW.scheduled_at END,
      round(extract(epoch FROM NEW."start" AT TIME ZONE 'UTC' - NEW.scheduled_at) * 1000)
    ) ON CONFLICT (name, status) DO UPDATE SET
      runs = tally.runs + 1,
      began = tally.began + excluded.began,
      duration_ms = tally.duration_ms + excluded.duration_ms,
      last_end = greatest(tally.last_end, excluded.last_end),
      last_lateness_ms = CASE WHEN excluded.last_scheduled_at IS NULL THEN tally.last_lateness_ms
        ELSE excluded.last_lateness_ms END,
      last_scheduled_at = coalesce(excluded.last_scheduled_at, tally.last_scheduled_at);
    RETURN NULL;
  END $$;
  CREATE TRIGGER etl_run_tallied_new AFTER INSERT ON caudal.etl_run
    FOR EACH ROW WHEN (NEW.status NOT IN ('PENDING', 'STARTED')) EXECUTE FUNCTION caudal.tally_etl_run();
  CREATE TRIGGER etl_run_tallied AFTER UPDATE OF status ON caudal.etl_run
    FOR EACH ROW WHEN (OLD.status IN ('PENDING', 'STARTED') AND NEW.status NOT IN ('PENDING', 'STARTED'))
    EXECUTE FUNCTION caudal.tally_etl_run();
  `,
  `
  -- Prices: as in SQLite (price_migrations.ts), but for exact decimals. Instants are epoch ms.
  CREATE TABLE caudal.price_market (
    name text COLLATE "C" PRIMARY KEY,
    title text NOT NULL,
    currency text NOT NULL,
    source text NOT NULL,
    pair text NOT NULL,
    period_ms bigint NOT NULL,
    is_real boolean NOT NULL,
    -- How many ticks there are: counting would read them all.
    ticks bigint NOT NULL DEFAULT 0,
    thinned_before bigint
  );

  -- Ids are given while the market's row is held, so they are committed in their order.
  CREATE TABLE caudal.price_tick (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    market text COLLATE "C" NOT NULL REFERENCES caudal.price_market (name),
    source text COLLATE "C" NOT NULL,
    observed_at bigint NOT NULL,
    price numeric NOT NULL,
    purchase_price numeric,
    open_price numeric,
    is_odd boolean NOT NULL
  );
  CREATE UNIQUE INDEX price_tick_by_observation ON caudal.price_tick (market, source, observed_at);
  CREATE INDEX price_tick_by_instant ON caudal.price_tick (market, observed_at, id);
  CREATE INDEX price_tick_by_id ON caudal.price_tick (market, id);

  CREATE TABLE caudal.price_aggregate (
    market text COLLATE "C" NOT NULL REFERENCES caudal.price_market (name),
    width_ms bigint NOT NULL,
    starts_at bigint NOT NULL,
    count bigint NOT NULL,
    sum numeric NOT NULL,
    least numeric NOT NULL,
    greatest numeric NOT NULL,
    first numeric NOT NULL,
    first_at bigint NOT NULL,
    last numeric NOT NULL,
    last_at bigint NOT NULL,
    PRIMARY KEY (market, width_ms, starts_at)
  );

  CREATE TABLE caudal.price_poll (
    market text COLLATE "C" PRIMARY KEY,
    last_success_at bigint,
    last_error_at bigint,
    last_error text,
    consecutive_failures bigint NOT NULL,
    rests_until bigint
  );

  CREATE TABLE caudal.price_cursor (
    market text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (market, name)
  );
  `,
  // Who claimed a market last.
  `ALTER TABLE caudal.price_market ADD COLUMN poller text COLLATE "C"`,
];
