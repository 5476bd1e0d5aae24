// Port of the download path: the files that the last dumps left, by the names they are asked by.

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
