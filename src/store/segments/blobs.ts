// Where published files live: a folder, a bucket, an HTTP origin. Names are relative paths; what is behind a
// name never changes, except the pointer's.

/** Part of a file, in bytes. */
export type Range = { readonly offset: number; readonly length: number };

type Maybe<T> = T | Promise<T>;

/** Read side; undefined where there is no such file. Answers may be immediate: a local file needs no waiting. */
export type ReadBlobs = {
  read(name: string, range?: Range): Maybe<Uint8Array<ArrayBuffer> | undefined>;
};

/** Write side, for the publisher. */
export type WriteBlobs = ReadBlobs & {
  /** Writes beside and renames: readers see the old bytes or the new ones. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  exists(name: string): Promise<boolean>;
  /** Names below a folder, with the folder. */
  list(folder: string): Promise<string[]>;
  remove(name: string): Promise<void>;
};
