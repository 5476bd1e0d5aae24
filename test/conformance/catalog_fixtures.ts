// Judges catalog fixtures: each is harvested over HTTP into a fresh store, published, and what came of it is held
// against expected.json. How series are judged is catalog_series.ts; what the replaced system did wrong to our
// own copies is known_differences.ts.

import type { StoredCatalog, StoredDistribution } from "../../src/core/canonical_store.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { ReportedFault } from "../../src/core/report.ts";
import { harvest } from "../../src/ingest/harvest.ts";
import { parseCatalog } from "../../src/ingest/parse_catalog.ts";
import { profileFindings } from "../../src/ingest/profile.ts";
import { DEFAULT_LIMITS } from "../../src/ingest/rules.ts";
import {
  ask,
  type ExpectedSeries,
  type Judgement,
  judgeSeries,
  type RecordedDocument,
  TODAY,
} from "./catalog_series.ts";
import type { Difference } from "./compare.ts";
import { readPlainSeries } from "./definitions.ts";
import { FIXTURE_ORIGIN, readFixture } from "./fixture_server.ts";
import { type Instance, sha512, startInstance } from "./instance.ts";

type ExpectedDistribution = {
  /** Why it was not tried: its file is elsewhere. */
  readonly skipped?: string;
  readonly errors?: readonly string[];
  readonly raised?: string;
  readonly index_exception?: string;
  readonly series_indexed?: number;
  readonly series?: Readonly<Record<string, ExpectedSeries>>;
};

/** Either the catalog fails, or only its time series are counted, or its distributions are judged. */
export type ExpectedCatalog =
  | { readonly catalog_error: string }
  | { readonly exc: string }
  | {
    readonly ts: readonly [datasets: number, distributions: number, series: number];
    /** Verdict of the metadata profile; its texts are the replaced system's. */
    readonly status?: "OK" | "ERROR";
  }
  | Readonly<Record<string, ExpectedDistribution>>;

/** Noon of the day in Buenos Aires. */
const NOW = Date.parse(`${TODAY}T12:00:00-03:00`);
const MAX_SOURCE_BYTES = 64 * 1024 * 1024;

/** Harvests the catalog of this name and judges it. The fixture server runs already. */
export async function judgeCatalog(
  folder: string,
  name: string,
  expected: ExpectedCatalog,
): Promise<Judgement> {
  let faults: readonly ReportedFault[] = [];
  const node = { catalogId: "fixture", url: `${FIXTURE_ORIGIN}/${name}` };
  const instance = await startInstance(() => NOW, async (store, journal) => {
    const report = await harvest([node], {
      store,
      journal,
      readSource: readFixture,
      sha512,
      now: () => NOW,
      limits: DEFAULT_LIMITS,
      maxSourceBytes: MAX_SOURCE_BYTES,
    });
    faults = report.nodes[0]!.faults;
  });
  try {
    const stored = await instance.store.catalog(node.catalogId);
    return await judge({ folder, name, expected, instance, stored: stored!, faults });
  } finally {
    await instance.close();
  }
}

type Harvested = {
  readonly folder: string;
  readonly name: string;
  readonly expected: ExpectedCatalog;
  readonly instance: Instance;
  readonly stored: StoredCatalog;
  readonly faults: readonly ReportedFault[];
};

async function judge(harvested: Harvested): Promise<Judgement> {
  const { expected, stored, faults } = harvested;
  const mustFail = "catalog_error" in expected || "exc" in expected;
  const judgement: Judgement = { differences: [], deviations: [] };
  const failed = faults.filter(({ level }) => level === "catalog").flatMap(({ errors }) => errors);
  if (mustFail !== failed.length > 0) {
    judgement.differences.push({
      path: "catálogo",
      expected: mustFail ? "que falle" : "que se lea",
      got: failed.join("; ") || "leído",
    });
  }
  if (mustFail || failed.length > 0) return judgement;
  if (Array.isArray(expected.ts)) {
    judgement.differences.push(...compareCounts(expected.ts, stored));
    judgement.differences.push(
      ...await compareProfile(expected.status, `${harvested.folder}/${harvested.name}`),
    );
    return judgement;
  }
  for (const { level, errors } of faults.filter(({ level }) => level === "dataset" || level === "field")) {
    judgement.differences.push({ path: level, expected: "que se lea", got: errors.join("; ") });
  }
  const distributions = stored.distributions.filter(({ present }) => present);
  for (const { id } of distributions) {
    if (!Object.hasOwn(expected, id)) {
      judgement.differences.push({ path: id, expected: "ninguna distribución", got: "una de series" });
    }
  }
  for (const [id, distribution] of Object.entries(expected as Record<string, ExpectedDistribution>)) {
    if (distribution.skipped !== undefined) continue;
    const found = distributions.find((candidate) => candidate.id === id);
    const own = found && await judgeDistribution(harvested, found, distribution);
    judgement.differences.push(
      ...own?.differences ?? [{ path: id, expected: "una distribución de series", got: "ninguna" }],
    );
    judgement.deviations.push(...own?.deviations ?? []);
  }
  return judgement;
}

/** The verdict of `harvest --check` on the metadata. */
async function compareProfile(expected: unknown, path: string): Promise<Difference[]> {
  if (expected === undefined) return [];
  const { catalog } = await parseCatalog(await Deno.readFile(path), undefined);
  const errors = profileFindings(catalog).filter(({ level }) => level === "error");
  const status = errors.length > 0 ? "ERROR" : "OK";
  const got = [status, ...errors.map(({ code }) => code)].join(" ");
  return status === expected ? [] : [{ path: "status", expected: String(expected), got }];
}

/** Time series as catalog-harvest 1.2 counts them in listings. */
function compareCounts(expected: readonly number[], stored: StoredCatalog): Difference[] {
  const isSeries = ({ id, metadata }: { id: string; metadata: JsonObject }) =>
    !metadata.specialType && !metadata.specialTypeDetail && id !== "" &&
    /^(number|integer)$/i.test(String(metadata.type));
  const { datasets, distributions } = stored;
  const got = [datasets, distributions, distributions.flatMap(({ fields }) => fields.filter(isSeries))]
    .map((items) => items.length);
  const path = "ts (datasets, distribuciones, series)";
  return got.every((count, i) => count === expected[i])
    ? []
    : [{ path, expected: expected.join(", "), got: got.join(", ") }];
}

/** Working days are indexed here, though the replaced system cannot; any other fault while indexing refuses. */
function isRefused({ errors, raised, index_exception }: ExpectedDistribution): boolean {
  if (index_exception !== undefined) return !index_exception.includes("BusinessDay");
  return raised !== undefined || (errors ?? []).length > 0;
}

async function judgeDistribution(
  harvested: Harvested,
  distribution: StoredDistribution,
  expected: ExpectedDistribution,
): Promise<Judgement> {
  const { id } = distribution;
  const { instance: { base }, faults } = harvested;
  const judgement: Judgement = { differences: [], deviations: [] };
  const differ = (path: string, wanted: unknown, got: unknown) =>
    judgement.differences.push({ path: `${id} ${path}`, expected: String(wanted), got: String(got) });

  const errors = faults.filter(({ distributionId }) => distributionId === id).flatMap(({ errors }) => errors);
  const refused = isRefused(expected);
  if (refused !== errors.length > 0) {
    differ("resultado", refused ? "rechazada" : "indexada", errors.join(" // ") || "indexada");
    return judgement;
  }
  const verbatim = refused && expected.raised === undefined && expected.index_exception === undefined;
  if (verbatim && JSON.stringify(errors) !== JSON.stringify(expected.errors)) {
    differ("errors", JSON.stringify(expected.errors), JSON.stringify(errors));
  }

  const documented = distribution.fields.filter(({ id, metadata }) =>
    id !== "" && metadata.specialType !== "time_index"
  );
  let indexed = 0;
  for (const field of documented) {
    const { status } = await ask(base, `ids=${encodeURIComponent(field.id)}&limit=1&metadata=none`);
    if (status === 200) indexed++;
  }
  const count = refused ? 0 : expected.series_indexed ?? documented.length;
  if (indexed !== count) differ("series_indexed", count, indexed);
  if (refused) return judgement;

  const all = await judgeAllSeries(harvested, distribution, expected.series ?? {});
  judgement.differences.push(...all.differences);
  judgement.deviations.push(...all.deviations);
  return judgement;
}

async function judgeAllSeries(
  { folder, name, instance: { base } }: Harvested,
  { id, metadata, fields }: StoredDistribution,
  expected: Readonly<Record<string, ExpectedSeries>>,
): Promise<Judgement> {
  const judgement: Judgement = { differences: [], deviations: [] };
  if (Object.keys(expected).length === 0) return judgement;
  const index = fields.find(({ metadata }) => metadata.specialType === "time_index")!;
  const bytes = await Deno.readFile(`${folder}${new URL(String(metadata.downloadURL)).pathname}`);
  const frequency = String(index.metadata.specialTypeDetail);
  const plain = (title: string) => readPlainSeries(bytes, { index: index.title, series: title }, frequency);
  const recorded = await readRecorded(folder, name);
  const columns = new Map(
    fields.filter((field) => field !== index).map(({ id, title }) => [id, plain(title)]),
  );
  for (const [seriesId, expectation] of Object.entries(expected)) {
    const series = columns.get(seriesId);
    if (!series) {
      judgement.differences.push({ path: `${id} ${seriesId}`, expected: "una serie", got: "ninguna" });
      continue;
    }
    const { differences, deviations } = await judgeSeries(base, {
      id: seriesId,
      plain: series,
      expected: expectation,
      ...(recorded && { recorded: recorded.filter(({ series_id }) => series_id === seriesId) }),
    });
    judgement.differences.push(...differences);
    judgement.deviations.push(...deviations);
  }
  return judgement;
}

/** Recorded values of a catalog, `dir/name.json` in `dir__name.ndjson`. */
async function readRecorded(folder: string, name: string): Promise<RecordedDocument[] | undefined> {
  const path = `${folder}/expected-values/${name.replace("/", "__").replace(/\.\w+$/, "")}.ndjson`;
  const text = await Deno.readTextFile(path).catch(() => undefined);
  return text?.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}
