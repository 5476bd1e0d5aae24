// Which market a request is about.

import type { PriceReader, PublishedPrices } from "../core/prices/reader.ts";
import { ORIGINAL_MARKET } from "../core/prices/tick.ts";

/** The one of a name; without a name the original's, else the first real one: a simulated one is never taken for it. */
export function chooseMarket({ markets }: PublishedPrices, name: string): PriceReader | undefined {
  if (name !== "") return markets.find(({ market }) => market.name === name);
  const real = markets.filter(({ market }) => market.isReal);
  return real.find(({ market }) => market.name === ORIGINAL_MARKET) ?? real[0];
}
