// Publishes a distribution that this installation feeds: its bytes are taken in by the harvest, under its entry in the
// catalog, and what changed is published. As the only writer, which it waits to become.

import type { DumpSeries } from "./core/canonical_store.ts";
import { FED_SOURCE, type FedDistribution } from "./core/fed_distribution.ts";
import { Problem } from "./core/problem.ts";
import { type HarvestReport, readingTotal } from "./core/report.ts";
import { publishStore } from "./harvest_and_publish.ts";
import { sha512 } from "./host/hash.ts";
import { harvest } from "./ingest/harvest.ts";
import type { ValidationLimits } from "./ingest/rules.ts";
import type { ReadSource } from "./ingest/source.ts";
import { openStore, type Places } from "./open.ts";
import { keepFed, readFed, replacedFed } from "./operation/fed_distributions.ts";
import { readHarvestSettings } from "./operation/settings.ts";
import type { PublishReport } from "./publish/publish.ts";
import { withWriter, type Writer } from "./writer.ts";

export type Feeding = {
  readonly fed: FedDistribution;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How long another process may go on writing. */
  readonly waitMs: number;
  readonly tell: (line: string) => void;
};

export type Fed = {
  readonly harvest: HarvestReport;
  readonly publish: PublishReport;
  /** Series of the distribution, in the order of its fields. */
  readonly before: readonly DumpSeries[];
  readonly after: readonly DumpSeries[];
};

const LOOK_MS = 500;

/** The limits by which a harvest of this store refuses distributions. */
export async function harvestLimits(places: Places): Promise<ValidationLimits> {
  const { store, records } = openStore(places);
  try {
    return (await readHarvestSettings(records)).limits;
  } finally {
    await store.close();
  }
}

/**
 * Takes the bytes in and publishes.
 * Errors: Problem `conflict` while another process writes for too long, or where operators keep the dataset out;
 * `invalid` where the harvest refuses the bytes, which leaves the values as they were.
 */
export function feedDistribution(places: Places, feeding: Feeding): Promise<Fed> {
  const { waitMs, tell } = feeding;
  return asPatientWriter(places, waitMs, tell, async (writer) => {
    const taken = await takeIn(writer, feeding);
    return { ...taken, publish: await publishStore(places, writer, {}, () => {}) };
  });
}

async function takeIn(
  { store, journal, records }: Writer,
  { fed, bytes }: Feeding,
): Promise<Omit<Fed, "publish">> {
  const { catalogId, dataset, distribution } = fed;
  const node = (await store.nodes()).find((node) => node.catalogId === catalogId);
  const known = (await store.catalog(catalogId))?.datasets.find(({ id }) => id === dataset.id);
  const isUndecided = !known?.switchedOff && (node?.newDatasetsFederable ?? true);
  if (known && !known.federable && !isUndecided) throw notFederable(fed);
  const ids = distribution.fields.map(({ id }) => id).filter((id) => id !== "");
  const before = await store.dumpSeriesById(ids);
  const { limits } = await readHarvestSettings(records);
  const readSource: ReadSource = ({ url }) => {
    if (url !== FED_SOURCE) throw new Problem("unavailable", `Aquí no se lee ${url}`);
    return Promise.resolve({ status: "fresh", bytes, validators: {}, contentType: "" });
  };
  const report = await harvest([node ?? { catalogId, url: FED_SOURCE }], {
    store,
    journal,
    readSource,
    sha512,
    now: Date.now,
    limits,
    maxSourceBytes: bytes.length,
    fed: replacedFed(await readFed(records), fed),
    feeding: fed,
  });
  const errors = report.nodes.flatMap(({ faults }) => faults.flatMap(({ errors }) => errors));
  if (errors.length > 0) throw new Problem("invalid", errors.join("\n"));
  // The dataset is there by now, for an operator to decide on it.
  if (readingTotal(report.counts.distributions) === 0) throw notFederable(fed);
  // Once its values are in: from now on harvests leave it to whoever feeds it.
  await keepFed(records, fed);
  return { harvest: report, before, after: await store.dumpSeriesById(ids) };
}

function notFederable({ catalogId, dataset }: FedDistribution): Problem {
  return new Problem(
    "conflict",
    `El dataset "${dataset.id}" del catálogo "${catalogId}" no es federable, así que no se publica: ` +
      `puede marcarlo un operador`,
  );
}

async function asPatientWriter<T>(
  places: Places,
  waitMs: number,
  tell: (line: string) => void,
  work: (writer: Writer) => Promise<T>,
): Promise<T> {
  const begun = Date.now();
  for (let isWaiting = false;; isWaiting = true) {
    let isWriter = false;
    try {
      return await withWriter(places, (writer) => {
        isWriter = true;
        return work(writer);
      });
    } catch (error) {
      if (isWriter || !(error instanceof Problem && error.code === "conflict")) throw error;
      const waited = Date.now() - begun;
      if (waited >= waitMs) {
        const message = `${error.message} (se esperó ${Math.round(waited / 1000)} s)`;
        throw new Problem("conflict", message, [], { cause: error });
      }
      if (!isWaiting) tell(`${error.message}: se espera hasta ${waitMs / 1000} s`);
      await new Promise((wake) => setTimeout(wake, Math.min(LOOK_MS, waitMs - waited)));
    }
  }
}
