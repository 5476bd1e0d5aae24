/** @jsxImportSource hono/jsx */
// The page of prices: a market's newest price, its last day as a line and by hour. The script, where there is one,
// draws a livelier line and goes on with prices as they come.

import { valueWriter } from "../core/value_text.ts";
import { hourMarks, hourText } from "./hour_text.ts";
import { Layout, type PageProps, Prose, Table } from "./layout.tsx";
import { LineChart } from "./line_chart.tsx";
import type { Point } from "./line_path.ts";
import { momentText } from "./moment_text.ts";
import { PRICES_PAGE } from "./prices_text.ts";
import { type Language, sayIn } from "./text.ts";

export type ShownMarket = {
  readonly name: string;
  readonly title: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly isReal: boolean;
};

export type ShownHour = {
  /** Its beginning, epoch ms. */
  readonly at: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly count: number;
};

export type PricesPageProps = PageProps & {
  /** All of them, that of the page among them. */
  readonly markets: readonly ShownMarket[];
  /** A name that was asked for, and that no market has. */
  readonly absent?: string;
  /** Absent before anything is published too. */
  readonly shown?: {
    readonly market: ShownMarket;
    /** Epoch ms of the last attempt, where the market did not answer it. */
    readonly failedAt: number | undefined;
    readonly newest: { readonly at: number; readonly price: number } | undefined;
    /** Of its last day, ascending; NaN where there was none for a while. */
    readonly points: readonly Point[];
    /** Ascending. */
    readonly hours: readonly ShownHour[];
  };
};

export const PRICES_PATH = "/precios";

/** Address of a market's page in a language. */
export function pricesPageHref(market: string | undefined, language: Language): string {
  const query = new URLSearchParams({
    ...(market !== undefined && { market }),
    ...(language !== "es" && { lang: language }),
  });
  return query.size === 0 ? PRICES_PATH : `${PRICES_PATH}?${query}`;
}

export function PricesPage(props: PricesPageProps) {
  const { language, markets, absent, shown } = props;
  const say = sayIn(language);
  const title = shown?.market.title ?? say(absent === undefined ? PRICES_PAGE.title : PRICES_PAGE.absent);
  return (
    <Layout
      {...props}
      path={PRICES_PATH}
      addressIn={(to) => pricesPageHref(shown?.market.name, to)}
      title={title}
      description={say(PRICES_PAGE.description)}
    >
      <h1>{title}</h1>
      {shown
        ? <Market language={language} {...shown} />
        : absent === undefined
        ? (
          <p class="empty" role="status">
            <Prose text={say(PRICES_PAGE.noneYet)} />
          </p>
        )
        : (
          <p>
            {say(PRICES_PAGE.asked)}: <code>{absent}</code>
          </p>
        )}
      {markets.length > (shown ? 1 : 0) && (
        <nav aria-label={say(PRICES_PAGE.markets)}>
          <h2>{say(PRICES_PAGE.markets)}</h2>
          <MarketList language={language} markets={markets} current={shown?.market.name} />
        </nav>
      )}
    </Layout>
  );
}

export function MarketList({ language, markets, current }: {
  readonly language: Language;
  readonly markets: readonly ShownMarket[];
  /** Name of that of the page. */
  readonly current?: string | undefined;
}) {
  return (
    <ul>
      {markets.map(({ name, title }) => (
        <li>
          <a href={pricesPageHref(name, language)} aria-current={name === current ? "page" : undefined}>
            {title}
          </a>
        </li>
      ))}
    </ul>
  );
}

function Market(
  { language, market, failedAt, newest, points, hours }:
    & { language: Language }
    & NonNullable<PricesPageProps["shown"]>,
) {
  const say = sayIn(language);
  const write = valueWriter(language, { digits: 2, percent: false });
  const prices = points.map(({ value }) => value).filter((value) => !Number.isNaN(value));
  const query = new URLSearchParams({ market: market.name, bucket: "hour" });
  return (
    <>
      {!market.isReal && <p class="faults" role="note">{say(PRICES_PAGE.simulated)}</p>}
      {failedAt !== undefined && (
        <p class="faults" role="status">
          {say(PRICES_PAGE.failing)} {momentText(language, failedAt)}.
        </p>
      )}
      {newest === undefined ? <p class="empty" role="status">{say(PRICES_PAGE.none)}</p> : (
        <>
          <p class="lead">
            {say(PRICES_PAGE.newest)}: <strong data-newest="price">{write(newest.price)}</strong>{" "}
            {market.currency}, <span data-newest="at">{momentText(language, newest.at)}</span>
          </p>
          <section aria-labelledby="chart">
            <h2 id="chart">{say(PRICES_PAGE.chart)}</h2>
            <figure class="chart" data-market={market.name}>
              <figcaption>{market.currency}</figcaption>
              <div class="plot">
                <LineChart
                  language={language}
                  points={points}
                  percent={false}
                  times={hourMarks(language, points[0]!.at, points.at(-1)!.at)}
                  title={`${say(PRICES_PAGE.lineOf)}: ${market.title}`}
                  description={`${say(PRICES_PAGE.from)} ${write(prices[0]!)} ${say(PRICES_PAGE.to)} ${
                    write(prices.at(-1)!)
                  } ${market.currency}; ${say(PRICES_PAGE.least)} ${write(Math.min(...prices))}, ${
                    say(PRICES_PAGE.most)
                  } ${write(Math.max(...prices))}.`}
                />
              </div>
            </figure>
          </section>
          <Table
            class="figures-table"
            caption={say(PRICES_PAGE.hours)}
            columns={[
              say(PRICES_PAGE.hour),
              say(PRICES_PAGE.open),
              say(PRICES_PAGE.high),
              say(PRICES_PAGE.low),
              say(PRICES_PAGE.close),
              say(PRICES_PAGE.count),
            ]}
            rows={hours.toReversed().map(({ at, open, high, low, close, count }) => [
              hourText(language, at),
              ...[open, high, low, close].map(write),
              String(count),
            ])}
          />
          <p>
            {say(PRICES_PAGE.request)}:{" "}
            <a href={`/api/ticker-stats/?${query}`}>
              <code>/api/ticker-stats/</code>
            </a>
          </p>
        </>
      )}
    </>
  );
}
