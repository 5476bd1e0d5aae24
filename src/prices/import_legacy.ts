// Takes over what the sorted set of the replaced system has: every pair of second and price that no tick tells yet
// becomes one. Run again it adds nothing, unless an old writer is still alive.
// Source: prices 3.1.

import { decimalText, parseDecimal } from "../core/prices/decimal.ts";
import type { LegacyEntry, LegacySet } from "../core/prices/legacy_set.ts";
import type { PriceStore } from "../core/prices/store.ts";
import type { Tick } from "../core/prices/tick.ts";
import { LEGACY } from "./project_legacy.ts";

export type LegacyImport = {
  /** Entries of the set. */
  readonly read: number;
  /** New ticks. */
  readonly added: number;
  /** Pairs that a tick told already. */
  readonly known: number;
  /** Members that are no finite number, or of no time, which stay where they are; the first ones by name. */
  readonly refused: { readonly count: number; readonly examples: readonly string[] };
  /** Of a time whose ticks were made aggregates. */
  readonly tooOld: number;
};

type Store = Pick<PriceStore, "addTicks" | "ticks" | "thinnedBefore">;
type Entry = { readonly at: number; readonly price: string };

const EXAMPLES = 5;
/** Of dates: a score beyond it is no time. */
const LAST_SECOND = 8_640_000_000_000;
const PAGE = 1_000;

/**
 * Ends early where `signal` aborts.
 * Errors: those of the set and the store; what was taken in until then stays.
 */
export async function importLegacy(
  store: Store,
  set: LegacySet,
  market: string,
  signal?: AbortSignal,
): Promise<LegacyImport> {
  const thinnedBefore = await store.thinnedBefore(market) ?? -Infinity;
  const examples: string[] = [];
  let read = 0, added = 0, known = 0, refused = 0, tooOld = 0;
  for await (const page of set.pages()) {
    if (signal?.aborted) break;
    read += page.length;
    const entries: Entry[] = [];
    for (const entry of page) {
      const one = entryOf(entry);
      if (!one) {
        refused++;
        if (examples.length < EXAMPLES) examples.push(entry.member);
      } else if (one.at < thinnedBefore) tooOld++;
      else entries.push(one);
    }
    const fresh = await freshTicks(store, market, entries);
    added += await store.addTicks(fresh);
    known += entries.length - fresh.length;
  }
  return { read, added, known, refused: { count: refused, examples }, tooOld };
}

function entryOf({ member, score }: LegacyEntry): Entry | undefined {
  const decimal = parseDecimal(member.trim());
  const isSound = decimal && Number.isFinite(Number(member)) && Math.abs(score) <= LAST_SECOND;
  return isSound ? { at: Math.floor(score * 1_000), price: decimalText(decimal) } : undefined;
}

/**
 * Ticks of entries that none tells yet, prices of one second in the order of the set. An instant has one tick of a
 * source: further prices of it are milliseconds later.
 */
async function freshTicks(store: Store, market: string, entries: readonly Entry[]): Promise<Tick[]> {
  const fresh: Tick[] = [];
  const inOrder = [...bySecond(entries)].sort(([a], [b]) => a - b);
  for (let i = 0; i < inOrder.length;) {
    // Neighbouring seconds are looked up together.
    const from = inOrder[i]![0];
    let end = i + 1;
    while (end < inOrder.length && inOrder[end]![0] - inOrder[end - 1]![0] <= 60) end++;
    const told = await ticksOfSeconds(store, market, from, inOrder[end - 1]![0]);
    for (; i < end; i++) {
      const [second, own] = inOrder[i]!;
      const there = told.get(second) ?? [];
      const prices = new Set(there.map(({ price }) => Number(price)));
      const taken = new Set(there.filter(({ source }) => source === LEGACY).map(({ at }) => at));
      for (const { at, price } of own.toSorted((a, b) => a.at - b.at || (a.price < b.price ? -1 : 1))) {
        if (prices.has(Number(price))) continue;
        prices.add(Number(price));
        let instant = at;
        while (taken.has(instant)) instant++;
        taken.add(instant);
        fresh.push({
          market,
          source: LEGACY,
          observedAt: instant,
          price,
          purchasePrice: null,
          openPrice: null,
          isOdd: false,
        });
      }
    }
  }
  return fresh;
}

type Told = { readonly at: number; readonly price: string; readonly source: string };

async function ticksOfSeconds(
  store: Store,
  market: string,
  first: number,
  last: number,
): Promise<Map<number, Told[]>> {
  const told: Told[] = [];
  const range = { from: first * 1_000, to: last * 1_000 + 999 };
  for (let page = await store.ticks(market, range, undefined, PAGE); page.length > 0;) {
    told.push(...page.map(({ observedAt: at, price, source }) => ({ at, price, source })));
    page = page.length < PAGE ? [] : await store.ticks(market, range, page.at(-1), PAGE);
  }
  return bySecond(told);
}

const bySecond = <T extends { readonly at: number }>(items: readonly T[]) =>
  Map.groupBy(items, ({ at }) => Math.floor(at / 1_000));
