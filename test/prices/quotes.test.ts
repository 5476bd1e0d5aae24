import { describe, expect, test } from "vitest";
import { isJump } from "../../src/prices/jump.ts";
import { parseMarkets } from "../../src/prices/markets.ts";
import { readQuotes } from "../../src/prices/quotes.ts";
import { simulatedQuote } from "../../src/prices/simulated_quotes.ts";
import { NOON } from "../store/price_examples.ts";

const answer = (selling_price: string) => `{"object": {"btcars": {"selling_price": ${selling_price}}}}`;

describe("readQuotes", () => {
  test.each([
    [`"84436700.0"`, "84436700.0", "as it is written"],
    [`83439260.1161559577375675`, "83439260.1161559577375675", "a JSON number to its last digit"],
    [`8.44367e7`, "84436700", "an exponent"],
    [`"1e16"`, "10000000000000000", "an exponent in a text"],
    [`0.00000001`, "0.00000001", "small"],
    [`" 84436700.0\\n"`, "84436700.0", "blanks around, as Python does"],
  ])("takes %s as %s: %s", (price, text) => {
    expect(readQuotes(answer(price), ["btcars"])).toEqual([
      { price: text, purchasePrice: null, openPrice: null },
    ]);
  });

  test.each([
    `"0"`,
    `-5`,
    `"-0.0"`,
    `"nan"`,
    `"inf"`,
    `"1e400"`,
    `"1e-400"`,
    `"84.436.700"`,
    `"84,436,700"`,
    `""`,
    `[1]`,
    `{"a": 1}`,
    `true`,
  ])("has no price where it is %s", (price) => {
    expect(readQuotes(answer(price), ["btcars"])).toEqual([{ fault: expect.stringContaining("btcars") }]);
  });

  test("takes several pairs of one answer, each by itself", () => {
    const body = JSON.stringify({
      object: {
        btcars: { selling_price: "3", purchase_price: "2.50", open_price: "n/a", volume: 1 },
        daiars: { selling_price: null },
      },
    });
    expect(readQuotes(body, ["daiars", "btcars", "usdars"])).toEqual([
      { fault: `El par "daiars" tiene un precio que no lo es: null` },
      { price: "3", purchasePrice: "2.50", openPrice: null },
      { fault: `La respuesta del mercado no tiene el par "usdars"` },
    ]);
  });

  test.each(["[]", "1", `{"object": []}`, `{"object": 1}`, "null", "", `{"object": {`])(
    "refuses %s whole",
    (body) => expect(() => readQuotes(body, ["btcars"])).toThrow(/La respuesta del mercado no/),
  );

  test("knows no pair that only the language has", () => {
    expect(readQuotes(`{"object": {}}`, ["constructor", "toString"])).toEqual([
      { fault: expect.any(String) },
      { fault: expect.any(String) },
    ]);
  });
});

describe("isJump", () => {
  const at = (observedAt: number, price: string) => ({ observedAt, price });

  test.each([
    ["130", false, "three tenths up"],
    ["130.0000000000000000001", true, "a little more"],
    ["70", false, "three tenths down"],
    ["69.99", true, "a little less"],
    ["100", false, "the same"],
    ["10000000000", true, "far"],
  ])("from 100 to %s is %s: %s", (price, odd) => {
    expect(isJump(at(NOON, "100"), at(NOON + 10_000, price))).toBe(odd);
  });

  test("is not told from a price of more than an hour before, nor of later", () => {
    expect(isJump(at(NOON, "1"), at(NOON + 3_600_000, "9"))).toBe(true);
    expect(isJump(at(NOON, "1"), at(NOON + 3_600_001, "9"))).toBe(false);
    expect(isJump(at(NOON, "1"), at(NOON, "9"))).toBe(false);
  });
});

describe("parseMarkets", () => {
  test("has the pair's name, title and currency, in order", () => {
    expect(parseMarkets("btcars=Bitcoin en pesos:ARS, daiusd=DAI :USD", 10_000))
      .toEqual([
        {
          name: "btcars",
          title: "Bitcoin en pesos",
          currency: "ARS",
          source: "buenbit",
          pair: "btcars",
          periodMs: 10_000,
          isReal: true,
        },
        {
          name: "daiusd",
          title: "DAI",
          currency: "USD",
          source: "buenbit",
          pair: "daiusd",
          periodMs: 10_000,
          isReal: true,
        },
      ]);
    expect(parseMarkets("no", 10_000)).toEqual([]);
  });

  test.each([
    ["btcars", "no es un mercado"],
    ["btcars=:ARS", "no es un mercado"],
    ["btcars=Bitcoin:ars", "no es un mercado"],
    ["BTC ARS=Bitcoin:ARS", "no es un mercado"],
    ["btcars=Bitcoin:ARS,", "no es un mercado"],
    ["btcars=A:ARS,btcars=B:ARS", "dos veces"],
    ["simulacion=A:ARS", "simulación"],
  ])("refuses %s: %s", (text, message) => {
    expect(() => parseMarkets(text, 10_000)).toThrow(message);
  });
});

test("simulatedQuote is the same at the same moment, and moves little", () => {
  const prices = Array.from({ length: 500 }, (_, i) => simulatedQuote(NOON + i * 10_000));
  expect(simulatedQuote(NOON)).toEqual(prices[0]);
  expect(new Set(prices.map(({ price }) => price)).size).toBeGreaterThan(400);
  prices.slice(1).forEach(({ price }, i) => {
    expect(Math.abs(Number(price) / Number(prices[i]!.price) - 1)).toBeLessThan(0.01);
  });
});
