// The behaviour that records and the trail have on every engine.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Records, Trail } from "../../src/core/records.ts";

export type OpenedRecords = {
  readonly records: Records;
  readonly trail: Trail;
  readonly close: () => Promise<void> | void;
};

const VALUES: readonly { why: string; value: unknown }[] = [
  { why: "an object whose keys are in no order", value: { z: 1, a: [true, null, 0.1], ñ: "😀\u0000\n'\"" } },
  { why: "null, which is a value", value: null },
  { why: "an empty text", value: "" },
  { why: "a long text", value: "é".repeat(100_000) },
];

export function recordsSuite(name: string, open: () => Promise<OpenedRecords> | OpenedRecords): void {
  describe(`records on ${name}`, () => {
    let opened: OpenedRecords;
    let records: Records;
    beforeEach(async () => {
      opened = await open();
      records = opened.records;
    });
    afterEach(() => opened.close());
    const put = (id: string, value: unknown, version = 0) =>
      records.write([{ kind: "setting", id, version, value }]);

    test("record answers nothing for what was never written", async () => {
      expect(await records.record("setting", "a")).toBeUndefined();
      expect(await records.records("setting")).toEqual([]);
    });

    test.each(VALUES)("write keeps a value as JSON: $why", async ({ value }) => {
      await put("a", value);
      expect(await records.record("setting", "a")).toEqual({ id: "a", version: 1, value });
      // The order of keys too.
      expect(JSON.stringify((await records.record("setting", "a"))!.value)).toBe(JSON.stringify(value));
    });

    test("write makes the version one more each time", async () => {
      await put("a", 1);
      await put("a", 2, 1);
      await put("a", 3, 2);
      expect(await records.record("setting", "a")).toEqual({ id: "a", version: 3, value: 3 });
    });

    test.each([
      { why: "new where there is one", version: 0 },
      { why: "of a version that passed", version: 1 },
      { why: "of a version to come", version: 3 },
    ])("write is Problem conflict for a record $why, and changes nothing", async ({ version }) => {
      await put("a", 1);
      await put("a", 2, 1);
      const changes = [
        { kind: "setting" as const, id: "b", version: 0, value: 9 },
        { kind: "setting" as const, id: "a", version, value: 9 },
      ];
      await expect(records.write(changes)).rejects.toMatchObject({ code: "conflict" });
      expect(await records.records("setting")).toEqual([{ id: "a", version: 2, value: 2 }]);
    });

    test("write without a value removes; the next begins at version 1", async () => {
      await put("a", 1);
      await records.write([{ kind: "setting", id: "a", version: 1 }]);
      expect(await records.record("setting", "a")).toBeUndefined();
      await expect(records.write([{ kind: "setting", id: "a", version: 1 }]))
        .rejects.toMatchObject({ code: "conflict" });
      await put("a", 2);
      expect(await records.record("setting", "a")).toEqual({ id: "a", version: 1, value: 2 });
    });

    test("write lets one of several at once win", async () => {
      await put("a", 0);
      const tries = await Promise.allSettled([1, 2, 3, 4].map((value) => put("a", value, 1)));
      expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect((await records.record("setting", "a"))!.version).toBe(2);
    });

    test("records answers those of a kind, by id", async () => {
      for (const id of ["b", "ñ", "a", "Z", "a b", "😀", "\uffee"]) await put(id, id);
      await records.write([{ kind: "account", id: "a", version: 0, value: "other" }]);
      expect((await records.records("setting")).map(({ id }) => id))
        .toEqual(["Z", "a", "a b", "b", "ñ", "\uffee", "😀"]);
      expect(await records.records("account")).toEqual([{ id: "a", version: 1, value: "other" }]);
    });
  });

  describe(`trail on ${name}`, () => {
    let opened: OpenedRecords;
    let trail: Trail;
    beforeEach(async () => {
      opened = await open();
      trail = opened.trail;
      for (let i = 1; i <= 5; i++) {
        await trail.append("run", i % 2 ? "odd" : "even", 1_700_000_000_000 + i, { i });
      }
      await trail.append("audit", "odd", 9, "other");
    });
    afterEach(() => opened.close());
    const ids = async (query: Parameters<Trail["entries"]>[1]) =>
      (await trail.entries("run", query)).map(({ entry }) => (entry as { i: number }).i);

    test("entries answers the newest first, of a kind", async () => {
      expect(await ids({ limit: 9 })).toEqual([5, 4, 3, 2, 1]);
      expect(await ids({ limit: 2 })).toEqual([5, 4]);
      expect(await ids({ limit: 0 })).toEqual([]);
      const [newest] = await trail.entries("run", { limit: 1 });
      expect(newest).toEqual({ id: newest!.id, subject: "odd", at: 1_700_000_000_005, entry: { i: 5 } });
      expect(await trail.entries("audit", { limit: 9 })).toMatchObject([{
        subject: "odd",
        at: 9,
        entry: "other",
      }]);
    });

    test("entries answers those of a subject", async () => {
      expect(await ids({ subject: "odd", limit: 9 })).toEqual([5, 3, 1]);
      expect(await ids({ subject: "even", after: 0, limit: 9 })).toEqual([2, 4]);
      expect(await ids({ subject: "none", limit: 9 })).toEqual([]);
    });

    test("entries goes on from an entry, either way", async () => {
      const all = await trail.entries("run", { after: 0, limit: 9 });
      expect(await ids({ after: 0, limit: 9 })).toEqual([1, 2, 3, 4, 5]);
      expect(await ids({ after: all[2]!.id, limit: 1 })).toEqual([4]);
      expect(await ids({ before: all[2]!.id, limit: 9 })).toEqual([2, 1]);
      expect(await ids({ after: all[0]!.id, before: all[4]!.id, limit: 9 })).toEqual([2, 3, 4]);
    });

    test("append gives ids that ascend", async () => {
      const all = await trail.entries("run", { after: 0, limit: 9 });
      expect(all.map(({ id }) => id)).toEqual(all.map(({ id }) => id).toSorted((a, b) => a - b));
      expect(new Set(all.map(({ id }) => id)).size).toBe(5);
    });
  });
}
