// The module series_publish over PostgreSQL: it publishes what it publishes over SQLite, and several hosts take turns.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { START_TIMEOUT_MS } from "../services.ts";
import { runCommand, runWell } from "../slow/process.ts";
import { type FreshDatabase, freshDatabase } from "./fresh_database.ts";

const PROGRAM = "modules/series_publish/program";
const SERIES = 40;

let folder: string;
let database: FreshDatabase;
const at = (name: string) => path.join(folder, name);
const summaryOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout.trimEnd().split("\n").at(-1)!);

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "caudal-publish-postgres-"));
  database = await freshDatabase();
  for (const distribution of ["1", "2", "3"]) {
    const ids = Array.from({ length: SERIES }, (_, i) => `s${distribution}_${i}`);
    const conf = {
      catalog: { identifier: "c", title: "Catálogo" },
      dataset: { identifier: "d", title: "Dataset" },
      distribution: {
        identifier: distribution,
        title: `Distribución ${distribution}`,
        field: [
          { title: "indice_tiempo", specialType: "time_index", specialTypeDetail: "R/P1Y" },
          ...ids.map((id) => ({ id, title: id, description: `Serie ${id}` })),
        ],
      },
    };
    const rows = [2020, 2021, 2022].map((year) => `${year}-01-01,${ids.map((_, i) => year + i)}`);
    fs.writeFileSync(at(`${distribution}.json`), JSON.stringify(conf));
    fs.writeFileSync(at(`${distribution}.csv`), [`indice_tiempo,${ids}`, ...rows, ""].join("\n"));
  }
}, START_TIMEOUT_MS);
afterAll(async () => {
  await database.drop();
  fs.rmSync(folder, { recursive: true });
});

const args = (
  distribution: string,
) => ["--input", at(`${distribution}.csv`), "--conf", at(`${distribution}.json`)];

test("three hosts at once take turns, and end where one does over SQLite", async () => {
  const urls = [database.direct, database.pooled, database.pooled];
  const published = at("published");
  const ended = await Promise.all(
    urls.map((url, i) =>
      runCommand(PROGRAM, args(String(i + 1)), {
        DATABASE_URL: url,
        DATA_DIR: at(`host${i}`),
        SNAPSHOT_URL: published,
      })
    ),
  );
  expect(ended.map(({ code, stderr }) => code === 0 ? "" : stderr)).toEqual(["", "", ""]);
  const env = { DATABASE_URL: database.pooled, DATA_DIR: at("host0"), SNAPSHOT_URL: published };
  // Whoever came first.
  let last = "";
  for (const distribution of ["1", "2", "3"]) {
    const again = summaryOf(await runWell(PROGRAM, args(distribution), env));
    expect(again).toMatchObject({ series: { new: 0, changed: 0, unchanged: SERIES }, published: false });
    last = again.snapshot;
  }
  for (const distribution of ["1", "2", "3"]) {
    await runWell(PROGRAM, args(distribution), { DATA_DIR: at("embedded") });
  }
  const { stdout } = await runWell("publish", ["--full", "--json", "--data", at("embedded")]);
  expect(last).toBe(JSON.parse(stdout).snapshot);
  const versions = await database.ask(
    "SELECT max(number)::int AS most, count(*)::int FROM caudal.series_version",
  );
  expect(versions).toEqual([{ most: 1, count: 3 * SERIES }]);
});
