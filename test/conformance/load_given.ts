// Loads the data set of a case into a store through its ports, as a harvest would have left it: observations
// and computed metadata come out of the same code, only the hits are taken from the data set, as queries of days that
// add up to them.

import type { HarvestStore, IndexedSeries, RunRef, SettingsStore } from "../../src/core/canonical_store.ts";
import type { PopularityStore } from "../../src/core/popularity_store.ts";
import type { DatasetReading, FieldReading } from "../../src/core/catalog.ts";
import { publishedFrequency } from "../../src/core/frequency.ts";
import { gridOf } from "../../src/core/grid.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { type EpochDay, existingDay } from "../../src/core/time.ts";
import { indexSeries } from "../../src/ingest/distribution.ts";

type Level = { readonly identifier?: string; readonly metadata?: JsonObject };

export type GivenSeries = {
  readonly id: string;
  readonly title: string;
  readonly frequency: string;
  readonly observations: readonly (readonly [date: string, value: number | null])[];
  readonly description?: string;
  readonly units?: string;
  readonly field_metadata?: JsonObject;
  readonly enhanced?: Readonly<Record<string, string>>;
  readonly catalog?: Level;
  readonly dataset?: (Level & { readonly themes?: JsonObject[] | null }) | SearchDataset;
  readonly distribution?: Level;
  /** Data sets of the search cases name their levels otherwise. */
  readonly catalog_id?: string;
  readonly hits_90_days?: number;
};

type SearchDataset = JsonObject & { readonly title: string; readonly theme_label?: string };

export type Given = {
  readonly series: readonly GivenSeries[];
  readonly percentage_units?: readonly string[];
};

/** Levels above a series; an identifier that is not given is empty. */
type Levels = {
  readonly catalog: { readonly id: string; readonly metadata: JsonObject };
  readonly dataset: DatasetReading;
  readonly distribution: { readonly id: string; readonly metadata: JsonObject; readonly frequency: string };
};

const RUN: RunRef = { id: 1, at: 0 };
const SOURCE = { url: "given:", hash: "00".repeat(64) };

/** `today` is the day that hits are told of. */
export async function loadGiven(
  store: HarvestStore & SettingsStore & PopularityStore,
  given: Given,
  today: EpochDay,
): Promise<void> {
  const shelves = new Map<string, Shelf>();
  for (const series of given.series) {
    const levels = series.catalog_id === undefined ? levelsOf(series) : searchLevelsOf(series);
    const { fields, indexed } = placeOf(shelves, levels);
    fields.push(fieldOf(series));
    indexed.push(...indexedOf(series));
  }
  for (const [catalogId, { metadata, datasets, distributions }] of shelves) {
    const readings = [...distributions.values()];
    await store.saveReading(RUN, catalogId, {
      metadata,
      datasets: [...datasets.values()],
      distributions: readings.map(({ datasetId, id, metadata, fields }) => ({
        datasetId,
        id,
        metadata,
        fields,
      })),
    }, SOURCE);
    for (const { datasetId, id, frequency, indexed } of readings) {
      await store.saveOutcome(RUN, { catalogId, datasetId, distributionId: id }, {
        kind: "indexed",
        source: SOURCE,
        changeKey: "given",
        series: indexed,
        enriched: { frequency },
      });
    }
  }
  await store.savePercentageUnits(given.percentage_units ?? []);
  for (const series of given.series) {
    for (const [ago, count] of hitsOf(series)) {
      const hits = new Map([[series.id, count]]);
      await store.addHits({ id: `${series.id} ${ago}`, day: today - ago, hits }, 0);
    }
  }
}

/** Days before today, and how often the series was asked for then. */
function hitsOf({ enhanced = {}, hits_90_days }: GivenSeries): [ago: number, count: number][] {
  const told = (key: string, least: number) => Number(enhanced[key] ?? least);
  const days30 = told("hits_30_days", 0);
  const days90 = hits_90_days ?? told("hits_90_days", days30);
  const days180 = told("hits_180_days", days90);
  const total = told("hits_total", days180);
  return [[0, days30], [40, days90 - days30], [100, days180 - days90], [200, total - days180]];
}

function levelsOf({ catalog, dataset, distribution, frequency }: GivenSeries): Levels {
  const level = ({ identifier, metadata }: Level = {}) => ({
    id: identifier ?? "",
    metadata: metadata ?? {},
  });
  const { themes } = (dataset ?? {}) as { themes?: JsonObject[] | null };
  return {
    catalog: level(catalog),
    dataset: { ...level(dataset as Level), themes: themes ?? null },
    distribution: { ...level(distribution), frequency },
  };
}

/** Datasets of the search cases have no identifier and differ within a catalog: their titles tell them apart. */
function searchLevelsOf({ id, catalog_id, dataset, frequency }: GivenSeries): Levels {
  const { theme_label: label, ...metadata } = (dataset ?? { title: "" }) as SearchDataset;
  return {
    catalog: { id: catalog_id!, metadata: { identifier: catalog_id } },
    dataset: {
      id: metadata.title,
      metadata: { ...metadata, ...(label !== undefined && { theme: [label] }) },
      themes: label === undefined ? null : [{ id: label, label }],
    },
    distribution: { id, metadata: {}, frequency },
  };
}

/** One catalog of the store. */
type Shelf = {
  readonly metadata: JsonObject;
  readonly datasets: Map<string, DatasetReading>;
  readonly distributions: Map<string, Place>;
};

type Place = {
  readonly datasetId: string;
  readonly id: string;
  readonly metadata: JsonObject;
  readonly frequency: string;
  readonly fields: FieldReading[];
  readonly indexed: IndexedSeries[];
};

/**
 * Where a series goes. Series of a data set may tell different things of one identifier, or of none: the later
 * ones go to a catalog of another name, which no answer of `/series` shows.
 */
function placeOf(shelves: Map<string, Shelf>, { catalog, dataset, distribution }: Levels): Place {
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const distributionKey = JSON.stringify([dataset.id, distribution.id]);
  for (let copy = 1;; copy++) {
    const catalogId = copy === 1 ? catalog.id : `${catalog.id}~${copy}`;
    let shelf = shelves.get(catalogId);
    if (!shelf) {
      shelf = { metadata: catalog.metadata, datasets: new Map(), distributions: new Map() };
      shelves.set(catalogId, shelf);
    }
    const known = shelf.distributions.get(distributionKey);
    const fits = same(shelf.metadata, catalog.metadata) &&
      same(shelf.datasets.get(dataset.id) ?? dataset, dataset) &&
      (!known || (known.frequency === distribution.frequency && same(known.metadata, distribution.metadata)));
    if (!fits) continue;
    if (known) return known;
    const place = {
      ...distribution,
      datasetId: dataset.id,
      fields: [timeIndex(distribution.frequency)],
      indexed: [],
    };
    shelf.datasets.set(dataset.id, dataset);
    shelf.distributions.set(distributionKey, place);
    return place;
  }
}

const timeIndex = (frequency: string): FieldReading => ({
  title: "indice_tiempo",
  id: "",
  metadata: { title: "indice_tiempo", type: "date", specialType: "time_index", specialTypeDetail: frequency },
});

function fieldOf({ id, title, description, units, field_metadata }: GivenSeries): FieldReading {
  const metadata: JsonObject = {
    id,
    title,
    ...(description !== undefined && { description }),
    ...(units !== undefined && { units }),
    ...field_metadata,
  };
  return { id, title, metadata };
}

/** The series as its harvest indexes it; none where it has no value. */
function indexedOf(series: GivenSeries): IndexedSeries[] {
  const { id, title, frequency: iso, observations } = series;
  const frequency = publishedFrequency(iso);
  const days = observations.map(([date]) => {
    const [year, month, day] = date.split("-").map(Number);
    return existingDay(year!, month!, day!)!;
  });
  if (frequency === undefined || days.length === 0 || !gridOf(frequency, days)) {
    throw new Error(`La serie "${id}" del conjunto de datos no tiene fechas de frecuencia ${iso}`);
  }
  const values = Float64Array.from(observations, ([, value]) => value ?? NaN);
  const reading = {
    datasetId: "",
    id: "",
    metadata: {},
    fields: [timeIndex(iso), fieldOf(series)],
  };
  return indexSeries(reading, frequency, { days, columns: [{ title, values, textCount: 0 }] });
}
