// Port of the read path of prices: one published state of a market, immutable. What a question costs does not depend
// on how much is stored: sums are kept by piece, instants are found by bisection.

import { startOf } from "./aggregate.ts";
import {
  addDecimals,
  compareDecimals,
  type Decimal,
  parseDecimal,
  subtractDecimals,
  ZERO,
} from "./decimal.ts";
import type { PollStatus } from "./store.ts";
import type { Market } from "./tick.ts";

/** What a line of the history is: one tick, or the last one of a minute whose ticks became one. */
export type PriceEntry = {
  /** Epoch ms. */
  readonly at: number;
  readonly price: string;
  /** What the ticks of the minute came to; absent for a tick. */
  readonly joined?: Omit<PriceSpan, "close">;
};

/** What consecutive ticks come to. */
export type PriceSpan = {
  /** Ticks, at least 1. */
  readonly count: number;
  readonly sum: Decimal;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
};

/** Ticks before an instant. */
export type PriceTotals = {
  /** Lines of the history: the position of the first that is not before it. */
  readonly entries: number;
  readonly count: number;
  readonly sum: Decimal;
};

export interface PriceReader {
  readonly market: Market;
  /** Changes with every line of the history, and with nothing else. */
  readonly version: string;
  readonly status: PollStatus | null;
  /** Lines of the whole history. */
  readonly entries: number;
  readonly oldest: PriceEntry | undefined;
  readonly newest: PriceEntry | undefined;
  /** What stands before an instant, which may be infinite. */
  totalsBefore(at: number): Promise<PriceTotals>;
  /** `limit` lines from a position on, in order of their instants; fewer at the end. */
  page(position: number, limit: number): Promise<PriceEntry[]>;
  /** Of `from` <= at < `to`; undefined without any. */
  span(from: number, to: number): Promise<PriceSpan | undefined>;
}

export type PublishedPrices = {
  /** Epoch ms. */
  readonly publishedAt: number;
  /** In order of their names. */
  readonly markets: readonly PriceReader[];
};

/** What is published, as it changes; undefined until something is. */
export type Prices = {
  /** Errors: Problem `unavailable` where it cannot be read, and nothing was read before. */
  current(): Promise<PublishedPrices | undefined>;
};

/** Their exact sum and how many; both 0 in an empty range `from` <= at < `to`. */
export async function totalsOf(
  reader: PriceReader,
  from: number,
  to: number,
): Promise<PriceTotals & { readonly position: number }> {
  const before = await reader.totalsBefore(from);
  const { entries, count, sum } = to > from ? await reader.totalsBefore(to) : before;
  return {
    position: before.entries,
    entries: entries - before.entries,
    count: count - before.count,
    sum: subtractDecimals(sum, before.sum),
  };
}

/** The last line up to an instant: an imported store, or a clock that was wrong, may have some of times to come. */
export async function newestUpTo(reader: PriceReader, at: number): Promise<PriceEntry | undefined> {
  if (!reader.newest || reader.newest.at <= at) return reader.newest;
  const { entries } = await reader.totalsBefore(at + 1);
  return entries === 0 ? undefined : (await reader.page(entries - 1, 1))[0];
}

/**
 * What the ticks of `from` <= at < `to` come to by intervals of a width, in order, cut where the range is; those without
 * any are left out. Days are those of Buenos Aires.
 */
export async function spansOf(
  reader: PriceReader,
  widthMs: number,
  from: number,
  to: number,
): Promise<{ readonly startsAt: number; readonly span: PriceSpan }[]> {
  const found = [];
  for (let startsAt = startOf(widthMs, from); startsAt < to; startsAt += widthMs) {
    const span = await reader.span(Math.max(startsAt, from), Math.min(startsAt + widthMs, to));
    if (span) found.push({ startsAt, span });
  }
  return found;
}

export function spanOf({ price, joined }: PriceEntry): PriceSpan {
  return joined
    ? { ...joined, close: price }
    : { count: 1, sum: parseDecimal(price) ?? ZERO, open: price, high: price, low: price, close: price };
}

/** `b` comes after `a`. */
export function joinSpans(a: PriceSpan, b: PriceSpan): PriceSpan {
  return {
    count: a.count + b.count,
    sum: addDecimals(a.sum, b.sum),
    open: a.open,
    high: isGreater(b.high, a.high) ? b.high : a.high,
    low: isGreater(a.low, b.low) ? b.low : a.low,
    close: b.close,
  };
}

function isGreater(a: string, b: string): boolean {
  if (a === b) return false;
  const x = Number(a), y = Number(b);
  // Doubles tell nearly always; equal ones may stand for different texts.
  return x !== y ? x > y : compareDecimals(parseDecimal(a) ?? ZERO, parseDecimal(b) ?? ZERO) > 0;
}
