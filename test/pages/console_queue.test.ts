// The page of the worker's queue: what it tells, and what becomes of its buttons.

import { beforeEach, expect, test } from "vitest";
import { consoleWorld, formsOf, type Page } from "./console_world.ts";

const HOSTILE = `<img src=x onerror="alert(1)">`;

let world: Awaited<ReturnType<typeof consoleWorld>>;
beforeEach(async () => {
  world = await consoleWorld();
});
const actionsOf = ({ html }: Page) =>
  formsOf(html).map(({ action }) => action).filter((action) => action.includes("/cola"));
const asking = async (name: string) =>
  (await world.journal.requestRun("synchronizer", name, { stages: [] }, 1)).id;

test("tells what waits in its order, what runs and what failed, as text", async () => {
  const failed = await asking("primero");
  await world.journal.claimRun(2);
  await world.journal.finishRun(failed, "FAILURE", 3, { error: HOSTILE });
  const running = await asking("segundo");
  await world.journal.claimRun(4);
  const waiting = [await asking(HOSTILE), await asking("cuarto")];
  const page = await (await world.browser("operator")).visit("/consola/cola");
  const places = [running, ...waiting, failed].map((id) => page.html.indexOf(`#${id} `));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(places[0]).toBeGreaterThan(0);
  expect(page.html).not.toContain("<img src=x");
  expect(actionsOf(page)).toEqual([
    ...waiting.map((id) => `/consola/cola/${id}/quitar`),
    `/consola/cola/${failed}/repetir`,
  ]);
});

test("says where nothing works on what waits", async () => {
  const browser = await world.browser("viewer");
  const question = "¿está prendido el proceso que trabaja";
  expect((await browser.visit("/consola/cola")).text).not.toContain(question);
  await asking("s");
  expect((await browser.visit("/consola/cola")).text).toContain(question);
  await world.journal.claimRun(2);
  expect((await browser.visit("/consola/cola")).text).not.toContain(question);
});

test("shows no button to who only looks", async () => {
  await world.journal.withdrawRun(await asking("s"), 2, {});
  await asking("t");
  const page = await (await world.browser("viewer")).visit("/consola/cola");
  expect(page.text).toContain("#");
  expect(actionsOf(page)).toEqual([]);
  expect(page.html).not.toContain("/consola/cola/vaciar");
});

test("tells of a run that began before the button was pressed, and leaves it", async () => {
  const id = await asking("s");
  const browser = await world.browser("operator");
  const page = await browser.visit("/consola/cola");
  await world.journal.claimRun(2);
  const told = await browser.submit(page, `/consola/cola/${id}/quitar`);
  expect(told.text).toContain(`La corrida ${id} ya no espera`);
  expect((await world.journal.run(id))!.status).toBe("STARTED");
});

test("empties after asking, and what was taken out may be asked for again", async () => {
  const ids = [await asking("s"), await asking("t")];
  const browser = await world.browser("operator");
  const ask = await browser.visit("/consola/cola/vaciar");
  expect(ask.text).toContain("Lo que espera (2)");
  const emptied = await browser.submit(ask, "/consola/cola/vaciar");
  expect(emptied.text).toContain("2 corridas ya no esperan");
  for (const id of ids) expect((await world.journal.run(id))!.status).toBe("FAILURE");
  const again = await browser.submit(emptied, `/consola/cola/${ids[0]}/repetir`);
  expect(again.text).toContain('"s" se pidió de nuevo');
  expect((await world.journal.runs("synchronizer", 1, "s"))[0]!.status).toBe("PENDING");
});
