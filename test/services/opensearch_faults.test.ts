// What a cluster may do to the search, and builders to each other: nobody is left without an answer, and no
// index that is not whole is ever read.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { wholeSite } from "../../src/api/whole_site.ts";
import type { SearchDocument, SearchSettings } from "../../src/core/search.ts";
import { searchesWithStandIn } from "../../src/core/search_stand_in.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { clusterSearches } from "../../src/store/opensearch/search.ts";
import { openSearches, searchSourceReader } from "../../src/store/segments/search_index.ts";
import { openSnapshot } from "../../src/store/segments/snapshots.ts";
import { type PrivateServices, START_TIMEOUT_MS, startPrivate } from "../services.ts";
import { document, publishDocuments, query } from "../store/search_engines.ts";
import { harvestedNetwork } from "../store/search_relevance_suite.ts";
import { indexesOf, newPrefix } from "./opensearch_engine.ts";

const UNITS = ["opensearch-1", "opensearch-2", "opensearch-3"];

let services: PrivateServices;
let nodes: readonly string[];
beforeAll(async () => {
  services = await startPrivate("opensearch");
  nodes = services.at("opensearch").urls;
}, START_TIMEOUT_MS);
afterAll(async () => await services?.[Symbol.asyncDispose]());

/** Until `check` is true; the test's own time limit ends it. */
async function eventually(check: () => Promise<boolean>): Promise<void> {
  while (!await check().catch(() => false)) await new Promise((resolve) => setTimeout(resolve, 200));
}

/** Documents published, and a builder and reader of their index. */
function platform(prefix = newPrefix()) {
  const blobs = memoryBlobs();
  const searches = clusterSearches({ nodes, prefix }, searchSourceReader(blobs));
  const publishOne = (
    id: string,
    over: Partial<SearchDocument> = {},
    settings: Partial<SearchSettings> = {},
  ) => publishDocuments(blobs, [document(id, { description: "trigo", ...over })], settings);
  const found = async (snapshot: string) =>
    (await (await searches.of(snapshot)).find(query({ text: "trigo" }))).hits.map(({ document }) =>
      document.id
    );
  const indexes = () => indexesOf(nodes[0]!, prefix);
  /** The index that the alias of the platform is at, and all of them. */
  const current = async () => {
    const all = await indexes();
    return [...all].flatMap(([name, aliases]) => aliases.includes(prefix) ? [name] : []);
  };
  return { prefix, blobs, searches, publishOne, found, indexes, current };
}

describe("an index", () => {
  test("has three shards, a copy of each, and the alias of its platform", async () => {
    const { prefix, searches, publishOne, current } = platform();
    await searches.prepare(await publishOne("a"));
    const [index, ...others] = await current();
    expect(others).toEqual([]);
    const settings = await (await fetch(`${nodes[0]}/${prefix}/_settings`)).json();
    expect(settings[index!].settings.index).toMatchObject({ number_of_shards: "3", number_of_replicas: "1" });
    const shards: { state: string }[] = await (await fetch(`${nodes[0]}/_cat/shards/${index}?format=json`))
      .json();
    expect(shards.map(({ state }) => state)).toEqual(Array(6).fill("STARTED"));
    await searches.close();
  });

  test("is built beside the others; the one before goes on answering, older ones are removed", async () => {
    const { searches, publishOne, found, indexes, current } = platform();
    const names = [];
    const seen = [];
    for (const id of ["a", "b", "c"]) {
      names.push(await publishOne(id));
      await searches.prepare(names.at(-1)!);
      expect(await found(names.at(-1)!)).toEqual([id]);
      if (names.length > 1) expect(await found(names.at(-2)!)).toEqual([names.length === 2 ? "a" : "b"]);
      seen.push(...await current());
    }
    expect(new Set(seen).size).toBe(3);
    expect([...(await indexes()).keys()].sort()).toEqual(seen.slice(1).sort());
    await searches.close();
  });

  test("is made once for snapshots that differ in nothing that is searched, and may be the current one again", async () => {
    const { searches, publishOne, current, indexes } = platform();
    const first = await publishOne("a");
    await searches.prepare(first);
    const [index] = await current();
    await searches.prepare(await publishOne("a", {}, { catalogAliases: { x: ["c"] } }));
    expect([...(await indexes()).keys()]).toEqual([index]);
    await searches.prepare(await publishOne("b"));
    expect(await current()).not.toEqual([index]);
    await searches.prepare(first);
    expect(await current()).toEqual([index]);
    await searches.close();
  });

  test("that a server misses is built by it, and answers then", async () => {
    const { searches, publishOne, found } = platform();
    const name = await publishOne("a");
    await expect(searches.of(name)).rejects.toMatchObject({ code: "unavailable" });
    await eventually(async () => (await found(name)).length === 1);
    await searches.close();
  });

  test("is one when two build it at once", async () => {
    const { prefix, searches, publishOne, blobs, indexes, current, found } = platform();
    const name = await publishOne("a");
    const others = [1, 2].map(() => clusterSearches({ nodes, prefix }, searchSourceReader(blobs)));
    await Promise.all([searches, ...others].map((one) => one.prepare(name)));
    expect(await found(name)).toEqual(["a"]);
    expect(await current()).toHaveLength(1);
    // The last to finish may have found its own unneeded, which goes with the next.
    const next = await publishOne("b");
    await searches.prepare(next);
    expect((await indexes()).size).toBe(2);
    await Promise.all([searches, ...others].map((one) => one.close()));
  });

  test("that was refused a series leaves everything as it was", async () => {
    const { searches, publishOne, indexes, found } = platform();
    const good = await publishOne("a");
    await searches.prepare(good);
    const before = await indexes();
    // A list whose key is longer than any term that Lucene takes (32,766 bytes), in a series that says it.
    const endless = Array.from({ length: 4_000 }, (_, i) => `palabra${i}`).join(" ");
    const bad = await publishOne("b", { description: endless }, { synonyms: [`zeta,${endless}`] });
    await expect(searches.prepare(bad)).rejects.toThrow(/immense term/);
    expect(await indexes()).toEqual(before);
    expect(await found(good)).toEqual(["a"]);
    await searches.close();
  });

  test("of a builder that was killed is never read, and removed by the next build", async () => {
    const { prefix, searches, publishOne, indexes, current, found } = platform();
    const good = await publishOne("a");
    await searches.prepare(good);
    const [index] = await current();
    const builder = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", `${import.meta.dirname}/stuck_builder.ts`, prefix, ...nodes],
      stdout: "piped",
    }).spawn();
    const { value } = await builder.stdout.pipeThrough(new TextDecoderStream()).getReader().read();
    expect(value).toContain("half");
    builder.kill("SIGKILL");
    await builder.status;
    expect((await indexes()).size).toBe(2);
    expect(await current()).toEqual([index]);
    expect(await found(good)).toEqual(["a"]);

    await searches.prepare(await publishOne("b"));
    const left = [...await indexes()];
    expect(left).toHaveLength(2);
    for (const [, aliases] of left) expect(aliases.some((alias) => alias !== prefix)).toBe(true);
    expect(left.every(([, aliases]) => aliases.every((alias) => !alias.endsWith("-writing")))).toBe(true);
    await searches.close();
  });
});

describe("a server", () => {
  const TEXTS = ["temperatura", "trigo", "dolar venta", "produccion", "sembrada maiz", "usd"];
  const path = (text: string) => `/series/api/search/?q=${encodeURIComponent(text)}&aggregations`;

  async function networkServer() {
    const { blobs, snapshot: name } = await harvestedNetwork();
    const snapshot = await openSnapshot(blobs, name, 0);
    const prefix = newPrefix();
    const cluster = clusterSearches({ nodes, prefix }, searchSourceReader(blobs));
    await cluster.prepare(name);
    const own = await openSearches(blobs).of(name);
    const counts = new Map<string, number>();
    for (const text of TEXTS) counts.set(text, (await own.find(query({ text }))).count);
    const app = createApp({
      site: wholeSite,
      snapshots: { current: () => Promise.resolve(snapshot) },
      searches: searchesWithStandIn(cluster, () => openSearches(blobs), {
        now: Date.now,
        onLost() {},
        onRecovered() {},
      }),
      now: Date.now,
      version: "1",
      // Each answer is asked for anew.
      cacheBytes: 0,
    });
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.fetch);
    const get = async (path: string) => await fetch(`http://127.0.0.1:${server.addr.port}${path}`);
    /** Whether an answer is right, and who gave it. */
    const ask = async (text: string) => {
      const answer = await get(path(text));
      const { count } = await answer.json();
      expect([answer.status, count]).toEqual([200, counts.get(text)]);
      return answer.headers.get("search-fallback") ?? "cluster";
    };
    const ready = async () => (await (await get("/readyz")).json()).search.status;
    const close = async () => {
      await server.shutdown();
      await cluster.close();
    };
    return { prefix, get, ask, ready, close };
  }

  test("loses no answer when a node is killed under load", async () => {
    const { ask, close } = await networkServer();
    const answers: string[] = [];
    let loading = true;
    const load = Promise.all(Array.from({ length: 6 }, async (_, i) => {
      for (let n = i; loading; n++) answers.push(await ask(TEXTS[n % TEXTS.length]!));
    }));
    const killed = (async () => {
      await eventually(() => Promise.resolve(answers.length > 50));
      await services.kill("opensearch-2");
      const before = answers.length;
      await eventually(() => Promise.resolve(answers.length > before + 300));
      loading = false;
    })();
    // A wrong answer ends the load at once.
    await Promise.all([load, killed]).finally(() => loading = false);
    expect(answers.length).toBeGreaterThan(350);
    await eventually(async () => await ask("usd") === "cluster");
    await services.up();
    expect(await ask("trigo")).toBe("cluster");
    await close();
  }, START_TIMEOUT_MS);

  test.each(
    [
      { how: "killed", lose: "SIGKILL", regain: undefined },
      { how: "stopped in the middle of everything", lose: "SIGSTOP", regain: "SIGCONT" },
    ] as const,
  )("answers by the snapshot's own index while all nodes are $how, says so, and goes back by itself", async (
    { lose, regain },
  ) => {
    const { ask, ready, get, close } = await networkServer();
    expect([await ask("trigo"), await ready()]).toEqual(["cluster", "ready"]);
    await Promise.all(UNITS.map((unit) => services.kill(unit, lose)));
    for (const text of TEXTS) expect(await ask(text)).toBe("snapshot");
    expect(await ready()).toBe("fallback");
    const readyz = await get("/readyz");
    expect([readyz.status, (await readyz.json()).status]).toEqual([200, "ready"]);
    const series = await get("/series/api/series/?ids=sol_manchas&limit=1");
    expect([series.status, (await series.json()).data.length]).toEqual([200, 1]);
    const list = await get("/series/api/search/dataset_source/");
    expect([list.status, list.headers.get("search-fallback")]).toEqual([200, "snapshot"]);
    expect((await list.json()).data.length).toBeGreaterThan(1);

    if (regain) await Promise.all(UNITS.map((unit) => services.kill(unit, regain)));
    else await services.up();
    await eventually(async () => await ask("trigo") === "cluster");
    expect(await ready()).toBe("ready");
    await close();
  }, START_TIMEOUT_MS);

  test("builds its index anew in a cluster that lost it", async () => {
    const { prefix, ask, ready, close } = await networkServer();
    expect(await ask("trigo")).toBe("cluster");
    for (const index of (await indexesOf(nodes[0]!, prefix)).keys()) {
      await (await fetch(`${nodes[0]}/${index}`, { method: "DELETE" })).body?.cancel();
    }
    expect([await ask("trigo"), await ready()]).toEqual(["snapshot", "fallback"]);
    await eventually(async () => await ask("trigo") === "cluster");
    expect(await ready()).toBe("ready");
    await close();
  });
});
