// What many ticks come to: of a minute, an hour, or a day of Buenos Aires. Sums are exact, so that aggregates of parts
// are those of the whole.

import { BUENOS_AIRES_MS, DAY_MS } from "../time.ts";
import { addDecimals, compareDecimals, type Decimal, decimalText, parseDecimal } from "./decimal.ts";
import type { Tick } from "./tick.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

/** Prices are decimal texts, instants epoch ms. */
export type Aggregate = {
  readonly market: string;
  readonly widthMs: number;
  readonly startsAt: number;
  /** At least 1. */
  readonly count: number;
  readonly sum: string;
  readonly least: string;
  readonly greatest: string;
  readonly first: string;
  readonly firstAt: number;
  readonly last: string;
  readonly lastAt: number;
};

/** Where the aggregate of a width begins that an instant falls in; days begin at midnight in Buenos Aires. */
export function startOf(widthMs: number, at: number): number {
  const offset = widthMs === DAY_MS ? BUENOS_AIRES_MS : 0;
  return Math.floor((at + offset) / widthMs) * widthMs - offset;
}

/** Aggregates of a width, in order; `ticks` are in the order they were taken in, of one market. */
export function aggregated(
  widthMs: number,
  ticks: readonly Pick<Tick, "market" | "observedAt" | "price">[],
): Aggregate[] {
  const found = new Map<number, Aggregate>();
  for (const { market, observedAt, price } of ticks) {
    const startsAt = startOf(widthMs, observedAt);
    const one: Aggregate = {
      market,
      widthMs,
      startsAt,
      count: 1,
      sum: price,
      least: price,
      greatest: price,
      first: price,
      firstAt: observedAt,
      last: price,
      lastAt: observedAt,
    };
    const before = found.get(startsAt);
    found.set(startsAt, before ? joined(before, one) : one);
  }
  return [...found.values()].sort((a, b) => a.startsAt - b.startsAt);
}

/** Of the same market, width and beginning; `b` was taken in later, which decides between ticks of one instant. */
export function joined(a: Aggregate, b: Aggregate): Aggregate {
  const early = b.firstAt < a.firstAt ? b : a;
  const late = b.lastAt >= a.lastAt ? b : a;
  return {
    ...a,
    count: a.count + b.count,
    sum: decimalText(addDecimals(exact(a.sum), exact(b.sum))),
    least: compareDecimals(exact(b.least), exact(a.least)) < 0 ? b.least : a.least,
    greatest: compareDecimals(exact(b.greatest), exact(a.greatest)) > 0 ? b.greatest : a.greatest,
    first: early.first,
    firstAt: early.firstAt,
    last: late.last,
    lastAt: late.lastAt,
  };
}

/** Errors: a TypeError for a text that is none; ticks and aggregates have no other. */
export function exact(text: string): Decimal {
  const decimal = parseDecimal(text);
  if (!decimal) throw new TypeError(`"${text}" is no decimal`);
  return decimal;
}
