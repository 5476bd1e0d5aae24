// `/search` and `/readyz` while the engine that should answer does not.

import { describe, expect, test } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { wholeSite } from "../../src/api/whole_site.ts";
import { Problem } from "../../src/core/problem.ts";
import type { Searches } from "../../src/core/search.ts";
import { searchesWithStandIn } from "../../src/core/search_stand_in.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { openSearches } from "../../src/store/segments/search_index.ts";
import { openSnapshot } from "../../src/store/segments/snapshots.ts";
import { document, publishDocuments } from "../store/search_engines.ts";

const SEARCH = "/series/api/search/?q=soja";
const LIST = "/series/api/search/field_units/";

async function appWithCluster() {
  const blobs = memoryBlobs();
  const name = await publishDocuments(blobs, [document("s", { description: "Soja", units: "t" })]);
  const snapshot = await openSnapshot(blobs, name, Date.UTC(2026, 6, 9));
  const own = openSearches(blobs);
  const state = { lost: false, at: Date.UTC(2026, 6, 10), asked: 0 };
  const cluster: Searches = {
    of(snapshot) {
      state.asked++;
      return state.lost ? Promise.reject(new Problem("unavailable", "lost")) : own.of(snapshot);
    },
  };
  const searches = searchesWithStandIn(cluster, () => own, {
    now: () => state.at,
    onLost() {},
    onRecovered() {},
  });
  const app = createApp({
    site: wholeSite,
    snapshots: { current: () => Promise.resolve(snapshot) },
    searches,
    now: () => state.at,
    version: "1",
  });
  const get = async (path: string, headers: Record<string, string> = {}) =>
    await app.request(path, { headers });
  /** Lets the engine be tried again. */
  const passSecond = async (path: string) => {
    state.at += 1_000;
    await (await get(path)).text();
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { state, get, passSecond, snapshot };
}

describe.each([SEARCH, LIST])("a stood-in answer of %s", (path) => {
  test("is the answer, says whose it is, and has no validator", async () => {
    const usual = await (await appWithCluster()).get(path);
    expect(usual.headers.get("search-fallback")).toBeNull();
    const { state, get } = await appWithCluster();
    state.lost = true;
    // The first finds the engine lost, the second knows.
    for (let i = 0; i < 2; i++) {
      const answer = await get(path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("search-fallback")).toBe("snapshot");
      expect(answer.headers.get("access-control-expose-headers")).toContain("Search-Fallback");
      expect(answer.headers.get("etag")).toBeNull();
      expect(answer.headers.get("last-modified")).toBeNull();
      expect(answer.headers.get("cache-control")).not.toContain("stale");
    }
    expect(await (await get(path)).json()).toEqual(await usual.json());
  });

  test("is not kept: the engine answers when it is back", async () => {
    const { state, get, passSecond } = await appWithCluster();
    state.lost = true;
    expect((await get(path)).headers.get("search-fallback")).toBe("snapshot");
    state.lost = false;
    await passSecond(path);
    const { headers } = await get(path);
    expect(headers.get("search-fallback")).toBeNull();
    expect(headers.get("etag")).not.toBeNull();
  });

  test("takes no usual answer's place: what was kept, and what the caller has, is still it", async () => {
    const { state, get } = await appWithCluster();
    const usual = await get(path);
    state.lost = true;
    const kept = await get(path);
    expect(kept.headers.get("search-fallback")).toBeNull();
    expect(await kept.text()).toBe(await usual.text());
    expect((await get(path, { "if-none-match": usual.headers.get("etag")! })).status).toBe(304);
  });

  test("is given whatever date a copy has", async () => {
    const { state, get } = await appWithCluster();
    state.lost = true;
    const since = new Date(Date.UTC(2027, 0, 1)).toUTCString();
    expect((await get(path, { "if-modified-since": since })).status).toBe(200);
  });
});

test("errors of parameters are the same, and ask no engine", async () => {
  const { state, get } = await appWithCluster();
  state.lost = true;
  const answer = await get("/series/api/search/?limit=x");
  expect([answer.status, answer.headers.get("search-fallback"), state.asked]).toEqual([400, null, 0]);
});

test("/readyz tells, with 200, and when the engine is back", async () => {
  const { state, get, passSecond } = await appWithCluster();
  const ready = async () => {
    const answer = await get("/readyz");
    return [answer.status, (await answer.json()).search];
  };
  expect(await ready()).toEqual([200, { status: "ready" }]);
  state.lost = true;
  await get(SEARCH);
  expect(await ready()).toEqual([200, { status: "fallback", since: "2026-07-10T00:00:00.000Z" }]);
  state.lost = false;
  await passSecond("/readyz");
  expect(await ready()).toEqual([200, { status: "ready" }]);
});

test("/readyz tells nothing of a search that nothing stands in for", async () => {
  const { snapshot } = await appWithCluster();
  const app = createApp({
    site: wholeSite,
    snapshots: { current: () => Promise.resolve(snapshot) },
    searches: openSearches(memoryBlobs()),
    now: () => 0,
    version: "1",
  });
  expect(await (await app.request("/readyz")).json()).not.toHaveProperty("search");
});
