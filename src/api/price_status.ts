// `/api/prices/status`: how the polling of each market goes, and how old its newest price is.

import { newestUpTo, type PriceReader, type PublishedPrices } from "../core/prices/reader.ts";
import { isoMoment } from "../core/time.ts";

/** The newest price is too old after so many periods. */
const ALARM_PERIODS = 6;

/** As of `now`, in epoch ms. */
export async function statusAnswer(
  { publishedAt, markets }: PublishedPrices,
  now: number,
): Promise<object> {
  return {
    published_at: isoMoment(publishedAt),
    markets: await Promise.all(markets.map((one) => marketStatus(one, now))),
  };
}

const moment = (at: number | null | undefined) => at === null || at === undefined ? null : isoMoment(at);

async function marketStatus(reader: PriceReader, now: number): Promise<object> {
  const { market, status, entries } = reader;
  const newest = await newestUpTo(reader, now);
  const age = newest && now - newest.at;
  return {
    name: market.name,
    title: market.title,
    currency: market.currency,
    source: market.source,
    is_real: market.isReal,
    period_seconds: market.periodMs / 1000,
    count: entries,
    newest: newest ? { timestamp: Math.floor(newest.at / 1000), price: Number(newest.price) } : null,
    age_seconds: age === undefined ? null : Math.floor(age / 1000),
    alarm: age === undefined || age > ALARM_PERIODS * market.periodMs,
    last_success: moment(status?.lastSuccessAt),
    last_error_at: moment(status?.lastErrorAt),
    last_error: status?.lastError ?? null,
    consecutive_failures: status?.consecutiveFailures ?? 0,
    rests_until: moment(status?.restsUntil),
  };
}
