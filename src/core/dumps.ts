// Ports of the files that the last dumps left, by the names they are asked by: of those who download them, and of
// operators.

/** A generated file. */
export type StoredDump = {
  readonly name: string;
  readonly bytes: number;
  /** SHA-256 of its bytes, hexadecimal. */
  readonly sha256: string;
  /** Epoch ms. */
  readonly generatedAt: number;
  /**
   * Its bytes `from <= i < to`, in pieces, nothing of which is kept.
   * Errors: Problem `unavailable` where the file is not there whole.
   */
  read(from: number, to: number): AsyncIterable<Uint8Array<ArrayBuffer>>;
};

export type Dumps = {
  /**
   * The latest file of a name, of one catalog or (null) of all; undefined when none was generated.
   * Errors: Problem `unavailable` when what was generated cannot be told.
   */
  find(catalogId: string | null, name: string): Promise<StoredDump | undefined>;
};

/** A file by its catalog, null for that of all. */
export type DumpKey = { readonly catalogId: string | null; readonly name: string };

export type ListedDump = DumpKey & Omit<StoredDump, "read">;

/** What operators do with generated files. */
export type DumpDesk = {
  /** Errors: Problem `unavailable`. */
  list(): Promise<readonly ListedDump[]>;
  /**
   * Removes files, with the generation before.
   * Errors: Problem `not_found` where one is not there, and nothing is removed then; `conflict` while another process
   * writes; `unavailable`.
   */
  remove(keys: readonly DumpKey[]): Promise<void>;
};
