// Which market a request is about.

import type { PriceReader, PublishedPrices } from "../core/prices/reader.ts";

/** Where it is there, the market of those who name none. */
const DEFAULT_MARKET = "btcars";

/** The one of a name; without a name the default, else the first real one: a simulated one is never taken for it. */
export function chooseMarket({ markets }: PublishedPrices, name: string): PriceReader | undefined {
  if (name !== "") return markets.find(({ market }) => market.name === name);
  const real = markets.filter(({ market }) => market.isReal);
  return real.find(({ market }) => market.name === DEFAULT_MARKET) ?? real[0];
}
