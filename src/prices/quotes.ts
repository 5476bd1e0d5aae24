// Reads the market's answer: which pairs have which price, to the digit, and why another has none.
// Source: prices 1.1, 1.4, 3.2.

import { decimalText, parseDecimal } from "../core/prices/decimal.ts";
import { Problem } from "../core/problem.ts";

export type Quote = {
  /** Decimal texts without exponent. */
  readonly price: string;
  readonly purchasePrice: string | null;
  readonly openPrice: string | null;
};

/** What a pair of an answer has: a quote, or why it has none. */
export type Found = Quote | { readonly fault: string };

/** A number of JSON with its digits, which a double would lose. */
class Digits {
  constructor(readonly text: string) {}
}

/** What is quoted of an answer in a fault. */
const LONGEST_QUOTED = 40;

/**
 * Quotes of the pairs, in their order.
 * Errors: Problem `invalid` for an answer that is not the market's.
 */
export function readQuotes(body: string, pairs: readonly string[]): Found[] {
  const object = objectAt(parsed(body), "object");
  if (!object) throw new Problem("invalid", `La respuesta del mercado no tiene "object"`);
  return pairs.map((pair) => {
    const quote = objectAt(object, pair);
    return quote ? readQuote(quote, pair) : { fault: `La respuesta del mercado no tiene el par "${pair}"` };
  });
}

function parsed(body: string): unknown {
  // The reviver's third parameter is newer than the types of the language.
  const keepDigits = (_key: string, value: unknown, context?: { readonly source?: string }) =>
    typeof value === "number" && context?.source !== undefined ? new Digits(context.source) : value;
  try {
    return JSON.parse(body, keepDigits);
  } catch (cause) {
    throw new Problem("invalid", "La respuesta del mercado no es JSON", [], { cause });
  }
}

function objectAt(value: unknown, key: string): Record<string, unknown> | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  const found = (value as Record<string, unknown>)[key];
  const isObject = typeof found === "object" && found !== null && !Array.isArray(found) &&
    !(found instanceof Digits);
  return isObject ? found as Record<string, unknown> : undefined;
}

function readQuote(quote: Record<string, unknown>, pair: string): Found {
  if (!Object.hasOwn(quote, "selling_price")) return { fault: `El par "${pair}" no tiene "selling_price"` };
  const price = positive(quote.selling_price);
  if (price === undefined) {
    return { fault: `El par "${pair}" tiene un precio que no lo es: ${quoted(quote.selling_price)}` };
  }
  return {
    price,
    purchasePrice: positive(quote.purchase_price) ?? null,
    openPrice: positive(quote.open_price) ?? null,
  };
}

/** Undefined unless it is a finite number greater than 0, as a double too: that is what answers are made of. */
function positive(value: unknown): string | undefined {
  // Python's float() takes blanks around, too.
  const text = value instanceof Digits ? value.text : typeof value === "string" ? value.trim() : undefined;
  if (text === undefined) return undefined;
  const decimal = parseDecimal(text);
  const size = Number(text);
  return decimal && size > 0 && Number.isFinite(size) ? decimalText(decimal) : undefined;
}

function quoted(value: unknown): string {
  const text = value instanceof Digits ? value.text : JSON.stringify(value);
  return text.length > LONGEST_QUOTED ? `${text.slice(0, LONGEST_QUOTED)}…` : text;
}
