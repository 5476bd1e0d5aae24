// The behaviour that every journal has, whatever engine it is on.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Journal } from "../../src/core/journal.ts";

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
