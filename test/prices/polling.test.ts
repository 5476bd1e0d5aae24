// The recorded polling faults, against a real server, up to what the store has and the status tells.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { PriceStore } from "../../src/core/prices/store.ts";
import { textFetcher } from "../../src/host/fetch_text.ts";
import { askBuenbit } from "../../src/prices/buenbit.ts";
import { pollNow } from "../../src/prices/poller.ts";
import { memoryPriceStore } from "../../src/store/memory_prices.ts";
import { openDatabase } from "../../src/store/sqlite/database.ts";
import { PRICE_MIGRATIONS } from "../../src/store/sqlite/price_migrations.ts";
import { sqlitePriceStore } from "../../src/store/sqlite/price_store.ts";
import { BTC } from "../store/price_examples.ts";
import { startMarketStub, type StubAnswer } from "./market_stub.ts";
import { pollParts } from "./poll_parts.ts";

type Case = {
  readonly id: string;
  readonly title: string;
  readonly given: { readonly upstream: StubAnswer };
  readonly expect: { readonly stored: readonly { readonly price: number }[]; readonly error?: boolean };
};

const { cases } = JSON.parse(
  readFileSync(path.join(import.meta.dirname!, "../conformance/prices/polling.json"), "utf8"),
) as { readonly cases: readonly Case[] };

/** Short, so that a market that never answers is given up soon. */
const MARKET = { ...BTC, periodMs: 1_000 };

const folder = () => mkdtempSync(path.join(tmpdir(), "caudal-polling-"));

const ENGINES: Record<string, () => { store: PriceStore; remove(): void }> = {
  memory: () => ({ store: memoryPriceStore(), remove: () => {} }),
  SQLite: () => {
    const home = folder();
    const store = sqlitePriceStore(openDatabase(path.join(home, "prices.sqlite"), PRICE_MIGRATIONS));
    return { store, remove: () => rmSync(home, { recursive: true }) };
  },
};

describe.each(Object.keys(ENGINES))("Polling into %s", (engine) => {
  test.each(cases.map((one) => [one.id, one] as const))("%s", async (_, { given, expect: expected }) => {
    const { store, remove } = ENGINES[engine]!();
    const stub = startMarketStub(given.upstream);
    try {
      await store.saveMarket(MARKET);
      const fetchText = textFetcher({
        url: stub.url,
        allowInternal: true,
        userAgent: "test",
        connectMs: 2_000,
        maxBytes: 2 ** 20,
      });
      const [status] = await pollNow(
        pollParts({
          store,
          markets: [MARKET],
          ask: (withinMs, signal) => askBuenbit(fetchText, ["btcars"], withinMs, signal),
          random: () => 0,
        }),
        new AbortController().signal,
      );
      const ticks = await store.ticks("btcars", { from: 0, to: 9e15 }, undefined, 9);
      expect(ticks.map(({ price }) => ({ price: Number(price) }))).toEqual(expected.stored);
      expect(await store.pollStatus("btcars")).toEqual(status);
      expect(status!.lastError !== null).toBe(expected.error ?? false);
      expect(status!.consecutiveFailures).toBe(expected.error ? 1 : 0);
    } finally {
      await stub.close();
      await store.close();
      remove();
    }
  });
});
