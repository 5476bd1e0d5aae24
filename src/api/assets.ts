// Files that browsers are sent, built elsewhere: the application only looks their names up.

export type Asset = {
  /** Address: its name holds the hash of its content, so it never changes. */
  readonly path: string;
  readonly contentType: string;
  readonly body: Uint8Array<ArrayBuffer>;
};

export type Assets = {
  /** By plain name: `series.js`. Empty where they could not be built: pages work without them. */
  files(): Promise<ReadonlyMap<string, Asset>>;
};
