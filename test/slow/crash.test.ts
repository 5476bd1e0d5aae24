// The power cord, pulled: commands that write are killed at every stage, and what they leave is read as it lies.
// Nothing may be half: readers get the snapshot before or the one after, and the next harvest ends where an
// uninterrupted one does, without leftovers.

import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomNumbers } from "../../scripts/bench/network.ts";
import { MIGRATIONS } from "../../src/store/sqlite/migrations.ts";
import {
  copyFolder,
  type Published,
  publishedFiles,
  readPublished,
  readStored,
  snapshotsFolder,
  type Stored,
} from "./data_folder.ts";
import { type NetworkStates, writeStates } from "./network_states.ts";
import { addressOf, happens, hasBytes, LONG, type Running, runWell, sleep, startCommand } from "./process.ts";

/** Where in a run a kill falls: begun by what can be seen from outside, ended a random moment later. */
const STAGES = ["start", "harvest", "publish", "switch"] as const;
type Stage = (typeof STAGES)[number];

const KILLS: readonly Stage[] = LONG
  ? Array.from({ length: 50 }, (_, i) => STAGES[i % STAGES.length]!)
  : ["start", "harvest", "harvest", "publish", "switch"];
const SERVER_KILLS: readonly Stage[] = LONG
  ? Array.from({ length: 12 }, (_, i) => STAGES[i % STAGES.length]!)
  : ["harvest", "publish"];
const MIGRATION_KILLS = LONG ? 50 : 5;

/** Tries to hit a stage: on a busy machine a run may be over before the kill. */
const TRIES = 20;

const random = randomNumbers(LONG ? 50 : 5);

let folder: string;
let network: NetworkStates;
/** Data folders after A, and after A and then B without a kill. */
const [before, after] = ["before", "after"];
let published: { a: Published; b: Published };
let expected: { files: string[]; stored: Stored };
const stageMs = { start: 0, harvest: 0, publish: 0, switch: 0 } satisfies Record<Stage, number>;

const at = (name: string) => path.join(folder, name);
const publishedAt = (data: string) => readPublished(snapshotsFolder(data), network.ids);

beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_crash_" });
  network = await writeStates(at("sources"), { series: 2_000, values: 600_000 });
  await runWell("harvest", ["--network", network.register, "--data", at(before)]);
  await network.show("b");
  await runWell("harvest", ["--network", network.register, "--data", at("fresh")]);
  published = { a: (await publishedAt(at(before)))!, b: (await publishedAt(at("fresh")))! };
  await copyFolder(at(before), at(after));
  await measureStages(at(after));
  expected = { files: await publishedFiles(snapshotsFolder(at(after))), stored: readStored(at(after)) };
});
afterAll(() => Deno.remove(folder, { recursive: true }));

/** Whether a run over a copy of A has begun a stage. */
function stageBegins(data: string): Record<Stage, () => boolean> {
  const snapshots = snapshotsFolder(data);
  const [segments, manifests] = ["segment", "manifest"].map((kind) => {
    const known = readdirSync(path.join(snapshots, kind)).length;
    return () => readdirSync(path.join(snapshots, kind)).length > known;
  });
  return {
    start: () => true,
    harvest: () => hasBytes(path.join(data, "caudal.sqlite-wal")),
    publish: segments!,
    switch: manifests!,
  };
}

async function measureStages(data: string): Promise<void> {
  const begins = stageBegins(data);
  await using run = startCommand("harvest", ["--data", data]);
  const times: number[] = [];
  for (const stage of STAGES) {
    expect(await happens(run, begins[stage]), `"${stage}" is seen`).toBe(true);
    times.push(performance.now());
  }
  expect((await run.finished).stderr).toBe("");
  times.push(performance.now());
  STAGES.forEach((stage, i) => stageMs[stage] = times[i + 1]! - times[i]!);
}

/** Runs a command over fresh copies of A until a kill falls into the stage; answers the data folder. */
async function killed(stage: Stage, command: string, args: readonly string[]): Promise<string> {
  for (let left = TRIES; left > 0; left--) {
    const data = await Deno.makeTempDir({ dir: folder, prefix: `${stage}_` });
    await copyFolder(at(before), data);
    const begins = stageBegins(data);
    await using run = startCommand(command, [...args, "--data", data]);
    if (await happens(run, begins[stage])) {
      // What was missed is tried again sooner.
      await sleep(random() * stageMs[stage] * left / TRIES);
      run.kill("SIGKILL");
      const { signal } = await run.finished;
      if (signal === "SIGKILL" && (command === "harvest" || stage !== "switch" || !isOver(data))) return data;
    }
    await Deno.remove(data, { recursive: true });
  }
  throw new Error(`No kill of ${command} fell into "${stage}"`);
}

/** Whether a server that goes on is done with its harvest. */
function isOver(data: string): boolean {
  return existsSync(data) && readdirSync(snapshotsFolder(data)).length === 0;
}

/** What must hold of a folder whose writer was killed; answers where the kill fell, by what it left. */
async function expectWhole(data: string): Promise<string> {
  const name = (await publishedAt(data))?.name;
  expect([published.a.name, published.b.name]).toContain(name);
  expect(await publishedAt(data)).toEqual(name === published.a.name ? published.a : published.b);
  await publishedFiles(snapshotsFolder(data));
  // Opening a store repairs it: the next harvest is to find it as it lies.
  const copy = `${data}_copy`;
  await copyFolder(data, copy);
  const { integrity, runs } = readStored(copy);
  await Deno.remove(copy, { recursive: true });
  expect(integrity).toBe("ok");
  const begun = runs.filter((run) => run.endsWith("STARTED"));
  return `${begun.join() || "none begun"}, ${name === published.a.name ? "A" : "B"}`;
}

/** What must hold once a harvest went through. */
async function expectMended(data: string): Promise<void> {
  expect(await publishedAt(data)).toEqual(published.b);
  expect(await publishedFiles(snapshotsFolder(data))).toEqual(expected.files);
  expect([...Deno.readDirSync(data)].map(({ name }) => name).sort()).toEqual([
    "caudal.sqlite",
    "snapshots",
    "writer.lock",
  ]);
  const { integrity, runs, versions } = readStored(data);
  expect(integrity).toBe("ok");
  expect(versions).toEqual(expected.stored.versions);
  expect(runs.filter((run) => run.endsWith("STARTED"))).toEqual([]);
  expect(runs.slice(-2)).toEqual(["harvest SUCCESS", "publish SUCCESS"]);
}
