// One distribution from bytes to series: what its values depend on, and the validated, trimmed columns with
// their enriched metadata.

import type { IndexedSeries } from "../core/canonical_store.ts";
import { type DistributionReading, type FieldReading, timeIndexOf } from "../core/catalog.ts";
import { enrich } from "../core/enriched.ts";
import type { Frequency } from "../core/frequency.ts";
import { gridOf } from "../core/grid.ts";
import { trim } from "../core/observations.ts";
import type { CsvTable } from "./csv.ts";
import type { ValidationLimits } from "./rules.ts";

/** Raise when the same bytes and metadata would be indexed otherwise than before. */
const READER_VERSION = 2;

/**
 * Text that is equal only while indexing would come to the same: the bytes, the metadata that links them to
 * series, the limits, and this reader.
 */
export function changeKey(
  sourceHash: string,
  { fields, id }: DistributionReading,
  limits: ValidationLimits,
): string {
  const links = fields.map(({ title, id, metadata }) => [
    title,
    id,
    metadata.specialType ?? null,
    metadata.specialTypeDetail ?? null,
  ]);
  return JSON.stringify([READER_VERSION, sourceHash, id, links, limits]);
}

/** What is told of a time index whose frequency is none that can be published. */
export function frequencyFault(index: FieldReading): string {
  const { specialTypeDetail: declared = null } = index.metadata;
  const shown = typeof declared === "object" && declared !== null ? "" : ` ${JSON.stringify(declared)}`;
  return `La frecuencia${shown} del índice de tiempo no se admite: debe ser R/P1Y, R/P6M, R/P3M, R/P1M o R/P1D`;
}

/**
 * Series of a distribution whose rules all hold: every field but the index whose column has a value and whose
 * id is not empty, in the order of the columns.
 */
export function indexSeries(
  { fields }: DistributionReading,
  frequency: Frequency,
  table: CsvTable,
): IndexedSeries[] {
  const grid = gridOf(frequency, table.days);
  if (!grid) return [];
  const index = timeIndexOf(fields);
  const fieldsByTitle = Map.groupBy(fields, ({ title }) => title);
  const linked = table.columns.flatMap((column) =>
    (fieldsByTitle.get(column.title) ?? []).map((field) => ({ column, field }))
  );
  return linked.flatMap(({ column, field }): IndexedSeries[] => {
    if (field === index || field.id === "") return [];
    const observations = trim({
      frequency,
      start: grid.start,
      values: grid.workdays ? spreadWorkdays(table.days, column.values) : column.values,
      ...(grid.workdays && { workdays: true }),
    });
    if (observations.values.length === 0) return [];
    const { id, title } = field;
    return [{ id, title, observations, enriched: enrich(observations, grid.shiftMonths) }];
  });
}

/** Values of working days on the grid of all days, weekends missing. */
function spreadWorkdays(days: readonly number[], values: Float64Array): Float64Array {
  const first = days[0]!;
  const spread = new Float64Array(days.at(-1)! - first + 1).fill(NaN);
  days.forEach((day, i) => spread[day - first] = values[i]!);
  return spread;
}
