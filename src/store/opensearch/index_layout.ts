// How a search index is laid out in OpenSearch: names, settings, fields, and the terms that texts are written as.
// How texts become Spanish words, stems and synonyms is core's for every engine; the analyzer only takes apart
// what core found, and BM25 does the rest.
//
// A text is a word a place, with what else it is found by at that place, which adds nothing to its length:
//
//   "Índices de precios"  →  indices|~indic de|~de precios|~preci      ~ a stem      = the key of synonyms
//
// Documents of two kinds are in an index: series, and words, which tell whether any series has a word and which
// ones are like it.

import { createHash } from "node:crypto";
import { type Facet, FACETS, type SearchDocument } from "../../core/search.ts";
import { TEXT_FIELDS } from "../../core/search_boosts.ts";
import { frequencyCode } from "../../core/search_index.ts";
import { B, K1 } from "../../core/search_score.ts";
import type { SearchSource } from "../../core/search_source.ts";
import { ANALYSIS, stem, words } from "../../core/search_text.ts";
import { membersIn, type Synonyms } from "../../core/synonyms.ts";

/** Version of what this program writes: indexes of another are not read. */
const LAYOUT = 3;

export const SHARDS = 3;
export const REPLICAS = 1;

/** Longer labels are not filtered by or counted: Lucene refuses terms of more than 32,766 bytes. */
const LONGEST_LABEL = 8_191;

/** Begins terms that are stems: no word has it. */
const STEM_MARK = "~";
export const stemTerm = (word: string): string => STEM_MARK + stem(word);

/** Name of what a snapshot holds for the search: snapshots that differ in nothing else share an index. */
export function contentName({ files, settings: { synonyms } }: SearchSource): string {
  const content = JSON.stringify([LAYOUT, ANALYSIS, synonyms, files]);
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}

/** The names in a cluster. Indexes of one prefix are of one platform. */
export const indexNames = (prefix: string) => ({
  /** Alias of the newest index. */
  current: prefix,
  /** Alias of the index of a content, once it is whole. */
  whole: (content: string) => `${prefix}-${content}`,
  /** An index of a content; `build` tells those of several builders apart. */
  physical: (content: string, build: string) => `${prefix}-${content}-${build}`,
  /** Alias that an index is written through: where it was removed, nothing is written. */
  writing: (physical: string) => `${physical}-writing`,
  /** Content of an index, by its name; undefined where it is no index of this prefix. */
  contentOf(physical: string): string | undefined {
    const rest = physical.startsWith(`${prefix}-`) ? physical.slice(prefix.length + 1) : "";
    return /^([0-9a-f]{16})-[0-9a-f]+$/.exec(rest)?.[1];
  },
  /** Of every index. */
  pattern: `${prefix}-*`,
});
export type IndexNames = ReturnType<typeof indexNames>;

export type TextWriter = (text: string | null) => {
  /** The text as the analyzer takes it apart. */
  readonly line: string;
  readonly words: readonly string[];
  /** Of the synonyms in it. */
  readonly keys: readonly string[];
  /** How many terms: a place may have several. */
  readonly terms: number;
};

/** Writes texts as terms. */
export function textWriter(synonyms: Synonyms): TextWriter {
  const stemsOfKey = new Map<string, string[]>();
  for (const [word, key] of synonyms.keyOfWord) {
    const known = stemsOfKey.get(key) ?? [];
    stemsOfKey.set(key, [...new Set([...known, stemTerm(word)])]);
  }
  return (text) => {
    const found = text === null ? [] : words(text);
    // A word with synonyms is looked for by their key, so its stem is told with the key.
    const places = found.map((word) => synonyms.keyOfWord.has(word) ? [word] : [word, stemTerm(word)]);
    const members = membersIn(found, synonyms);
    for (const { key, at } of members) {
      places[at]!.push(key, ...stemsOfKey.get(key) ?? []);
    }
    return {
      line: places.map((terms) => terms.join("|")).join(" "),
      words: found,
      keys: members.map(({ key }) => key),
      terms: places.reduce((sum, terms) => sum + terms.length, 0),
    };
  };
}

/** The texts of a series, in the order of TEXT_FIELDS. */
export const textsOf = ({ description, dataset }: SearchDocument): readonly (string | null)[] => [
  description,
  dataset.title,
  dataset.source,
  dataset.description,
];

/** Words and terms of a field over all series that have any. */
export type FieldLength = { readonly words: number; readonly terms: number };

/**
 * Settings of BM25 for a field. Lucene takes a text's length for its words, but the average for that of terms:
 * k1 and b are set so that the scores are those of words.
 */
export function similarityOf({ words, terms }: FieldLength): { readonly k1: number; readonly b: number } {
  const fixed = K1 * (1 - B), ofLength = K1 * B * (words === 0 ? 1 : terms / words);
  return { k1: fixed + ofLength, b: ofLength / (fixed + ofLength) };
}

/** What an index says of itself. */
export type IndexNote = {
  readonly content: string;
  readonly series: number;
  /** By field: what its scores are multiplied by to be those of core, boosts apart. */
  readonly weights: readonly number[];
};

/** What an index is created with. Replicas come when it is full: they are copied then, not made again. */
export function indexBody(lengths: readonly FieldLength[], note: IndexNote): object {
  const keyword = { type: "keyword", index: true } as const;
  const label = { ...keyword, ignore_above: LONGEST_LABEL };
  return {
    settings: {
      number_of_shards: SHARDS,
      number_of_replicas: 0,
      refresh_interval: -1,
      analysis: {
        tokenizer: { places: { type: "whitespace", max_token_length: 1_000_000 } },
        filter: { terms: { type: "pattern_capture", preserve_original: false, patterns: ["([^|]+)"] } },
        analyzer: { spanish_terms: { type: "custom", tokenizer: "places", filter: ["terms"] } },
      },
      similarity: Object.fromEntries(
        TEXT_FIELDS.map((name, field) => [name, { type: "BM25", ...similarityOf(lengths[field]!) }]),
      ),
    },
    mappings: {
      dynamic: "strict",
      _meta: note,
      // What is only searched is not kept twice.
      _source: { includes: ["document"] },
      properties: {
        document: { type: "object", enabled: false },
        rank: { type: "integer" },
        id: label,
        frequency: { type: "byte", index: false },
        ...Object.fromEntries(FACETS.map((facet) => [labelField(facet), label])),
        ...Object.fromEntries(
          TEXT_FIELDS.map((name) => [name, {
            type: "text",
            analyzer: "spanish_terms",
            similarity: name,
            index_options: "freqs",
          }]),
        ),
        word: { ...keyword, doc_values: false },
        stem: { ...keyword, doc_values: false },
      },
    },
  };
}

/** Field of a facet: a source is searched by its words too. */
export const labelField = (facet: Facet): string => `${facet}_keyword`;

const LABELS = {
  dataset_theme: ({ dataset }) => dataset.theme,
  units: ({ units }) => units,
  dataset_publisher_name: ({ dataset }) => dataset.publisherName,
  dataset_source: ({ dataset }) => dataset.source,
  catalog_id: ({ catalogId }) => catalogId,
} as const satisfies Record<Facet, (document: SearchDocument) => string | null>;

/** A series as an index has it; `rank` is its place in the order of ids, `lines` are its texts as terms. */
export function seriesEntry(document: SearchDocument, rank: number, lines: readonly string[]): object {
  const frequency = frequencyCode(document.frequency);
  return {
    document,
    rank,
    id: document.id,
    ...(frequency > 0 && { frequency }),
    ...Object.fromEntries(
      FACETS.flatMap((facet) => {
        const label = LABELS[facet](document);
        return label === null || label === "" ? [] : [[labelField(facet), label]];
      }),
    ),
    ...Object.fromEntries(
      TEXT_FIELDS.flatMap((name, field) => lines[field] === "" ? [] : [[name, lines[field]]]),
    ),
  };
}

/** A word as an index has it. */
export const wordEntry = (word: string) => ({ word, stem: stem(word) });

const WORD_MARK = "=";
/** Identifiers of documents: what they are of is read from them. */
export const wordId = (word: string): string => WORD_MARK + word;
export const wordOfId = (id: string): string => id.slice(WORD_MARK.length);
