// Holds what a running API answers against the files of the publishers: the last rows of every series that its
// catalog still names, joined by date; series that this installation feeds itself differ from their publisher's, and
// are left out. Asks the API alone, so that any address can be tested.
// Source: catalog-harvest 8.3; files whose time column is not called `indice_tiempo` are read too.

import { parse } from "csv-parse/sync";
import type { DistributionKey } from "../core/catalog.ts";
import { Problem } from "../core/problem.ts";
import type { EpochDay } from "../core/time.ts";
import { type CsvTable, decodeText, readCsv } from "./csv.ts";
import type { ReadSource } from "./source.ts";

export type IntegrationTest = {
  /** Address of the API, up to before `/series/api`. */
  readonly base: string;
  readonly readSource: ReadSource;
  readonly maxBytes: number;
  /** Epoch ms. */
  readonly now: () => number;
  /** What is not compared by then is left out. */
  readonly maxMs: number;
  /** Addresses that relative addresses of a catalog's files count from, by catalog. */
  readonly nodeUrls?: ReadonlyMap<string, string>;
  /** Only series of this catalog. */
  readonly node?: string;
  /** Distributions whose values are not those of their publisher's file. */
  readonly fed?: readonly DistributionKey[];
  readonly onProgress?: (done: number, series: number) => void;
};

/** A series whose answer is not what its file says. */
export type Mismatch = {
  readonly seriesId: string;
  /** Share of the compared dates that differ, 0 to 100. */
  readonly errorPercent: number;
  readonly apiUrl: string;
  readonly distributionUrl: string;
};

export type IntegrationReport = {
  /** Series to compare. */
  readonly series: number;
  /** Series of fed distributions, which are not among them. */
  readonly fed: number;
  /** Series whose file could not be read, or no longer has their column. */
  readonly skipped: readonly { readonly seriesId: string; readonly reason: string }[];
  readonly mismatches: readonly Mismatch[];
  /** Series that there was no time left for. */
  readonly unfinished: number;
};

const ROWS = 1_000;
const TOLERANCE = 0.001;
/** The longest header that is looked into. */
const HEADER_BYTES = 256 * 1024;
/** Distributions that are compared at once. */
const AT_ONCE = 10;

type Wanted = { readonly id: string; readonly title: string };

/**
 * Compares every series.
 * Errors: Problem `unavailable` where the API does not answer, or has no dump of metadata.
 */
export async function integrationTest(given: IntegrationTest): Promise<IntegrationReport> {
  const endsAt = given.now() + given.maxMs;
  const leftMs = () => endsAt - given.now();
  const context: IntegrationTest = {
    ...given,
    readSource: (request) => given.readSource({ ...request, maxMs: Math.max(1, leftMs()) }),
  };
  const { byFile, fed } = await servedSeries(context);
  const total = [...byFile.values()].reduce((sum, wanted) => sum + wanted.length, 0);
  const skipped: { seriesId: string; reason: string }[] = [];
  const mismatches: Mismatch[] = [];
  let done = 0;
  let unfinished = 0;
  const compareFile = async ([distributionUrl, wanted]: [string, readonly Wanted[]]) => {
    const file = leftMs() > 0 ? await readFile(distributionUrl, context) : undefined;
    for (const { id, title } of wanted) {
      // What was asked may have been given up because the time was over: its answer tells nothing.
      if (leftMs() <= 0 || file === undefined) {
        unfinished++;
        continue;
      }
      const values = file instanceof Problem
        ? undefined
        : file.columns.find((column) => column.title === title)?.values;
      if (file instanceof Problem) skipped.push({ seriesId: id, reason: file.message });
      else if (!values) skipped.push({ seriesId: id, reason: `El archivo no tiene una columna "${title}"` });
      else {
        const apiUrl = `${context.base}/series/api/series/?ids=${
          encodeURIComponent(id)
        }&last=${ROWS}&format=csv`;
        const answered = await answeredValues(apiUrl, context);
        if (!answered && leftMs() <= 0) {
          unfinished++;
          continue;
        }
        const share = answered ? differingShare(valuesByDay(file.days, values), answered) : 1;
        if (share > 0) mismatches.push({ seriesId: id, errorPercent: 100 * share, apiUrl, distributionUrl });
      }
      context.onProgress?.(++done, total);
    }
  };
  const queue = [...byFile];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await compareFile(next);
  }));
  const byId = (a: { seriesId: string }, b: { seriesId: string }) => a.seriesId < b.seriesId ? -1 : 1;
  return { series: total, fed, skipped: skipped.sort(byId), mismatches: mismatches.sort(byId), unfinished };
}

/** The attachment `errors.csv` of the report. */
export function mismatchesCsv(mismatches: readonly Mismatch[]): string {
  const quoted = (text: string) => /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const rows = mismatches.map(({ seriesId, errorPercent, apiUrl, distributionUrl }) =>
    [seriesId, errorPercent.toFixed(2), apiUrl, distributionUrl].map(quoted).join(",")
  );
  return ["serie_id,error_pct,api_url,distribution_url", ...rows].map((row) => `${row}\r\n`).join("");
}

/** Series that their catalogs still name, by the address of their file; how many of them are fed. */
async function servedSeries({ base, readSource, maxBytes, nodeUrls, node, fed = [] }: IntegrationTest) {
  const url = `${base}/series/api/dump/series-tiempo-metadatos.csv`;
  const rows: Record<string, string>[] = parse(decodeText(await bytesOf(url, readSource, maxBytes)), {
    columns: true,
    bom: true,
  });
  const byFile = new Map<string, Wanted[]>();
  const textOf = (...ids: readonly string[]) => JSON.stringify(ids);
  const isFed = new Set(fed.map((key) => textOf(key.catalogId, key.datasetId, key.distributionId)));
  let fedSeries = 0;
  for (const row of rows) {
    const { catalogo_id: catalog = "", serie_id: id = "", serie_titulo: title = "" } = row;
    if (row.serie_discontinuada === "True" || (node !== undefined && catalog !== node)) continue;
    if (isFed.has(textOf(catalog, row.dataset_id ?? "", row.distribucion_id ?? ""))) {
      fedSeries++;
      continue;
    }
    const declared = row.distribucion_url_descarga ?? "";
    const from = nodeUrls?.get(catalog);
    const address = URL.canParse(declared, from) ? new URL(declared, from).href : declared;
    byFile.set(address, [...byFile.get(address) ?? [], { id, title }]);
  }
  return { byFile, fed: fedSeries };
}

async function readFile(url: string, { readSource, maxBytes }: IntegrationTest): Promise<CsvTable | Problem> {
  try {
    const bytes = await bytesOf(url, readSource, maxBytes);
    return readCsv(bytes, timeTitleOf(bytes));
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

function timeTitleOf(bytes: Uint8Array): string {
  const [header = []]: string[][] = parse(decodeText(bytes.subarray(0, HEADER_BYTES)), {
    to_line: 1,
    bom: true,
    relax_column_count: true,
  });
  return header.includes("indice_tiempo") ? "indice_tiempo" : header[0] ?? "";
}

/** Undefined where the API gives no values: all of the series is wrong then. */
async function answeredValues(url: string, { readSource, maxBytes }: IntegrationTest) {
  try {
    const { days, columns } = readCsv(await bytesOf(url, readSource, maxBytes), "indice_tiempo");
    return columns[0] && valuesByDay(days, columns[0].values);
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

async function bytesOf(url: string, readSource: ReadSource, maxBytes: number) {
  if (!URL.canParse(url)) throw new Problem("invalid", `"${url}" no es una dirección`);
  const answer = await readSource({ url, maxBytes });
  if (answer.status === "unchanged") throw new Problem("unavailable", `${url} no respondió nada nuevo`);
  return answer.bytes;
}

function valuesByDay(days: readonly EpochDay[], values: Float64Array): Map<EpochDay, number> {
  return new Map(days.map((day, row) => [day, values[row]!]));
}

/** Of the dates that the API answers; a date that the file lacks is a missing value. */
function differingShare(
  file: ReadonlyMap<EpochDay, number>,
  answered: ReadonlyMap<EpochDay, number>,
): number {
  let differing = 0;
  for (const [day, value] of answered) {
    const published = file.get(day) ?? NaN;
    const isSame = Number.isNaN(value)
      ? Number.isNaN(published)
      : Math.abs(value - published) <= TOLERANCE * Math.abs(published);
    if (!isSame) differing++;
  }
  return answered.size === 0 ? 0 : differing / answered.size;
}
