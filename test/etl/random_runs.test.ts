// Any sequence, whatever its steps come to and whoever ends it when: each run ends, nothing of it is left waiting, and
// no step begins before those that it needs.

import { describe, expect, test } from "vitest";
import { isFinal } from "../../src/core/etl/run.ts";
import { NO_RETRIES, OVERLAPS, WHENS } from "../../src/core/etl/sequence.ts";
import { failed, outcome, snapshot, type StepSketch } from "./example_sequences.ts";
import { SILENT_MS, world } from "./scheduler_world.ts";

const SEEDS = 300;
const FINAL_ATTEMPTS = ["SUCCESS", "FAILURE", "CANCELLED", "SKIPPED"];

/** Park and Miller's generator: 0 <= number < 1. */
function randomOf(seed: number) {
  let state = seed;
  const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(of: readonly T[]) => of[below(of.length)]!;
  return { random, below, pick, chance: (share: number) => random() < share };
}

function randomSteps({ below, pick, chance }: ReturnType<typeof randomOf>): StepSketch[] {
  const ids = Array.from({ length: 1 + below(7) }, (_, index) => `s${index}`);
  return ids.map((id, index) => ({
    id,
    needs: ids.slice(0, index).filter(() => chance(0.4)),
    when: chance(0.6) ? "success" : pick(WHENS),
    continueOnError: chance(0.2),
    retries: { ...NO_RETRIES, max: chance(0.3) ? 1 + below(2) : 0, backoffSeconds: below(3) },
  }));
}

async function live(seed: number) {
  const dice = randomOf(seed);
  const { below, pick, chance, random } = dice;
  const here = await world({ slots: () => Promise.resolve(1 + (seed % 4)), random });
  const overlap = pick(OVERLAPS);
  const name = (run: number) => run < 2 ? "one" : "two";
  const ids: number[] = [];
  for (let run = 0; run < 4; run++) {
    const timeoutSeconds = chance(0.2) ? { timeoutSeconds: 1 + below(30) } : {};
    ids.push(await here.start(snapshot(randomSteps(dice), { name: name(run), overlap, ...timeoutSeconds })));
  }

  const running = new Map<number, { run: number; stepId: string }>();
  const early: string[] = [];
  const checkNeeds = async (run: number, stepId: string) => {
    const found = (await here.store.run(run))!;
    const step = found.run.snapshot.sequence.steps.find(({ id }) => id === stepId)!;
    for (const need of step.needs) {
      const status = found.attempts.findLast((attempt) => attempt.stepId === need)!.status;
      if (!FINAL_ATTEMPTS.includes(status)) early.push(`${run} ${stepId} before ${need}`);
    }
  };
  const endOne = async (attemptId: number, told: boolean) => {
    const { run, stepId } = running.get(attemptId)!;
    running.delete(attemptId);
    const at = here.now();
    if (told) {
      return await here.end(
        run,
        stepId,
        outcome(at, { status: "CANCELLED", exitCode: null, reason: "user" }),
      );
    }
    if (chance(0.1)) return;
    await here.end(run, stepId, chance(0.35) ? failed(at, pick([1, 2, 75])) : outcome(at));
  };

  const isDone = async () => (await Promise.all(ids.map((id) => here.status(id)))).every(isFinal);
  let rounds = 0;
  for (; rounds < 2_000 && !(await isDone()); rounds++) {
    await here.tick();
    // What is handed out may be lost on its way.
    if (chance(0.1)) here.offered.splice(0);
    for (const begun of await here.begin()) {
      const [run, stepId] = begun.split(" ");
      await checkNeeds(Number(run), stepId!);
      running.set((await here.last(Number(run), stepId!)).id, { run: Number(run), stepId: stepId! });
    }
    if (chance(0.02)) await here.store.askCancel(pick(ids), chance(0.5) ? "ana" : null, here.now());
    const told = await here.beat([...running.keys()]);
    for (const attemptId of [...running.keys()]) {
      if (told.includes(attemptId)) await endOne(attemptId, true);
      else if (chance(0.4)) await endOne(attemptId, false);
    }
    here.pass(below(2_000));
    // A worker that is killed says nothing more.
    if (chance(0.02)) {
      running.clear();
      here.pass(SILENT_MS);
    }
  }
  const ended = await Promise.all(ids.map(async (id) => (await here.store.run(id))!));
  return { ended, early, rounds, errors: here.errors };
}

describe("random runs", () => {
  test("end, with all their steps, in order", async () => {
    const statuses = new Map<string, number>();
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { ended, early, errors } = await live(seed);
      expect(errors).toEqual([]);
      expect(early, `seed ${seed}`).toEqual([]);
      for (const { run, attempts } of ended) {
        statuses.set(run.status, (statuses.get(run.status) ?? 0) + 1);
        expect(isFinal(run.status), `seed ${seed}, run ${run.id}`).toBe(true);
        expect(run.end).not.toBe(null);
        if (run.status === "FAILURE") expect(run.reason).not.toBe(null);
        if (run.status !== "SUCCESS") expect(run.message).toBeTruthy();
        for (const { status, end } of attempts) {
          expect(FINAL_ATTEMPTS, `seed ${seed}, run ${run.id}`).toContain(status);
          expect(end).not.toBe(null);
        }
        if (run.status === "SUCCESS") {
          const last = new Map(attempts.map((attempt) => [attempt.stepId, attempt.status]));
          for (const step of run.snapshot.sequence.steps) {
            if (!step.continueOnError) expect(["SUCCESS", "SKIPPED"]).toContain(last.get(step.id));
          }
        }
      }
    }
    // The dice fell on every way to end.
    expect([...statuses.keys()].sort()).toEqual(["CANCELLED", "FAILURE", "SKIPPED", "SUCCESS"]);
  });
});
