// Port of a memory for rendered answers that several app processes share. It may be slow, empty or gone: that
// costs time, never an answer.

/** An answer with all its headers, and what tells whether a caller's copy is still it. */
export type StoredAnswer = {
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
  readonly tag: string;
  /** Epoch ms; absent where the answer may change without the snapshot. */
  readonly lastModified?: number;
};

export type SharedBodies = {
  /** What was kept by a key; undefined within milliseconds where it cannot be told. Never fails. */
  find(key: string): Promise<StoredAnswer | undefined>;
  /** Keeps it for others, in its own time; a key always has the same answer. Never fails. */
  keep(key: string, answer: StoredAnswer): void;
};
