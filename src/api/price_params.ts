// Parameters of the price routes, as the contract reads them: numbers as Python's `float()` and `int()` do, the last
// of a repeated name, and links that carry the query on with its keys sorted.

import { compareCodePoints } from "../core/code_points.ts";
import { parseInteger, plainDigits } from "../core/integer.ts";

const NUMBER =
  /^([+-]?)(?:(inf(?:inity)?)|((?:\d+(?:_\d+)*)?(?:\.(?:\d+(?:_\d+)*)?)?(?:e[+-]?\d+(?:_\d+)*)?))$/i;

/** Python's `float()` on text; undefined for what it refuses, and for `nan`, which no range has. */
export function parseFloatText(text: string): number | undefined {
  const found = NUMBER.exec(plainDigits(text));
  if (!found) return undefined;
  const [, sign, infinite, digits = ""] = found;
  if (infinite === undefined && !/^(\d|\.\d)/.test(digits)) return undefined;
  const size = infinite === undefined ? Number(digits.replaceAll("_", "")) : Infinity;
  return sign === "-" ? -size : size;
}

/** Python's `int()` on text, as a number; undefined for what it refuses. */
export function parseIntegerText(text: string): number | undefined {
  const value = parseInteger(text);
  return value === undefined ? undefined : Number(value);
}

/** The last of a name; empty text where it is absent, which the contract takes for the same. */
export const lastOf = (query: URLSearchParams, name: string): string => query.getAll(name).at(-1) ?? "";

/** Part of the history, `from` <= at < `to`, in epoch ms. */
export type Range = { readonly from: number; readonly to: number };

/** Instants of the seconds `since` <= t <= `until`, which may be infinite. */
export const rangeOf = (since: number, until: number): Range => ({
  from: Math.ceil(since) * 1000,
  to: (Math.floor(until) + 1) * 1000,
});

/** The query with `page` in place of its own, without any for page 1, keys in order; `?` included. */
export function pageQuery(query: URLSearchParams, page: number): string {
  const pairs = [...query].filter(([name]) => name !== "page");
  if (page > 1) pairs.push(["page", String(page)]);
  const text = pairs.map(([name, value], i) => ({ name, value, i }))
    .sort((a, b) => compareCodePoints(a.name, b.name) || a.i - b.i)
    .map(({ name, value }) => `${quoted(name)}=${quoted(value)}`).join("&");
  return text === "" ? "" : `?${text}`;
}

/** As Python's `quote_plus` writes it. */
function quoted(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  ).replaceAll("%20", "+");
}
