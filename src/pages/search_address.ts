// The address of a search: what a reader asked for, read from a query string and written back into links and
// forms. Names are those of `/search`, but a facet is repeated for each of its values, as forms send it.

import type { Language } from "../core/language.ts";
import { type Facet, FACETS, SEARCH_LIMITS, SORT_KEYS, type SortKey } from "../core/search.ts";

export type Filters = Readonly<Partial<Record<Facet, readonly string[]>>>;

export type SearchAddress = {
  readonly language: Language;
  /** Empty asks for all series. */
  readonly text: string;
  readonly filters: Filters;
  readonly sortBy: SortKey;
  /** From 1 on. */
  readonly page: number;
};

/** Results of one page. */
export const PAGE_ROWS = 20;

/** Last page that the search reaches. */
export const LAST_PAGE = Math.floor(SEARCH_LIMITS.reach / PAGE_ROWS);

/** What is written into every link of a page is kept short, whatever was asked. */
const LONGEST = { text: 400, filters: 4_000 } as const;

/** Orders to choose from: there is no relevance where nothing is looked for. */
export function sortKeysFor(text: string): readonly SortKey[] {
  return text === "" ? SORT_KEYS.filter((key) => key !== "relevance") : SORT_KEYS;
}

/** Reads an address; undefined where it asks for nothing. What cannot be is left out. */
export function readSearchAddress(params: URLSearchParams, language: Language): SearchAddress | undefined {
  if (!["q", "sort_by", "page", ...FACETS].some((name) => params.has(name))) return undefined;
  const text = cut(oneLine(params.getAll("q").at(-1) ?? ""), LONGEST.text);
  let room: number = LONGEST.filters;
  const filters = FACETS.flatMap((facet) => {
    const values = [...new Set(params.getAll(facet))].filter((value) =>
      value !== "" && (room -= value.length) >= 0
    );
    return values.length > 0 ? [[facet, values] as const] : [];
  });
  const keys = sortKeysFor(text);
  const page = params.getAll("page").at(-1) ?? "";
  return {
    language,
    text,
    filters: Object.fromEntries(filters),
    sortBy: keys.find((key) => key === params.getAll("sort_by").at(-1)) ?? keys[0]!,
    page: /^\d{1,9}$/.test(page) ? Math.min(Math.max(Number(page), 1), LAST_PAGE) : 1,
  };
}

/** Query parameters of an address, without those that say nothing. */
export function searchParams({ language, text, filters, sortBy, page }: SearchAddress): [string, string][] {
  return [
    ["q", text],
    ...FACETS.flatMap((facet) => (filters[facet] ?? []).map((value): [string, string] => [facet, value])),
    ...(sortBy === sortKeysFor(text)[0] ? [] : [["sort_by", sortBy] as [string, string]]),
    ...(page === 1 ? [] : [["page", String(page)] as [string, string]]),
    ...(language === "es" ? [] : [["lang", language] as [string, string]]),
  ];
}

/** Link to a search; every link but one to another page begins with the first. */
export function searchHref(address: SearchAddress, change: Partial<SearchAddress> = {}): string {
  const changed = { ...address, page: 1, ...change };
  // An order that the changed text does not have is not written.
  const sortBy = sortKeysFor(changed.text).includes(changed.sortBy)
    ? changed.sortBy
    : sortKeysFor(changed.text)[0]!;
  return `/?${new URLSearchParams(searchParams({ ...changed, sortBy }))}`;
}

/** Link to the series that have one value of a facet. */
export function facetHref(language: Language, facet: Facet, value: string): string {
  const text = "";
  return searchHref({
    language,
    text,
    filters: { [facet]: [value] },
    sortBy: sortKeysFor(text)[0]!,
    page: 1,
  });
}

/** The filters with one value put in, or taken out where it was. */
export function toggled(filters: Filters, facet: Facet, value: string): Filters {
  const values = filters[facet] ?? [];
  const kept = values.filter((one) => one !== value);
  return { ...filters, [facet]: kept.length < values.length ? kept : [...values, value] };
}

/** Control characters say nothing to a search and disturb a page. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, " ").trim();
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : text.slice(0, most).toWellFormed().trim();
}
