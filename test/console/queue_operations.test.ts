// The rows of the worker's queue over HTTP: who may, what waits, taking it out, asking again.

import { beforeEach, describe, expect, test } from "vitest";
import { QUEUE_OPERATIONS } from "../../src/console/queue_operations.ts";
import type { Journal } from "../../src/core/journal.ts";
import type { Role } from "../../src/operation/roles.ts";
import { memoryJournal } from "../../src/store/memory.ts";
import { opsApp } from "./ops_app.ts";

let journal: Journal;
let app: Awaited<ReturnType<typeof opsApp>>;
beforeEach(async () => {
  journal = memoryJournal();
  app = await opsApp(QUEUE_OPERATIONS, { journal });
});
const post = (path: string, as: Role = "operator") => app.ask("POST", path, { as });
const ids = (rows: readonly { id: number }[]) => rows.map(({ id }) => id);
async function queue(query = "") {
  const { waiting, running, failed } = await (await app.ask("GET", `/queue${query}`, { as: "viewer" }))
    .json();
  return { waiting: ids(waiting), running: ids(running), failed: ids(failed) };
}
/** A run that failed. */
async function failedRun(...[kind, name, about]: [Parameters<Journal["requestRun"]>[0], string, object]) {
  const { id } = await journal.requestRun(kind, name, about as Record<string, never>, 1);
  await journal.claimRun(2);
  await journal.finishRun(id, "FAILURE", 3, { stages: [] });
  return id;
}

describe("queue.list", () => {
  test("tells what waits in its order, what runs, and what failed, the newest first", async () => {
    const first = await failedRun("task", "harvest", {});
    const second = await failedRun("synchronizer", "s", { stages: [] });
    const publish = await journal.startRun("publish", 4);
    await journal.finishRun(publish.id, "FAILURE", 5, null);
    const running = await journal.requestRun("task", "harvest", {}, 6);
    await journal.claimRun(7);
    const a = await journal.requestRun("task", "publish", {}, 8);
    const b = await journal.requestRun("synchronizer", "s", { stages: [] }, 9);
    expect(await queue()).toEqual({
      waiting: [a.id, b.id],
      running: [running.id],
      failed: [second, first],
    });
    expect(await queue("?failed=1")).toMatchObject({ failed: [second] });
    expect((await app.ask("GET", "/queue?failed=501", { as: "viewer" })).status).toBe(400);
  });
});

describe("queue.cancel", () => {
  test("ends what waits as failed, by whom, and the audit tells", async () => {
    const { id } = await journal.requestRun("task", "dump", {}, 1);
    const response = await post(`/queue/${id}/cancel`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      id,
      status: "FAILURE",
      report: { error: "Quitada de la cola por operator" },
    });
    expect(await queue()).toEqual({ waiting: [], running: [], failed: [id] });
    expect((await app.audited())[0]).toMatchObject({ account: "operator", operation: "queue.cancel" });
  });

  test("keeps the time that a synchronizer was due at, so it is not asked for again at once", async () => {
    const { id } = await journal.requestRun("synchronizer", "s", { due: 5, stages: [] }, 6);
    await post(`/queue/${id}/cancel`);
    expect((await journal.run(id))!.about).toEqual({ due: 5, stages: [] });
  });

  test("is 409 for what has begun, 404 for what nobody asked for", async () => {
    const { id } = await journal.requestRun("task", "dump", {}, 1);
    await journal.claimRun(2);
    const response = await post(`/queue/${id}/cancel`);
    expect([response.status, (await response.json()).detail]).toEqual([409, `La corrida ${id} ya no espera`]);
    expect((await journal.run(id))!.status).toBe("STARTED");
    const harvest = await journal.startRun("harvest", 3);
    for (const other of [harvest.id, 99, "x"]) {
      expect((await post(`/queue/${other}/cancel`)).status).toBe(404);
    }
  });
});

describe("queue.retry", () => {
  test("asks for a task again with what it was asked", async () => {
    const id = await failedRun("task", "harvest", { node: "bcra", force: true });
    const response = await post(`/queue/${id}/retry`);
    expect(response.status).toBe(200);
    const again = await response.json();
    expect(again).toMatchObject({
      kind: "task",
      name: "harvest",
      about: { node: "bcra", force: true },
      status: "PENDING",
    });
    expect(await queue()).toEqual({ waiting: [again.id], running: [], failed: [id] });
  });

  test("asks for a synchronizer again with its stages and node, but not for the time that is over", async () => {
    const stages = [{ task: "publish", about: {} }];
    const id = await failedRun("synchronizer", "s", { due: 5, stages, node: "bcra" });
    expect((await (await post(`/queue/${id}/retry`)).json()).about).toEqual({ stages, node: "bcra" });
  });

  test("is 409 while one like it waits, and for what did not fail", async () => {
    const id = await failedRun("task", "harvest", {});
    const again = await journal.requestRun("task", "harvest", {}, 9);
    const response = await post(`/queue/${id}/retry`);
    expect(response.status).toBe(409);
    expect((await response.json()).detail).toBe('"harvest" ya espera o está corriendo');
    expect((await post(`/queue/${again.id}/retry`)).status).toBe(409);
  });

  test("is 400 for a task that may no longer be asked so", async () => {
    const gone = await failedRun("task", "siesta", {});
    const changed = await failedRun("task", "publish", { todo: true });
    for (const id of [gone, changed]) expect((await post(`/queue/${id}/retry`)).status).toBe(400);
    expect((await queue()).waiting).toEqual([]);
  });
});

describe("queue.empty", () => {
  test("takes out all that wait, and leaves what runs", async () => {
    const running = await journal.requestRun("task", "dump", {}, 1);
    await journal.claimRun(2);
    const a = await journal.requestRun("task", "publish", {}, 3);
    const b = await journal.requestRun("synchronizer", "s", { stages: [] }, 4);
    const response = await post("/queue-empty");
    expect(await response.json()).toEqual({ cancelled: 2 });
    expect(await queue()).toEqual({ waiting: [], running: [running.id], failed: [b.id, a.id] });
    expect(await (await post("/queue-empty")).json()).toEqual({ cancelled: 0 });
  });
});

test("who only looks may change nothing of the queue", async () => {
  const id = await failedRun("task", "harvest", {});
  for (const path of [`/queue/${id}/cancel`, `/queue/${id}/retry`, "/queue-empty"]) {
    expect([path, (await post(path, "viewer")).status]).toEqual([path, 403]);
  }
  expect((await app.ask("GET", "/queue")).status).toBe(401);
});
