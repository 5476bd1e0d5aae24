// One snapshot's search index as a database file of its own, beside what is published: FTS5 holds which series
// and datasets have which term, tables hold the rest. Texts are written as the terms that core finds in them, so
// FTS5 has nothing to analyse (its plainest tokenizer) and finds what every other engine finds.
//
//   series_text(description)                  rowid: number of the series      ┐ contentless; read through
//   dataset_text(title, source, description)  rowid: number of the dataset     ┘ fts5vocab: term → instances
//   series(n, document)   dataset(n, document)   part(name, value): columns, labels, settings

import fs from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import type { SearchDataset, SearchDocument, SearchSettings } from "../../core/search.ts";
import type { SearchColumns, SearchIndex } from "../../core/search_index.ts";
import { isSynonymKey, readSynonyms, type Synonyms, termsOf } from "../../core/synonyms.ts";

/** Version of what this program writes: a file of another is built anew. */
const SCHEMA = 3;

/** Owners of terms that are kept in memory, at each level: "de" is in every other query, and in most series. */
const KEPT_NUMBERS = 500_000;

/** Rows written before others get their turn. */
const ROWS_AT_ONCE = 200;

const SCHEMA_SQL = `
  PRAGMA journal_mode = OFF;
  PRAGMA synchronous = OFF;
  BEGIN;
  CREATE TABLE part (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT;
  CREATE TABLE series (n INTEGER PRIMARY KEY, document TEXT NOT NULL) STRICT;
  CREATE TABLE dataset (n INTEGER PRIMARY KEY, document TEXT NOT NULL) STRICT;
  CREATE VIRTUAL TABLE series_text USING fts5(
    description, content = '', columnsize = 0, tokenize = "ascii tokenchars '.,=_'");
  CREATE VIRTUAL TABLE dataset_text USING fts5(
    title, source, description, content = '', columnsize = 0, tokenize = "ascii tokenchars '.,=_'");
  CREATE VIRTUAL TABLE series_term USING fts5vocab(series_text, instance);
  CREATE VIRTUAL TABLE dataset_term USING fts5vocab(dataset_text, instance);
  CREATE VIRTUAL TABLE series_word USING fts5vocab(series_text, row);
  CREATE VIRTUAL TABLE dataset_word USING fts5vocab(dataset_text, row);
`;

/** What the file says of itself. */
type Settings = {
  readonly snapshot: string;
  readonly labels: SearchIndex["labels"];
  readonly search: SearchSettings;
};

const COLUMNS = {
  rank: Uint32Array,
  dataset: Uint32Array,
  frequency: Uint8Array,
  units: Uint32Array,
  theme: Uint32Array,
  publisher: Uint32Array,
  source: Uint32Array,
  catalog: Uint32Array,
} as const;

/** Terms of a text in one line, as FTS5 takes them apart again. */
function lineOf(text: string | null, synonyms: Synonyms): string {
  const { words, keys } = termsOf(text, synonyms);
  return [...words, ...keys].join(" ");
}

/** Writes the file of a snapshot beside its place and moves it there. Long work is done in turns. */
export async function writeSearchFile(file: string, snapshot: string, index: SearchIndex): Promise<void> {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const beside = `${file}.${crypto.randomUUID()}.tmp`;
  try {
    const db = new DatabaseSync(beside);
    try {
      await fill(db, snapshot, index);
    } finally {
      db.close();
    }
    const written = await fs.promises.open(beside, "r+");
    await written.sync().finally(() => written.close());
    await fs.promises.rename(beside, file);
  } catch (error) {
    await fs.promises.rm(beside, { force: true });
    throw error;
  }
}

async function fill(db: DatabaseSync, snapshot: string, index: SearchIndex): Promise<void> {
  const { columns, synonyms } = index;
  db.exec(SCHEMA_SQL);
  const addSeries = db.prepare("INSERT INTO series VALUES (?, ?)");
  const addDataset = db.prepare("INSERT INTO dataset VALUES (?, ?)");
  const addSeriesText = db.prepare("INSERT INTO series_text (rowid, description) VALUES (?, ?)");
  const addDatasetText = db.prepare(
    "INSERT INTO dataset_text (rowid, title, source, description) VALUES (?, ?, ?, ?)",
  );
  let dataset = -1;
  for (let n = 0; n < columns.rank.length; n++) {
    if (n % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await setImmediate();
    const { dataset: texts, ...own } = index.document(n);
    addSeries.run(n, JSON.stringify(own));
    addSeriesText.run(n, lineOf(own.description, synonyms));
    if (columns.dataset[n] === dataset) continue;
    dataset = columns.dataset[n]!;
    addDataset.run(dataset, JSON.stringify(texts));
    const { title, source, description } = texts;
    const [a, b, c] = [title, source, description].map((text) => lineOf(text, synonyms));
    addDatasetText.run(dataset, a!, b!, c!);
  }
  const addPart = db.prepare("INSERT INTO part VALUES (?, ?)");
  for (const name of Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]) {
    addPart.run(name, bytesOf(columns[name]));
  }
  columns.lengths.forEach((column, field) => addPart.run(`lengths ${field}`, bytesOf(column)));
  const settings: Settings = {
    snapshot,
    labels: index.labels,
    search: index.settings,
  };
  addPart.run("settings", JSON.stringify(settings));
  db.exec(`PRAGMA user_version = ${SCHEMA}; COMMIT`);
}

const bytesOf = (column: Uint8Array | Uint32Array) =>
  new Uint8Array(column.buffer, column.byteOffset, column.byteLength);

/**
 * Opens the file of a snapshot.
 * Errors: SQLite's and the parser's, where the file is missing, cut off or of another snapshot or program.
 */
export function openSearchFile(file: string, snapshot: string): { index: SearchIndex; close(): void } {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const { user_version } = db.prepare("PRAGMA user_version").get() as { user_version: number };
    const { quick_check } = db.prepare("PRAGMA quick_check(1)").get() as { quick_check: string };
    if (user_version !== SCHEMA || quick_check !== "ok") throw new Error(`"${file}" is no search index`);
    const settings = readSettings(db);
    if (settings.snapshot !== snapshot) throw new Error(`"${file}" is of another snapshot`);
    return { index: readIndex(db, settings), close: () => db.close() };
  } catch (error) {
    db.close();
    throw error;
  }
}

const readPart = (db: DatabaseSync, name: string) =>
  (db.prepare("SELECT value FROM part WHERE name = ?").get(name) as { value: unknown }).value;

const readSettings = (db: DatabaseSync): Settings => JSON.parse(readPart(db, "settings") as string);

function readIndex(db: DatabaseSync, settings: Settings): SearchIndex {
  /** The buffer begins with the column, so a view on it is aligned. */
  const column = (name: string) => (readPart(db, name) as Uint8Array).slice().buffer;
  const columns = {
    ...Object.fromEntries(Object.entries(COLUMNS).map(([name, kind]) => [name, new kind(column(name))])),
    lengths: [0, 1, 2, 3].map((field) => new Uint32Array(column(`lengths ${field}`))),
  } as unknown as SearchColumns;
  const seriesOwners = db.prepare("SELECT group_concat(doc) AS owners FROM series_term WHERE term = ?");
  const datasetOwners = db.prepare(
    `SELECT group_concat(4 * doc + CASE col WHEN 'title' THEN 1 WHEN 'source' THEN 2 ELSE 3 END) AS owners
     FROM dataset_term WHERE term = ?`,
  );
  /** Instances: a series or dataset is there as often as it has the term. */
  const seriesOf = keptNumbers((term) => seriesOwners.get(term));
  const datasetsOf = keptNumbers((term) => datasetOwners.get(term));
  const document = db.prepare(
    `SELECT series.document AS own, dataset.document AS dataset FROM series, dataset
     WHERE series.n = ? AND dataset.n = ?`,
  );
  let vocabulary: readonly string[] | undefined;
  return {
    columns,
    labels: settings.labels,
    settings: settings.search,
    synonyms: readSynonyms(settings.search.synonyms),

    has: (term) => seriesOf(term).length > 0 || datasetsOf(term).length > 0,

    visit(field, term, visit) {
      if (field === 0) return seriesOf(term).forEach((owner) => visit(owner, 1));
      for (const number of datasetsOf(term)) if ((number & 3) === field) visit(number >>> 2, 1);
    },

    vocabulary() {
      if (vocabulary) return vocabulary;
      const rows = db.prepare("SELECT term FROM series_word UNION SELECT term FROM dataset_word").all();
      return vocabulary = rows.map(({ term }) => term as string).filter((term) => !isSynonymKey(term));
    },

    document(n): SearchDocument {
      const row = document.get(n, columns.dataset[n]!) as { own: string; dataset: string };
      const dataset: SearchDataset = JSON.parse(row.dataset);
      return { ...JSON.parse(row.own), dataset };
    },

    ids: () =>
      db.prepare("SELECT document ->> '$.id' AS id FROM series ORDER BY n").all().map(({ id }) =>
        id as string
      ),
  };
}

/** Answers of `ask` by term, the last ones used kept up to KEPT_NUMBERS. */
function keptNumbers(ask: (term: string) => unknown): (term: string) => Uint32Array {
  const kept = new Map<string, Uint32Array>();
  let size = 0;
  const cost = (numbers: Uint32Array) => numbers.length + 50;
  return (term) => {
    const known = kept.get(term);
    const numbers = known ?? numbersIn((ask(term) as { owners: string | null }).owners ?? "");
    if (known) kept.delete(term);
    else size += cost(numbers);
    kept.set(term, numbers);
    for (const [oldest, old] of kept) {
      if (size <= KEPT_NUMBERS) break;
      kept.delete(oldest);
      size -= cost(old);
    }
    return numbers;
  };
}

/** Numbers of a text, separated by commas. */
function numbersIn(text: string): Uint32Array {
  if (text === "") return new Uint32Array(0);
  const numbers: number[] = [];
  let number = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit >= 0) number = 10 * number + digit;
    else {
      numbers.push(number);
      number = 0;
    }
  }
  numbers.push(number);
  return Uint32Array.from(numbers);
}
