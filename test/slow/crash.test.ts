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
import { type NetworkStates, STATES, writeStates } from "./network_states.ts";
import { addressOf, eventually, happens, hasBytes, LONG, runWell, sleep, startCommand } from "./process.ts";

/** Where in a run a kill falls: each stage begins with what can be seen from outside, and lasts to the next. */
const STAGES = ["start", "harvest", "publish", "switch", "end"] as const;
type Stage = (typeof STAGES)[number];

/** Kills in turn: somewhere in a stage, or right at its first file, which is half written then. */
const PLAN: readonly { stage: Stage; when: "random" | "first file" }[] = [
  { stage: "harvest", when: "random" },
  { stage: "publish", when: "first file" },
  { stage: "publish", when: "random" },
  { stage: "end", when: "first file" },
  { stage: "start", when: "random" },
  { stage: "switch", when: "random" },
  { stage: "end", when: "random" },
  { stage: "switch", when: "first file" },
];

const KILLS = LONG ? 50 : 5;
const SERVER_KILLS = LONG ? 10 : 2;
const MIGRATION_KILLS = LONG ? 30 : 4;

/** Far more than a busy machine needs, in ms. */
const MANY_MS = LONG ? 1_800_000 : 300_000;

/** Tries to hit a stage: on a busy machine it may be over before the kill. */
const TRIES = 30;

/** What kills have to leave at least once, and the stage that may: unfinished runs and the pointer. */
const MUST_BE_SEEN: readonly { stage: Stage; state: string }[] = [
  { stage: "harvest", state: "harvest STARTED, A" },
  { stage: "publish", state: "publish STARTED, A" },
  { stage: "end", state: "publish STARTED, B" },
];

let folder: string;
let network: NetworkStates;
/** Data folders after A, with as many snapshots before it as are kept, and after B without a kill. */
const [before, after] = ["before", "after"];
let published: { a: Published; b: Published };
let expected: { files: string[]; stored: Stored };
const stageMs: Record<Stage, number> = { start: 0, harvest: 0, publish: 0, switch: 0, end: 0 };

const at = (name: string) => path.join(folder, name);
const publishedAt = (data: string) => readPublished(snapshotsFolder(data), network.ids);

beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_crash_" });
  network = await writeStates(at("sources"), { series: 2_000, values: 200_000 });
  for (const state of STATES) {
    await network.show(state);
    if (state !== "b") await runWell("harvest", ["--network", network.register, "--data", at(before)]);
  }
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
  const files = (kind: string) => readdirSync(path.join(snapshots, kind)).length;
  const known = { segment: files("segment"), manifest: files("manifest"), root: files("") };
  const pointer = () => Deno.readTextFileSync(path.join(snapshots, "current.json"));
  const knownPointer = pointer();
  return {
    start: () => true,
    harvest: () => hasBytes(path.join(data, "caudal.sqlite-wal")),
    publish: () => files("segment") > known.segment,
    switch: () => files("manifest") > known.manifest,
    end: () => files("") > known.root || pointer() !== knownPointer,
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
  expect(await run.finished).toMatchObject({ code: 0 });
  times.push(performance.now());
  STAGES.forEach((stage, i) => stageMs[stage] = times[i + 1]! - times[i]!);
}

/**
 * Runs a command over fresh copies of A until a kill falls into the stage, `share` of its length after its
 * beginning; answers the data folder.
 */
async function killed(
  stage: Stage,
  share: number,
  command: string,
  args: readonly string[] = [],
): Promise<string> {
  for (let left = TRIES; left > 0; left--) {
    const data = await Deno.makeTempDir({ dir: folder, prefix: `${stage}_` });
    await copyFolder(at(before), data);
    const begins = stageBegins(data);
    await using run = startCommand(command, [...args, "--data", data]);
    if (await happens(run, begins[stage])) {
      // What was missed is tried again sooner.
      if (share > 0) await sleep(share * stageMs[stage] * left / TRIES);
      run.kill("SIGKILL");
      if ((await run.finished).signal === "SIGKILL") return data;
    }
    await Deno.remove(data, { recursive: true });
  }
  throw new Error(`No kill of ${command} fell into "${stage}"`);
}

/** What must hold of a folder whose writer was killed; answers where the kill fell, by what it left. */
async function expectWhole(data: string): Promise<string> {
  const found = await publishedAt(data);
  const isA = found?.name === published.a.name;
  expect(found).toEqual(isA ? published.a : published.b);
  await publishedFiles(snapshotsFolder(data));
  // Opening a store repairs it: the next harvest is to find it as it lies.
  const copy = `${data}_copy`;
  await copyFolder(data, copy);
  const { integrity, runs } = readStored(copy);
  await Deno.remove(copy, { recursive: true });
  expect(integrity).toBe("ok");
  const begun = runs.filter((run) => run.endsWith("STARTED"));
  return `${begun.join() || "none begun"}, ${isA ? "A" : "B"}`;
}

/** What must hold once a harvest went through. */
async function expectMended(data: string): Promise<void> {
  expect(await publishedAt(data)).toEqual(published.b);
  expect(await publishedFiles(snapshotsFolder(data))).toEqual(expected.files);
  // A server works too: it says so by a lock, and keeps the runs of sequences.
  const files = readdirSync(data).filter((name) => !/^(worker\.lock|etl\.sqlite.*)$/.test(name));
  expect(files.sort()).toEqual(readdirSync(at(after)).sort());
  const { integrity, runs, versions } = readStored(data);
  expect(integrity).toBe("ok");
  expect(versions).toEqual(expected.stored.versions);
  expect(runs.filter((run) => run.endsWith("STARTED"))).toEqual([]);
  expect(runs.slice(-2)).toEqual(["harvest SUCCESS", "publish SUCCESS"]);
}

const schemaOf = (db: DatabaseSync) => db.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").all();

/** One kill of a harvest and the harvest after it; answers where the kill fell. */
async function killAndMend(stage: Stage, share: number): Promise<string> {
  const data = await killed(stage, share, "harvest");
  const state = await expectWhole(data);
  await runWell("harvest", ["--data", data]);
  await expectMended(data);
  await Deno.remove(data, { recursive: true });
  return state;
}

describe("harvest", () => {
  test("ends in the same snapshot with the same versions from nothing and step by step", async () => {
    expect(published.a.name).not.toBe(published.b.name);
    expect([published.a.series.size, published.b.series.size]).toEqual([2_000, network.ids.length]);
    expect(await publishedAt(at(after))).toEqual(published.b);
    expect(expected.files.filter((file) => file.startsWith("manifest/"))).toHaveLength(3);
    const counts = [...expected.stored.versions.values()].map(({ length }) => length);
    expect(new Set(counts)).toEqual(new Set([1, 2, 3]));
  });

  test(`leaves A or B whole wherever it is killed, ${KILLS} times, and the next one ends in B`, async () => {
    const random = randomNumbers(KILLS);
    const seen = new Map<string, number>();
    const kill = async (stage: Stage, share: number) => {
      const state = await killAndMend(stage, share);
      seen.set(state, (seen.get(state) ?? 0) + 1);
    };
    for (let i = 0; i < KILLS; i++) {
      const { stage, when } = PLAN[i % PLAN.length]!;
      // Short of its end, where the next stage begins in a run that is faster than the measured one.
      await kill(stage, when === "random" ? random() * 0.8 : 0);
    }
    for (const { stage, state } of MUST_BE_SEEN) {
      for (let left = TRIES; !seen.has(state); left--) {
        expect(left, `no kill left "${state}"`).toBeGreaterThan(0);
        await kill(stage, random() * left / TRIES);
      }
    }
    if (LONG) console.log(`Kills by what they left: ${JSON.stringify(Object.fromEntries(seen))}`);
  }, MANY_MS);

  test("removes what a killed publish left, though nothing changed since", async () => {
    const data = at("leftovers");
    await copyFolder(at(after), data);
    const left = [
      "segment/0.bin",
      "segment/0.bin.1.tmp",
      "directory/0.json.1.tmp",
      "search/0.bin.1.tmp",
      "manifest/0.json.1.tmp",
      "current.json.1.tmp",
      "activity.json.1.tmp",
    ];
    for (const name of left) await Deno.writeTextFile(path.join(snapshotsFolder(data), name), "{");
    const db = new DatabaseSync(path.join(data, "caudal.sqlite"));
    db.exec("UPDATE run SET status = 'STARTED', finished_at = NULL WHERE id = (SELECT max(id) FROM run)");
    db.close();
    await Deno.writeTextFile(path.join(snapshotsFolder(data), "ajeno.json"), "{}");
    await runWell("harvest", ["--data", data]);
    const files = await publishedFiles(snapshotsFolder(data));
    expect(files).toEqual([...expected.files, "ajeno.json"].sort());
  });

  test(`can be killed while it makes its store, ${MIGRATION_KILLS} times`, async () => {
    const random = randomNumbers(MIGRATION_KILLS);
    for (let i = 0; i < MIGRATION_KILLS; i++) {
      const data = await Deno.makeTempDir({ dir: folder, prefix: "fresh_" });
      const database = path.join(data, "caudal.sqlite");
      {
        await using run = startCommand("harvest", ["--network", network.register, "--data", data]);
        // From when the file is there, which takes the process a while, or from its very beginning.
        if (i % 4 > 0) await happens(run, () => existsSync(database));
        await sleep(random() * (i % 4 > 0 ? 10 : 100));
        run.kill("SIGKILL");
      }
      if (existsSync(database)) {
        const copy = `${data}_copy`;
        await copyFolder(data, copy);
        const db = new DatabaseSync(path.join(copy, "caudal.sqlite"));
        const steps = Number(db.prepare("PRAGMA user_version").get()!.user_version);
        const whole = new DatabaseSync(":memory:");
        for (const step of MIGRATIONS.slice(0, steps)) whole.exec(step);
        expect(schemaOf(db)).toEqual(schemaOf(whole));
        db.close();
        whole.close();
        expect(readStored(copy).integrity).toBe("ok");
        await Deno.remove(copy, { recursive: true });
      }
      await runWell("harvest", ["--network", network.register, "--data", data]);
      expect(await publishedAt(data)).toEqual(published.b);
      const { runs, versions } = readStored(data);
      expect(new Set([...versions.values()].map(({ length }) => length))).toEqual(new Set([1]));
      expect(runs.slice(-2)).toEqual(["harvest SUCCESS", "publish SUCCESS"]);
      await Deno.remove(data, { recursive: true });
    }
  }, MANY_MS);
});

describe("start", () => {
  const stages = Array.from({ length: SERVER_KILLS }, (_, i) => STAGES[(i + 1) % STAGES.length]!);
  const random = randomNumbers(SERVER_KILLS);

  test.each(stages)("serves what is whole after a kill in its %s, then B", async (stage) => {
    const data = await killed(stage, random(), "start", ["--port", "0"]);
    await expectWhole(data);
    await using server = startCommand("start", ["--port", "0", "--data", data]);
    const url = await addressOf(server);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const answer = await fetch(`${url}/series/api/series/?ids=${network.changedId}&last=1`);
    expect(answer.status).toBe(200);
    await server.printed(/(Listo: )/);
    await eventually(async () => (await (await fetch(`${url}/readyz`)).json()).snapshot === published.b.name);
    server.kill("SIGTERM");
    expect((await server.finished).code).toBe(0);
    await expectMended(data);
  });
});
