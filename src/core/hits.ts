// Popularity as it is told: how often series were asked for, in the last days and ever. It changes every day though
// no series does, so no snapshot holds it; stores of segments implement it (core/popularity.ts tells how it is counted).

/** Queries of a series that were answered. A window of N days begins with the Buenos Aires day N days ago. */
export type Hits = {
  readonly total: number;
  readonly days30: number;
  readonly days90: number;
  readonly days180: number;
};

export const NO_HITS: Hits = { total: 0, days30: 0, days90: 0, days180: 0 };

/** Windows of `Hits`, in days. */
export const HIT_WINDOWS = { days30: 30, days90: 90, days180: 180 } as const;

/** As enriched metadata, which is text. */
export function hitsText({ total, days30, days90, days180 }: Hits): Readonly<Record<string, string>> {
  return {
    hits_total: String(total),
    hits_30_days: String(days30),
    hits_90_days: String(days90),
    hits_180_days: String(days180),
  };
}

export interface Popularity {
  /** Hash of the whole content. */
  readonly name: string;
  /** Epoch ms when it became current. */
  readonly publishedAt: number;
  /** Series that were ever asked for, in order of UTF-16 code units. */
  readonly ids: readonly string[];
  of(id: string): Hits;
}

/** The current popularity, followed as it is switched; undefined until the first is published. */
export type Popularities = { current(): Promise<Popularity | undefined> };
