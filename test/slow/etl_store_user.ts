// A process that shares an ETL store with others like it: it asks for the same fires, decides while it has the lease and
// does what it can get, until all is done. It says each lease it got.

import type { StepAttempt } from "../../src/core/etl/run.ts";
import type { EtlLease, RunWithAttempts } from "../../src/core/etl/store.ts";
import { Problem } from "../../src/core/problem.ts";
import { openEtlStore } from "../../src/open.ts";
import { fireAt, NOON, outcome, step } from "../store/etl_examples.ts";
import { sleep } from "./process.ts";

const [places, name, fires] = JSON.parse(Deno.args[0]!) as [
  Parameters<typeof openEtlStore>[0],
  string,
  number,
];
/** Without a sign of life for so long a worker counts as gone. */
const SILENT_MS = 1_500;

const store = openEtlStore(places);
const worker = { id: name, host: "machine", pid: Deno.pid, startedAt: Date.now(), slots: 1 };

const lease = (holder: string) => store.takeLease("scheduler", holder, SILENT_MS);

async function decide(held: EtlLease): Promise<void> {
  const lost = new Set((await store.lostAttempts(SILENT_MS)).map(({ id }) => id));
  for (const active of await store.activeRuns()) await decideOn(held, active, lost);
}

async function decideOn(
  held: EtlLease,
  { run, attempts }: RunWithAttempts,
  lost: ReadonlySet<number>,
): Promise<void> {
  const gone = attempts.filter(({ id, status }) => status === "STARTED" && lost.has(id));
  const fresh = attempts.filter(({ status, queuedAt }) =>
    (status === "PENDING" || status === "RETRYING") && queuedAt === null
  );
  const isDone = attempts.every(({ status }) => status === "SUCCESS" || status === "FAILURE");
  if (run.status === "STARTED" && gone.length === 0 && fresh.length === 0 && !isDone) return;
  await store.decide(held, run.id, run.revision, {
    run: isDone ? { status: "SUCCESS", end: NOON } : { status: "STARTED", start: NOON },
    attempts: [
      ...gone.map(({ id }) => ({ id, status: "FAILURE" as const, end: NOON, reason: "lost" as const })),
      ...fresh.map(({ id }) => ({ id, queuedAt: NOON })),
    ],
    newAttempts: gone.map(({ stepIndex, attempt }) =>
      step(stepIndex, { attempt: attempt + 1, status: "RETRYING" })
    ),
  });
}

async function perform({ id }: StepAttempt): Promise<void> {
  if (!await store.begin(id, worker, Date.now())) return;
  await store.notePid(id, name, Deno.pid, "x");
  for (let i = 0; i < 3; i++) {
    await store.appendLog(id, [{ at: i, stream: "stdout", text: `${name} ${i}` }], false);
    if ((await store.beat(worker, [id])).length > 0) return;
    await sleep(5);
  }
  await store.end(id, name, outcome({ end: Date.now() }));
}

for (let i = 0; i < fires; i++) await store.addRun(fireAt(NOON + i));
while ((await store.countRuns()).SUCCESS < fires) {
  const held = await lease(name);
  if (held) {
    console.log(`lease (${held.token})`);
    await decide(held).catch((error) => {
      if (!(error instanceof Problem && error.code === "conflict")) throw error;
    });
    await store.releaseLease(held);
  }
  for (const { attempts } of await store.activeRuns()) {
    for (const attempt of attempts) {
      if (attempt.queuedAt !== null && attempt.start === null) await perform(attempt);
    }
  }
  await sleep(1 + Math.random() * 20);
}
await store.leave(name);
await store.close();
