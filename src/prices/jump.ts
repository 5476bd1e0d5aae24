// The guard against jumps: it marks a price that is far from the one before, and drops none.

import { exact } from "../core/prices/aggregate.ts";
import { compareDecimals, subtractDecimals } from "../core/prices/decimal.ts";
import type { Tick } from "../core/prices/tick.ts";

type Seen = Pick<Tick, "observedAt" | "price">;

/** More than three tenths of the price before is a jump. */
const TENTHS = 3n;
/** A price before that is older says nothing. */
const MEMORY_MS = 3_600_000;

export function isJump(before: Seen, after: Seen): boolean {
  const ageMs = after.observedAt - before.observedAt;
  if (ageMs <= 0 || ageMs > MEMORY_MS) return false;
  const was = exact(before.price);
  const { units, scale } = subtractDecimals(exact(after.price), was);
  const distance = { units: (units < 0n ? -units : units) * 10n, scale };
  return compareDecimals(distance, { units: was.units * TENTHS, scale: was.scale }) > 0;
}
