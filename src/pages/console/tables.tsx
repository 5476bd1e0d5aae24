/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// Lists of the console: filters as a form, a table whose columns sort, pages by links. What is chosen is in the
// address, so every state of a list can be kept and sent.

import type { Child } from "hono/jsx";
import { LOCALES } from "../../core/language.ts";
import { Token } from "./forms.tsx";
import type { Visit } from "./visit.ts";

export type Column<Row> = {
  readonly title: string;
  readonly cell: (row: Row) => Child;
  /** What the operation sorts it by. */
  readonly sort?: string;
  readonly kind?: "number";
};

export type Filter = {
  readonly name: string;
  readonly label: string;
  /** Without them a text is asked for. */
  readonly options?: readonly (readonly [value: string, label: string])[];
  readonly kind?: "date";
};

/** Rows of a page. */
export const PAGE_ROWS = 50;

/** The parameters of a list that stand in the page's address: filters, sorting and place. */
export function listQuery(visit: Visit, filters: readonly Filter[]): Record<string, string | number> {
  const query: Record<string, string | number> = { limit: PAGE_ROWS, offset: offsetOf(visit) };
  for (const name of [...filters.map(({ name }) => name), "sort"]) {
    const value = visit.url.searchParams.get(name);
    if (value) query[name] = value.trim();
  }
  return query;
}

function offsetOf({ url }: Visit): number {
  const offset = Number(url.searchParams.get("offset"));
  return Number.isInteger(offset) && offset > 0 ? offset : 0;
}

/** The page's address with some parameters changed; the place begins anew unless it is one of them. */
function hrefWith({ url }: Visit, changes: Readonly<Record<string, string | number | undefined>>): string {
  const search = new URLSearchParams(url.search);
  for (const [name, value] of Object.entries({ offset: undefined, lang: undefined, ...changes })) {
    if (value === undefined || value === "") search.delete(name);
    else search.set(name, String(value));
  }
  return search.size > 0 ? `${url.pathname}?${search}` : url.pathname;
}

/** Yes and no, of a filter. */
export function flagOptions({ say }: Visit): NonNullable<Filter["options"]> {
  return [["", say("Todos", "All")], ["true", say("Sí", "Yes")], ["false", "No"]];
}

export function Filters<Row>(
  { visit, filters, columns = [] }: {
    readonly visit: Visit;
    readonly filters: readonly Filter[];
    /** Those that sort. */
    readonly columns?: readonly Column<Row>[];
  },
) {
  const { say, url } = visit;
  const value = (name: string) => url.searchParams.get(name) ?? "";
  const sorting = columns.filter(({ sort }) => sort !== undefined);
  const isChosen = filters.some(({ name }) => value(name) !== "");
  return (
    <form
      class="filters"
      method="get"
      action={url.pathname}
      role="search"
      aria-label={say("Filtros", "Filters")}
    >
      {filters.map(({ name, label, options, kind }) => (
        <div>
          <label for={`q-${name}`}>{label}</label>
          {options
            ? (
              <select id={`q-${name}`} name={name}>
                {options.map(([option, text]) => (
                  <option value={option} selected={option === value(name)}>{text}</option>
                ))}
              </select>
            )
            : <input type={kind ?? "search"} id={`q-${name}`} name={name} value={value(name)} />}
        </div>
      ))}
      {sorting.length > 0 && (
        <div>
          <label for="q-sort">{say("Orden", "Order")}</label>
          <select id="q-sort" name="sort">
            <option value="">{say("El de la red", "As they are")}</option>
            {sorting.flatMap(({ title, sort }) => [
              <option value={sort} selected={value("sort") === sort}>{`${title} ↑`}</option>,
              <option value={`-${sort}`} selected={value("sort") === `-${sort}`}>{`${title} ↓`}</option>,
            ])}
          </select>
        </div>
      )}
      <button type="submit" class="plain">{say("Filtrar", "Filter")}</button>
      {isChosen && <a href={url.pathname}>{say("Quitar filtros", "Clear filters")}</a>}
    </form>
  );
}

/** Something that is done with the chosen rows. */
export type BulkAction = {
  readonly value: string;
  readonly label: string;
};

export function List<Row>(
  { visit, caption, columns, rows, keyOf, total, empty, bulk, places }: {
    readonly visit: Visit;
    readonly caption: string;
    readonly columns: readonly Column<Row>[];
    readonly rows: readonly Row[];
    /** What a row is known by when a page that lives is brought up to date. */
    readonly keyOf?: (row: Row) => string;
    /** Of all pages, where there are some. */
    readonly total?: number;
    /** Where pages count something else than rows: how many a page has, and what they are. */
    readonly places?: { readonly rows: number; readonly of: string };
    /** What is said where there is no row. */
    readonly empty: Child;
    readonly bulk?: {
      readonly action: string;
      readonly actions: readonly BulkAction[];
      readonly valueOf: (row: Row) => string;
      readonly nameOf: (row: Row) => string;
    } | undefined;
  },
) {
  const { say } = visit;
  if (rows.length === 0) return <div class="empty">{empty}</div>;
  const choosing = bulk && bulk.actions.length > 0 ? bulk : undefined;
  const table = (
    <div class="scroll" tabindex={0} role="group" aria-label={caption}>
      <table role="table">
        <caption class="unseen">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {choosing && (
              <th role="columnheader" scope="col" class="choose">
                <span class="unseen">{say("Elegir", "Choose")}</span>
              </th>
            )}
            {columns.map((column) => <Heading visit={visit} column={column} />)}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr role="row" data-key={keyOf?.(row)}>
              {choosing && (
                <td role="cell" class="choose">
                  <input
                    type="checkbox"
                    name="chosen"
                    value={choosing.valueOf(row)}
                    aria-label={`${say("Elegir", "Choose")} ${choosing.nameOf(row)}`}
                  />
                </td>
              )}
              {columns.map(({ title, cell, kind }, i) =>
                i === 0
                  ? <th role="rowheader" scope="row">{cell(row)}</th>
                  : <td role="cell" data-label={title} class={kind}>{cell(row)}</td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
  const pages = total !== undefined && (
    <Pages
      visit={visit}
      shown={places ? Math.min(places.rows, total) : rows.length}
      total={total}
      pageRows={places?.rows ?? PAGE_ROWS}
      of={places?.of}
    />
  );
  if (!choosing) return <>{table}{pages}</>;
  return (
    <>
      <form method="post" action={choosing.action}>
        <Token visit={visit} />
        <input type="hidden" name="back" value={visit.url.pathname + visit.url.search} />
        {table}
        <p class="bulk">
          <label for="bulk-action">{say("Con los elegidos", "With the chosen ones")}</label>
          <select id="bulk-action" name="action">
            {choosing.actions.map(({ value, label }) => <option value={value}>{label}</option>)}
          </select>
          <button type="submit" class="plain">{say("Hacerlo", "Do it")}</button>
        </p>
      </form>
      {pages}
    </>
  );
}

function Heading<Row>({ visit, column }: { readonly visit: Visit; readonly column: Column<Row> }) {
  const { title, sort, kind } = column;
  const by = visit.url.searchParams.get("sort");
  if (sort === undefined) return <th role="columnheader" scope="col" class={kind}>{title}</th>;
  const order = by === sort ? "ascending" : by === `-${sort}` ? "descending" : undefined;
  return (
    <th role="columnheader" scope="col" class={kind} aria-sort={order}>
      <a class="sort" href={hrefWith(visit, { sort: by === sort ? `-${sort}` : sort })}>
        {title}
        <span aria-hidden="true">{order === "ascending" ? " ↑" : order === "descending" ? " ↓" : ""}</span>
      </a>
    </th>
  );
}

function Pages(
  { visit, shown, total, pageRows, of }: {
    readonly visit: Visit;
    readonly shown: number;
    readonly total: number;
    readonly pageRows: number;
    readonly of: string | undefined;
  },
) {
  const { say, language } = visit;
  const number = (value: number) => value.toLocaleString(LOCALES[language]);
  const offset = offsetOf(visit);
  const last = Math.min(offset + shown, total);
  const counted = of ?? (total === 1 ? say("fila", "row") : say("filas", "rows"));
  const places = total > shown || offset > 0
    ? `${number(offset + 1)}–${number(last)} ${say("de", "of")} ${number(total)} ${of ?? ""}`
    : `${number(total)} ${counted}`;
  return (
    <nav class="places" aria-label={say("Páginas", "Pages")}>
      <span class="quiet">{places}</span>
      {offset > 0 && (
        <a href={hrefWith(visit, { offset: Math.max(0, offset - pageRows) || undefined })} rel="prev">
          {say("← Anteriores", "← Previous")}
        </a>
      )}
      {last < total && (
        <a href={hrefWith(visit, { offset: offset + pageRows })} rel="next">
          {say("Siguientes →", "Next →")}
        </a>
      )}
    </nav>
  );
}
