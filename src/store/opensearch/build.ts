// Building a search index beside those that are read:
//
//   create ▶ fill in bulk ▶ merge, copy, count ▶ both aliases at once ▶ remove what none needs
//
// An index that has not got that far has no alias that is read, so nobody sees a part of one. Builders need not
// know of each other: the first to finish a content has built it, and takes away what others began of it; they find
// theirs gone and his whole. What a killed builder leaves is removed by the next one that finishes, of whatever
// content, as is anything else begun before it.
//
// The alias that an index is written through is the right to it. Its builder gives it up in the very step that
// makes the index whole, whoever removes the index takes it first, and the cluster lets only one of them have it.

import { Problem } from "../../core/problem.ts";
import type { SearchDocument } from "../../core/search.ts";
import { TEXT_FIELDS } from "../../core/search_boosts.ts";
import { K1 } from "../../core/search_score.ts";
import type { SearchSource } from "../../core/search_source.ts";
import { readSynonyms } from "../../core/synonyms.ts";
import type { Cluster } from "./cluster.ts";
import {
  contentName,
  indexBody,
  type IndexNames,
  type IndexNote,
  REPLICAS,
  seriesEntry,
  similarityOf,
  textsOf,
  textWriter,
  wordEntry,
  wordId,
} from "./index_layout.ts";

/** Whole indexes that stay: the newest and the one that servers may still be reading. */
const KEPT = 2;

/** Series written before others get their turn. */
const SERIES_A_TURN = 200;

/** Characters sent at once. */
const BULK_CHARACTERS = 2_000_000;

/** Longest that a look takes: a cluster that is lost must not hold up those who publish. */
const LOOK_MS = 3_000;
/** Longest that one step may take, in ms. */
const STEP_MS = 60_000;
const MERGE_MS = 600_000;
/** Longest that copies on other nodes are waited for, in s; what is missing then comes later. */
const COPY_SECONDS = 30;

/**
 * Builds the index of a content, unless it is there, and makes it the current one.
 * Errors: Problem `unavailable`; what was current before still is.
 */
export async function buildIndex(cluster: Cluster, names: IndexNames, source: SearchSource): Promise<void> {
  const content = contentName(source);
  const build = crypto.randomUUID().replaceAll("-", "").slice(0, 12);
  const physical = names.physical(content, build);
  const standing = await wholeIndex(cluster, names, content);
  if (standing !== undefined && await makeCurrent(cluster, names, content, standing)) return;
  try {
    const counts = await fill(cluster, names, physical, source, content);
    await settle(cluster, physical, counts);
  } catch (error) {
    await remove(cluster, physical).catch(() => {});
    if (await wholeIndex(cluster, names, content).catch(() => undefined) !== undefined) return;
    throw error;
  }
  // From here on it may be the current one, whatever is answered: it is left where it is.
  const right = { remove: { index: physical, alias: names.writing(physical), must_exist: true } };
  const isMade = await wholeIndex(cluster, names, content) === undefined &&
    await makeCurrent(cluster, names, content, physical, [right]);
  if (!isMade && await wholeIndex(cluster, names, content) === undefined) {
    throw new Problem("unavailable", "Cannot build the search index: another builder removed it");
  }
  await removeOld(cluster, names, content, physical).catch(() => {});
}

/** The whole index of a content, by its own name. */
async function wholeIndex(cluster: Cluster, names: IndexNames, content: string) {
  const found = await cluster.ask<Record<string, unknown>>({
    method: "GET",
    path: `/_alias/${names.whole(content)}`,
    nodeMs: LOOK_MS,
  });
  return found && Object.keys(found)[0];
}

/** Gives an index both aliases, or neither where it is gone or `before` cannot be done: tells which. */
async function makeCurrent(
  cluster: Cluster,
  names: IndexNames,
  content: string,
  physical: string,
  before: readonly object[] = [],
): Promise<boolean> {
  const removed = (alias: string) => ({ remove: { index: names.pattern, alias, must_exist: false } });
  const added = (alias: string) => ({ add: { index: physical, alias } });
  const [current, whole] = [names.current, names.whole(content)];
  return await changeAliases(cluster, [
    ...before,
    removed(current),
    removed(whole),
    added(current),
    added(whole),
  ]);
}

/** Does all or nothing; tells whether it was done: what an action needs may not be there. */
async function changeAliases(cluster: Cluster, actions: readonly object[]): Promise<boolean> {
  return await cluster.ask({ method: "POST", path: "/_aliases", body: { actions }, nodeMs: STEP_MS }) !==
    undefined;
}

type Counts = { readonly series: number; readonly words: number };

/** Creates the index and puts everything in it. */
async function fill(
  cluster: Cluster,
  names: IndexNames,
  physical: string,
  source: SearchSource,
  content: string,
): Promise<Counts> {
  const { ranks, lengths, words } = await survey(source);
  const note: IndexNote = { content, series: ranks.size, weights: await weightsOf(cluster, lengths) };
  const writing = names.writing(physical);
  await cluster.ask({
    method: "PUT",
    path: `/${physical}`,
    body: { ...indexBody(lengths, note), aliases: { [writing]: {} } },
    nodeMs: STEP_MS,
    retry: false,
  });
  const bulk = bulkWriter(cluster, writing);
  const write = writerOf(source);
  for await (const document of inTurns(source)) {
    const rank = ranks.get(document.id)!;
    await bulk.add(String(rank), seriesEntry(document, rank, write(document).map(({ line }) => line)));
  }
  for (const word of words) await bulk.add(wordId(word), wordEntry(word));
  await bulk.end();
  return { series: ranks.size, words: words.size };
}

/** What must be known of all series before the first is written. */
async function survey(source: SearchSource) {
  const write = writerOf(source);
  const ids: string[] = [];
  const lengths = TEXT_FIELDS.map(() => ({ words: 0, terms: 0 }));
  const words = new Set<string>(), keys = new Set<string>();
  const { keyOfWord } = readSynonyms(source.settings.synonyms);
  for await (const document of inTurns(source)) {
    ids.push(document.id);
    write(document).forEach((text, field) => {
      const length = lengths[field]!;
      length.words += text.words.length;
      length.terms += text.terms;
      for (const word of text.words) words.add(word);
      for (const key of text.keys) keys.add(key);
    });
  }
  // Whoever asks for a word finds what its synonyms say.
  for (const [word, key] of keyOfWord) if (keys.has(key)) words.add(word);
  return { ranks: new Map(ids.sort().map((id, rank) => [id, rank])), lengths, words };
}

/** The series of a source; others get their turn between them, for a server builds while it answers. */
async function* inTurns(source: SearchSource): AsyncGenerator<SearchDocument> {
  let turn = 0;
  for await (const documents of source.catalogs()) {
    for (const document of documents) {
      if (++turn % SERIES_A_TURN === 0) await new Promise((resume) => setTimeout(resume, 0));
      yield document;
    }
  }
}

/** Writes the texts of series; those of a dataset once for all that follow one another. */
function writerOf({ settings: { synonyms } }: SearchSource) {
  const write = textWriter(readSynonyms(synonyms));
  let dataset: SearchDocument["dataset"] | undefined;
  let shared: ReturnType<typeof write>[] = [];
  return (document: SearchDocument) => {
    const [own, ...texts] = textsOf(document);
    if (document.dataset !== dataset) {
      dataset = document.dataset;
      shared = texts.map(write);
    }
    return [write(own!), ...shared];
  };
}

/** Since version 3 OpenSearch leaves out the factor k1 + 1 of BM25. */
async function weightsOf(cluster: Cluster, lengths: readonly { words: number; terms: number }[]) {
  const root = await cluster.ask<{ version: { number: string } }>({
    method: "GET",
    path: "/",
    nodeMs: STEP_MS,
  });
  const hasFactor = Number.parseInt(root!.version.number) < 3;
  return lengths.map((length) => (K1 + 1) / (hasFactor ? similarityOf(length).k1 + 1 : 1));
}

/** Sends documents in pieces. Errors: Problem `unavailable` at the first one that is refused. */
function bulkWriter(cluster: Cluster, writing: string) {
  let lines: string[] = [];
  let characters = 0;
  const send = async () => {
    if (lines.length === 0) return;
    const body = `${lines.join("\n")}\n`;
    [lines, characters] = [[], 0];
    const answer = await cluster.ask<BulkAnswer>({
      method: "POST",
      path: `/${writing}/_bulk`,
      query: { require_alias: true, filter_path: "errors,items.*.error" },
      body,
      nodeMs: STEP_MS,
    });
    const refused = answer?.items?.flatMap(Object.values).find(({ error }) => error)?.error;
    if (answer && !answer.errors) return;
    throw new Problem(
      "unavailable",
      `Cannot build the search index: ${refused ? `${refused.type}: ${refused.reason}` : "it is gone"}`,
    );
  };
  return {
    async add(id: string, entry: object) {
      const line = `{"index":${JSON.stringify({ _id: id })}}\n${JSON.stringify(entry)}`;
      lines.push(line);
      characters += line.length;
      if (characters >= BULK_CHARACTERS) await send();
    },
    end: send,
  };
}

type BulkAnswer = {
  readonly errors: boolean;
  readonly items?: readonly Record<string, { readonly error?: { type: string; reason: string } }>[];
};

/** Makes an index that is full fit to be read. Errors: Problem `unavailable` where anything is missing in it. */
async function settle(cluster: Cluster, physical: string, { series, words }: Counts): Promise<void> {
  const step = <T>(method: "GET" | "POST" | "PUT", path: string, rest: object = {}, ms = STEP_MS) =>
    cluster.ask<T>({ method, path, nodeMs: ms, ...rest });
  // One segment a shard: nothing will be added, and copies score alike.
  await step("POST", `/${physical}/_forcemerge`, { query: { max_num_segments: 1 } }, MERGE_MS);
  await step("POST", `/${physical}/_refresh`);
  await step("PUT", `/${physical}/_settings`, {
    body: { index: { number_of_replicas: REPLICAS, "blocks.write": true } },
  });
  for (let second = 0; second < COPY_SECONDS; second++) {
    const query = { wait_for_status: "green", timeout: "1s" };
    const health = await step<Health>("GET", `/_cluster/health/${physical}`, { query });
    if (!health || health.status === "green" || health.number_of_data_nodes <= REPLICAS) break;
    // The cluster waits for an index that is gone, too.
    if (await step("GET", `/${physical}/_alias`) === undefined) break;
  }
  const count = async (query: object) => {
    const counted = await step<Counted>("POST", `/${physical}/_count`, { body: { query } });
    return counted?._shards.failed === 0 ? counted.count : -1;
  };
  const found = [await count({ exists: { field: "rank" } }), await count({ exists: { field: "word" } })];
  if (found[0] === series && found[1] === words) return;
  throw new Problem(
    "unavailable",
    `Cannot build the search index: it has ${found.join(" + ")} of ${series} series + ${words} words`,
  );
}

type Health = { readonly status: string; readonly number_of_data_nodes: number };
type Counted = { readonly count: number; readonly _shards: { readonly failed: number } };

/** Removes indexes but the newest whole ones: what others began of this content, or of any before this one. */
async function removeOld(cluster: Cluster, names: IndexNames, content: string, own: string): Promise<void> {
  const all = await cluster.ask<Record<string, Listed>>({
    method: "GET",
    path: `/${names.pattern}`,
    query: { filter_path: "*.aliases,*.settings.index.creation_date" },
    nodeMs: STEP_MS,
  }) ?? {};
  const indexes = Object.entries(all).flatMap(([name, { aliases = {}, settings }]) => {
    const of = names.contentOf(name);
    if (of === undefined) return [];
    const has = (alias: string) => Object.hasOwn(aliases, alias);
    return [{
      name,
      of,
      isWhole: has(names.whole(of)),
      isCurrent: has(names.current),
      isBegun: has(names.writing(name)),
      created: Number(settings.index.creation_date),
    }];
  });
  const since = indexes.find(({ name }) => name === own)?.created ?? 0;
  const whole = indexes.filter(({ isWhole }) => isWhole)
    .sort((a, b) => Number(b.isCurrent) - Number(a.isCurrent) || b.created - a.created);
  const others = indexes.filter(({ isWhole, of, created }) =>
    !isWhole && (of === content || created < since)
  );
  for (const { name, isBegun } of [...whole.slice(KEPT), ...others]) {
    const right = { remove: { index: name, alias: names.writing(name), must_exist: true } };
    if (!isBegun || await changeAliases(cluster, [right])) await remove(cluster, name);
  }
}

type Listed = {
  readonly aliases?: Record<string, unknown>;
  readonly settings: { readonly index: { readonly creation_date: string } };
};

async function remove(cluster: Cluster, index: string): Promise<void> {
  await cluster.ask({ method: "DELETE", path: `/${index}`, nodeMs: STEP_MS });
}
