/** @jsxImportSource hono/jsx */
// `/precios`: the last day of a market for people, from the published prices.

import type { Hono } from "hono";
import { PRICE_GAP_MS } from "../core/chart_scale.ts";
import { HOUR_MS } from "../core/prices/aggregate.ts";
import { type PriceReader, type Prices, spansOf } from "../core/prices/reader.ts";
import { DAY_MS } from "../core/time.ts";
import type { Point } from "../pages/line_path.ts";
import { PRICES_PATH, PricesPage, type ShownHour } from "../pages/prices_page.tsx";
import { languageOf } from "../pages/text.ts";
import type { Assets } from "./assets.ts";
import { entityTag } from "./caching.ts";
import { answerMarkup, answerPage, framed } from "./page.ts";
import { chooseMarket } from "./price_market.ts";

type PricePageContext = {
  readonly prices?: Prices;
  readonly assets?: Assets;
  readonly version: string;
};

/** Width of a moment of the drawn line. */
const MOMENT_MS = 300_000;

/** Adds the routes to the application. */
export function pricePageRoutes(app: Hono, { prices, assets, version }: PricePageContext): void {
  for (const path of [PRICES_PATH, `${PRICES_PATH}/`]) {
    app.get(path, async ({ req }) => {
      const language = languageOf(req.query("lang"));
      const published = await prices?.current();
      const name = req.query("market") ?? "";
      const reader = published && chooseMarket(published, name);
      const markets = published?.markets.map(({ market }) => market) ?? [];
      if (published && !reader && name !== "") {
        const page = <PricesPage {...await framed(language, version)} markets={markets} absent={name} />;
        return await answerMarkup(page, { status: 404, language });
      }
      if (!reader) {
        const page = <PricesPage {...await framed(language, version)} markets={markets} />;
        return await answerMarkup(page, { status: 503, language, headers: { "retry-after": "5" } });
      }
      const { market, status } = reader;
      const failedAt = status && status.consecutiveFailures > 0 ? status.lastErrorAt ?? undefined : undefined;
      const tag = entityTag(
        { name: reader.version },
        `precios ${language} ${version} ${JSON.stringify([market, markets, failedAt])}`,
      );
      return await answerPage(req.raw.headers, { tag, language, scripted: true }, async () => (
        <PricesPage
          {...await framed(language, version, assets, "prices")}
          markets={markets}
          shown={{ market, failedAt, ...await lastDay(reader) }}
        />
      ));
    });
  }
}

/** The day that ends with the newest price. */
async function lastDay(reader: PriceReader) {
  const { newest } = reader;
  if (!newest) return { newest: undefined, points: [], hours: [] };
  const to = newest.at + 1, from = to - DAY_MS;
  const points: Point[] = [];
  for (const { startsAt: at, span } of await spansOf(reader, MOMENT_MS, from, to)) {
    const before = points.at(-1);
    if (before && at - before.at > PRICE_GAP_MS) points.push({ at: at - MOMENT_MS, value: NaN });
    points.push({ at, value: Number(span.close) });
  }
  const hours = (await spansOf(reader, HOUR_MS, from, to)).map(({ startsAt, span }): ShownHour => ({
    at: startsAt,
    open: Number(span.open),
    high: Number(span.high),
    low: Number(span.low),
    close: Number(span.close),
    count: span.count,
  }));
  return { newest: { at: newest.at, price: Number(newest.price) }, points, hours };
}
