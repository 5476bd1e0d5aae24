// Publishes prices: each market's history up to the store, and how its polling goes (FORMAT.md). A tick costs a small
// pointer; every so many of them a chunk and an index. What is published is a function of what the store has.

import { type Aggregate, exact, MINUTE_MS } from "../core/prices/aggregate.ts";
import type { PriceEntry } from "../core/prices/reader.ts";
import type { PriceStore } from "../core/prices/store.ts";
import type { Market } from "../core/prices/tick.ts";
import { DAY_MS } from "../core/time.ts";
import { Problem } from "../core/problem.ts";
import { isSame } from "../core/published_files.ts";
import type { WriteBlobs } from "../store/segments/blobs.ts";
import {
  chunkName,
  decodePriceIndex,
  decodePricesPointer,
  encodePricesPointer,
  indexName,
  PRICES_FOLDER,
  PRICES_POINTER,
  type PricesPointer,
  type PublishedMarket,
} from "../store/segments/price_format.ts";
import { type PriceHistory, priceHistory, type WriteHashed } from "./price_history.ts";

/** Ticks that are taken from the store at once. */
const BATCH = 8_192;

/** How long a file that nothing names any more stays, in ms: a distant reader may still follow an older pointer. */
const RETIRED_MS = 3_600_000;

export type PublishPrices = {
  readonly store: Pick<
    PriceStore,
    "markets" | "ticks" | "ticksSince" | "count" | "aggregates" | "thinnedBefore" | "pollStatus"
  >;
  readonly blobs: WriteBlobs;
  /** SHA-256, hexadecimal. */
  readonly sha256: (bytes: Uint8Array) => string;
  /** Epoch ms. */
  readonly now: () => number;
  /** Also looks for files that nobody names: a publisher that was killed leaves some. */
  readonly sweeps?: boolean;
};

export type PricesReport = {
  readonly markets: number;
  /** Taken in since the last time. */
  readonly ticks: number;
  readonly switched: boolean;
};

/** Times that it is begun anew when others publish meanwhile: each time one of them is done. */
const ATTEMPTS = 20;

/**
 * Brings the published prices up to the store. Of several at once each begins anew until the pointer still is the one
 * it continued.
 * Errors: any failure leaves the pointer where it was.
 */
export async function publishPrices(context: PublishPrices): Promise<PricesReport> {
  const written = new Set<string>();
  for (let left = ATTEMPTS - 1;; left--) {
    try {
      return await publishOnce(context, written);
    } catch (error) {
      if (left === 0 || !(error instanceof Problem && error.code === "conflict")) throw error;
    }
  }
}

/** Adds the files it writes to `written`; those of attempts before this one may have no name in the end. */
async function publishOnce(context: PublishPrices, written: Set<string>): Promise<PricesReport> {
  const { store, blobs, now } = context;
  const bytes = await blobs.read(PRICES_POINTER);
  const pointer = bytes && readPointer(bytes);
  const retired = new Map(pointer?.retired);
  const retire = (name: string) => retired.set(name, now());
  const write: WriteHashed = async (nameOf, bytes) => {
    const hash = context.sha256(bytes);
    const name = nameOf(hash);
    retired.delete(name);
    written.add(name);
    if (!await blobs.exists(name)) await blobs.write(name, bytes);
    return hash;
  };

  const markets: PublishedMarket[] = [];
  let ticks = 0;
  for (const market of await store.markets()) {
    const published = pointer?.markets.find((one) => one.market.name === market.name);
    const advanced = await advance(context, market, published, write, retire);
    markets.push(advanced.published);
    ticks += advanced.ticks;
  }
  for (const gone of pointer?.markets ?? []) {
    if (markets.some(({ market }) => market.name === gone.market.name)) continue;
    await priceHistory(blobs, write, gone, retire).retireAll();
  }
  // They may be of another who has yet to name them: it finds them retired, and takes them back.
  const loose = pointer && !context.sweeps ? written : await allFiles(blobs);
  for (const name of await unnamed(blobs, loose, markets)) if (!retired.has(name)) retire(name);
  const removed = [...retired].filter(([, at]) => now() - at >= RETIRED_MS).map(([name]) => name);
  for (const name of removed) retired.delete(name);

  const next: PricesPointer = { publishedAt: pointer?.publishedAt ?? now(), markets, retired: [...retired] };
  const switched = !pointer || !isSame(bytes, encodePricesPointer(next));
  if (switched) await blobs.write(PRICES_POINTER, encodePricesPointer({ ...next, publishedAt: now() }));
  // Once no other can still continue a pointer that has them.
  for (const name of removed) await blobs.remove(name);
  return { markets: markets.length, ticks, switched };
}

/** Another format, or no pointer at all, is published over from nothing. */
function readPointer(bytes: Uint8Array): PricesPointer | undefined {
  try {
    return decodePricesPointer(bytes);
  } catch {
    return undefined;
  }
}

type Advanced = { readonly published: PublishedMarket; readonly ticks: number };

const NOTHING_PUBLISHED = { taken: null, thinned: null, indexes: [], open: [] } as const;

/** Before any day that has a tick. */
const LONG_AGO = -8_000_000_000_000_000;

/** A store that has not what was published is another one: its history is published from nothing. */
async function advance(
  context: PublishPrices,
  market: Market,
  published: PublishedMarket | undefined,
  write: WriteHashed,
  retire: (name: string) => void,
): Promise<Advanced> {
  const history = published && priceHistory(context.blobs, write, published, retire);
  if (history) {
    const advanced = await advanceFrom(context, market, published, history).catch((error) => {
      // A file of it was lost.
      if (error instanceof Problem && error.code === "not_found") return undefined;
      throw error;
    });
    if (advanced) return advanced;
    await history.retireAll();
  }
  const anew = priceHistory(context.blobs, write, NOTHING_PUBLISHED, retire);
  return (await advanceFrom(context, market, NOTHING_PUBLISHED, anew))!;
}

/** Undefined where the store has not what was published. */
async function advanceFrom(
  { store, sha256 }: PublishPrices,
  market: Market,
  published: Pick<PublishedMarket, "taken" | "thinned">,
  history: PriceHistory,
): Promise<Advanced | undefined> {
  const { name } = market;
  let { taken, thinned } = published;
  let ticks = 0;
  if (taken && !await hasTaken(store, name, taken)) return undefined;
  for (;;) {
    const before = await store.thinnedBefore(name);
    // While ticks are on their way out their minutes are not whole: what was published of them stays.
    const isThinning = before !== null && before !== thinned?.before &&
      await hasTickBefore(store, name, before);
    if (before !== null && before !== thinned?.before && (!isThinning || !taken)) {
      if (thinned && before < thinned.before) return undefined;
      await thin(store, name, history, thinned?.before ?? LONG_AGO, before);
      thinned = isThinning ? null : { before, entries: await history.entriesBefore(before) };
    }
    const batch = await store.ticksSince(name, taken?.id ?? 0, BATCH);
    if (batch.length > 0) {
      await history.insert(
        batch.map(({ observedAt, price }) => ({ at: observedAt, price })).sort((a, b) => a.at - b.at),
      );
      await history.flush();
      taken = { id: batch.at(-1)!.id, at: batch.at(-1)!.observedAt };
      ticks += batch.length;
      continue;
    }
    if (isThinning) break;
    const raw = await history.entriesBefore(Infinity) - (thinned?.entries ?? 0);
    if (raw === await store.count(name)) break;
    // One may just have come in, or gone.
    if ((await store.ticksSince(name, taken?.id ?? 0, 1)).length > 0) continue;
    if (await store.thinnedBefore(name) !== before) continue;
    if (published !== NOTHING_PUBLISHED) return undefined;
    break;
  }
  const { indexes, open } = await history.finish();
  const status = await store.pollStatus(name) ?? null;
  const bare: PublishedMarket = {
    market,
    version: "",
    taken: null,
    thinned: null,
    status: null,
    indexes,
    open,
  };
  const version = sha256(encodePricesPointer({ publishedAt: 0, markets: [bare], retired: [] })).slice(0, 20);
  return { published: { ...bare, version, taken, thinned, status }, ticks };
}

/** Whether the last tick that was taken is still there, or was thinned. */
async function hasTaken(
  store: Pick<PriceStore, "ticksSince" | "thinnedBefore">,
  market: string,
  { id, at }: NonNullable<PublishedMarket["taken"]>,
): Promise<boolean> {
  const [tick] = await store.ticksSince(market, id - 1, 1);
  if (tick?.id === id) return tick.observedAt === at;
  return at < (await store.thinnedBefore(market) ?? -Infinity);
}

async function hasTickBefore(store: Pick<PriceStore, "ticks">, market: string, at: number): Promise<boolean> {
  return (await store.ticks(market, { from: LONG_AGO, to: at - 1 }, undefined, 1)).length > 0;
}

/** Puts minutes in the place of the ticks of `from` <= at < `to`, day by day. */
async function thin(
  store: Pick<PriceStore, "aggregates">,
  market: string,
  history: PriceHistory,
  from: number,
  to: number,
): Promise<void> {
  for (const day of await store.aggregates(market, DAY_MS, from - DAY_MS, to)) {
    const first = Math.max(day.startsAt, from), end = Math.min(day.startsAt + DAY_MS, to);
    const minutes = await store.aggregates(market, MINUTE_MS, first, end);
    await history.drop(first, end);
    await history.insert(minutes.map(entryOfMinute));
    await history.flush();
  }
}

/** The last tick of a minute, in the place of all. */
function entryOfMinute({ count, sum, first, greatest, least, last, lastAt }: Aggregate): PriceEntry {
  return count === 1 ? { at: lastAt, price: last } : {
    at: lastAt,
    price: last,
    joined: { count, sum: exact(sum), open: first, high: greatest, low: least },
  };
}

/** Those beside the pointer are what was to take its place. */
async function allFiles(blobs: WriteBlobs): Promise<string[]> {
  const beside = (await blobs.list("")).filter((name) => name.startsWith(`${PRICES_POINTER}.`));
  return [...beside, ...await blobs.list(PRICES_FOLDER)];
}

/** Those of `names` that no market leads to. */
async function unnamed(
  blobs: WriteBlobs,
  names: Iterable<string>,
  markets: readonly PublishedMarket[],
): Promise<Set<string>> {
  const found = new Set(names);
  if (found.size === 0) return found;
  for (const { hash } of markets.flatMap(({ indexes }) => indexes)) {
    found.delete(indexName(hash));
    for (const chunk of decodePriceIndex((await blobs.read(indexName(hash)))!)) {
      found.delete(chunkName(chunk.hash));
    }
  }
  return found;
}
