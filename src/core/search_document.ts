// A series as the search knows it, out of what a store holds of it: declared metadata, which may be anything,
// and computed metadata.

import type { Enriched } from "./enriched.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import type { SearchDataset, SearchDocument } from "./search.ts";

/** What a store holds of a series. */
export type StoredText = {
  readonly id: string;
  readonly title: string;
  /** Metadata as declared. */
  readonly field: JsonObject;
  readonly enriched: Enriched;
};

const textOf = (value: Json | undefined): string | null => typeof value === "string" ? value : null;

export function searchDocument(
  series: StoredText,
  catalogId: string,
  dataset: SearchDataset,
): SearchDocument {
  const { id, title, field, enriched } = series;
  return {
    id,
    title,
    description: textOf(field.description),
    units: textOf(field.units),
    frequency: enriched.frequency ?? null,
    start: enriched.time_index_start ?? null,
    end: enriched.time_index_end ?? null,
    catalogId: catalogId === "" ? null : catalogId,
    dataset,
  };
}

/** `themes` are the entries of the catalog's taxonomy that the dataset names; its first id decides. */
export function searchDataset(metadata: JsonObject, themes: readonly JsonObject[] | null): SearchDataset {
  const first = Array.isArray(metadata.theme) ? metadata.theme[0] : undefined;
  const theme = first === undefined ? undefined : themes?.find(({ id }) => id === first);
  return {
    title: textOf(metadata.title),
    description: textOf(metadata.description),
    source: textOf(metadata.source),
    publisherName: isJsonObject(metadata.publisher) ? textOf(metadata.publisher.name) : null,
    theme: textOf(theme?.label),
  };
}
