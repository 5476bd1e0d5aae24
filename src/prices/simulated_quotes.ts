// Prices of nobody: a curve and some noise, the same at the same moment for whoever asks.

import { DAY_MS } from "../core/time.ts";
import type { Quote } from "./quotes.ts";

/** In pesos; half of what it moves by is a day's, the rest an hour's and noise. */
const LEVEL = 80_000_000;

export function simulatedQuote(at: number): Quote {
  const day = Math.sin((2 * Math.PI * at) / DAY_MS);
  const hour = Math.sin((2 * Math.PI * at) / (DAY_MS / 24));
  const price = LEVEL * (1 + 0.02 * day + 0.005 * hour + 0.0005 * (noise(at) - 0.5));
  return { price: price.toFixed(2), purchasePrice: (price * 0.98).toFixed(2), openPrice: null };
}

/** In [0, 1), of the second. */
function noise(at: number): number {
  let bits = Math.imul(Math.floor(at / 1_000) ^ 0x9e3779b9, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
}
