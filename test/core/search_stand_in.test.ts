import { describe, expect, test } from "vitest";
import { Problem } from "../../src/core/problem.ts";
import { NO_HITS } from "../../src/core/hits.ts";
import { type Search, type Searches, searchesWithFallback } from "../../src/core/search.ts";
import { searchesWithStandIn } from "../../src/core/search_stand_in.ts";
import { query } from "../store/search_engines.ts";

const answering = (name: string): Search => ({
  find: () => Promise.resolve({ hits: [], count: name.length }),
  values: () => Promise.resolve([name]),
});

/** Two engines, the first of which answers, or not, as `state` says. */
function world() {
  const state = { fault: undefined as Error | undefined, at: 1_000, asked: 0, opened: 0 };
  const told: unknown[] = [];
  const fail = () => state.fault === undefined ? undefined : Promise.reject(state.fault);
  const first: Searches = {
    of: () => {
      state.asked++;
      return Promise.resolve({
        find: (query) => fail() ?? answering("first").find(query),
        values: (facet) => fail() ?? answering("first").values(facet),
      });
    },
  };
  const openSecond = () => {
    state.opened++;
    return { of: () => Promise.resolve(answering("second")) };
  };
  const searches = searchesWithStandIn(first, openSecond, {
    now: () => state.at,
    onLost: (error) => told.push(error),
    onRecovered: () => told.push("recovered"),
  });
  /** Who answers, and whether it says that it stood in. */
  const ask = async () => {
    const search = await searches.of("a");
    return [await search.values("units"), search.stoodIn].flat();
  };
  /** Lets what goes on beside the questions end. */
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
  return { state, told, searches, ask, settle };
}

const LOST = new Problem("unavailable", "lost");

describe("searchesWithStandIn", () => {
  test("asks the first while it answers, and opens no other", async () => {
    const { state, told, searches, ask } = world();
    expect(await ask()).toEqual(["first", false]);
    expect(searches.standInSince!("a")).toBeUndefined();
    expect([state.opened, told]).toEqual([0, []]);
  });

  test.each([false, true])("hands the popularity on, to whichever answers: lost %j", async (isLost) => {
    const given: unknown[] = [];
    const listening: Search = {
      find: (_, popularity) => Promise.resolve({ hits: [], count: given.push(popularity) }),
      values: () => Promise.resolve([]),
    };
    const first: Searches = { of: () => isLost ? Promise.reject(LOST) : Promise.resolve(listening) };
    const context = { now: () => 0, onLost: () => {}, onRecovered: () => {} };
    const second = { of: () => Promise.resolve(listening) };
    const popularity = { name: "p", publishedAt: 0, ids: [], of: () => NO_HITS };
    for (
      const searches of [
        searchesWithStandIn(first, () => second, context),
        searchesWithFallback(first, second, () => {}),
      ]
    ) {
      await (await searches.of("a")).find(query(), popularity);
    }
    expect(given).toEqual([popularity, popularity]);
  });

  test("loses no answer, and tells once", async () => {
    const { state, told, searches, ask } = world();
    state.fault = LOST;
    expect(await ask()).toEqual(["second", true]);
    expect(await ask()).toEqual(["second", true]);
    expect(searches.standInSince!("a")).toBe(1_000);
    expect([state.opened, told]).toEqual([1, [LOST]]);
  });

  test("tries the first once a second, beside the questions", async () => {
    const { state, told, ask, settle } = world();
    state.fault = LOST;
    for (let i = 0; i < 5; i++) await ask();
    expect(state.asked).toBe(1);
    state.at += 1_000;
    for (let i = 0; i < 5; i++) expect(await ask()).toEqual(["second", true]);
    await settle();
    expect([state.asked, told.length]).toEqual([2, 1]);
  });

  test("goes back by itself, and may be lost again", async () => {
    const { state, told, searches, ask, settle } = world();
    state.fault = LOST;
    await ask();
    state.fault = undefined;
    state.at += 1_000;
    expect(await ask()).toEqual(["second", true]);
    await settle();
    expect(await ask()).toEqual(["first", false]);
    expect(searches.standInSince!("a")).toBeUndefined();
    state.fault = LOST;
    expect(await ask()).toEqual(["second", true]);
    expect([state.opened, told]).toEqual([2, [LOST, "recovered", LOST]]);
  });

  test("notices without any question when it is asked how it is", async () => {
    const { state, searches, settle } = world();
    state.fault = LOST;
    expect(searches.standInSince!("a")).toBeUndefined();
    await settle();
    expect(searches.standInSince!("a")).toBe(1_000);
    state.fault = undefined;
    state.at += 1_000;
    searches.standInSince!("a");
    await settle();
    expect(searches.standInSince!("a")).toBeUndefined();
  });

  test("is for Problems alone", async () => {
    const { state, ask } = world();
    state.fault = new TypeError("bug");
    await expect(ask()).rejects.toBe(state.fault);
  });

  test("is lost itself where the second cannot answer either", async () => {
    const gone: Searches = { of: () => Promise.reject(LOST) };
    const searches = searchesWithStandIn(gone, () => gone, {
      now: () => 0,
      onLost() {},
      onRecovered() {},
    });
    await expect((await searches.of("a")).values("units")).rejects.toBe(LOST);
  });
});
