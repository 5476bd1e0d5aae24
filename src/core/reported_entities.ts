// Catalog, datasets, distributions and series as a report of a harvest tells of them: flags as of the run, and what
// was wrong.

import { isTimeIndex } from "./catalog.ts";
import type { CatalogHistory, EntityHistory, FieldHistory } from "./catalog_history.ts";
import type { JsonObject } from "./json.ts";
import type { Level, ReportedFault } from "./report.ts";

export type ReportedEntity = {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** First named by the run, or since. */
  readonly isNew: boolean;
  /** Its metadata, those of anything in it, or values changed in the run, or since. */
  readonly isUpdated: boolean;
  /** Whether it may be harvested; a catalog, whether anything of it may. */
  readonly isFederable: boolean;
  /** Named by the last good reading of its catalog. */
  readonly isPresent: boolean;
  /** Present, and counted as time series by whoever lists catalogs: of series, those that the catalog says are numbers. */
  readonly isDeclared: boolean;
  /** Has available series, or is one. */
  readonly isServed: boolean;
  readonly isFailed: boolean;
  /** What was wrong with it: of a series, what names it alone; of parents, what is told of all in them. */
  readonly message: string;
};

export type ReportedEntities = Readonly<Record<Level, readonly ReportedEntity[]>>;

/** What the index of time is to be called is the publisher's choice: it is told by its type. */
const isSeries = ({ id, metadata }: FieldHistory) => id !== "" && !isTimeIndex(metadata);

/** How catalogs are counted (catalog-harvest 1.2). */
const isCountedSeries = ({ specialType, specialTypeDetail, type }: JsonObject) =>
  !specialType && !specialTypeDetail && typeof type === "string" && /^(number|integer)$/i.test(type);

const textOf = (metadata: JsonObject, key: string) => {
  const value = metadata[key];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
};

const keyOf = (...ids: string[]) => JSON.stringify(ids);

const BETWEEN_SENTENCES = "\n\n";

/** Everything of a catalog, by ids; `faults` are its own. */
export function reportedEntities(
  catalogId: string,
  history: CatalogHistory,
  faults: readonly ReportedFault[],
  run: number,
): ReportedEntities {
  const federable = new Map(history.datasets.map(({ id, federable }) => [id, federable]));
  const served = new Set(history.series.flatMap(({ datasetId, distributionId, id }) => [
    keyOf(datasetId),
    keyOf(datasetId, distributionId),
    keyOf(datasetId, distributionId, id),
  ]));
  const failedBelow = new Map<string, ReportedFault[]>();
  const note = (key: string, fault: ReportedFault) =>
    failedBelow.set(key, [...failedBelow.get(key) ?? [], fault]);
  for (const fault of faults) {
    const { level, datasetId, distributionId } = fault;
    // A field that could not be read is left out by itself: what it is in was taken in.
    if (level === "field") continue;
    if (datasetId !== undefined) note(keyOf(datasetId), fault);
    if (datasetId !== undefined && distributionId !== undefined) {
      note(keyOf(datasetId, distributionId), fault);
    }
  }
  const messageOf = (own: readonly ReportedFault[]) =>
    own.map(({ errors }) => errors.join(BETWEEN_SENTENCES)).join("\n");

  const entity = (
    id: string,
    history: EntityHistory,
    own: readonly ReportedFault[],
    more: Pick<ReportedEntity, "isFederable" | "isServed"> & Partial<ReportedEntity>,
  ): ReportedEntity => {
    const { metadata, present, createdRun, changedRun } = history;
    return {
      id,
      title: textOf(metadata, "title"),
      description: textOf(metadata, "description"),
      isNew: createdRun >= run,
      isUpdated: changedRun >= run,
      isPresent: present,
      isDeclared: present,
      isFailed: own.length > 0,
      message: messageOf(own),
      ...more,
    };
  };

  return {
    catalogs: [
      entity(catalogId, history, faults, {
        isFederable: [...federable.values()].includes(true),
        isServed: true,
      }),
    ],
    datasets: byId(history.datasets, ({ id }) => [id]).map((dataset) =>
      entity(dataset.id, dataset, failedBelow.get(keyOf(dataset.id)) ?? [], {
        isFederable: dataset.federable,
        isServed: served.has(keyOf(dataset.id)),
      })
    ),
    distributions: byId(history.distributions, ({ datasetId, id }) => [datasetId, id]).map((distribution) => {
      const { datasetId, id } = distribution;
      return entity(id, distribution, failedBelow.get(keyOf(datasetId, id)) ?? [], {
        isFederable: federable.get(datasetId) ?? false,
        isServed: served.has(keyOf(datasetId, id)),
      });
    }),
    series: seriesOf(history).map((field) => {
      const { datasetId, distributionId, id, metadata, present } = field;
      const own = failedBelow.get(keyOf(datasetId, distributionId)) ?? [];
      const sentences = own.flatMap(({ errors }) => errors).filter((sentence) => names(sentence, field));
      return entity(id, field, present ? own : [], {
        isFederable: federable.get(datasetId) ?? false,
        isServed: served.has(keyOf(datasetId, distributionId, id)),
        isDeclared: present && isCountedSeries(metadata),
        message: present ? sentences.join(BETWEEN_SENTENCES) : "",
      });
    }),
  };
}

/** Of fields of one id in a distribution the present one: a column that was renamed is one series. */
function seriesOf({ fields }: CatalogHistory): FieldHistory[] {
  const byPlace = new Map<string, FieldHistory>();
  for (const field of fields) {
    const place = keyOf(field.datasetId, field.distributionId, field.id);
    if (isSeries(field) && (field.present || !byPlace.has(place))) byPlace.set(place, field);
  }
  return byId([...byPlace.values()], ({ datasetId, distributionId, id }) => [datasetId, distributionId, id]);
}

/** In order of UTF-16 units, level by level. */
function byId<T>(rows: readonly T[], ids: (row: T) => readonly string[]): T[] {
  return rows.map((row) => ({ row, ids: ids(row) })).sort((a, b) => {
    const at = a.ids.findIndex((id, i) => id !== b.ids[i]);
    return at < 0 ? 0 : a.ids[at]! < b.ids[at]! ? -1 : 1;
  }).map(({ row }) => row);
}

/** Whether a sentence of a broken rule (catalog-harvest 3.5) is about this series and not the whole file. */
function names(sentence: string, { title, id, metadata }: FieldHistory): boolean {
  const begins = (...texts: string[]) => texts.some((text) => sentence.startsWith(text));
  const { description } = metadata;
  return begins(
    `${title} tiene `,
    `'${title}' usa `,
    `'${title}' tiene `,
    `'${id}' usa `,
    `Campo ${title} faltante `,
  ) || sentence === `Hay field con id repetido: ${id}` ||
    (begins("Hay field con title repetido: ") && sentence.includes(`'${title}'`)) ||
    (typeof description === "string" && begins("Hay field con description repetido: ") &&
      sentence.includes(`'${description}'`)) ||
    (begins("Existen fields sin descripción ") && !Object.hasOwn(metadata, "description"));
}
