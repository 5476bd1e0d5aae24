// The behaviour that every journal has, whatever engine it is on.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Journal, RunHistoryQuery } from "../../src/core/journal.ts";

export type OpenedJournal = { readonly journal: Journal; readonly close: () => Promise<void> | void };

const REPORTS: readonly { why: string; report: unknown; expected: unknown }[] = [
  {
    why: "an object",
    report: { counts: { new: 1 }, ñ: ["😀", null] },
    expected: { counts: { new: 1 }, ñ: ["😀", null] },
  },
  { why: "a text", report: "x", expected: "x" },
  { why: "null", report: null, expected: null },
  { why: "nothing", report: undefined, expected: null },
  { why: "what JSON leaves out", report: { a: undefined, b: 1 }, expected: { b: 1 } },
];

export function journalSuite(name: string, open: () => Promise<OpenedJournal> | OpenedJournal): void {
  describe(`journal on ${name}`, () => {
    let opened: OpenedJournal;
    let journal: Journal;
    beforeEach(async () => {
      opened = await open();
      journal = opened.journal;
    });
    afterEach(() => opened.close());

    test("startRun answers a run that has begun, each with an id of its own", async () => {
      const first = await journal.startRun("harvest", 1_700_000_000_000);
      expect(first).toEqual({
        id: first.id,
        kind: "harvest",
        name: null,
        about: null,
        status: "STARTED",
        startedAt: 1_700_000_000_000,
        finishedAt: null,
        report: null,
      });
      const second = await journal.startRun("publish", 1_700_000_000_000);
      expect(second.id).toBeGreaterThan(first.id);
      expect(await journal.runs("harvest", 9)).toEqual([first]);
    });

    test.each(["SUCCESS", "FAILURE"] as const)("finishRun notes how a run ended: %s", async (status) => {
      const run = await journal.startRun("harvest", 10);
      const other = await journal.startRun("harvest", 11);
      await journal.finishRun(run.id, status, 20, { text: "x" });
      expect(await journal.runs("harvest", 9)).toEqual([other, {
        ...run,
        status,
        finishedAt: 20,
        report: { text: "x" },
      }]);
    });

    test("run answers one run by its id, of any kind, or nothing", async () => {
      const harvest = await journal.startRun("harvest", 10);
      const publish = await journal.startRun("publish", 11);
      await journal.finishRun(publish.id, "FAILURE", 12, { error: "x" });
      expect(await journal.run(harvest.id)).toEqual(harvest);
      expect(await journal.run(publish.id)).toEqual({
        ...publish,
        status: "FAILURE",
        finishedAt: 12,
        report: { error: "x" },
      });
      expect(await journal.run(publish.id + 1)).toBeUndefined();
      expect(await journal.run(0)).toBeUndefined();
    });

    test("requestRun leaves a run that waits, and claimRun starts the oldest, each once", async () => {
      expect(await journal.claimRun(5)).toBeUndefined();
      const first = await journal.requestRun("task", "dump", { formats: ["csv"], z: 1, a: 2 }, 10);
      expect(first).toEqual({
        id: first.id,
        kind: "task",
        name: "dump",
        about: { formats: ["csv"], z: 1, a: 2 },
        status: "PENDING",
        startedAt: 10,
        finishedAt: null,
        report: null,
      });
      const second = await journal.requestRun("synchronizer", "dump", {}, 11);
      expect(await journal.runs("task", 9)).toEqual([first]);
      expect(await journal.claimRun(20)).toEqual({ ...first, status: "STARTED", startedAt: 20 });
      expect(await journal.claimRun(21)).toEqual({ ...second, status: "STARTED", startedAt: 21 });
      expect(await journal.claimRun(22)).toBeUndefined();
    });

    test("requestRun is Problem conflict while one of that kind and name waits or runs", async () => {
      const { id } = await journal.requestRun("task", "dump", {}, 10);
      const again = () => journal.requestRun("task", "dump", {}, 11);
      await expect(again()).rejects.toMatchObject({
        code: "conflict",
        message: "Ya está corriendo una tarea",
      });
      await journal.claimRun(12);
      await expect(again()).rejects.toMatchObject({ code: "conflict" });
      await journal.requestRun("task", "harvest", {}, 13);
      await journal.finishRun(id, "FAILURE", 14, {});
      expect((await again()).status).toBe("PENDING");
    });

    test("claimRun gives a run to one of several at once", async () => {
      const asked = await Promise.all(
        ["a", "b", "c"].map((name) => journal.requestRun("task", name, {}, 10)),
      );
      const claimed = await Promise.all(Array.from({ length: 6 }, () => journal.claimRun(20)));
      const ids = claimed.flatMap((run) => run ? [run.id] : []);
      expect(ids.toSorted((a, b) => a - b)).toEqual(asked.map(({ id }) => id).toSorted((a, b) => a - b));
    });

    test("withdrawRun ends what waits, so that nobody starts it and it may be asked for again", async () => {
      const { id, ...asked } = await journal.requestRun("task", "dump", { z: 1 }, 10);
      expect(await journal.withdrawRun(id, 11, { error: "x" })).toBe(true);
      const ended = { ...asked, id, status: "FAILURE", finishedAt: 11, report: { error: "x" } };
      expect(await journal.run(id)).toEqual(ended);
      expect(await journal.claimRun(12)).toBeUndefined();
      expect(await journal.withdrawRun(id, 13, {})).toBe(false);
      expect(await journal.run(id)).toEqual(ended);
      expect((await journal.requestRun("task", "dump", {}, 14)).status).toBe("PENDING");
    });

    test("withdrawRun leaves what has begun, and what is not known", async () => {
      const { id } = await journal.requestRun("task", "dump", {}, 10);
      const begun = await journal.claimRun(11);
      expect(await journal.withdrawRun(id, 12, {})).toBe(false);
      expect(await journal.run(id)).toEqual(begun);
      expect(await journal.withdrawRun(id + 1, 12, {})).toBe(false);
    });

    test("withdrawRun and claimRun at once: one of them has the run", async () => {
      const { id } = await journal.requestRun("task", "dump", {}, 10);
      const [withdrawn, claimed] = await Promise.all([journal.withdrawRun(id, 11, {}), journal.claimRun(11)]);
      expect(withdrawn).toBe(claimed === undefined);
    });

    test("runs answers those of a name", async () => {
      const a = await journal.requestRun("task", "a", {}, 10);
      await journal.requestRun("task", "b", {}, 11);
      await journal.requestRun("synchronizer", "a", {}, 12);
      expect(await journal.runs("task", 9, "a")).toEqual([a]);
      expect(await journal.runs("task", 0, "a")).toEqual([]);
      expect(await journal.runs("task", 9, "c")).toEqual([]);
    });

    test("abandonRuns leaves what waits", async () => {
      const { id } = await journal.requestRun("task", "a", {}, 10);
      expect(await journal.abandonRuns("task", 11)).toBe(0);
      expect((await journal.run(id))!.status).toBe("PENDING");
      await journal.claimRun(12);
      expect(await journal.abandonRuns("task", 13)).toBe(1);
      expect((await journal.run(id))!.status).toBe("FAILURE");
    });

    test.each(REPORTS)("finishRun keeps the report as JSON: $why", async ({ report, expected }) => {
      const { id } = await journal.startRun("publish", 10);
      await journal.finishRun(id, "SUCCESS", 20, report);
      expect((await journal.runs("publish", 1))[0]).toMatchObject({ status: "SUCCESS", report: expected });
    });

    test("finishRun of a run that is not known does nothing", async () => {
      await journal.finishRun(99, "SUCCESS", 20, {});
      expect(await journal.runs("harvest", 9)).toEqual([]);
    });

    test("runs answers those of a kind, newest first, as many as asked for", async () => {
      const ids: number[] = [];
      for (const kind of ["harvest", "publish", "harvest", "harvest", "publish"] as const) {
        ids.push((await journal.startRun(kind, 10)).id);
      }
      const idsOf = async (...asked: Parameters<Journal["runs"]>) =>
        (await journal.runs(...asked)).map(({ id }) => id);
      expect(await idsOf("harvest", 9)).toEqual([ids[3], ids[2], ids[0]]);
      expect(await idsOf("harvest", 2)).toEqual([ids[3], ids[2]]);
      expect(await idsOf("publish", 1)).toEqual([ids[4]]);
      expect(await idsOf("publish", 0)).toEqual([]);
    });

    test("history answers runs of several kinds by state, name, time and place, newest first", async () => {
      const a = await journal.startRun("harvest", 1_000);
      const b = await journal.startRun("publish", 2_000);
      const c = await journal.requestRun("task", "dump", {}, 3_000);
      await journal.startRun("report", 4_000);
      const d = await journal.startRun("harvest", 5_000);
      await journal.finishRun(a.id, "FAILURE", 1_500, null);
      const kinds = ["harvest", "publish", "task"] as const;
      const ids = async (query: Partial<RunHistoryQuery>) =>
        (await journal.history({ kinds, limit: 9, ...query })).map(({ id }) => id);
      expect(await ids({})).toEqual([d.id, c.id, b.id, a.id]);
      expect(await ids({ kinds: ["publish"] })).toEqual([b.id]);
      expect(await ids({ limit: 2 })).toEqual([d.id, c.id]);
      expect(await ids({ before: c.id })).toEqual([b.id, a.id]);
      expect(await ids({ from: 2_000, to: 5_000 })).toEqual([c.id, b.id]);
      expect(await ids({ statuses: ["FAILURE", "PENDING"] })).toEqual([c.id, a.id]);
      expect(await ids({ name: "dump" })).toEqual([c.id]);
      expect((await journal.history({ kinds, statuses: ["FAILURE"], limit: 1 }))[0]).toEqual({
        ...a,
        status: "FAILURE",
        finishedAt: 1_500,
      });
    });

    test("abandonRuns ends what has begun of one kind, and nothing else", async () => {
      const done = await journal.startRun("harvest", 10);
      await journal.finishRun(done.id, "SUCCESS", 11, {});
      const publish = await journal.startRun("publish", 12);
      await journal.startRun("harvest", 13);
      await journal.startRun("harvest", 14);
      expect(await journal.abandonRuns("harvest", 20)).toBe(2);
      expect(
        (await journal.runs("harvest", 9)).map((
          { status, finishedAt, report },
        ) => [status, finishedAt, report]),
      )
        .toEqual([["FAILURE", 20, null], ["FAILURE", 20, null], ["SUCCESS", 11, {}]]);
      expect(await journal.runs("publish", 9)).toEqual([publish]);
      expect(await journal.abandonRuns("harvest", 30)).toBe(0);
    });
  });
}
