// Markets and ticks for tests of prices.

import type { Market, Tick } from "../../src/core/prices/tick.ts";

/** Friday 2024-05-31 12:00 in Buenos Aires. */
export const NOON = Date.UTC(2024, 4, 31, 15);

export const BTC: Market = {
  name: "btcars",
  title: "Bitcoin en pesos",
  currency: "ARS",
  source: "buenbit",
  pair: "btcars",
  periodMs: 10_000,
  isReal: true,
};

export const DAI: Market = { ...BTC, name: "daiars", title: "DAI en pesos", pair: "daiars" };

export function tick(observedAt: number, price: string, change: Partial<Tick> = {}): Tick {
  return {
    market: "btcars",
    source: "buenbit",
    observedAt,
    price,
    purchasePrice: null,
    openPrice: null,
    isOdd: false,
    ...change,
  };
}

/** A tick each 10 s from `from` on, of these prices. */
export const polled = (from: number, prices: readonly string[]): Tick[] =>
  prices.map((price, i) => tick(from + 10_000 * i, price));
