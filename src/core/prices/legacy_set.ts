// Port of the sorted set `prices` that the replaced system reads and writes: a member is a price as Python writes a
// double, its score the second it was last seen. A price that comes back moves; that loss is the set's.
// Source: prices 1.2, 3.1.

export type LegacyEntry = { readonly member: string; readonly score: number };

export interface LegacySet {
  /** In order; a member that is there already moves to a later score, never to an earlier one. */
  add(entries: readonly LegacyEntry[]): Promise<void>;
  /** Whether it is there, at its score or a later one. */
  has(entry: LegacyEntry): Promise<boolean>;
  /** Every entry by score, page by page; one that moves meanwhile may come twice. */
  pages(): AsyncIterable<readonly LegacyEntry[]>;
}
