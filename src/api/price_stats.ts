// `/api/ticker-stats/`: what prices came to by minute, hour or day of Buenos Aires.

import { HOUR_MS, MINUTE_MS, startOf } from "../core/prices/aggregate.ts";
import { meanNumber } from "../core/prices/decimal.ts";
import { type PriceReader, spansOf } from "../core/prices/reader.ts";
import { DAY_MS } from "../core/time.ts";
import { invalid, type PriceAnswer } from "./price_answer.ts";
import { lastOf, parseFloatText, rangeOf } from "./price_params.ts";

/** Width in ms, and how many are answered where no beginning is asked. */
export const BUCKETS = {
  minute: { width: MINUTE_MS, usual: 60 },
  hour: { width: HOUR_MS, usual: 24 },
  day: { width: DAY_MS, usual: 30 },
} as const;

/** Buckets of one answer; a day of minutes fits. */
export const MOST_BUCKETS = 1_500;

const DEFAULT_BUCKET = "hour";

/** Buckets without ticks are left out. */
export async function statsAnswer(reader: PriceReader, query: URLSearchParams): Promise<PriceAnswer> {
  const name = lastOf(query, "bucket") || DEFAULT_BUCKET;
  if (!Object.hasOwn(BUCKETS, name)) {
    return invalid(`"bucket" debe ser ${Object.keys(BUCKETS).join(", ")}, no "${name}"`);
  }
  const { width, usual } = BUCKETS[name as keyof typeof BUCKETS];
  const bounds: { since?: number; until?: number } = {};
  for (const bound of ["since", "until"] as const) {
    const text = lastOf(query, bound);
    if (text === "") continue;
    const value = parseFloatText(text);
    if (value === undefined) return invalid(`"${bound}" debe ser un número de segundos, no "${text}"`);
    bounds[bound] = value;
  }
  const asked = rangeOf(bounds.since ?? -Infinity, bounds.until ?? Infinity);
  const { market, oldest, newest } = reader;
  let data: object[] = [];
  if (oldest && newest) {
    const to = Math.min(asked.to, newest.at + 1);
    const begin = bounds.since === undefined ? startOf(width, to - 1) - (usual - 1) * width : asked.from;
    const from = Math.max(begin, oldest.at);
    const buckets = (startOf(width, to - 1) - startOf(width, from)) / width + 1;
    if (from < to && buckets > MOST_BUCKETS) {
      return invalid(
        `El rango pedido tiene ${buckets} intervalos, y el máximo es ${MOST_BUCKETS}: acórtelo o use intervalos mayores`,
      );
    }
    data = (await spansOf(reader, width, from, to)).map(({ startsAt, span }) => ({
      timestamp: startsAt / 1000,
      open: Number(span.open),
      high: Number(span.high),
      low: Number(span.low),
      close: Number(span.close),
      mean: meanNumber(span.sum, span.count),
      count: span.count,
    }));
  }
  const body = JSON.stringify({
    market: { name: market.name, title: market.title, currency: market.currency, is_real: market.isReal },
    bucket: name,
    data,
  });
  return {
    status: 200,
    body,
    ...(bounds.since !== undefined && bounds.until !== undefined && { range: asked }),
  };
}
