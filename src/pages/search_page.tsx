/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// The results of a search: how many, in which order, the series of one page, and what they can be narrowed by.
// Everything that can be chosen is a link, so that it works without scripts and every choice has its address.

import { publishedFrequency } from "../core/frequency.ts";
import { type Language, LOCALES } from "../core/language.ts";
import { frequencyText, sentence, shortPeriodOfDay } from "../core/period_text.ts";
import { FACETS, type SearchAnswer, type SearchDocument, type SearchHit } from "../core/search.ts";
import { dayOfIso } from "../core/time.ts";
import { FACET_NAMES, SEARCH, SORT_NAMES } from "./explorer_text.ts";
import { Facets } from "./facets.tsx";
import { Layout, type PageProps } from "./layout.tsx";
import {
  LAST_PAGE,
  PAGE_ROWS,
  type SearchAddress,
  searchHref,
  sortKeysFor,
  toggled,
} from "./search_address.ts";
import { SearchBox } from "./search_box.tsx";
import { seriesPageHref } from "./series_address.ts";
import { sayIn } from "./text.ts";

type SearchPageProps = PageProps & {
  /** Of a page that exists. */
  readonly address: SearchAddress;
  readonly answer: SearchAnswer;
  /** Matches without the filters; asked for where there are none with them. */
  readonly unfiltered?: number | undefined;
  /** Title of a catalog by its id. */
  readonly catalogTitle: (id: string) => string;
};

/** Pages that a search has, as far as it reaches. */
export function pagesOf(count: number): number {
  return Math.min(Math.max(1, Math.ceil(count / PAGE_ROWS)), LAST_PAGE);
}

export function SearchPage(props: SearchPageProps) {
  const { language, address, answer, unfiltered, catalogTitle } = props;
  const say = sayIn(language);
  const number = new Intl.NumberFormat(LOCALES[language]);
  const { count, hits, facets } = answer;
  const chosen = FACETS.flatMap((facet) => (address.filters[facet] ?? []).map((value) => ({ facet, value })));
  const counted = count === 1 ? say(SEARCH.one) : `${number.format(count)} ${say(SEARCH.many)}`;
  const found = count === 0 ? say(SEARCH.none) : counted;
  const pages = pagesOf(count);
  const paged = address.page > 1 ? `, ${say(SEARCH.pageOf)} ${address.page} ${say(SEARCH.of)} ${pages}` : "";

  return (
    <Layout
      {...props}
      path="/"
      addressIn={(to) => searchHref(address, { language: to, page: address.page })}
      title={address.text === ""
        ? `${say(SEARCH.all)}: ${found}${paged}`
        : `${address.text}: ${found}${paged}`}
      description={say(SEARCH.hint)}
    >
      <SearchBox language={language} address={address} />
      <div class={count > 0 ? "found" : undefined}>
        <section class="results" aria-labelledby="results">
          <div role="status">
            <h1 id="results" class="count">
              {address.text === "" && chosen.length === 0 && count > 0
                ? `${say(SEARCH.all)}: ${number.format(count)}`
                : found}
              {address.text !== "" && (
                <>
                  {" "}
                  {say(SEARCH.matching)} <q>{address.text}</q>
                </>
              )}
              {chosen.length > 0 && ` ${say(SEARCH.filtered)}`}
              {paged}
            </h1>
          </div>
          {chosen.length > 0 && (
            <div class="chosen" role="group" aria-label={say(SEARCH.chosen)}>
              <ul>
                {chosen.map(({ facet, value }) => (
                  <li>
                    <a href={searchHref(address, { filters: toggled(address.filters, facet, value) })}>
                      <span class="unseen">{`${say(SEARCH.remove)} `}</span>
                      <span class="facet">{say(FACET_NAMES[facet])}:</span>{" "}
                      {facet === "catalog_id" ? catalogTitle(value) : value}
                      <span class="cross" aria-hidden="true">×</span>
                    </a>
                  </li>
                ))}
              </ul>
              {chosen.length > 1 && (
                <a href={searchHref(address, { filters: {} })}>{say(SEARCH.removeAll)}</a>
              )}
            </div>
          )}
          {count === 0 ? <NothingFound address={address} unfiltered={unfiltered} number={number} /> : (
            <>
              <div class="order">
                <Order address={address} />
                {facets && <a class="to-filters" href="#filters">{say(SEARCH.toFilters)}</a>}
              </div>
              <ol class="hits" start={(address.page - 1) * PAGE_ROWS + 1}>
                {hits.map((hit) => (
                  <li>
                    <Hit hit={hit} language={language} />
                  </li>
                ))}
              </ol>
              {address.page === LAST_PAGE && count > LAST_PAGE * PAGE_ROWS && <p>{say(SEARCH.reach)}</p>}
              {pages > 1 && <Pages address={address} pages={pages} />}
            </>
          )}
        </section>
        {count > 0 && facets && <Facets address={address} facets={facets} catalogTitle={catalogTitle} />}
      </div>
    </Layout>
  );
}

function NothingFound(
  { address, unfiltered = 0, number }: {
    readonly address: SearchAddress;
    readonly unfiltered?: number | undefined;
    readonly number: Intl.NumberFormat;
  },
) {
  const say = sayIn(address.language);
  const all = searchHref(address, { text: "", filters: {} });
  return (
    <>
      <p>{say(SEARCH.tryNext)}</p>
      <ul>
        {unfiltered > 0 && (
          <li>
            <a href={searchHref(address, { filters: {} })}>
              {`${say(SEARCH.withoutFilters)} ${
                unfiltered === 1 ? say(SEARCH.one) : `${number.format(unfiltered)} ${say(SEARCH.many)}`
              }`}
            </a>
          </li>
        )}
        {address.text !== "" && (
          <>
            <li>{say(SEARCH.otherWords)}</li>
            <li>{say(SEARCH.spelling)}</li>
          </>
        )}
        <li>
          <a href={all}>{say(SEARCH.browseInstead)}</a>
        </li>
      </ul>
    </>
  );
}

function Order({ address }: { address: SearchAddress }) {
  const say = sayIn(address.language);
  return (
    <nav aria-label={say(SEARCH.sort)}>
      <span aria-hidden="true">{say(SEARCH.sort)}</span>
      <ul>
        {sortKeysFor(address.text).map((sortBy) => (
          <li>
            <a
              href={searchHref(address, { sortBy })}
              {...(sortBy === address.sortBy ? { "aria-current": "true" } : {})}
            >
              {say(SORT_NAMES[sortBy])}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Hit({ hit: { document, hits90Days }, language }: { hit: SearchHit; language: Language }) {
  const say = sayIn(language);
  const { id, title, description, units, dataset } = document;
  const facts = [frequencyOf(document, language), rangeOf(document, language), units].filter(Boolean);
  return (
    <>
      <h2>
        <a href={seriesPageHref(id, language)}>{description || title || say(SEARCH.untitled)}</a>
      </h2>
      <p>{[dataset.title, dataset.source ?? dataset.publisherName].filter(Boolean).join(" · ")}</p>
      <ul class="facts">
        {facts.map((fact) => <li>{fact}</li>)}
        {hits90Days > 0 && (
          <li>{`${new Intl.NumberFormat(LOCALES[language]).format(hits90Days)} ${say(SEARCH.hits)}`}</li>
        )}
      </ul>
    </>
  );
}

function frequencyOf({ frequency }: SearchDocument, language: Language): string {
  const published = publishedFrequency(frequency ?? "");
  return published ? sentence(frequencyText(language, published)) : "";
}

/** First and last period, as short as their frequency allows. */
function rangeOf({ frequency, start, end }: SearchDocument, language: Language): string {
  const published = publishedFrequency(frequency ?? "");
  const days = [start, end].map((date) => dayOfIso(date ?? ""));
  if (!published || days.includes(undefined)) return [start, end].filter(Boolean).join(" – ");
  return days.map((day) => shortPeriodOfDay(language, published, day!)).join(" – ");
}

/** Pages at each side of the one shown that have a link of their own. */
const BESIDE = 2;

function Pages({ address, pages }: { address: SearchAddress; pages: number }) {
  const say = sayIn(address.language);
  const { page } = address;
  const near = Array.from({ length: 2 * BESIDE + 1 }, (_, i) => page - BESIDE + i);
  const shown = [...new Set([1, ...near, pages])].filter((one) => one >= 1 && one <= pages);
  const to = (one: number) => searchHref(address, { page: one });
  return (
    <nav class="pages" aria-label={say(SEARCH.pages)}>
      {page > 1 && <a rel="prev" href={to(page - 1)}>{say(SEARCH.previous)}</a>}
      <ol>
        {shown.map((one, i) => (
          <>
            {i > 0 && one > shown[i - 1]! + 1 && <li aria-hidden="true">…</li>}
            <li>
              <a
                href={to(one)}
                aria-label={`${say(SEARCH.page)} ${one}`}
                {...(one === page ? { "aria-current": "page" } : {})}
              >
                {one}
              </a>
            </li>
          </>
        ))}
      </ol>
      {page < pages && <a rel="next" href={to(page + 1)}>{say(SEARCH.next)}</a>}
    </nav>
  );
}
