// The course of one run: order, branches, failures, retries, ends. Each row of the tables is a sequence, what its steps
// come to, and what the contract makes of it.

import { describe, expect, test } from "vitest";
import type { AttemptOutcome } from "../../src/core/etl/run.ts";
import { NO_RETRIES } from "../../src/core/etl/sequence.ts";
import { failed, MINUTE, NOON, outcome, snapshot, type StepSketch } from "./example_sequences.ts";
import { world } from "./scheduler_world.ts";

type Script = Readonly<Record<string, readonly AttemptOutcome[]>>;

/** Runs a sequence to its end; steps that the script does not name end well. Answers what began, wave by wave. */
async function play(steps: readonly StepSketch[], script: Script = {}) {
  const here = await world();
  const id = await here.start(snapshot(steps));
  const waves: string[][] = [];
  const tries = new Map<string, number>();
  for (let round = 0; round < 50; round++) {
    await here.tick();
    const begun = (await here.begin()).map((text) => text.split(" ")[1]!);
    if (begun.length > 0) waves.push(begun);
    for (const stepId of begun) {
      here.pass(1_000);
      const attempt = tries.get(stepId) ?? 0;
      tries.set(stepId, attempt + 1);
      await here.end(id, stepId, { ...(script[stepId]?.[attempt] ?? outcome(0)), end: here.now() });
    }
    here.pass(10_000);
  }
  return { waves, steps: await here.steps(id), run: await here.run(id), errors: here.errors };
}

const bad = [failed(0)];
const diamond: StepSketch[] = [
  { id: "a" },
  { id: "b", needs: ["a"] },
  { id: "c", needs: ["a"] },
  { id: "d", needs: ["b", "c"] },
];

describe("decideRun", () => {
  const courses: {
    why: string;
    steps: StepSketch[];
    script?: Script;
    waves: string[][];
    statuses: string[];
    run: string;
  }[] = [
    {
      why: "one step after the other",
      steps: [{ id: "a" }, { id: "b" }, { id: "c" }],
      waves: [["a"], ["b"], ["c"]],
      statuses: ["SUCCESS", "SUCCESS", "SUCCESS"],
      run: "SUCCESS",
    },
    {
      why: "what comes after a failure is skipped",
      steps: [{ id: "a" }, { id: "b" }, { id: "c" }],
      script: { b: bad },
      waves: [["a"], ["b"]],
      statuses: ["SUCCESS", "FAILURE", "SKIPPED"],
      run: "FAILURE",
    },
    {
      why: "branches run side by side",
      steps: diamond,
      waves: [["a"], ["b", "c"], ["d"]],
      statuses: ["SUCCESS", "SUCCESS", "SUCCESS", "SUCCESS"],
      run: "SUCCESS",
    },
    {
      why: "a step that may fail neither fails the run nor stops the next",
      steps: [{ id: "a", continueOnError: true }, { id: "b" }],
      script: { a: bad },
      waves: [["a"], ["b"]],
      statuses: ["FAILURE", "SUCCESS"],
      run: "SUCCESS",
    },
    {
      why: "a step for failures runs where what it needs failed",
      steps: [{ id: "a" }, { id: "mend", when: "failure" }],
      script: { a: bad },
      waves: [["a"], ["mend"]],
      statuses: ["FAILURE", "SUCCESS"],
      run: "FAILURE",
    },
    {
      why: "a step for failures runs at the end of a chain that broke earlier",
      steps: [{ id: "a" }, { id: "b" }, { id: "mend", when: "failure" }],
      script: { a: bad },
      waves: [["a"], ["mend"]],
      statuses: ["FAILURE", "SKIPPED", "SUCCESS"],
      run: "FAILURE",
    },
    {
      why: "a step for failures is skipped where none was, and the chain goes on behind it",
      steps: [{ id: "a" }, { id: "mend", when: "failure" }, { id: "b" }],
      waves: [["a"], ["b"]],
      statuses: ["SUCCESS", "SKIPPED", "SUCCESS"],
      run: "SUCCESS",
    },
    {
      why: "a tolerated failure calls the step for failures too",
      steps: [{ id: "a", continueOnError: true }, { id: "mend", when: "failure" }],
      script: { a: bad },
      waves: [["a"], ["mend"]],
      statuses: ["FAILURE", "SUCCESS"],
      run: "SUCCESS",
    },
    {
      why: "a step for always runs after a failure, and does not mend it",
      steps: [{ id: "a" }, { id: "b" }, { id: "tidy", when: "always" }],
      script: { a: bad },
      waves: [["a"], ["tidy"]],
      statuses: ["FAILURE", "SKIPPED", "SUCCESS"],
      run: "FAILURE",
    },
    {
      why: "a step for always runs after a success",
      steps: [{ id: "a" }, { id: "tidy", when: "always" }],
      waves: [["a"], ["tidy"]],
      statuses: ["SUCCESS", "SUCCESS"],
      run: "SUCCESS",
    },
    {
      why: "nothing but handlers begins in another branch once the run has failed",
      steps: [
        { id: "a", needs: [] },
        { id: "b", needs: [] },
        { id: "c", needs: ["b"] },
        { id: "mend", needs: ["a"], when: "failure" },
      ],
      script: { a: bad },
      waves: [["a", "b"], ["mend"]],
      statuses: ["FAILURE", "SUCCESS", "SKIPPED", "SUCCESS"],
      run: "FAILURE",
    },
    {
      why: "two retries, the second is enough",
      steps: [{ id: "a", retries: { ...NO_RETRIES, max: 2 } }, { id: "b" }],
      script: { a: [failed(0), failed(0), outcome(0)] },
      waves: [["a"], ["a"], ["a"], ["b"]],
      statuses: ["SUCCESS", "SUCCESS"],
      run: "SUCCESS",
    },
    {
      why: "retries are used up",
      steps: [{ id: "a", retries: { ...NO_RETRIES, max: 1 } }, { id: "b" }],
      script: { a: [failed(0), failed(0)] },
      waves: [["a"], ["a"]],
      statuses: ["FAILURE", "SKIPPED"],
      run: "FAILURE",
    },
    {
      why: "exit code 2 is not tried again, whatever the step asks for",
      steps: [{ id: "a", retries: { ...NO_RETRIES, max: 3, onExitCodes: [2] } }],
      script: { a: [failed(0, 2)] },
      waves: [["a"]],
      statuses: ["FAILURE"],
      run: "FAILURE",
    },
    {
      why: "only the exit codes that are named are tried again",
      steps: [{ id: "a", retries: { ...NO_RETRIES, max: 3, onExitCodes: [75] } }],
      script: { a: [failed(0, 75), failed(0, 1)] },
      waves: [["a"], ["a"]],
      statuses: ["FAILURE"],
      run: "FAILURE",
    },
    {
      why: "a step that could not be prepared is not tried again",
      steps: [{ id: "a", retries: { ...NO_RETRIES, max: 3 } }],
      script: { a: [outcome(0, { status: "FAILURE", exitCode: null, reason: "validation", message: "x" })] },
      waves: [["a"]],
      statuses: ["FAILURE"],
      run: "FAILURE",
    },
    {
      why: "a step whose worker had to go is tried again where it may be",
      steps: [{ id: "a", retries: { ...NO_RETRIES, max: 1 } }],
      script: { a: [outcome(0, { status: "CANCELLED", exitCode: null, reason: "user" })] },
      waves: [["a"], ["a"]],
      statuses: ["SUCCESS"],
      run: "SUCCESS",
    },
    {
      why: "a step whose worker had to go fails the run otherwise",
      steps: [{ id: "a" }, { id: "b" }],
      script: { a: [outcome(0, { status: "CANCELLED", exitCode: null, reason: "user" })] },
      waves: [["a"]],
      statuses: ["CANCELLED", "SKIPPED"],
      run: "FAILURE",
    },
  ];
  test.each(courses)("runs to its end: $why", async ({ steps, script = {}, waves, statuses, run }) => {
    const played = await play(steps, script);
    expect(played.waves).toEqual(waves);
    expect(Object.values(played.steps)).toEqual(statuses);
    expect(played.run.status).toBe(run);
    expect(played.errors).toEqual([]);
  });

  const reasons = [
    { how: failed(0, 3), reason: "exit_code", told: "terminó con el código 3: no hay datos" },
    // As it is told of a program that said nothing.
    {
      how: outcome(0, {
        status: "FAILURE",
        exitCode: 3,
        reason: "exit_code",
        message: "Terminó con el código 3",
      }),
      reason: "exit_code",
      told: "terminó con el código 3",
    },
    {
      how: outcome(0, { status: "FAILURE", exitCode: null, signal: "SIGKILL", reason: "signal" }),
      reason: "signal",
      told: "terminó por la señal SIGKILL",
    },
    {
      how: outcome(0, { status: "FAILURE", exitCode: null, reason: "spawn_error", message: "No existe" }),
      reason: "spawn_error",
      told: "no pudo empezar: No existe",
    },
    {
      how: outcome(0, { status: "FAILURE", exitCode: null, reason: "timeout" }),
      reason: "timeout",
      told: "superó su tiempo",
    },
  ] as const;
  test.each(reasons)("tells why a run failed, by the step that did: $told", async ({ how, reason, told }) => {
    const { run } = await play([{ id: "a" }, { id: "load", module: "module" }], { load: [how] });
    expect(run).toMatchObject({ status: "FAILURE", reason, message: `El paso "load" (module) ${told}` });
  });

  test("waits longer for each retry: 10 s, 20 s, 25 s at most, give or take the jitter", async () => {
    const here = await world({ random: () => 0.75 });
    const retries = { max: 3, backoffSeconds: 10, factor: 2, maxBackoffSeconds: 25, jitter: 0.2 };
    const id = await here.start(snapshot([{ id: "a", retries }]));
    await here.tick();
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 3; attempt++) {
      await here.begin();
      await here.end(id, "a", failed(here.now()));
      await here.tick();
      const waiting = await here.last(id, "a");
      expect(waiting).toMatchObject({ status: "RETRYING", attempt: attempt + 1, queuedAt: null });
      const pause = waiting.notBefore! - here.now();
      pauses.push(pause);
      here.pass(pause - 1);
      await here.tick();
      expect(here.offered).toEqual([]);
      here.pass(1);
      await here.tick();
      expect(here.offered).toHaveLength(1);
    }
    // Random 0.75 is half the jitter above: 1 + 0.2 * 0.5.
    expect(pauses).toEqual([11_000, 22_000, 27_500]);
  });

  test("lets what runs beside a failure end, before the run does", async () => {
    const here = await world();
    const id = await here.start(snapshot([{ id: "a", needs: [] }, { id: "b", needs: [] }]));
    await here.tick();
    await here.begin();
    await here.end(id, "a", failed(here.now()));
    await here.tick();
    expect(await here.status(id)).toBe("STARTED");
    await here.end(id, "b");
    await here.tick();
    expect(await here.status(id)).toBe("FAILURE");
  });
});

describe("a run that is asked to end", () => {
  test("ends at once where it had not begun", async () => {
    const here = await world({ slots: () => Promise.resolve(0) });
    const id = await here.start(snapshot());
    await here.store.askCancel(id, "ana", here.now());
    await here.tick();
    expect(await here.run(id)).toMatchObject({
      status: "CANCELLED",
      reason: "user",
      message: "La canceló ana",
      start: null,
      end: NOON,
    });
    expect(await here.steps(id)).toEqual({ a: "CANCELLED" });
  });

  test("begins no step, waits for those that run, and is CANCELLED whatever they come to", async () => {
    const here = await world();
    const id = await here.start(snapshot([{ id: "a", needs: [] }, { id: "b", needs: [] }, { id: "c" }]));
    await here.tick();
    await here.begin();
    await here.end(id, "a");
    await here.store.askCancel(id, null, here.now());
    await here.tick();
    expect(await here.status(id)).toBe("STARTED");
    expect(await here.steps(id)).toEqual({ a: "SUCCESS", b: "STARTED", c: "CANCELLED" });
    const running = await here.last(id, "b");
    expect(await here.beat([running.id])).toEqual([running.id]);
    await here.end(id, "b", outcome(here.now(), { status: "CANCELLED", exitCode: null, reason: "user" }));
    await here.tick();
    expect(await here.run(id)).toMatchObject({ status: "CANCELLED", reason: "user" });
  });

  test("is not tried again", async () => {
    const here = await world();
    const id = await here.start(snapshot([{ id: "a", retries: { ...NO_RETRIES, max: 5 } }]));
    await here.tick();
    await here.begin();
    await here.end(id, "a", failed(here.now()));
    await here.store.askCancel(id, null, here.now());
    await here.tick();
    expect(await here.status(id)).toBe("CANCELLED");
  });

  test("takes back what was handed out and not begun", async () => {
    const here = await world();
    const id = await here.start(snapshot());
    await here.tick();
    await here.store.askCancel(id, null, here.now());
    await here.tick();
    expect(await here.status(id)).toBe("CANCELLED");
    expect(await here.begin()).toEqual([]);
  });
});

describe("a run's own time", () => {
  test("ends what runs when it is over, and the run as FAILURE by timeout", async () => {
    const here = await world();
    const id = await here.start(snapshot([{ id: "a" }, { id: "b" }], { timeoutSeconds: 60 }));
    await here.tick();
    await here.begin();
    const running = await here.last(id, "a");
    here.pass(59_999);
    await here.beat([running.id]);
    await here.tick();
    expect(await here.beat([running.id])).toEqual([]);
    here.pass(1);
    await here.tick();
    expect(await here.beat([running.id])).toEqual([running.id]);
    expect(await here.steps(id)).toEqual({ a: "STARTED", b: "CANCELLED" });
    await here.end(id, "a", outcome(here.now(), { status: "CANCELLED", exitCode: null, reason: "user" }));
    await here.tick();
    expect(await here.run(id)).toMatchObject({ status: "FAILURE", reason: "timeout" });
    expect((await here.run(id)).message).toContain("60 segundos");
  });

  test("does not count while it waits for room", async () => {
    let slots = 0;
    const here = await world({ slots: () => Promise.resolve(slots) });
    const id = await here.start(snapshot(undefined, { timeoutSeconds: 60 }));
    here.pass(10 * MINUTE);
    await here.tick();
    expect(await here.status(id)).toBe("PENDING");
    slots = 1;
    await here.tick();
    expect(await here.run(id)).toMatchObject({ status: "STARTED", start: NOON + 10 * MINUTE });
  });
});
