// Ports of what operators keep: records (one JSON value by kind and id, changed by one at a time) and the trail (what
// happened, only ever added to). Few and small, so they share one table each; series never go there.

/** What a record tells of. */
export const RECORD_KINDS = [
  "account",
  "session",
  "password_reset",
  "node_details",
  "jurisdiction",
  "register_file",
  "federation_file",
  "dataset_review",
  "setting",
  "synchronizer",
  "report_files",
  "etl_sequence",
  "fed_distribution",
] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

export type KeptRecord = {
  readonly id: string;
  /** From 1; every write makes it one more. */
  readonly version: number;
  readonly value: unknown;
};

/** A record as it shall be; without `value` it is removed. */
export type RecordChange = {
  readonly kind: RecordKind;
  readonly id: string;
  /** The version that was read; 0 where there was none. */
  readonly version: number;
  readonly value?: unknown;
};

export interface Records {
  record(kind: RecordKind, id: string): Promise<KeptRecord | undefined>;
  /** All of a kind, by id in order of UTF-8 bytes. */
  records(kind: RecordKind): Promise<KeptRecord[]>;
  /**
   * All changes or none, one transaction.
   * Errors: Problem `conflict` where a record is no longer of the version that was read.
   */
  write(changes: readonly RecordChange[]): Promise<void>;
}

/** `audit`: what people did, by account. `run`: what a run told as it went, by run id. */
export const TRAIL_KINDS = ["audit", "run"] as const;
export type TrailKind = (typeof TRAIL_KINDS)[number];

export type TrailEntry = {
  /** Ascends with every entry. */
  readonly id: number;
  readonly subject: string;
  /** Epoch ms. */
  readonly at: number;
  readonly entry: unknown;
};

export type TrailQuery = {
  readonly subject?: string;
  /** Only entries after this one, oldest first. */
  readonly after?: number;
  /** Only entries before this one, newest first; neither bound means the newest. */
  readonly before?: number;
  readonly limit: number;
};

export interface Trail {
  append(kind: TrailKind, subject: string, at: number, entry: unknown): Promise<void>;
  entries(kind: TrailKind, query: TrailQuery): Promise<TrailEntry[]>;
}

/** What an engine tells of a record that somebody else changed meanwhile. */
export const CHANGED_MEANWHILE = "Otra persona lo cambió mientras tanto: vuelva a leerlo e intente otra vez";
