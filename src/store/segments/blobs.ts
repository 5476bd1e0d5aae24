// Where published files live: a folder, a bucket, an HTTP origin. Names are relative paths; what is behind a
// name never changes, except the pointer's.

/** Part of a file, in bytes. */
export type Range = { readonly offset: number; readonly length: number };

type Maybe<T> = T | Promise<T>;

/** Read side; undefined where there is no such file. Answers may be immediate: a local file needs no waiting. */
export type ReadBlobs = {
  read(name: string, range?: Range): Maybe<Uint8Array<ArrayBuffer> | undefined>;
  /** How long a pointer is believed before it is read again, in ms; a second unless told. */
  readonly pointerLifeMs?: number;
  /** Pointers that led somewhere, for readers who begin while there is none that does. */
  readonly lastPointers?: LastPointers;
  /** Told of work that goes on after the answer that began it, for platforms that would cut it off. */
  readonly outlive?: (work: Promise<unknown>) => void;
};

/** A memory of pointers, which may lose them. Neither fails. */
export type LastPointers = {
  keep(name: string, bytes: Uint8Array<ArrayBuffer>): void;
  find(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
};

/** Large files, which are neither read whole nor kept. */
export type PieceBlobs = {
  /**
   * Part of a file in pieces of a few hundred kB.
   * Errors: Problem `unavailable` where the file is not there, or ends before the part does.
   */
  pieces(name: string, range: Range): AsyncIterable<Uint8Array<ArrayBuffer>>;
};

/** A file written piece by piece: it has no name, so nobody reads it, until it is whole. */
export type BlobWriter = {
  write(bytes: Uint8Array): Promise<void>;
  /** Gives it a name below the folder it was created for: readers see the old bytes or the new ones. */
  finish(name: string): Promise<void>;
  /** Leaves nothing of it. */
  abort(): Promise<void>;
};

/** Write side, for the publisher. */
export type WriteBlobs = ReadBlobs & {
  /**
   * Readers see the old bytes or the new ones. A pointer (a file of the root) that was read here is replaced only while it
   * is what was read.
   * Errors: Problem `conflict` for the later of two who read the same pointer.
   */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Begins a large file that will be named below `folder`. */
  create(folder: string): Promise<BlobWriter>;
  exists(name: string): Promise<boolean>;
  /** Names of the files in a folder, with the folder; empty text is the folder of all. */
  list(folder: string): Promise<string[]>;
  remove(name: string): Promise<void>;
};
