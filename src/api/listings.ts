// The public listings of the network: `/nodes.json` and its tables, the distributions, and each catalog as it was
// last read, as data.json and as a workbook. All are made of what is published, so the edge has them too.

import type { Context, Hono } from "hono";
import { type CatalogSheet, catalogSheets } from "../core/catalog_sheets.ts";
import type { JsonObject } from "../core/json.ts";
import {
  DISTRIBUTION_COLUMNS,
  type Listing,
  type Listings,
  nodesDocument,
  nodesTable,
  type TextTable,
} from "../core/listing.ts";
import { inertText } from "../core/spreadsheet_text.ts";
import { type Body, type BodyCache, cachingHeaders, entityTag, isFresh } from "./caching.ts";
import { COMMON_HEADERS, problemJson } from "./problems.ts";
import { writeWorkbook } from "./workbook.ts";

const NOT_PUBLISHED = "Todavía no se publicaron los listados de la red: llegan con la próxima cosecha";
/** The contract's words. */
const NO_SUCH_FILE = "No hay un archivo generado con ese nombre.";

const MEDIA_TYPES = {
  json: "application/json",
  csv: "text/csv; charset=utf-8",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
} as const;
type Extension = keyof typeof MEDIA_TYPES;

/** Of every column, in characters. */
const WIDTH = 24;

const distributions = async (listing: Listing): Promise<TextTable> => ({
  columns: DISTRIBUTION_COLUMNS,
  rows: await listing.distributions(),
});

/** Tables by the name of their files. */
const TABLES: Readonly<Record<string, (listing: Listing) => TextTable | Promise<TextTable>>> = {
  nodes: ({ network }) => nodesTable(network, "en"),
  nodos: ({ network }) => nodesTable(network, "es"),
  distribuciones: distributions,
};

/** Adds the routes to the application. */
export function listingRoutes(
  app: Hono,
  { listings, cache }: { readonly listings: Listings | undefined; readonly cache: BodyCache },
): void {
  const route = (path: string, answer: (listing: Listing, context: Context) => Promise<Response>) => {
    for (const end of ["", "/"]) {
      app.get(`${path}${end}`, async (context) => {
        const listing = await listings?.current();
        return listing ? await answer(listing, context) : problemJson(503, NOT_PUBLISHED);
      });
    }
  };
  const fixed = (name: string, extension: Extension, body: (listing: Listing) => Promise<Body>) =>
    route(
      `/${name}.${extension}`,
      (listing, { req }) =>
        answered(
          { file: `${name}.${extension}`, extension, of: listing.name, modified: listing.publishedAt },
          req.raw.headers,
          cache,
          () => body(listing),
        ),
    );

  fixed("nodes", "json", ({ network }) => Promise.resolve(JSON.stringify(nodesDocument(network))));
  for (const [name, table] of Object.entries(TABLES)) {
    fixed(name, "csv", async (listing) => csvOf(await table(listing)));
    fixed(name, "xlsx", async (listing) => {
      const { columns, rows } = await table(listing);
      return await workbookOf([{ name, header: columns, rows }]);
    });
  }
  const ofCatalog = (
    file: string,
    extension: Extension,
    body: (text: Uint8Array<ArrayBuffer>) => Promise<Body>,
  ) =>
    route(`/catalog/:catalog/${file}`, async (listing, { req }) => {
      const text = await listing.catalogText(req.param("catalog")!);
      if (!text) {
        const headers = {
          ...COMMON_HEADERS,
          "content-type": "text/plain; charset=utf-8",
          "cache-control": "no-store",
        };
        return new Response(NO_SUCH_FILE, { status: 400, headers });
      }
      return await answered(
        { file, extension, of: text.name, modified: listing.publishedAt },
        req.raw.headers,
        cache,
        () => body(text.bytes),
      );
    });
  ofCatalog("data.json", "json", (text) => Promise.resolve(text));
  ofCatalog("catalog.xlsx", "xlsx", async (text) => {
    const catalog: JsonObject = JSON.parse(new TextDecoder().decode(text));
    return await workbookOf(catalogSheets(catalog));
  });
}

/** What is answered: a file by its public name, and what it is made of. */
type Asked = {
  readonly file: string;
  readonly extension: Extension;
  /** Hash. */
  readonly of: string;
  /** Epoch ms. */
  readonly modified: number | undefined;
};

async function answered(
  { file, extension, of, modified }: Asked,
  requestHeaders: Headers,
  cache: BodyCache,
  render: () => Promise<Body>,
): Promise<Response> {
  const tag = entityTag({ name: of }, file);
  const headers: Record<string, string> = {
    ...COMMON_HEADERS,
    "content-type": MEDIA_TYPES[extension],
    ...cachingHeaders(tag, modified),
    ...(extension !== "json" && { "content-disposition": `attachment; filename="${file}"` }),
  };
  if (isFresh(requestHeaders, tag, modified)) return new Response(null, { status: 304, headers });
  const key = `listing ${of} ${file}`;
  const known = cache.get(key);
  // The same file may have been published again since.
  if (known) return new Response(known.body, { headers });
  const body = await render();
  cache.set(key, { body, headers, tag });
  return new Response(body, { headers });
}

function csvOf({ columns, rows }: TextTable): string {
  const cell = (text: string) => {
    const inert = inertText(text);
    return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
  };
  return [columns, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function workbookOf(sheets: readonly CatalogSheet[]): Promise<Uint8Array<ArrayBuffer>> {
  return writeWorkbook(sheets.map(({ name, header, rows }) => ({
    name,
    header,
    rows,
    widths: header.map(() => WIDTH),
  })));
}
