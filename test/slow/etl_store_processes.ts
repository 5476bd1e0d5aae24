// Processes that share an ETL store, some of which are killed: every fire has one run, every step goes well once, and no
// two ever have the same lease.

import { expect } from "vitest";
import { openEtlStore, type Places } from "../../src/open.ts";
import { NOON } from "../store/etl_examples.ts";
import { LONG, type Running, sleep, startProgram } from "./process.ts";

const PROCESSES = 4;
const KILLS = LONG ? 50 : 5;

/** `fires`: so many that what is to be done outlasts the kills. */
export async function shareAndKill(
  places: Pick<Places, "dataDir" | "databaseUrl">,
  fires: number,
): Promise<void> {
  const count = LONG ? 10 * fires : fires;
  const program = `${import.meta.dirname}/etl_store_user.ts`;
  const all: Running[] = [];
  const start = () => {
    const arguments_ = JSON.stringify([places, `w${all.length}`, count]);
    const running = startProgram(Deno.execPath(), ["run", "-A", "--no-check", program, arguments_]);
    all.push(running);
    return running;
  };
  try {
    const working = Array.from({ length: PROCESSES }, start);
    for (let i = 0; i < KILLS; i++) {
      const victim = working[i % PROCESSES]!;
      // At any point of what they do, whichever of them is at it: one may wait long for the lease.
      await Promise.any(working.map((one) => one.printed(/lease \((\d+)\)/)));
      await sleep(Math.random() * 200);
      victim.kill("SIGKILL");
      working[i % PROCESSES] = start();
    }
    const ended = await Promise.all(all.map(({ finished }) => finished));
    const killed = ended.filter(({ signal }) => signal === "SIGKILL");
    expect(killed.length).toBeGreaterThan(0);
    for (const { code, stderr, signal } of ended) {
      expect(stderr).toBe("");
      if (signal === null) expect(code).toBe(0);
    }
    const tokens = ended.flatMap(({ stdout }) =>
      [...stdout.matchAll(/lease \((\d+)\)/g)].map((found) => Number(found[1]))
    );
    expect(new Set(tokens).size).toBe(tokens.length);
    expect(tokens.length).toBeGreaterThan(PROCESSES);
  } finally {
    for (const running of all) running.kill("SIGKILL");
    await Promise.all(all.map(({ finished }) => finished));
  }

  const store = openEtlStore(places as Places);
  try {
    const runs = await store.runs({ limit: 2 * count });
    expect(runs.map(({ scheduledAt }) => scheduledAt! - NOON).sort((a, b) => a - b)).toEqual(
      Array.from({ length: count }, (_, i) => i),
    );
    for (const run of runs) {
      expect(run.status).toBe("SUCCESS");
      const attempts = await store.attemptsOf([run.id]);
      const well = attempts.filter(({ status }) => status === "SUCCESS");
      expect(well.map(({ stepIndex }) => stepIndex)).toEqual([0, 1]);
      for (const { status, reason } of attempts) {
        expect(status === "SUCCESS" || (status === "FAILURE" && reason === "lost")).toBe(true);
      }
      for (const { id, worker } of well) {
        const { lines, total } = await store.log(id, 0, 9);
        expect(total).toBe(3);
        expect(lines.map(({ text }) => text)).toEqual([0, 1, 2].map((i) => `${worker} ${i}`));
      }
    }
  } finally {
    await store.close();
  }
}
