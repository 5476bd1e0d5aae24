// What the harvest asks of the outside world: the bytes behind an address, or that they did not change.
// How they are fetched (files, HTTP, retries, refused addresses) is the host's; see host/read_source.ts.

/** What a server told about the bytes it sent, to ask again only for a change. */
export type SourceValidators = {
  readonly etag?: string;
  readonly lastModified?: string;
};

/** One answer of a source. `unchanged` only where validators were given. */
export type SourceAnswer =
  | {
    readonly status: "fresh";
    readonly bytes: Uint8Array<ArrayBuffer>;
    readonly validators: SourceValidators;
    /** Media type without parameters, lower case; empty when the server told none. */
    readonly contentType: string;
  }
  | { readonly status: "unchanged" };

export type SourceRequest = {
  /** `http:`, `https:` or `file:` URL, absolute. */
  readonly url: string;
  readonly validators?: SourceValidators;
  /** More bytes than this stop the reading at once, with an `invalid` Problem that names the limit. */
  readonly maxBytes: number;
  /** An attempt that takes longer is given up; the reader's own limit holds besides. */
  readonly maxMs?: number;
  /** Whether the server has to prove who it is; yes unless told. */
  readonly verifyTls?: boolean;
  /** Sent besides ours, to the origin of `url` alone: redirects elsewhere go without them. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the body of HTTP goes piece by piece; the answer has no bytes then. */
  readonly sink?: SourceSink;
};

export type SourceSink = {
  /** A body begins; what was taken before is of an attempt that failed. */
  begin(): void;
  take(bytes: Uint8Array): void;
};

/**
 * Reads one source whole.
 * Errors: Problem `unavailable` when it cannot be had now (no answer, HTTP status, too slow), `invalid` when
 * it never can (refused address, scheme, size). Messages are Spanish sentences without a final full stop;
 * the caller adds which node and distribution it was.
 */
export type ReadSource = (request: SourceRequest) => Promise<SourceAnswer>;
