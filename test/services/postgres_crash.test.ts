// The power cord of a host that writes over PostgreSQL, pulled: harvests are killed at random moments, and what they
// leave in the database and in the folder of snapshots that hosts share is read by others. Nothing may be half: readers
// get the snapshot before or the one after, and once the dead holder's lease has run out, the next host's harvest ends
// where an uninterrupted one does, with the same versions. What is right is told by the embedded store.

import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomNumbers } from "../../scripts/bench/network.ts";
import { START_TIMEOUT_MS } from "../services.ts";
import {
  copyFolder,
  type Published,
  publishedFiles,
  readPublished,
  readStored,
  snapshotsFolder,
  type Stored,
} from "../slow/data_folder.ts";
import { type NetworkStates, writeStates } from "../slow/network_states.ts";
import { eventually, LONG, type Running, runWell, sleep, startCommand } from "../slow/process.ts";
import { type FreshDatabase, freshDatabase } from "./fresh_database.ts";

const KILLS = LONG ? 50 : 5;
/** Leases of so many dead holders run out at the same time. */
const KILLS_AT_ONCE = 10;
/** Two at once, a little after each other. */
const PAIRS = LONG ? 10 : 2;

/** Far more than a busy machine needs, in ms. */
const MANY_MS = LONG ? 1_800_000 : 300_000;

/** Tries to kill a run before its end: it may be faster than the measured one. */
const TRIES = 10;

let folder: string;
let network: NetworkStates;
/** After A, copied for every kill, and after a harvest of B that nobody killed. */
let before: Place;
let after: Place;
let published: { a: Published; b: Published };
/** After A and then B over the embedded store. */
let expected: { files: string[]; stored: Stored };
/** From the start of an uninterrupted harvest of B to its first run in the journal, and to its end, in ms. */
let begunMs: number;
let endedMs: number;
const databases = new Set<FreshDatabase>();

const at = (name: string) => path.join(folder, name);

/** What hosts share: a database in state A, behind PgBouncer, and the folder with its snapshots. */
type Place = { readonly database: FreshDatabase; readonly snapshots: string };

async function newPlace(): Promise<Place> {
  const database = await newDatabase(`TEMPLATE ${before.database.name}`);
  const snapshots = at(database.name);
  await copyFolder(before.snapshots, snapshots);
  return { database, snapshots };
}

async function newDatabase(options: string): Promise<FreshDatabase> {
  const database = await freshDatabase(options);
  databases.add(database);
  return database;
}

async function forget({ database, snapshots }: Place): Promise<void> {
  await database.drop();
  databases.delete(database);
  await Deno.remove(snapshots, { recursive: true });
}

/** A command of one of several hosts, which have nothing else in common. */
function startOn(host: string, { database, snapshots }: Place, command = "harvest"): Running {
  return startCommand(command, ["--data", at(`host_${host}`)], {
    DATABASE_URL: database.pooled,
    SNAPSHOT_URL: snapshots,
  });
}

async function runsOf({ database }: Place): Promise<string[]> {
  const rows = await database.ask("SELECT kind, status FROM caudal.run ORDER BY id");
  return rows.map(({ kind, status }) => `${kind} ${status}`);
}

/** Number and columns of each version of each series. */
async function versionsOf({ database }: Place): Promise<Map<string, string[]>> {
  const rows = await database.ask(
    `SELECT id, number, encode(series_version.observations_hash, 'hex') AS hash
     FROM caudal.series_version JOIN caudal.series ON series.key = series_version.series_key
     ORDER BY id, number`,
  );
  const versions = Map.groupBy(rows, ({ id }) => id as string);
  return new Map(
    Array.from(versions, ([id, rows]) => [id, rows.map(({ number, hash }) => `${number}:${hash}`)]),
  );
}

beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_postgres_crash_" });
  network = await writeStates(at("sources"), { series: 2_000, values: 200_000 });
  before = { database: await newDatabase(""), snapshots: at("before") };
  const args = ["--network", network.register];
  const embedded = at("embedded");
  await network.show("a");
  await runWell("harvest", [...args, "--data", embedded]);
  // Not through PgBouncer: whoever is connected to a template keeps it from being copied.
  await runWell("harvest", [...args, "--data", at("host_before")], {
    DATABASE_URL: before.database.direct,
    SNAPSHOT_URL: before.snapshots,
  });
  const a = (await readPublished(snapshotsFolder(embedded), network.ids))!;
  await network.show("b");
  await runWell("harvest", ["--data", embedded]);
  published = { a, b: (await readPublished(snapshotsFolder(embedded), network.ids))! };
  expected = { files: await publishedFiles(snapshotsFolder(embedded)), stored: readStored(embedded) };

  after = await newPlace();
  const startedAt = Date.now();
  await using run = startOn("whole", after);
  expect(await run.finished).toMatchObject({ code: 0 });
  endedMs = Date.now() - startedAt;
  const [row] = await after.database.ask(
    "SELECT max(started_at)::float8 AS at FROM caudal.run WHERE kind = 'harvest'",
  );
  begunMs = row!.at as number - startedAt;
}, START_TIMEOUT_MS);
afterAll(async () => {
  await Promise.all([...databases].map((database) => database.drop()));
  await Deno.remove(folder, { recursive: true });
});

/** A place whose writer was killed in a harvest of B, `share` of its work done or less. */
async function killed(share: number): Promise<Place> {
  for (let left = TRIES; left > 0; left--) {
    const place = await newPlace();
    await using run = startOn("killed", place);
    // What was missed is tried again sooner.
    await sleep(begunMs + share * (endedMs - begunMs) * left / TRIES);
    run.kill("SIGKILL");
    if ((await run.finished).signal === "SIGKILL") return place;
    await forget(place);
  }
  throw new Error(`No kill fell into the first ${share} of a harvest`);
}

/** What must hold of what a killed writer left; answers where the kill fell, by what it left. */
async function expectWhole(place: Place): Promise<string> {
  const found = await readPublished(place.snapshots, network.ids);
  const isA = found?.name === published.a.name;
  expect(found).toEqual(isA ? published.a : published.b);
  await publishedFiles(place.snapshots);
  for (const [id, versions] of await versionsOf(place)) {
    // Those of the uninterrupted run up to here: none doubled, none left out.
    expect(versions).toEqual(expected.stored.versions.get(id)?.slice(0, versions.length));
  }
  const begun = (await runsOf(place)).filter((run) => run.endsWith("STARTED"));
  return `${begun.join() || "none begun"}, ${isA ? "A" : "B"}`;
}

/** What must hold once a harvest of B went through. */
async function expectB(place: Place): Promise<void> {
  expect(await readPublished(place.snapshots, network.ids)).toEqual(published.b);
  expect(await publishedFiles(place.snapshots)).toEqual(expected.files);
  expect(await versionsOf(place)).toEqual(expected.stored.versions);
  const runs = await runsOf(place);
  expect(runs.filter((run) => run.endsWith("STARTED"))).toEqual([]);
  expect(runs.slice(-2)).toEqual(["harvest SUCCESS", "publish SUCCESS"]);
}

const leaseHasRunOut = async ({ database }: Place) =>
  (await database.ask("SELECT FROM caudal.lease WHERE expires_at > clock_timestamp()")).length === 0;

/** Kills a harvest at each of the moments; when nobody holds a lease any more, other hosts' harvests end in B. */
async function killAndMend(shares: readonly number[]): Promise<string[]> {
  const left: Place[] = [];
  const states: string[] = [];
  for (const share of shares) {
    const place = await killed(share);
    states.push(await expectWhole(place));
    left.push(place);
  }
  for (const place of left) {
    await eventually(() => leaseHasRunOut(place));
    await using next = startOn("next", place);
    expect(await next.finished).toMatchObject({ code: 0 });
    await expectB(place);
    await forget(place);
  }
  return states;
}

describe("harvest over PostgreSQL", () => {
  test("that nobody kills ends in the snapshot and the versions of the embedded store", async () => {
    const versions = [...expected.stored.versions.values()];
    expect(new Set(versions.map(({ length }) => length))).toEqual(new Set([1, 2]));
    expect(published.a.name).not.toBe(published.b.name);
    await expectB(after);
  });

  test(`leaves A or B whole wherever it is killed, ${KILLS} times, and the next one ends in B`, async () => {
    const random = randomNumbers(KILLS);
    // One in each part of the run, so that none is spared.
    const shares = Array.from({ length: KILLS }, (_, i) => (i + random()) / KILLS);
    const states: string[] = [];
    while (shares.length > 0) states.push(...await killAndMend(shares.splice(0, KILLS_AT_ONCE)));
    const isHalf = (state: string) => state.includes("STARTED");
    for (let left = TRIES; !states.some(isHalf); left--) {
      expect(left, "no kill fell into a run").toBeGreaterThan(0);
      states.push(...await killAndMend([random() * left / TRIES]));
    }
    if (LONG) {
      const counts = Array.from(
        Map.groupBy(states, (state) => state),
        ([state, { length }]) => [state, length],
      );
      console.log(`Kills by what they left: ${JSON.stringify(Object.fromEntries(counts))}`);
    }
  }, MANY_MS);
});

describe.each(["harvest", "publish"] as const)("harvest and %s on two hosts at once", (other) => {
  const random = randomNumbers(PAIRS);

  test.each(Array.from({ length: PAIRS }, (_, i) => [i + 1, random()]))(
    "end in A or B, never with a version doubled (%i)",
    async (_, share) => {
      const place = await newPlace();
      await using harvest = startOn("one", place);
      // The other begins while the first one works, or at its side.
      await sleep(share * (endedMs - begunMs));
      await using second = startOn("other", place, other);
      const [first, last] = await Promise.all([harvest.finished, second.finished]);
      for (const { code, stderr } of [first, last]) {
        expect([0, 1]).toContain(code);
        if (code === 1) expect(stderr).toMatch(/^Error: Otro proceso /);
      }
      expect([first.code, last.code]).toContain(0);
      const harvested = first.code === 0 || other === "harvest";
      expect(await readPublished(place.snapshots, network.ids)).toEqual(
        harvested ? published.b : published.a,
      );
      await using next = startOn("next", place);
      expect(await next.finished).toMatchObject({ code: 0 });
      await expectB(place);
      await forget(place);
    },
    MANY_MS,
  );
});
