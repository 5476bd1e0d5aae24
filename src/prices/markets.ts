// The markets that are polled, out of one setting.

import { type Market, MARKET_NAME } from "../core/prices/tick.ts";
import { Problem } from "../core/problem.ts";

/** Says that nothing is polled. */
const NO_MARKETS = "no";

/** Key of the source in ticks. */
const BUENBIT = "buenbit";

/** A market that nobody trades in. */
export const SIMULATED: Omit<Market, "periodMs"> = {
  name: "simulacion",
  title: "Simulación: no es un precio de mercado",
  currency: "ARS",
  source: "simulacion",
  pair: "simulacion",
  isReal: false,
};

const ENTRY = /^([^=:]+)=([^=:]+):([A-Z]{3})$/;

/**
 * Markets of `par=Título:MONEDA`, separated by commas.
 * Errors: Problem `invalid` that quotes what is wrong.
 */
export function parseMarkets(text: string, periodMs: number): Market[] {
  if (text === NO_MARKETS) return [];
  const markets = text.split(",").map((entry): Market => {
    const [, pair = "", title = "", currency = ""] = ENTRY.exec(entry.trim()) ?? [];
    if (!MARKET_NAME.test(pair) || title.trim() === "") {
      throw new Problem(
        "invalid",
        `"${entry.trim()}" no es un mercado: se escribe par=Título:MONEDA, como btcars=Bitcoin en pesos:ARS`,
      );
    }
    if (pair === SIMULATED.name) throw new Problem("invalid", `"${pair}" es el mercado de la simulación`);
    return { name: pair, title: title.trim(), currency, source: BUENBIT, pair, periodMs, isReal: true };
  });
  const twice = markets.find(({ name }, i) => markets.findIndex((one) => one.name === name) !== i);
  if (twice) throw new Problem("invalid", `El mercado "${twice.name}" está dos veces`);
  return markets;
}
