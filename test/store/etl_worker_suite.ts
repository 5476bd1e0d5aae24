// What workers ask of an ETL store: attempts that are theirs alone, signs of life, and logs.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LOG_STREAMS, type LogLine } from "../../src/core/etl/run.ts";
import type { EtlLease, EtlStore } from "../../src/core/etl/store.ts";
import {
  begunRun,
  draft,
  kept,
  lease,
  NOON,
  type OpenedEtlStore,
  outcome,
  startedRun,
  step,
  worker,
} from "./etl_examples.ts";

const W1 = { id: "w1", host: "machine" };

export function etlWorkerSuite(open: () => Promise<OpenedEtlStore> | OpenedEtlStore): void {
  let opened: OpenedEtlStore;
  let store: EtlStore;
  let other: EtlStore;
  let held: EtlLease;
  beforeEach(async () => {
    opened = await open();
    ({ store, other } = opened);
    held = await lease(store);
  });
  afterEach(() => opened.close());

  describe("begin", () => {
    test("makes an attempt that waits the worker's, and tells its run", async () => {
      const { run, attempts } = await startedRun(store, held);
      const begun = await other.begin(attempts[0]!.id, W1, NOON + 30);
      const [attempt] = begun!.attempts;
      expect(begun).toEqual({
        run: { ...run, revision: begun!.run.revision },
        attempts: [
          {
            ...attempts[0],
            status: "STARTED",
            start: NOON + 30,
            worker: "w1",
            host: "machine",
            heartbeatAt: attempt!.heartbeatAt,
          },
          attempts[1],
        ],
      });
      expect(begun!.run.revision).toBeGreaterThan(run.revision);
      expect(await kept(store, run.id)).toEqual(begun);
      const { takenAt } = (await store.lease("scheduler"))!;
      expect(attempt!.heartbeatAt, "by the clock of the database").toBeGreaterThanOrEqual(takenAt);
    });

    test("gives it to one of ten that come at once", async () => {
      const { run, attempts } = await startedRun(store, held);
      const begun = await Promise.all(
        Array.from(
          { length: 10 },
          (_, i) =>
            (i % 2 ? store : other).begin(attempts[0]!.id, { id: `w${i}`, host: "machine" }, NOON + i),
        ),
      );
      const [winner, ...more] = begun.filter((one) => one !== undefined);
      expect(more).toEqual([]);
      expect(await kept(store, run.id)).toEqual(winner);
      expect(winner!.attempts[0]!.worker).toBe(`w${begun.indexOf(winner)}`);
    });

    test("gives a further attempt whose time has come", async () => {
      const { run, attempts } = await begunRun(store, held);
      await store.end(
        attempts[0]!.id,
        "w1",
        outcome({ status: "FAILURE", reason: "exit_code", exitCode: 1 }),
      );
      const ended = await kept(store, run.id);
      await store.decide(held, run.id, ended.run.revision, {
        newAttempts: [step(0, { attempt: 2, status: "RETRYING", notBefore: NOON })],
      });
      const waiting = await kept(store, run.id);
      const further = waiting.attempts[1]!;
      expect(await store.begin(further.id, W1, NOON), "it was not handed out").toBeUndefined();
      await store.decide(held, run.id, waiting.run.revision, {
        attempts: [{ id: further.id, queuedAt: NOON }],
      });
      expect((await store.begin(further.id, W1, NOON))!.attempts[1]).toMatchObject({
        id: further.id,
        status: "STARTED",
      });
    });

    const REFUSED: readonly { why: string; attempt: () => Promise<number> }[] = [
      {
        why: "it was not handed to the workers",
        attempt: async () => (await startedRun(store, held)).attempts[1]!.id,
      },
      {
        why: "its run waits",
        attempt: async () => {
          const { run } = await store.addRun(draft());
          const { attempts: [first] } = await kept(store, run.id);
          await store.decide(held, run.id, run.revision, { attempts: [{ id: first!.id, queuedAt: NOON }] });
          return first!.id;
        },
      },
      {
        why: "its run was asked to end",
        attempt: async () => {
          const { run, attempts } = await startedRun(store, held);
          await store.askCancel(run.id, null, NOON);
          return attempts[0]!.id;
        },
      },
      {
        why: "its run has ended",
        attempt: async () => {
          const { run, attempts } = await startedRun(store, held);
          await store.decide(held, run.id, run.revision, { run: { status: "FAILURE", end: NOON } });
          return attempts[0]!.id;
        },
      },
      {
        why: "it was taken back",
        attempt: async () => {
          const { run, attempts } = await startedRun(store, held);
          const id = attempts[0]!.id;
          await store.decide(held, run.id, run.revision, { attempts: [{ id, status: "CANCELLED" }] });
          return id;
        },
      },
      { why: "it has begun", attempt: async () => (await begunRun(store, held, "w2")).attempts[0]!.id },
      { why: "there is none", attempt: () => Promise.resolve(999) },
    ];

    test.each(REFUSED)("is undefined, and changes nothing: $why", async ({ attempt }) => {
      const id = await attempt();
      const before = [await store.activeRuns(), await store.runs({ limit: 9 })];
      expect(await store.begin(id, W1, NOON)).toBeUndefined();
      expect([await store.activeRuns(), await store.runs({ limit: 9 })]).toEqual(before);
    });
  });

  test("notePid and end note what the worker tells of its attempt", async () => {
    const { run, attempts } = await begunRun(store, held);
    const id = attempts[0]!.id;
    await store.notePid(id, "w1", 4_194_304, "boot 123");
    const told = outcome({
      status: "FAILURE",
      end: NOON + 99,
      exitCode: null,
      signal: "SIGKILL",
      reason: "limit",
      message: "línea\0\n😀",
      peakMemoryBytes: 3_000_000_000,
      fingerprint: { path: "x", size: 1, entries: [null, true, "ñ"] },
      summary: { tables: { t: { rows: 5 } } },
    });
    expect(await other.end(id, "w1", told)).toBe(true);
    const after = await kept(store, run.id);
    expect(after.attempts[0]).toEqual({ ...attempts[0], pid: 4_194_304, processStart: "boot 123", ...told });
    expect(after.run).toEqual({ ...run, revision: after.run.revision });
    expect(await store.end(id, "w1", outcome()), "it has ended").toBe(false);
    await store.notePid(id, "w1", 1, "");
    expect(await kept(store, run.id)).toEqual(after);
  });

  test("notePid and end change nothing of an attempt that is another's, or given up", async () => {
    const { run, attempts } = await begunRun(store, held);
    const id = attempts[0]!.id;
    const before = await kept(store, run.id);
    await store.notePid(id, "w2", 5, "x");
    expect(await store.end(id, "w2", outcome())).toBe(false);
    expect(await store.end(attempts[1]!.id, "w1", outcome()), "it did not begin").toBe(false);
    expect(await store.end(999, "w1", outcome())).toBe(false);
    expect(await kept(store, run.id)).toEqual(before);
    await store.decide(held, run.id, before.run.revision, {
      attempts: [{ id, status: "FAILURE", end: NOON, reason: "lost" }],
    });
    const lost = await kept(store, run.id);
    expect(await store.end(id, "w1", outcome())).toBe(false);
    expect(await kept(store, run.id)).toEqual(lost);
  });

  test("end and decide at the same time: nothing of either is undone", async () => {
    for (let i = 0; i < 10; i++) {
      const { run, attempts } = await begunRun(store, held);
      const id = attempts[0]!.id;
      const lose = () =>
        other.decide(held, run.id, run.revision, {
          run: { status: "FAILURE", end: NOON },
          attempts: [{ id, status: "FAILURE", end: NOON, reason: "lost" }],
        });
      const [decided, ended] = await Promise.all([lose(), store.end(id, "w1", outcome())]);
      expect(decided).toBe(!ended);
      const after = await kept(store, run.id);
      expect([after.run.status, after.attempts[0]!.status]).toEqual(
        ended ? ["STARTED", "SUCCESS"] : ["FAILURE", "FAILURE"],
      );
    }
  });

  describe("beat", () => {
    test("lists the worker, by the clock of the database, until it leaves", async () => {
      const { takenAt } = (await store.lease("scheduler"))!;
      expect(await store.beat(worker("w2", { startedAt: NOON + 1 }), [])).toEqual([]);
      await store.beat(worker(), []);
      const [one, two] = await other.workers();
      expect([one, two]).toEqual([
        { ...worker(), heartbeatAt: one!.heartbeatAt },
        { ...worker("w2", { startedAt: NOON + 1 }), heartbeatAt: two!.heartbeatAt },
      ]);
      expect(two!.heartbeatAt).toBeGreaterThanOrEqual(takenAt);
      await opened.advance(20);
      await store.beat(worker("w1", { slots: 9 }), []);
      const [again] = await store.workers();
      expect(again).toMatchObject({ id: "w1", slots: 9 });
      expect(again!.heartbeatAt).toBeGreaterThan(one!.heartbeatAt);
      await other.leave("w1");
      expect((await store.workers()).map(({ id }) => id)).toEqual(["w2"]);
    });

    test("answers which attempts have to end: asked to, ended by others, another's, unknown", async () => {
      const [fine, asked, lost, foreign] = [
        await begunRun(store, held),
        await begunRun(store, held),
        await begunRun(store, held),
        await begunRun(store, held, "w2"),
      ];
      await store.askCancel(asked.run.id, null, NOON);
      const idOf = ({ attempts }: typeof fine) => attempts[0]!.id;
      await store.decide(held, lost.run.id, lost.run.revision, {
        attempts: [{ id: idOf(lost), status: "FAILURE", reason: "lost", end: NOON }],
      });
      const before = await kept(store, foreign.run.id);
      await opened.advance(20);
      const ids = [999, ...[fine, asked, lost, foreign].map(idOf)];
      expect(await store.beat(worker(), ids)).toEqual([999, ...[asked, lost, foreign].map(idOf)]);
      for (const { run, attempts } of [fine, asked]) {
        const [attempt] = (await kept(store, run.id)).attempts;
        expect(attempt!.heartbeatAt).toBeGreaterThan(attempts[0]!.heartbeatAt!);
      }
      expect(await kept(store, foreign.run.id)).toEqual(before);
    });

    test("of two workers at once, over the same attempts in any order", async () => {
      const ids: number[] = [];
      for (let i = 0; i < 6; i++) ids.push((await begunRun(store, held)).attempts[0]!.id);
      const beats = Array.from(
        { length: 20 },
        (_, i) => (i % 2 ? store : other).beat(worker(), i % 3 ? ids : ids.toReversed()),
      );
      expect((await Promise.all(beats)).flat()).toEqual([]);
    });
  });

  test("attemptsOnHost answers whose processes may be alive, until they are noted as gone", async () => {
    const begin = async (host: string, pid?: number) => {
      const { run, attempts } = await startedRun(store, held);
      const id = attempts[0]!.id;
      await store.begin(id, { id: "w1", host }, NOON);
      if (pid !== undefined) await store.notePid(id, "w1", pid, "start");
      return { run, id };
    };
    const [running, lost, ended, unborn, far] = [
      await begin("machine", 1),
      await begin("machine", 2),
      await begin("machine", 3),
      await begin("machine"),
      await begin("far", 5),
    ];
    const lose = async ({ run: { id: runId }, id }: typeof lost) => {
      const { run } = await kept(store, runId);
      await store.decide(held, runId, run.revision, {
        attempts: [{ id, status: "FAILURE", end: NOON, reason: "lost" }],
      });
    };
    await lose(lost);
    await lose(unborn);
    await store.end(ended.id, "w1", outcome());
    const onHost = async (host: string) => (await other.attemptsOnHost(host)).map(({ id, pid }) => [id, pid]);
    expect(await onHost("machine")).toEqual([[running.id, 1], [lost.id, 2]]);
    expect(await onHost("far")).toEqual([[far.id, 5]]);
    const before = await kept(store, lost.run.id);
    await store.noteReaped([lost.id, 999]);
    expect(await onHost("machine")).toEqual([[running.id, 1]]);
    expect(await kept(store, lost.run.id)).toEqual(before);
    await store.noteReaped([running.id]);
    expect(await onHost("machine")).toEqual([]);
    expect(await onHost("far")).toEqual([[far.id, 5]]);
  });

  describe("appendLog and log", () => {
    const line = (text: string, i = 0): LogLine => ({ at: NOON + i, stream: LOG_STREAMS[i % 3]!, text });
    /** Lines from nothing to 64 KiB, so that chunks begin and end in all places. */
    const LINES = [
      "a",
      "",
      "ñ😀\0\u2028\x1b[31m",
      "x".repeat(65_536),
      "y".repeat(65_535),
      "z",
      "é".repeat(32_768),
      "é".repeat(32_767),
      "\ud83d cut",
      ...Array.from({ length: 200 }, (_, i) => `${i} ${"w".repeat((i * 37) % 3000)}`),
      "\\\"'\t end",
    ].map(line);
    const READ = LINES.map((one) => ({ ...one, text: one.text.replace("\ud83d cut", "\ufffd cut") }));

    test("keeps lines as they came; any range of them can be read", async () => {
      const { attempts } = await begunRun(store, held);
      const id = attempts[0]!.id;
      expect(await store.log(id, 0, 9)).toEqual({ lines: [], total: 0 });
      const cuts = [0, 1, 3, 3, 8, 150, LINES.length];
      for (const [i, start] of cuts.slice(0, -1).entries()) {
        await (i % 2 ? store : other).appendLog(id, LINES.slice(start, cuts[i + 1]), false);
      }
      expect(await store.log(id, 0, LINES.length)).toEqual({ lines: READ, total: LINES.length });
      for (let from = 0; from < LINES.length + 3; from += 3) {
        for (const limit of [0, 1, 2, 10, 99_999]) {
          const { lines, total } = await other.log(id, from, limit);
          expect(total).toBe(LINES.length);
          expect(lines, `${limit} from ${from}`).toEqual(READ.slice(from, from + limit));
        }
      }
      const [attempt] = await store.attemptsOf([attempts[0]!.runId]);
      expect(attempt).toMatchObject({ logLines: LINES.length, logCut: false });
    });

    test("notes that no more is kept, which stays so", async () => {
      const { run, attempts } = await begunRun(store, held);
      const id = attempts[0]!.id;
      await store.appendLog(id, [line("a")], true);
      await store.appendLog(id, [], false);
      expect((await kept(store, run.id)).attempts[0]).toMatchObject({ logLines: 1, logCut: true });
    });

    test("is of one attempt, and of none that is unknown", async () => {
      const { attempts } = await begunRun(store, held);
      await store.appendLog(attempts[0]!.id, [line("a")], false);
      await store.appendLog(attempts[1]!.id, [line("b")], false);
      await store.appendLog(999, [line("c")], false);
      expect(await store.log(attempts[0]!.id, 0, 9)).toEqual({ lines: [line("a")], total: 1 });
      expect(await store.log(attempts[1]!.id, 0, 9)).toEqual({ lines: [line("b")], total: 1 });
      expect(await store.log(999, 0, 9)).toEqual({ lines: [], total: 0 });
    });

    test("loses nothing that two append at once", async () => {
      const { attempts } = await begunRun(store, held);
      const id = attempts[0]!.id;
      const given = Array.from({ length: 40 }, (_, i) => [line(`${i} a`), line(`${i} b`)]);
      await Promise.all(given.map((lines, i) => (i % 2 ? store : other).appendLog(id, lines, false)));
      const { lines, total } = await store.log(id, 0, 999);
      expect(total).toBe(80);
      const pairs = Array.from({ length: 40 }, (_, i) => lines.slice(2 * i, 2 * i + 2));
      const byNumber = (pair: LogLine[]) => Number(pair[0]!.text.split(" ")[0]);
      expect(pairs.sort((a, b) => byNumber(a) - byNumber(b))).toEqual(given);
    });
  });
}
