// A network of publishers in memory and harvests over it, with as little said as possible.

import type { CanonicalStore, Node } from "../../src/core/canonical_store.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { Problem } from "../../src/core/problem.ts";
import { type Counts, type HarvestReport, LEVELS, OUTCOMES } from "../../src/core/report.ts";
import { sha256, sha512 } from "../../src/host/hash.ts";
import { harvest } from "../../src/ingest/harvest.ts";
import type { Harvest, HarvestNode } from "../../src/ingest/harvest_context.ts";
import { DEFAULT_LIMITS } from "../../src/ingest/rules.ts";
import type { ReadSource, SourceRequest } from "../../src/ingest/source.ts";
import { memoryJournal, memoryStore } from "../../src/store/memory.ts";

export const node = (catalogId: string): Node => ({ catalogId, url: catalogUrl(catalogId) });
export const catalogUrl = (catalogId: string) => `http://${catalogId}.example/data.json`;
export const csvUrl = (distributionId: string) => `http://files.example/${distributionId}.csv`;

/** A distribution by its series, or with metadata of its own and fields given whole. */
type Distribution = readonly (string | JsonObject)[] | (JsonObject & { field: (string | JsonObject)[] });

const index = (detail: string): JsonObject => ({
  title: "indice_tiempo",
  type: "date",
  specialType: "time_index",
  specialTypeDetail: detail,
});

export const field = (id: string, more: JsonObject = {}): JsonObject => ({
  title: id,
  id,
  type: "number",
  description: `Serie ${id}`,
  ...more,
});

function distributionJson(identifier: string, given: Distribution): JsonObject {
  const { field: fields, frequency = "R/P1M", ...metadata } = ("field" in given ? given : { field: given }) as
    & JsonObject
    & { field: (string | JsonObject)[] };
  const described = fields.map((one) => typeof one === "string" ? field(one) : one);
  return {
    identifier,
    downloadURL: csvUrl(identifier),
    ...metadata,
    field: [index(frequency as string), ...described],
  };
}

/** A data.json of datasets, each of distributions by identifier; an array instead of a dataset is given whole. */
export function catalogText(
  datasets: Record<string, Record<string, Distribution>>,
  metadata: JsonObject = {},
): string {
  const dataset = Object.entries(datasets).map(([identifier, distributions]) => ({
    identifier,
    title: `Dataset ${identifier}`,
    distribution: Object.entries(distributions).map(([id, given]) => distributionJson(id, given)),
  }));
  return JSON.stringify({ title: "Catálogo", ...metadata, dataset });
}

/** Columns by month from January 2020; null is blank. */
export function csvText(
  columns: Record<string, readonly (number | string | null)[]>,
  days?: readonly string[],
): string {
  const titles = Object.keys(columns);
  const rows = columns[titles[0]!]!.map((_, row) => {
    const date = days?.[row] ?? `${2020 + Math.floor(row / 12)}-${String(row % 12 + 1).padStart(2, "0")}-01`;
    return [date, ...titles.map((title) => columns[title]![row] ?? "")].join(",");
  });
  return [["indice_tiempo", ...titles].join(","), ...rows, ""].join("\n");
}

/** What a source answers: text with an ETag of its own, text without any, or what is thrown. */
export type Served = string | { readonly text: string } | Error;

/** Counts of a report: catalogs, datasets, distributions, series, each `new changed unchanged discontinued failed`. */
export function told({ counts }: { counts: Counts }): string[] {
  return LEVELS.map((level) => OUTCOMES.map((outcome) => counts[level][outcome]).join(" "));
}

/** Texts of every fault of a report. */
export const faultsOf = ({ nodes }: HarvestReport) =>
  nodes.flatMap(({ faults }) => faults.map(({ errors }) => errors.join(" / ")));

export function harvestWorld() {
  const store = memoryStore(sha256);
  const journal = memoryJournal();
  const files = new Map<string, Served>();
  const requests: SourceRequest[] = [];
  /** Sources that answer only after this. */
  const waits = new Map<string, Promise<unknown>>();
  let now = Date.UTC(2026, 0, 1);

  const readSource: ReadSource = async (request) => {
    requests.push(request);
    await waits.get(request.url);
    const served = files.get(request.url);
    if (served === undefined) throw new Problem("unavailable", "HTTP 404");
    if (served instanceof Error) throw served;
    const [text, etag] = typeof served === "string"
      ? [served, `"${sha256(new TextEncoder().encode(served))}"`]
      : [served.text, undefined];
    if (etag !== undefined && request.validators?.etag === etag) return { status: "unchanged" };
    return {
      status: "fresh",
      bytes: new TextEncoder().encode(text),
      validators: etag === undefined ? {} : { etag },
      contentType: "",
    };
  };

  return {
    store,
    journal,
    files,
    waits,
    readSource,
    requests,
    /** Requests since the last time, as addresses; with a mark where validators with an ETag were sent. */
    asked() {
      return requests.splice(0).map(({ url, validators }) => url + (validators?.etag ? " if changed" : ""));
    },
    /** Publishes a catalog and its files at their addresses. */
    serve(catalogId: string, catalog: Served, csvs: Record<string, Served> = {}) {
      files.set(catalogUrl(catalogId), catalog);
      for (const [distributionId, csv] of Object.entries(csvs)) files.set(csvUrl(distributionId), csv);
    },
    /** Harvests nodes, or catalogs by id, a day after the last time. */
    run(
      nodes: readonly (string | HarvestNode)[] = ["c"],
      more: Partial<Harvest> = {},
    ): Promise<HarvestReport> {
      now += 86_400_000;
      return harvest(nodes.map((one) => typeof one === "string" ? node(one) : one), {
        store,
        journal,
        readSource,
        sha512,
        now: () => now,
        limits: DEFAULT_LIMITS,
        maxSourceBytes: 1_000_000,
        ...more,
      });
    },
    /** Values of the series of a distribution that may be published, by id. */
    async published(distributionId = "d.1", datasetId = "d", catalogId = "c") {
      const all = await store.publishableSeries({ catalogId, datasetId, distributionId });
      return Object.fromEntries(all.map(({ id, observations }) => [
        id,
        [...observations.values].map((value) => Number.isNaN(value) ? null : value),
      ]));
    },
  };
}

/** The store, with datasets that an operator switched off. */
export function switchedOff(store: CanonicalStore, datasetIds: readonly string[]): CanonicalStore {
  return {
    ...store,
    async catalog(catalogId) {
      const stored = await store.catalog(catalogId);
      const datasets = stored?.datasets.map((dataset) => ({
        ...dataset,
        federable: !datasetIds.includes(dataset.id),
        switchedOff: datasetIds.includes(dataset.id),
      }));
      return stored && { ...stored, datasets: datasets! };
    },
  };
}
