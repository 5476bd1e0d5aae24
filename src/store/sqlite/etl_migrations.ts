// The schema of the ETL store, a file of its own (`etl.sqlite`): what modules print must not weigh on the store of the
// series. One step a version, as in migrations.ts.
//
// `etl_run` and `etl_module_run` keep the columns of the replaced system with their names and types, so they are not
// STRICT: `start` and `end` are texts without zone, in UTC. Other times are epoch ms.

/** Epoch ms of a column that is a text without zone, in UTC. */
const epochMs = (column: string) => `CAST(round(unixepoch("${column}", 'subsec') * 1000) AS INTEGER)`;

/** Adds the run `new` to the tallies. */
const TALLY = `INSERT INTO etl_tally
      SELECT name, status, runs, began, duration_ms, last_end, last_scheduled_at, last_lateness_ms
      FROM etl_run_ended WHERE id = new.id
      ON CONFLICT (name, status) DO UPDATE SET
        runs = runs + 1,
        began = began + excluded.began,
        duration_ms = duration_ms + excluded.duration_ms,
        last_end = max(last_end, excluded.last_end),
        last_lateness_ms = CASE WHEN excluded.last_scheduled_at IS NULL THEN last_lateness_ms
          ELSE excluded.last_lateness_ms END,
        last_scheduled_at = coalesce(excluded.last_scheduled_at, last_scheduled_at);`;

export const ETL_MIGRATIONS: readonly string[] = [
  `
  -- One row: the revision of the last change of a run or its attempts.
  CREATE TABLE etl_revision (revision INTEGER NOT NULL) STRICT;
  INSERT INTO etl_revision VALUES (0);

  -- Ids are never given again: pages are read by them.
  CREATE TABLE etl_run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR NOT NULL,
    "start" TIMESTAMP,
    "end" TIMESTAMP,
    status VARCHAR NOT NULL,
    requested_at INTEGER NOT NULL,
    reason TEXT,
    message TEXT,
    "trigger" TEXT NOT NULL,
    triggered_by TEXT,
    schedule TEXT,
    scheduled_at INTEGER,
    parent_run_id INTEGER,
    idempotency_key TEXT,
    snapshot TEXT NOT NULL,
    cancel_asked_at INTEGER,
    cancel_asked_by TEXT,
    lease_token INTEGER,
    notified TEXT,
    revision INTEGER NOT NULL
  );
  CREATE UNIQUE INDEX etl_run_by_fire ON etl_run (name, schedule, scheduled_at) WHERE scheduled_at IS NOT NULL;
  CREATE UNIQUE INDEX etl_run_by_key ON etl_run (idempotency_key) WHERE idempotency_key IS NOT NULL;
  CREATE UNIQUE INDEX etl_run_by_revision ON etl_run (revision);
  CREATE INDEX etl_run_by_name ON etl_run (name, status, id);
  CREATE INDEX etl_run_by_status ON etl_run (status, id);
  CREATE INDEX etl_run_by_request ON etl_run (requested_at, id);
  CREATE INDEX etl_run_by_end ON etl_run ("end") WHERE "end" IS NOT NULL;
  CREATE INDEX etl_run_active ON etl_run (id) WHERE status IN ('PENDING', 'STARTED');
  CREATE INDEX etl_run_to_notify ON etl_run (id) WHERE notified = 'PENDING';

  -- How many runs there are of each status: counting them would read them all.
  CREATE TABLE etl_run_count (status TEXT PRIMARY KEY, runs INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO etl_run_count VALUES ('PENDING', 0), ('STARTED', 0), ('SUCCESS', 0), ('FAILURE', 0), ('CANCELLED', 0),
    ('SKIPPED', 0), ('MISSED', 0);
  CREATE TRIGGER etl_run_added AFTER INSERT ON etl_run BEGIN
    UPDATE etl_run_count SET runs = runs + 1 WHERE status = new.status;
  END;
  CREATE TRIGGER etl_run_removed AFTER DELETE ON etl_run BEGIN
    UPDATE etl_run_count SET runs = runs - 1 WHERE status = old.status;
  END;
  CREATE TRIGGER etl_run_changed AFTER UPDATE OF status ON etl_run WHEN old.status <> new.status BEGIN
    UPDATE etl_run_count SET runs = runs - 1 WHERE status = old.status;
    UPDATE etl_run_count SET runs = runs + 1 WHERE status = new.status;
  END;

  CREATE TABLE etl_module_run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    etl_run_id INTEGER NOT NULL REFERENCES etl_run (id) ON DELETE CASCADE,
    -- Always NULL, as in the replaced system.
    task_id VARCHAR,
    name VARCHAR NOT NULL,
    input VARCHAR,
    output VARCHAR,
    conf VARCHAR,
    "start" TIMESTAMP,
    "end" TIMESTAMP,
    status VARCHAR NOT NULL,
    step_index INTEGER NOT NULL,
    step_id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    not_before INTEGER,
    queued_at INTEGER,
    exit_code INTEGER,
    signal TEXT,
    reason TEXT,
    message TEXT,
    worker TEXT,
    host TEXT,
    pid INTEGER,
    process_start TEXT,
    -- Its process is gone for sure.
    reaped INTEGER NOT NULL DEFAULT 0,
    heartbeat_at INTEGER,
    peak_memory_bytes INTEGER,
    -- Where its lines are: the table, and the id they are under.
    log_ref TEXT GENERATED ALWAYS AS ('etl_log/' || id),
    log_lines INTEGER NOT NULL DEFAULT 0,
    log_cut INTEGER NOT NULL DEFAULT 0,
    fingerprint TEXT,
    summary TEXT
  );
  CREATE UNIQUE INDEX etl_module_run_by_run ON etl_module_run (etl_run_id, step_index, attempt);
  CREATE INDEX etl_module_run_started ON etl_module_run (id) WHERE status = 'STARTED';
  CREATE INDEX etl_module_run_on_host ON etl_module_run (host, id)
    WHERE pid IS NOT NULL AND reaped = 0 AND (status = 'STARTED' OR reason = 'lost');

  -- Lines of logs (core/etl/log_chunks.ts).
  CREATE TABLE etl_log (
    attempt_id INTEGER NOT NULL REFERENCES etl_module_run (id) ON DELETE CASCADE,
    first_line INTEGER NOT NULL,
    line_count INTEGER NOT NULL,
    packed TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX etl_log_by_line ON etl_log (attempt_id, first_line);

  CREATE TABLE etl_schedule (
    name TEXT NOT NULL,
    schedule TEXT NOT NULL,
    planned_up_to INTEGER NOT NULL,
    next_at INTEGER,
    paused_by TEXT,
    paused_at INTEGER,
    PRIMARY KEY (name, schedule)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX etl_schedule_due ON etl_schedule (next_at, name, schedule)
    WHERE paused_by IS NULL AND next_at IS NOT NULL;

  CREATE TABLE etl_worker (
    id TEXT PRIMARY KEY,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    heartbeat_at INTEGER NOT NULL,
    slots INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Tokens only grow; without a holder it was given back.
  CREATE TABLE etl_lease (
    name TEXT PRIMARY KEY,
    token INTEGER NOT NULL,
    holder TEXT,
    taken_at INTEGER NOT NULL,
    renewed_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE INDEX etl_run_by_trigger ON etl_run ("trigger", id);

  -- What became of all runs that ended, by sequence and status: what was removed still counts.
  CREATE TABLE etl_tally (
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    runs INTEGER NOT NULL,
    began INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    last_end INTEGER NOT NULL,
    last_scheduled_at INTEGER,
    last_lateness_ms INTEGER,
    PRIMARY KEY (name, status)
  ) STRICT, WITHOUT ROWID;
  -- Runs that ended, in columns as there.
  CREATE VIEW etl_run_ended AS
    SELECT id, name, status, 1 AS runs, "start" IS NOT NULL AS began,
      coalesce(${epochMs("end")} - ${epochMs("start")}, 0) AS duration_ms,
      coalesce(${epochMs("end")}, requested_at) AS last_end,
      CASE WHEN "start" IS NOT NULL THEN scheduled_at END AS last_scheduled_at,
      ${epochMs("start")} - scheduled_at AS last_lateness_ms
    FROM etl_run WHERE status NOT IN ('PENDING', 'STARTED');
  INSERT INTO etl_tally
    SELECT name, status, sum(runs), sum(began), sum(duration_ms), max(last_end), NULL, NULL
    FROM etl_run_ended GROUP BY name, status;
  CREATE TRIGGER etl_run_tallied_new AFTER INSERT ON etl_run WHEN new.status NOT IN ('PENDING', 'STARTED') BEGIN
    ${TALLY}
  END;
  CREATE TRIGGER etl_run_tallied AFTER UPDATE OF status ON etl_run
    WHEN old.status IN ('PENDING', 'STARTED') AND new.status NOT IN ('PENDING', 'STARTED') BEGIN
    ${TALLY}
  END;
  `,
];
