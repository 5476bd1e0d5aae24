// Search files of catalogs: written again for those that changed, and for all where the synonyms or the words of
// texts did, because both are in them.

import type { PublishStore } from "../core/canonical_store.ts";
import { DEFAULT_BOOSTS, type SearchBoosts, TEXT_FIELDS } from "../core/search_boosts.ts";
import { ANALYSIS } from "../core/search_text.ts";
import { readSynonyms } from "../core/synonyms.ts";
import { searchName, type SearchRoot } from "../store/segments/format.ts";
import { encodeSearchPart } from "../store/segments/search_part.ts";
import { mapAtOnce } from "./at_once.ts";

export type SearchWriter = {
  readonly store: PublishStore;
  /** SHA-256, hexadecimal. */
  readonly sha256: (bytes: Uint8Array) => string;
  /** Writes a file that is not there yet. */
  readonly write: (name: string, bytes: Uint8Array) => Promise<void>;
};

/** What is published of the search settings: names and order of lists decide nothing, and defaults are not told. */
export async function readSearchSettings(store: PublishStore): Promise<Omit<SearchRoot, "files">> {
  const { synonyms, catalogAliases, boosts, minScore } = await store.searchSettings();
  return {
    analysis: ANALYSIS,
    synonyms: synonyms.toSorted(),
    catalog_aliases: sorted(Object.entries(catalogAliases)),
    ...(TEXT_FIELDS.some((field) => boosts[field] !== DEFAULT_BOOSTS[field]) && {
      boosts: Object.fromEntries(TEXT_FIELDS.map((field) => [field, boosts[field]])) as SearchBoosts,
    }),
    ...(minScore !== undefined && { min_score: minScore }),
  };
}

/** `touched` are the catalogs of which something changed. */
export async function writeSearch(
  { store, sha256, write }: SearchWriter,
  base: SearchRoot | undefined,
  settings: Omit<SearchRoot, "files">,
  touched: Iterable<string>,
): Promise<SearchRoot> {
  const files = new Map(Object.entries(base?.files ?? {}));
  const same = base?.analysis === settings.analysis &&
    JSON.stringify(base.synonyms) === JSON.stringify(settings.synonyms);
  const synonyms = readSynonyms(settings.synonyms);
  await mapAtOnce(new Set([...touched, ...same ? [] : files.keys()]), async (catalogId) => {
    const documents = await store.searchDocuments(catalogId);
    if (documents.length === 0) return void files.delete(catalogId);
    const bytes = encodeSearchPart(documents, synonyms);
    const hash = sha256(bytes);
    await write(searchName(hash), bytes);
    files.set(catalogId, hash);
  });
  return { ...settings, files: sorted(files) };
}

function sorted<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  return Object.fromEntries([...entries].sort(([a], [b]) => a < b ? -1 : 1));
}
