// Popularity on every canonical store: what is added once however often it comes, windows of days, and the position
// in a gateway's log.

import { describe, expect, test } from "vitest";
import type { CanonicalStore } from "../../src/core/canonical_store.ts";
import type { LoggedQuery, LogPosition } from "../../src/core/popularity_store.ts";
import { dayOfIso } from "../../src/core/time.ts";
import { saveOne, series } from "./example_catalog.ts";

const TODAY = dayOfIso("2026-11-21")!;
const batch = (id: string, hits: Readonly<Record<string, number>>, day = TODAY) => ({
  id,
  day,
  hits: new Map(Object.entries(hits)),
});
const logged = (id: number, seriesIds: readonly string[], day = TODAY): LoggedQuery => ({
  id: BigInt(id),
  day,
  seriesIds,
});
const at = (cursor: string | null, closedBefore: number | null = null): LogPosition => ({
  log: "kong 1",
  cursor,
  closedBefore,
});

export function popularityStoreSuite(store: () => CanonicalStore): void {
  const hitsOf = async (today = TODAY) =>
    Object.fromEntries((await store().seriesHits(today)).map(({ seriesId, hits }) => [seriesId, hits]));
  const daily = async () => {
    const { rows } = await store().dailyHits({}, { offset: 0, limit: 100 });
    return rows.map(({ seriesId, day, hits }) => [seriesId, day - TODAY, hits]);
  };

  describe("addHits", () => {
    test("adds up batches of a day, each once however often it comes", async () => {
      await store().addHits(batch("1", { a: 2, b: 1 }), 0);
      await store().addHits(batch("2", { a: 3 }), 0);
      await store().addHits(batch("1", { a: 2, b: 1 }), 0);
      await store().addHits(batch("3", { a: 4 }, TODAY - 1), 0);
      expect(await daily()).toEqual([["a", 0, 5], ["b", 0, 1], ["a", -1, 4]]);
    });

    test("takes a batch once of many that bring it at the same moment", async () => {
      await Promise.all(Array.from({ length: 8 }, () => store().addHits(batch("1", { a: 1, b: 1 }), 0)));
      await Promise.all(
        ["2", "3", "4"].map((id, i) =>
          store().addHits(batch(id, i % 2 ? { b: 1, a: 1 } : { a: 1, b: 1 }), 0)
        ),
      );
      expect(await daily()).toEqual([["a", 0, 4], ["b", 0, 4]]);
    });

    test("knows a batch until it is forgotten, and no longer", async () => {
      await store().addHits(batch("old", { a: 1 }), 10);
      await store().addHits(batch("new", { a: 1 }), 20);
      await store().forgetBatches(20);
      await store().addHits(batch("new", { a: 1 }), 30);
      expect(await daily()).toEqual([["a", 0, 2]]);
      await store().addHits(batch("old", { a: 1 }), 30);
      expect(await daily()).toEqual([["a", 0, 3]]);
    });

    test("takes ids of any length and any characters", async () => {
      const ids = ["x".repeat(5_000), "ñ/ü?'", "x".repeat(4_999)];
      await store().addHits(batch("1", Object.fromEntries(ids.map((id) => [id, 1]))), 0);
      await store().addHits(batch("2", { [ids[0]!]: 1 }), 0);
      const { rows } = await store().dailyHits({ seriesId: ids[0]! }, { offset: 0, limit: 9 });
      expect(rows).toEqual([{ seriesId: ids[0], day: TODAY, hits: 2 }]);
      expect(await daily()).toHaveLength(3);
    });
  });

  describe("seriesHits", () => {
    test("counts from the day N days ago on, that day included", async () => {
      await saveOne(store(), [series("a", [1])]);
      const days = [0, 30, 31, 90, 91, 180, 181, 4_000];
      // 1, 10, 100 … queries, so that each sum tells which days are in it.
      for (const [i, ago] of days.entries()) {
        await store().addHits(batch(String(ago), { a: 10 ** i }, TODAY - ago), 0);
      }
      expect(await hitsOf()).toEqual({
        a: { days30: 11, days90: 1_111, days180: 111_111, total: 11_111_111 },
      });
      // The next day what was 30 days ago is 31 days ago.
      expect(await hitsOf(TODAY + 1)).toEqual({
        a: { days30: 1, days90: 111, days180: 11_111, total: 11_111_111 },
      });
    });

    test("tells of available series that were ever asked for, and of no others", async () => {
      await saveOne(store(), [series("a", [1]), series("quiet", [1])]);
      await store().addHits(batch("1", { a: 1, unknown: 7 }, TODAY - 500), 0);
      expect(await hitsOf()).toEqual({ a: { days30: 0, days90: 0, days180: 0, total: 1 } });
    });

    test("tells of more series than are summed at once", async () => {
      const ids = Array.from({ length: 2_500 }, (_, i) => `s${i}`);
      await saveOne(store(), ids.map((id) => series(id, [1])));
      await store().addHits(batch("1", Object.fromEntries(ids.map((id, i) => [id, i + 1]))), 0);
      const hits = await hitsOf();
      expect(ids.map((id) => hits[id]!.total)).toEqual(ids.map((_, i) => i + 1));
    });
  });

  describe("addLogPage", () => {
    test("adds queries by series and day, each once by its id", async () => {
      expect(await store().logPosition()).toBeUndefined();
      const first = [logged(1, ["a", "b"]), logged(-2, ["a"]), logged(1, ["z"]), logged(3, ["a"], TODAY - 1)];
      expect(await store().addLogPage({ from: undefined, to: at("p2"), queries: first })).toBe(3);
      expect(await store().logPosition()).toEqual(at("p2"));
      const second = [logged(3, ["a"], TODAY - 1), logged(4, ["b"])];
      expect(await store().addLogPage({ from: at("p2"), to: at("p2"), queries: second })).toBe(1);
      expect(await daily()).toEqual([["a", 0, 2], ["b", 0, 2], ["a", -1, 1]]);
    });

    test("tells ids of 64 bits apart", async () => {
      const ids = [2n ** 63n - 1n, 2n ** 63n - 2n, -(2n ** 63n)];
      const queries = ids.map((id) => ({ id, day: TODAY, seriesIds: ["a"] }));
      expect(await store().addLogPage({ from: undefined, to: at("p"), queries })).toBe(3);
      expect(await store().addLogPage({ from: at("p"), to: at("p"), queries })).toBe(0);
    });

    test("adds nothing where the position is another by now", async () => {
      await store().addLogPage({ from: undefined, to: at("p2"), queries: [logged(1, ["a"])] });
      for (const from of [undefined, at("p1"), at("p2", 5)]) {
        await expect(store().addLogPage({ from, to: at("p3"), queries: [logged(2, ["a"])] }))
          .rejects.toMatchObject({ code: "conflict" });
      }
      expect(await daily()).toEqual([["a", 0, 1]]);
      expect(await store().logPosition()).toEqual(at("p2"));
    });

    test("lets one of two readers of the same page take it in", async () => {
      const page = { from: undefined, to: at("p2"), queries: [logged(1, ["a"])] };
      const ends = await Promise.allSettled([store().addLogPage(page), store().addLogPage(page)]);
      expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      expect(await daily()).toEqual([["a", 0, 1]]);
    });

    test("takes queries of closed days for known, though their ids are forgotten", async () => {
      const queries = [logged(1, ["a"], TODAY - 2), logged(2, ["a"], TODAY - 1)];
      await store().addLogPage({ from: undefined, to: at("p"), queries });
      await store().addLogPage({ from: at("p"), to: at("p", TODAY - 1), queries: [] });
      const again = await store().addLogPage({ from: at("p", TODAY - 1), to: at("p", TODAY - 1), queries });
      expect(again).toBe(0);
      // Of another log every day is open; what was not forgotten is known all the same.
      const other: LogPosition = { log: "kong 2", cursor: null, closedBefore: null };
      expect(await store().addLogPage({ from: at("p", TODAY - 1), to: other, queries })).toBe(1);
    });

    test("closes days for the pages after the one that says so", async () => {
      const queries = [logged(1, ["a"], TODAY - 100)];
      expect(await store().addLogPage({ from: undefined, to: at("p", TODAY - 30), queries })).toBe(1);
      const from = at("p", TODAY - 30);
      expect(await store().addLogPage({ from, to: from, queries })).toBe(0);
    });

    test("counts no query twice that was counted by the app too: a day has the greater", async () => {
      await saveOne(store(), [series("a", [1]), series("b", [1])]);
      await store().addHits(batch("1", { a: 2, b: 1 }), 0);
      const queries = [1, 2, 3].map((id) => logged(id, ["a"]));
      await store().addLogPage({ from: undefined, to: at("p"), queries });
      expect(await daily()).toEqual([["a", 0, 3], ["b", 0, 1]]);
      expect((await hitsOf()).a).toEqual({ days30: 3, days90: 3, days180: 3, total: 3 });
    });
  });

  describe("dailyHits", () => {
    test("answers pages of the days asked for, with the sums of all of them", async () => {
      for (const ago of [0, 1, 2, 3]) {
        await store().addHits(batch(String(ago), { a: 1, b: 10 }, TODAY - ago), 0);
      }
      const filter = { from: TODAY - 2, to: TODAY - 1 };
      expect(await store().dailyHits(filter, { offset: 1, limit: 2 })).toEqual({
        total: 4,
        hits: 22,
        rows: [{ seriesId: "b", day: TODAY - 1, hits: 10 }, { seriesId: "a", day: TODAY - 2, hits: 1 }],
      });
      expect(await store().dailyHits({ seriesId: "c" }, { offset: 0, limit: 2 })).toEqual({
        total: 0,
        hits: 0,
        rows: [],
      });
    });
  });
}
