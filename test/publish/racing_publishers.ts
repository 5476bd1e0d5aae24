// Several publishers of prices of one store at once, which late ticks make rewrite each other's chunks: what is
// published in the end is what one alone would have published, and no file is without a name.

import { createHash } from "node:crypto";
import { expect } from "vitest";
import { HOUR_MS } from "../../src/core/prices/aggregate.ts";
import { publishPrices } from "../../src/publish/publish_prices.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { memoryPriceStore } from "../../src/store/memory_prices.ts";
import type { WriteBlobs } from "../../src/store/segments/blobs.ts";
import {
  chunkName,
  decodePriceIndex,
  decodePricesPointer,
  indexName,
  PRICES_FOLDER,
  PRICES_POINTER,
} from "../../src/store/segments/price_format.ts";
import { openPrices } from "../../src/store/segments/prices.ts";
import { BTC, NOON, polled, tick } from "../store/price_examples.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

const moment = () => new Promise((wake) => setTimeout(wake, Math.random() * 4));

/** Whatever another does may come between any two steps. */
function slowly(blobs: WriteBlobs): WriteBlobs {
  return {
    ...blobs,
    read: (name, range) => moment().then(() => blobs.read(name, range)),
    exists: (name) => moment().then(() => blobs.exists(name)),
    write: (name, bytes) => moment().then(() => blobs.write(name, bytes)),
  };
}

/** `open` answers one process's way to the same storage. */
export async function racePublishers(open: () => WriteBlobs, rounds: number): Promise<void> {
  const store = memoryPriceStore();
  await store.saveMarket(BTC);
  const clock = { now: NOON };
  const publishTo = (blobs: WriteBlobs) => publishPrices({ store, blobs, sha256, now: () => clock.now });
  await store.addTicks(polled(NOON, Array(2_100).fill("84436700.0")));
  // The poller and two imports, each with ticks of its own.
  const publisher = async (own: number) => {
    for (let round = 0; round < rounds; round++) {
      await store.addTicks(
        own === 0
          ? polled(NOON + (2_100 + round * 700) * 10_000, Array(700).fill("84436700.0"))
          : [tick(NOON + (round * 3 + own) * 77_003, `${own}.5`, { source: "legacy" })],
      );
      await moment();
      await publishTo(slowly(open()));
    }
  };
  await Promise.all([0, 1, 2].map(publisher));

  const alone = memoryBlobs();
  await publishTo(alone);
  const readerOf = async (blobs: WriteBlobs) =>
    (await openPrices(blobs, () => clock.now, 1_000_000).current())!.markets[0]!;
  const [raced, sole] = [await readerOf(open()), await readerOf(alone)];
  expect(raced.entries).toBe(2_100 + rounds * 702);
  expect(await raced.page(0, raced.entries)).toEqual(await sole.page(0, sole.entries));

  clock.now += HOUR_MS;
  await publishTo(open());
  const blobs = open();
  expect((await blobs.list(PRICES_FOLDER)).toSorted()).toEqual((await namedFiles(blobs)).toSorted());
}

/** Files that the pointer leads to; those that are retired are not among them. */
async function namedFiles(blobs: WriteBlobs): Promise<string[]> {
  const named: string[] = [];
  const { markets } = decodePricesPointer((await blobs.read(PRICES_POINTER))!);
  for (const { hash } of markets.flatMap(({ indexes }) => indexes)) {
    named.push(indexName(hash));
    for (const chunk of decodePriceIndex((await blobs.read(indexName(hash)))!)) {
      named.push(chunkName(chunk.hash));
    }
  }
  return named;
}

/** What is stored is what the pointer leads to, and what it says to be retired. */
export async function expectNoLooseFile(blobs: WriteBlobs): Promise<void> {
  const { retired } = decodePricesPointer((await blobs.read(PRICES_POINTER))!);
  const known = new Set([...await namedFiles(blobs), ...retired.map(([name]) => name)]);
  expect((await blobs.list(PRICES_FOLDER)).filter((name) => !known.has(name))).toEqual([]);
}
