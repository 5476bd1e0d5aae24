/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// The home page: the search box, what is loaded, and requests that work on it. Before the first snapshot, a page
// that waits.

import { LOCALES } from "../core/language.ts";
import type { FacetValue } from "../core/search.ts";
import type { CatalogSummary } from "../core/snapshot.ts";
import { SEARCH } from "./explorer_text.ts";
import { type Download, HomeDownloads } from "./home_downloads.tsx";
import { Layout, pageHref, type PageProps, Table } from "./layout.tsx";
import { momentText } from "./moment_text.ts";
import { MarketList, type ShownMarket } from "./prices_page.tsx";
import { PRICES_PAGE } from "./prices_text.ts";
import { facetHref, searchHref } from "./search_address.ts";
import { SearchBox } from "./search_box.tsx";
import { seriesPageHref } from "./series_address.ts";
import { HOME, type Language, type RequestKind, REQUESTS, sayIn, WAITING } from "./text.ts";

/** A request that answers with rows; `href` is absolute in path. */
export type ReadyRequest = { readonly kind: RequestKind; readonly href: string };

type HomeProps = PageProps & {
  /** Scheme and host that the reader came to. */
  readonly origin: string;
  readonly snapshot: string;
  /** Epoch ms. */
  readonly publishedAt: number;
  readonly catalogs: readonly CatalogSummary[];
  readonly requests: readonly ReadyRequest[];
  /** Themes that series are of, those of most series first. */
  readonly themes: readonly FacetValue[];
  /** Files with everything; none where they were not generated. */
  readonly downloads: readonly Download[];
  /** Those whose prices are published. */
  readonly markets: readonly ShownMarket[];
};

/** Themes that are offered. */
const THEMES = 12;

export function Home(props: HomeProps) {
  const { language, origin, snapshot, publishedAt, catalogs, requests, themes, downloads, markets } = props;
  const say = sayIn(language);
  const format = new Intl.NumberFormat(LOCALES[language]);
  const number = (value: number) => format.format(value);
  const sum = (key: "datasets" | "distributions" | "series" | "values") =>
    number(catalogs.reduce((total, catalog) => total + catalog[key], 0));
  const first = catalogs.map(({ first }) => first).filter(Boolean).sort()[0] ?? "";
  const last = catalogs.map(({ last }) => last).filter(Boolean).sort().at(-1) ?? "";
  const all = searchHref({ language, text: "", filters: {}, sortBy: "hits_90_days", page: 1 });

  return (
    <Layout {...props} path="/" title={say(HOME.title)} description={say(HOME.lead)}>
      <h1>{say(HOME.title)}</h1>
      <p class="lead">{say(HOME.lead)}</p>
      <SearchBox language={language} hint />
      <nav class="themes" aria-label={say(SEARCH.byTheme)}>
        <ul>
          {themes.slice(0, THEMES).map(({ label, count }) => (
            <li>
              <a href={facetHref(language, "dataset_theme", label)}>
                {label} <span class="number">{number(count)}</span>
              </a>
            </li>
          ))}
          {catalogs.length > 0 && (
            <li>
              <a href={all}>{say(SEARCH.browse)}</a>
            </li>
          )}
        </ul>
      </nav>

      <section aria-labelledby="figures">
        <h2 id="figures">{say(HOME.figures)}</h2>
        <dl class="figures">
          <Figure label={say(HOME.series)} value={sum("series")} />
          <Figure label={say(HOME.values)} value={sum("values")} />
          <Figure label={say(HOME.catalogs)} value={number(catalogs.length)} />
          {first && <Figure label={say(HOME.firstDate)} value={first} />}
          {last && <Figure label={say(HOME.lastDate)} value={last} />}
        </dl>
        <p class="quiet">
          {say(HOME.snapshot)} <code title={snapshot}>{snapshot.slice(0, 12)}</code>, {say(HOME.published)}
          {" "}
          <time datetime={new Date(publishedAt).toISOString()}>{momentText(language, publishedAt)}</time>{" "}
          ({say(HOME.zone)}).
        </p>
      </section>

      {markets.length > 0 && (
        <section aria-labelledby="prices">
          <h2 id="prices">{say(PRICES_PAGE.title)}</h2>
          <MarketList language={language} markets={markets} />
        </section>
      )}

      <section aria-labelledby="catalogs">
        <h2 id="catalogs">{say(HOME.loaded)}</h2>
        {catalogs.length === 0 ? <p>{say(HOME.nothing)}</p> : (
          <Table
            class="catalogs"
            caption={say(HOME.loadedCaption)}
            columns={[
              HOME.catalog,
              HOME.seriesColumn,
              HOME.valuesColumn,
              HOME.from,
              HOME.to,
              HOME.datasets,
              HOME.distributions,
              HOME.example,
            ].map(say)}
            rows={catalogs.map((catalog) => [
              <>
                <a href={facetHref(language, "catalog_id", catalog.id)}>
                  {catalog.title || say(HOME.untitled)}
                </a>{" "}
                <code>{catalog.id}</code>
              </>,
              number(catalog.series),
              number(catalog.values),
              catalog.first,
              catalog.last,
              number(catalog.datasets),
              number(catalog.distributions),
              <Example example={catalog.example} language={language} />,
            ])}
            total={catalogs.length > 1
              ? [
                say(HOME.total),
                sum("series"),
                sum("values"),
                first,
                last,
                sum("datasets"),
                sum("distributions"),
                "",
              ]
              : undefined}
          />
        )}
      </section>

      {downloads.length > 0 && <HomeDownloads language={language} downloads={downloads} />}

      {requests.length > 0 && (
        <section aria-labelledby="requests">
          <h2 id="requests">{say(HOME.requests)}</h2>
          <p>{say(HOME.requestsLead)}</p>
          <ul class="requests">
            {requests.map(({ kind, href }) => (
              <li>
                <h3>
                  <a href={href}>{say(REQUESTS[kind].title)}</a>
                </h3>
                <p>{say(REQUESTS[kind].note)}</p>
                <pre class="line"><code>{`curl '${origin}${href}'`}</code></pre>
              </li>
            ))}
          </ul>
        </section>
      )}

      <section aria-labelledby="more">
        <h2 id="more">{say(HOME.more)}</h2>
        <ul>
          <li>
            <a href={pageHref("/docs", language)}>{say(HOME.moreDocs)}</a>
          </li>
          <li>
            <a href="/openapi.json">{say(HOME.moreOpenapi)}</a>
          </li>
          <li>
            <a href="/readyz">{say(HOME.moreReady)}</a>
          </li>
        </ul>
      </section>
    </Layout>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Example({ example, language }: { example: CatalogSummary["example"]; language: Language }) {
  if (!example) return <>—</>;
  return (
    <>
      <a href={seriesPageHref(example.id, language)}>
        <code>{example.id}</code>
      </a>
      {example.description && <span class="note">{example.description}</span>}
    </>
  );
}

/** Shown until the first snapshot is published; asks for itself again without any script. */
export function Waiting({ seconds, ...props }: PageProps & { readonly seconds: number }) {
  const say = sayIn(props.language);
  return (
    <Layout
      {...props}
      path="/"
      title={say(WAITING.title)}
      description={say(WAITING.lead)}
      refresh={seconds}
    >
      <h1>{say(WAITING.title)}</h1>
      <p class="lead" role="status">{say(WAITING.lead)}</p>
      <p>
        {say(WAITING.meanwhile)} <a href={pageHref("/docs", props.language)}>{say(WAITING.docs)}</a>.
      </p>
    </Layout>
  );
}
