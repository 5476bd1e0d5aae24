// Prices as they are published and read again, against a plain array of the ticks that the store was given: counts,
// pages, exact sums and spans of any range, whatever came late, was thinned or was lost meanwhile.

import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HOUR_MS } from "../../src/core/prices/aggregate.ts";
import { addDecimals, compareDecimals, decimalText, parseDecimal } from "../../src/core/prices/decimal.ts";
import { type PriceReader, totalsOf } from "../../src/core/prices/reader.ts";
import { Problem } from "../../src/core/problem.ts";
import type { Market, Tick } from "../../src/core/prices/tick.ts";
import { publishPrices } from "../../src/publish/publish_prices.ts";
import { folderBlobs } from "../../src/store/folder/blobs.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { memoryPriceStore } from "../../src/store/memory_prices.ts";
import { openDatabase } from "../../src/store/sqlite/database.ts";
import { PRICE_MIGRATIONS } from "../../src/store/sqlite/price_migrations.ts";
import { sqlitePriceStore } from "../../src/store/sqlite/price_store.ts";
import type { WriteBlobs } from "../../src/store/segments/blobs.ts";
import { openPrices } from "../../src/store/segments/prices.ts";
import { racePublishers } from "./racing_publishers.ts";

const MARKET: Market = {
  name: "btcars",
  title: "Bitcoin en pesos",
  currency: "ARS",
  source: "buenbit",
  pair: "btcars",
  periodMs: 10_000,
  isReal: true,
};
const START = Date.UTC(2024, 4, 31);
/** A few chunks: others are read again. */
const KEEP_BYTES = 100_000;

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const tick = (observedAt: number, price: string, source = "buenbit"): Tick => ({
  market: MARKET.name,
  source,
  observedAt,
  price,
  purchasePrice: null,
  openPrice: null,
  isOdd: false,
});

const ENGINES = {
  memory: memoryPriceStore,
  SQLite: () => sqlitePriceStore(openDatabase(":memory:", PRICE_MIGRATIONS)),
};

function world(engine: keyof typeof ENGINES) {
  const store = ENGINES[engine]();
  const blobs = memoryBlobs();
  const clock = { now: START };
  const prices = openPrices(blobs, () => clock.now, KEEP_BYTES);
  return {
    store,
    blobs,
    clock,
    /** What the market's history should be. */
    all: [] as Tick[],
    async add(ticks: readonly Tick[]) {
      await store.addTicks(ticks);
      this.all.push(...ticks);
    },
    publish: () => publishPrices({ store, blobs, sha256, now: () => clock.now }),
    async reader(): Promise<PriceReader> {
      clock.now += 2_000;
      const published = await prices.current();
      return published!.markets.find(({ market }) => market.name === MARKET.name)!;
    },
  };
}

type World = ReturnType<typeof world>;
let one: World;

/** Every tick on its own, in the order of the history: by instant, then as they were taken in. */
async function expectAsStored(reader: PriceReader, ticks: readonly Tick[], random: () => number) {
  const sorted = ticks.toSorted((a, b) => a.observedAt - b.observedAt);
  expect(reader.entries).toBe(sorted.length);
  expect(reader.newest).toEqual(
    sorted.length === 0 ? undefined : { at: sorted.at(-1)!.observedAt, price: sorted.at(-1)!.price },
  );
  const lines = sorted.map(({ observedAt, price }) => ({ at: observedAt, price }));
  const first = sorted[0]?.observedAt ?? START, last = sorted.at(-1)?.observedAt ?? START;
  const instant = () =>
    random() < 0.5 && sorted.length > 0
      ? sorted[Math.floor(random() * sorted.length)]!.observedAt + Math.round(random() * 2 - 1)
      : Math.round(first + (random() * 1.2 - 0.1) * (last - first));
  const ranges = [[-Infinity, Infinity], [Infinity, -Infinity], [first, last], [first, last + 1]];
  for (let i = 0; i < 40; i++) ranges.push([instant(), instant()]);
  for (const [from, to] of ranges as [number, number][]) {
    const within = sorted.filter(({ observedAt }) => observedAt >= from && observedAt < to);
    const totals = await totalsOf(reader, from, to);
    expect(totals.entries).toBe(within.length);
    expect(totals.count).toBe(within.length);
    const sum = within.map(({ price }) => parseDecimal(price)!).reduce(addDecimals, { units: 0n, scale: 0 });
    expect(compareDecimals(totals.sum, sum)).toBe(0);
    const span = await reader.span(from, to);
    if (within.length === 0) expect(span).toBeUndefined();
    else {
      const values = within.map(({ price }) => Number(price));
      expect(span).toMatchObject({
        count: within.length,
        open: within[0]!.price,
        close: within.at(-1)!.price,
      });
      expect([span!.low, span!.high].map(Number)).toEqual([Math.min(...values), Math.max(...values)]);
      expect(compareDecimals(span!.sum, sum)).toBe(0);
    }
  }
  for (let i = 0; i < 20; i++) {
    const position = Math.floor(random() * (lines.length + 2)), limit = Math.floor(random() * 3_000);
    expect(await reader.page(position, limit)).toEqual(lines.slice(position, position + limit));
  }
}

/** Prices of many scales, with the same ones coming back. */
function randomPrice(random: () => number): string {
  const size = random();
  if (size < 0.2) return "84436700.0";
  if (size < 0.4) return `83439260.${Math.floor(random() * 1e9)}${Math.floor(random() * 1e9)}7`;
  return (random() * 2e8).toFixed(Math.floor(random() * 4));
}

describe.each(Object.keys(ENGINES) as (keyof typeof ENGINES)[])("publishPrices from %s", (engine) => {
  beforeEach(async () => {
    one = world(engine);
    await one.store.saveMarket(MARKET);
  });
  afterEach(() => one.store.close());

  test("publishes what a plain array of ticks answers, whatever comes late", async () => {
    const random = randomNumbers(7);
    let next = START;
    for (let round = 0; round < 12; round++) {
      const batch = Array.from({ length: Math.floor(random() * 1_600) }, () => {
        const isLate = random() < 0.1 && round > 3;
        const at = isLate
          ? START + 500 + Math.floor(random() * (next - START) / 1000) * 1_000
          : next += random() < 0.05 ? 900_000 : 10_000;
        return tick(at, randomPrice(random), isLate ? `late-${round}-${random()}` : "buenbit");
      });
      await one.add(batch);
      expect((await one.publish()).ticks).toBe(batch.length);
    }
    await expectAsStored(await one.reader(), one.all, random);
  });

  test("names the same data the same, in one step as in many", async () => {
    const ticks = Array.from({ length: 3_000 }, (_, i) => tick(START + i * 10_000, `${i}.5`));
    for (let i = 0; i < ticks.length; i += 700) {
      await one.add(ticks.slice(i, i + 700));
      await one.publish();
    }
    const other = world(engine);
    await other.store.saveMarket(MARKET);
    await other.add(ticks);
    await other.publish();
    expect((await other.reader()).version).toBe((await one.reader()).version);
  });

  test("writes the pointer alone for a tick, and nothing without one", async () => {
    await one.add(Array.from({ length: 1_500 }, (_, i) => tick(START + i * 10_000, "5")));
    await one.publish();
    const files = [...one.blobs.files.keys()].sort();
    const { version } = await one.reader();
    expect(await one.publish()).toEqual({ markets: 1, ticks: 0, switched: false });
    await one.add([tick(START + 1_500 * 10_000, "6")]);
    expect(await one.publish()).toEqual({ markets: 1, ticks: 1, switched: true });
    expect([...one.blobs.files.keys()].sort()).toEqual(files);
    expect((await one.reader()).version).not.toBe(version);
  });

  test("rewrites no chunk but those that a late tick falls in", async () => {
    await one.add(Array.from({ length: 5_000 }, (_, i) => tick(START + i * 10_000, "5")));
    await one.publish();
    const chunks = () => [...one.blobs.files.keys()].filter((name) => name.endsWith(".bin"));
    const before = chunks();
    await one.add([tick(START + 2_000 * 10_000 + 1, "7", "legacy")]);
    await one.publish();
    expect(chunks().filter((name) => !before.includes(name))).toHaveLength(1);
    // What it replaced stays for those who follow an older pointer, for an hour.
    expect(chunks()).toHaveLength(before.length + 1);
    one.clock.now += HOUR_MS + 1;
    await one.publish();
    expect(chunks()).toHaveLength(before.length);
    await expectAsStored(await one.reader(), one.all, randomNumbers(3));
  });

  test("puts the last tick of each minute in the place of what was thinned, and keeps sums exact", async () => {
    const random = randomNumbers(11);
    const count = 6 * 60 * 9;
    await one.add(Array.from({ length: count }, (_, i) => tick(START + i * 10_000, randomPrice(random))));
    await one.publish();
    const whole = await (await one.reader()).span(-Infinity, Infinity);
    for (const hours of [3, 5]) {
      while (await one.store.thin(MARKET.name, START + hours * HOUR_MS, 1_000) > 0) {
        // By parts, as the worker does.
        await one.publish();
      }
      await one.publish();
      const reader = await one.reader();
      expect(reader.entries).toBe(count - hours * 60 * 5);
      const after = await reader.span(-Infinity, Infinity);
      expect({ ...after, sum: decimalText(after!.sum) }).toEqual({ ...whole, sum: decimalText(whole!.sum) });
      const minute = one.all.slice(6, 12).map(({ price }) => parseDecimal(price)!).reduce(addDecimals);
      const totals = await totalsOf(reader, START + 60_000, START + 120_000);
      expect([totals.entries, totals.count]).toEqual([1, 6]);
      expect(compareDecimals(totals.sum, minute)).toBe(0);
      expect((await reader.page(1, 1))[0]).toMatchObject({ at: START + 110_000, price: one.all[11]!.price });
    }
  });

  test("publishes another store from nothing", async () => {
    await one.add(Array.from({ length: 2_500 }, (_, i) => tick(START + i * 10_000, "5")));
    await one.publish();
    const other = world(engine);
    await other.store.saveMarket(MARKET);
    await other.add(Array.from({ length: 2_600 }, (_, i) => tick(START + i * 20_000, "6")));
    await publishPrices({ store: other.store, blobs: one.blobs, sha256, now: () => one.clock.now });
    await expectAsStored(await one.reader(), other.all, randomNumbers(5));
  });

  test.each([
    { lost: "a chunk", ending: ".bin" },
    { lost: "an index", ending: ".json" },
    { lost: "the pointer", ending: "prices.json" },
  ])("makes good where $lost was lost", async ({ ending }) => {
    await one.add(Array.from({ length: 2_500 }, (_, i) => tick(START + i * 10_000, "5")));
    await one.publish();
    one.blobs.files.delete([...one.blobs.files.keys()].find((name) => name.endsWith(ending))!);
    await one.add([tick(START + 5, "7", "legacy")]);
    await one.publish();
    await expectAsStored(await one.reader(), one.all, randomNumbers(5));
  });

  test("takes away what a killed publisher left, after an hour, when it is told to look", async () => {
    await one.add(Array.from({ length: 1_100 }, (_, i) => tick(START + i * 10_000, "5")));
    await one.publish();
    const before = [...one.blobs.files.keys()];
    const sweep = () =>
      publishPrices({ store: one.store, blobs: one.blobs, sha256, now: () => one.clock.now, sweeps: true });
    for (const name of ["price/left.bin", "price/left.json", "prices.json.1.tmp"]) {
      await one.blobs.write(name, new Uint8Array());
    }
    await one.publish();
    one.clock.now += HOUR_MS;
    await sweep();
    one.clock.now += HOUR_MS - 1;
    // Found again it is no younger.
    await sweep();
    expect(one.blobs.files.size).toBe(before.length + 3);
    one.clock.now += 1;
    await one.publish();
    expect([...one.blobs.files.keys()]).toEqual(before);
  });

  test("retires what it had of a market that is gone from the store", async () => {
    await one.store.saveMarket({ ...MARKET, name: "daiars" });
    await one.add(Array.from({ length: 1_100 }, (_, i) => tick(START + i * 10_000, "5")));
    await one.publish();
    const before = [...one.blobs.files.keys()];
    expect(before).toHaveLength(3);
    const other = world(engine);
    await other.store.saveMarket({ ...MARKET, name: "daiars" });
    const publish = () =>
      publishPrices({ store: other.store, blobs: one.blobs, sha256, now: () => one.clock.now });
    await publish();
    expect([...one.blobs.files.keys()]).toEqual(before);
    one.clock.now += HOUR_MS;
    await publish();
    expect([...one.blobs.files.keys()]).toEqual(["prices.json"]);
    await other.store.close();
  });

  test("begins anew where another published meanwhile, and retires what it wrote for nothing", async () => {
    await one.add(Array.from({ length: 2_500 }, (_, i) => tick(START + i * 10_000, "5")));
    await one.publish();
    await one.add([tick(START + 5, "7", "legacy")]);
    let isFirst = true;
    const blobs: WriteBlobs = {
      ...one.blobs,
      async write(name, bytes) {
        if (name === "prices.json" && isFirst) {
          isFirst = false;
          await one.add([tick(START + 6, "8", "legacy")]);
          await one.publish();
          throw new Problem("conflict", "otro publicó");
        }
        await one.blobs.write(name, bytes);
      },
    };
    await publishPrices({ store: one.store, blobs, sha256, now: () => one.clock.now });
    await expectAsStored(await one.reader(), one.all, randomNumbers(2));
    one.clock.now += HOUR_MS;
    await one.publish();
    // Two chunks, their index, the pointer.
    expect(one.blobs.files.size).toBe(4);
  });

  test("leaves the pointer where it was when it fails", async () => {
    await one.add([tick(START, "5")]);
    await one.publish();
    const pointer = one.blobs.files.get("prices.json");
    await one.add(Array.from({ length: 1_100 }, (_, i) => tick(START + (i + 1) * 10_000, "5")));
    const blobs = { ...one.blobs, write: () => Promise.reject(new Error("full")) };
    await expect(publishPrices({ store: one.store, blobs, sha256, now: () => 0 })).rejects.toThrow("full");
    expect(one.blobs.files.get("prices.json")).toBe(pointer);
    await one.publish();
    await expectAsStored(await one.reader(), one.all, randomNumbers(1));
  });

  test("publishes a market without ticks, and how its polling goes", async () => {
    const status = {
      market: MARKET.name,
      lastSuccessAt: null,
      lastErrorAt: START,
      lastError: "no contesta",
      consecutiveFailures: 4,
      restsUntil: START + 60_000,
    };
    await one.store.savePollStatus(status);
    expect((await one.publish()).switched).toBe(true);
    const reader = await one.reader();
    expect([reader.entries, reader.oldest, reader.newest, reader.status]).toEqual([
      0,
      undefined,
      undefined,
      status,
    ]);
    expect(reader.market).toEqual(MARKET);
  });
});

test("several publishers to a folder at once lose nothing, and leave no file that nobody names", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "caudal-racing-"));
  const opened: ReturnType<typeof folderBlobs>[] = [];
  try {
    await racePublishers(() => {
      const blobs = folderBlobs(folder);
      opened.push(blobs);
      return blobs;
    }, 8);
  } finally {
    for (const blobs of opened) blobs.close();
    rmSync(folder, { recursive: true });
  }
});
