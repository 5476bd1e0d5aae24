// What is asked of a validator, by whoever serves it: one distribution of a catalog, by address.

export type ValidationRequest = {
  readonly catalogUrl: string;
  readonly distributionId: string;
  /** Told from the bytes when absent. */
  readonly catalogFormat?: string;
};

/**
 * Sentences of what is wrong with the distribution, in the contract's order and words; empty when nothing is.
 * What keeps it from being judged (no such address, no such distribution) is a sentence, too: it never throws
 * for what a publisher causes.
 */
export type Validate = (request: ValidationRequest) => Promise<readonly string[]>;

/** What a server grants to one request of strangers. */
export const VALIDATION = {
  /** Body of the request. */
  bodyBytes: 64 * 1024,
  /** The catalog, and the file. */
  sourceMb: 20,
  /** In all. */
  seconds: 60,
} as const;
