// Taking runs up: what is reused, what is done again, what is refused.

import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import { rerun, type RerunAsked } from "../../src/etl/rerun.ts";
import { invalidDraft } from "../../src/etl/start.ts";
import { failed, outcome, snapshot, type StepSketch } from "./example_sequences.ts";
import { world } from "./scheduler_world.ts";

type Here = Awaited<ReturnType<typeof world>>;
const unchanged = () => Promise.resolve(true);

/** A run whose steps end well but for those in `bad`; each leaves a fingerprint of its name. */
async function ended(
  here: Here,
  steps: readonly StepSketch[],
  bad: readonly string[],
  rest = {},
): Promise<number> {
  const id = await here.start(snapshot(steps), rest);
  for (let round = 0; round <= steps.length; round++) {
    await here.tick();
    for (const begun of await here.begin()) {
      const stepId = begun.split(" ")[1]!;
      here.pass(1_000);
      const how = bad.includes(stepId)
        ? failed(here.now())
        : outcome(here.now(), { fingerprint: { path: `/out/${stepId}` } });
      await here.end(id, stepId, how);
    }
  }
  return id;
}

const again = (here: Here, id: number, asked: RerunAsked = {}, same = unchanged) =>
  rerun(here.store, id, asked, same, here.now());

const chain: StepSketch[] = ["a", "b", "c"].map((id) => ({ id, output: `/out/${id}` }));

describe("rerun", () => {
  test("begins at the first step that was not done well, with the same snapshot, linked to the old run", async () => {
    const here = await world();
    const id = await ended(here, chain, ["b"], { scheduledAt: 7 });
    const { run, isNew } = await again(here, id, { by: "ana" });
    expect(isNew).toBe(true);
    expect(run).toMatchObject({
      trigger: "retry",
      parentRunId: id,
      triggeredBy: "ana",
      status: "PENDING",
      scheduledAt: 7,
      schedule: null,
      snapshot: snapshot(chain),
    });
    expect(await here.steps(run.id)).toEqual({ a: "REUSED", b: "PENDING", c: "PENDING" });
    expect((await here.last(run.id, "a")).fingerprint).toEqual({ path: "/out/a" });
    await here.tick();
    expect(await here.begin()).toEqual([`${run.id} b`]);
    await here.end(run.id, "b");
    await here.tick();
    await here.begin();
    await here.end(run.id, "c");
    await here.tick();
    expect(await here.status(run.id)).toBe("SUCCESS");
    expect(await here.steps(run.id)).toEqual({ a: "REUSED", b: "SUCCESS", c: "SUCCESS" });
  });

  test("takes up a run that was taken up before", async () => {
    const here = await world();
    const id = await ended(here, chain, ["b"]);
    const { run } = await again(here, id);
    await here.tick();
    await here.begin();
    await here.end(run.id, "b", failed(here.now()));
    await here.tick();
    const third = await again(here, run.id);
    expect(third.run.parentRunId).toBe(run.id);
    expect(await here.steps(third.run.id)).toEqual({ a: "REUSED", b: "PENDING", c: "PENDING" });
  });

  const branches: {
    why: string;
    steps: StepSketch[];
    bad: string[];
    asked?: RerunAsked;
    statuses: string[];
  }[] = [
    {
      why: "a branch that went well is reused",
      steps: [{ id: "a" }, { id: "b", needs: ["a"] }, { id: "c", needs: ["a"] }, {
        id: "d",
        needs: ["b", "c"],
      }],
      bad: ["b"],
      statuses: ["REUSED", "PENDING", "REUSED", "PENDING"],
    },
    {
      why: "what needs a step that is done again is done again",
      steps: [{ id: "a", continueOnError: true }, { id: "b" }, { id: "c" }],
      bad: ["a", "c"],
      statuses: ["PENDING", "PENDING", "PENDING"],
    },
    {
      why: "a handler that had nothing to do is asked again, what came after it is reused",
      steps: [{ id: "a" }, { id: "mend", when: "failure" }, { id: "b" }, { id: "c" }],
      bad: ["c"],
      statuses: ["REUSED", "PENDING", "REUSED", "PENDING"],
    },
    {
      why: "from a step that is named, though it was done well",
      steps: chain,
      bad: [],
      asked: { fromStep: "b" },
      statuses: ["REUSED", "PENDING", "PENDING"],
    },
    {
      why: "with the files of now, what they changed is done again",
      steps: chain,
      bad: ["c"],
      asked: { latest: snapshot([chain[0]!, { ...chain[1]!, conf: "other" }, chain[2]!]) },
      statuses: ["REUSED", "PENDING", "PENDING"],
    },
    {
      why: "with the files of now, a new step is done, a removed one forgotten",
      steps: chain,
      bad: ["c"],
      asked: { latest: snapshot([chain[0]!, { id: "new", needs: ["a"] }]) },
      statuses: ["REUSED", "PENDING"],
    },
  ];
  test.each(branches)("reuses what still counts: $why", async ({ steps, bad, asked, statuses }) => {
    const here = await world();
    const id = await ended(here, steps, bad);
    const { run } = await again(here, id, asked);
    expect(Object.values(await here.steps(run.id))).toEqual(statuses);
    if (asked?.latest) expect(run.snapshot).toEqual(asked.latest);
  });

  test("refuses where what a reused step wrote is gone or changed, and tells which", async () => {
    const here = await world();
    const id = await ended(here, chain, ["c"]);
    const asked: JsonObject[] = [];
    const same = (fingerprint: JsonObject) => {
      asked.push(fingerprint);
      return Promise.resolve(fingerprint.path !== "/out/b");
    };
    await expect(rerun(here.store, id, {}, same, here.now())).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(/"b".*\/out\/b.*cambió/),
    });
    expect(asked).toEqual([{ path: "/out/a" }, { path: "/out/b" }]);
  });

  test("looks at what was written last in a place that several steps write to", async () => {
    const here = await world();
    const both = [{ id: "a", needs: [] }, { id: "b", needs: [] }].map((step) => ({ ...step, output: "/o" }));
    const id = await here.start(snapshot([...both, { id: "c" }]));
    await here.tick();
    await here.begin();
    for (const stepId of ["b", "a"]) {
      here.pass(1_000);
      await here.end(id, stepId, outcome(here.now(), { fingerprint: { path: `by ${stepId}` } }));
    }
    await here.tick();
    await here.begin();
    await here.end(id, "c", failed(here.now()));
    await here.tick();
    const same = (fingerprint: JsonObject) => Promise.resolve(fingerprint.path === "by a");
    const { run } = await rerun(here.store, id, {}, same, here.now());
    expect(await here.steps(run.id)).toEqual({ a: "REUSED", b: "REUSED", c: "PENDING" });
  });

  test("answers the same run to the same key, also when outputs have changed meanwhile", async () => {
    const here = await world();
    const id = await ended(here, chain, ["b"]);
    const { run } = await again(here, id, { idempotencyKey: "k" });
    const second = await again(here, id, { idempotencyKey: "k" }, () => Promise.resolve(false));
    expect(second).toMatchObject({ isNew: false, run: { id: run.id } });
    const { requestedAt, name, snapshot } = run;
    for (let i = 1; i <= 300; i++) {
      const end = requestedAt + i;
      const past = { requestedAt: end, end, status: "SKIPPED", attempts: [] } as const;
      await here.store.addRun({ name, snapshot, trigger: "manual", ...past });
    }
    const later = await again(here, id, { idempotencyKey: "k" }, () => Promise.resolve(false));
    expect(later, "however many runs there were since").toMatchObject({ isNew: false, run: { id: run.id } });
  });

  test("refuses what cannot be taken up, with the reason", async () => {
    const here = await world();
    await expect(again(here, 99)).rejects.toMatchObject({ code: "not_found" });
    const fine = await ended(here, chain, []);
    await expect(again(here, fine)).rejects.toMatchObject({ code: "conflict", message: /terminó bien/ });
    await expect(again(here, fine, { fromStep: "x" })).rejects.toMatchObject({
      code: "invalid",
      message: /"x".*"a", "b", "c"/,
    });
    const broken = await ended(here, chain, ["b"]);
    await expect(again(here, broken, { fromStep: "c" })).rejects.toMatchObject({
      code: "conflict",
      message: /"b".*"c" necesita/,
    });
    const active = await here.start(snapshot());
    await expect(again(here, active)).rejects.toMatchObject({ code: "conflict", message: /aún no terminó/ });
  });

  test("takes up a run that failed validation with the files of now alone", async () => {
    const here = await world();
    const faults = [
      {
        severity: "error",
        file: "etl_sequences/x.json",
        pointer: "/0",
        message: "Falta algo",
        hint: "Póngalo",
      },
      { severity: "warning", file: "etl_sequences/x.json", pointer: "", message: "Dudoso", hint: "" },
      { severity: "error", file: "modules.json", pointer: "", message: "No es JSON", hint: "" },
    ] as const;
    const { run } = await here.store.addRun(invalidDraft("x", faults, { by: "ana" }, here.now()));
    expect(run).toMatchObject({
      status: "FAILURE",
      reason: "validation",
      end: here.now(),
      message: "etl_sequences/x.json#/0: Falta algo. Póngalo\nmodules.json: No es JSON",
    });
    await expect(again(here, run.id)).rejects.toMatchObject({ code: "conflict", message: /versión actual/ });
    const latest = snapshot([{ id: "a" }], { name: "x" });
    expect((await again(here, run.id, { latest })).isNew).toBe(true);
  });
});
