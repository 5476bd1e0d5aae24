// A worker of steps over the store in memory, with processes that do as they are told.

import { describe, expect, it } from "vitest";
import type { AttemptDraft, LogLine } from "../../src/core/etl/run.ts";
import type { StepCommand, StepEnd, StepProcesses } from "../../src/etl/step_process.ts";
import type { EtlStore } from "../../src/core/etl/store.ts";
import { Problem } from "../../src/core/problem.ts";
import { queueInProcess } from "../../src/etl/queue.ts";
import { type StepWork, workOnSteps } from "../../src/etl/worker.ts";
import { memoryEtlStore } from "../../src/store/etl_memory.ts";

const WELL: StepEnd = {
  exitCode: 0,
  signal: null,
  reason: null,
  message: null,
  peakMemoryBytes: 1,
  fingerprint: { path: "/x" },
};
const ENDED: StepEnd = { ...WELL, exitCode: null, signal: "SIGTERM", reason: "user", fingerprint: null };
const COMMAND: StepCommand = {
  argv: ["/bin/true"],
  cwd: "/",
  env: {},
  timeoutSeconds: 1,
  killGraceSeconds: 1,
  maxOutputMB: 1,
  secrets: [],
};
const STEP: AttemptDraft = {
  stepIndex: 0,
  stepId: "1",
  attempt: 1,
  name: "m",
  input: null,
  output: null,
  conf: null,
};

const says = (...texts: string[]): LogLine[] => texts.map((text) => ({ at: 1, stream: "stdout", text }));

type Watch = Parameters<StepProcesses["run"]>[1];

/** A run with one step that is handed to the workers, and a worker that performs it with `run`. */
async function performed(
  run: (watch: Watch, command: StepCommand) => Promise<StepEnd>,
  change: (work: StepWork) => Partial<StepWork> = () => ({}),
  during: (world: { store: EtlStore; runId: number; attemptId: number; stop: () => void }) => Promise<void> =
    () => Promise.resolve(),
) {
  const store = memoryEtlStore(Date.now);
  const { run: { id: runId } } = await store.addRun({
    name: "s",
    requestedAt: 1,
    trigger: "manual",
    snapshot: {} as never,
    attempts: [STEP],
  });
  const lease = (await store.takeLease("etl", "test", 60_000))!;
  const found = (await store.run(runId))!;
  const attemptId = found.attempts[0]!.id;
  await store.decide(lease, runId, found.run.revision, {
    run: { status: "STARTED", start: 1 },
    attempts: [{ id: attemptId, queuedAt: 1 }],
  });
  const queue = queueInProcess();
  await queue.offer(attemptId);
  const end = new AbortController();
  const errors: unknown[] = [];
  const ended = Promise.withResolvers<void>();
  const work: StepWork = {
    store,
    queue,
    processes: { run: (command, watch) => run(watch, command), reap: () => Promise.resolve(false) },
    worker: { id: "w1", host: "h", pid: 1, startedAt: 0, slots: 1 },
    now: Date.now,
    prepare: () => Promise.resolve(COMMAND),
    onEnd: () => ended.resolve(),
    onError: (error) => errors.push(error),
  };
  const working = workOnSteps({ ...work, ...change(work) }, end.signal, () => 0);
  await during({ store, runId, attemptId, stop: () => end.abort() });
  await ended.promise;
  end.abort();
  await working;
  const [attempt] = (await store.run(runId))!.attempts;
  return { attempt: attempt!, lines: (await store.log(attemptId, 0, 100)).lines, errors, store };
}

describe("a step that is performed", () => {
  it("ends as SUCCESS with its log, its process and the summary of its last line", async () => {
    const { attempt, lines } = await performed(async ({ onStart, onLines }) => {
      await onStart(42, "boot 7");
      await onLines(says("hola", '{"rows": 150}'), false);
      await onLines([{ at: 2, stream: "stderr", text: "listo" }], false);
      return WELL;
    });
    expect(attempt).toMatchObject({
      status: "SUCCESS",
      reason: null,
      exitCode: 0,
      worker: "w1",
      host: "h",
      pid: 42,
      processStart: "boot 7",
      summary: { rows: 150 },
      fingerprint: { path: "/x" },
      logLines: 3,
    });
    expect(lines.map(({ text }) => text)).toEqual(["hola", '{"rows": 150}', "listo"]);
  });

  it.each([["no JSON", "150 rows"], ["a list", "[1]"], ["half an object", '{"rows": 1']])(
    "keeps no summary of a last line that is %s",
    async (_, line) => {
      const { attempt } = await performed(async ({ onLines }) => {
        await onLines(says('{"rows": 1}', line), false);
        return WELL;
      });
      expect(attempt.summary).toBeNull();
    },
  );

  it("ends as FAILURE with the reason of its process", async () => {
    const { attempt } = await performed(() =>
      Promise.resolve({
        ...WELL,
        exitCode: 3,
        reason: "exit_code",
        message: "no hay datos",
        fingerprint: null,
      })
    );
    expect(attempt).toMatchObject({
      status: "FAILURE",
      reason: "exit_code",
      exitCode: 3,
      message: "no hay datos",
    });
  });

  it("fails as validation, without a process, when it cannot be prepared", async () => {
    let ran = false;
    const { attempt, errors } = await performed(
      () => {
        ran = true;
        return Promise.resolve(WELL);
      },
      () => ({ prepare: () => Promise.reject(new Problem("invalid", "el archivo cambió")) }),
    );
    expect(attempt).toMatchObject({ status: "FAILURE", reason: "validation", message: "el archivo cambió" });
    expect([ran, errors]).toEqual([false, []]);
  });

  it("is ended when its run is cancelled, and is CANCELLED by the user then", async () => {
    const { attempt } = await performed(
      ({ signal }) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(ENDED))),
      () => ({}),
      async ({ store, runId, attemptId }) => {
        await until(async () => (await store.run(runId))!.attempts[0]!.status === "STARTED");
        await store.askCancel(runId, "ana", 5);
        expect(attemptId).toBeGreaterThan(0);
      },
    );
    expect(attempt).toMatchObject({ status: "CANCELLED", reason: "user", signal: "SIGTERM" });
  });

  it("is lost, not cancelled, when its worker is told to go and its time is over", async () => {
    const { attempt, store } = await performed(
      ({ signal }) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(ENDED))),
      () => ({}),
      async ({ store, runId, stop }) => {
        await until(async () => (await store.run(runId))!.attempts[0]!.status === "STARTED");
        stop();
      },
    );
    expect(attempt).toMatchObject({ status: "FAILURE", reason: "lost" });
    expect(await store.workers()).toEqual([]);
  });

  it("loses neither a line nor its end to a store that is away for a moment", async () => {
    let refused = 0;
    const away = (store: EtlStore): EtlStore => ({
      ...store,
      appendLog: (...args) =>
        refused++ === 0 ? Promise.reject(new Problem("unavailable", "away")) : store.appendLog(...args),
      end: (...args) =>
        refused++ === 2 ? Promise.reject(new Problem("unavailable", "away")) : store.end(...args),
    });
    const { attempt, lines } = await performed(
      async ({ onLines }) => {
        await onLines(says("una"), false);
        return WELL;
      },
      ({ store }) => ({ store: away(store) }),
    );
    expect(attempt.status).toBe("SUCCESS");
    expect(lines.map(({ text }) => text)).toEqual(["una"]);
    expect(refused).toBe(4);
  });
});

it("performs nothing that another worker has already", async () => {
  let ran = 0;
  const { attempt } = await performed(
    () => {
      ran++;
      return Promise.resolve(WELL);
    },
    ({ store, queue }) => ({
      store: {
        ...store,
        begin: async (...args) => {
          await queue.offer(args[0]);
          return await store.begin(...args);
        },
      },
    }),
  );
  expect([attempt.status, ran]).toEqual(["SUCCESS", 1]);
});

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!await isTrue()) await new Promise((resolve) => setTimeout(resolve, 10));
}
