// The suites of the ports over SQLite, and what only a database file can do: be opened again, by another
// connection, by an older program, or be no database at all.

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Problem } from "../../src/core/problem.ts";
import { sqliteStore } from "../../src/store/sqlite/canonical_store.ts";
import { openDatabase } from "../../src/store/sqlite/database.ts";
import { sqliteJournal } from "../../src/store/sqlite/journal.ts";
import { sqliteRecords, sqliteTrail } from "../../src/store/sqlite/records.ts";
import { MIGRATIONS } from "../../src/store/sqlite/migrations.ts";
import { canonicalStoreSuite } from "./canonical_store_suite.ts";
import {
  column,
  distribution,
  indexed,
  key,
  reading,
  run,
  saveOne,
  series,
  sha256,
  source,
} from "./example_catalog.ts";
import { journalSuite } from "./journal_suite.ts";
import { recordsSuite } from "./records_suite.ts";

const newFolder = () => mkdtempSync(path.join(tmpdir(), "caudal-sqlite-"));

canonicalStoreSuite("SQLite", () => {
  const folder = newFolder();
  const store = sqliteStore(openDatabase(path.join(folder, "caudal.sqlite")), sha256);
  return {
    store,
    close: async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
});

journalSuite("SQLite", () => {
  const database = openDatabase(":memory:");
  return { journal: sqliteJournal(database), close: () => database.close() };
});

recordsSuite("SQLite", () => {
  const database = openDatabase(":memory:");
  return { records: sqliteRecords(database), trail: sqliteTrail(database), close: () => database.close() };
});

let folder: string;
let file: string;
beforeEach(() => {
  folder = newFolder();
  file = path.join(folder, "caudal.sqlite");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The problem that opening the file ends in. */
function problemOf(): Problem {
  try {
    openDatabase(file).close();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("It opened");
}

const UNREADABLE: readonly { why: string; spoil: () => void }[] = [
  { why: "random bytes", spoil: () => writeFileSync(file, randomBytes(20_000)) },
  { why: "a few random bytes", spoil: () => writeFileSync(file, randomBytes(10)) },
  { why: "a text", spoil: () => writeFileSync(file, "no soy una base de datos\n".repeat(100)) },
  { why: "a folder", spoil: () => mkdirSync(file) },
  { why: "a folder that is not there", spoil: () => file = path.join(folder, "x", "caudal.sqlite") },
  {
    why: "a header with random bytes after it",
    spoil: () => {
      const header = new Uint8Array(randomBytes(20_000));
      header.set(new TextEncoder().encode("SQLite format 3\0"));
      writeFileSync(file, header);
    },
  },
  {
    why: "a database of another program",
    spoil: () => {
      const database = new DatabaseSync(file);
      database.exec("CREATE TABLE node (x)");
      database.close();
    },
  },
];

describe("openDatabase", () => {
  test.each(UNREADABLE)("is Problem unavailable, in one sentence: $why", ({ spoil }) => {
    spoil();
    const { code, message } = problemOf();
    expect(code).toBe("unavailable");
    expect(message).toContain(`No se puede abrir el almacén "${file}": `);
  });

  test("takes an empty file for a new store", async () => {
    writeFileSync(file, "");
    const store = sqliteStore(openDatabase(file), sha256);
    expect(await store.nodes()).toEqual([]);
    await store.close();
  });

  test("is Problem conflict for a file of a newer program, and leaves it as it is", () => {
    openDatabase(file).close();
    const newer = new DatabaseSync(file);
    newer.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}; CREATE TABLE later (x)`);
    newer.close();
    const { code, message } = problemOf();
    expect(code).toBe("conflict");
    expect(message).toContain(`esquema ${MIGRATIONS.length + 1}, se conoce hasta ${MIGRATIONS.length}`);
    const after = new DatabaseSync(file);
    expect(after.prepare("PRAGMA user_version").get()).toEqual({ user_version: MIGRATIONS.length + 1 });
    after.close();
  });

  test("applies each step once", () => {
    for (let i = 0; i < 3; i++) openDatabase(file).close();
    const database = openDatabase(file);
    expect(database.one("PRAGMA user_version")).toEqual({ user_version: MIGRATIONS.length });
    expect(database.all("SELECT position FROM change_counter")).toEqual([{ position: 0 }]);
    database.close();
  });

  test("lets several processes open a new file at once", async () => {
    const module = new URL("../../src/store/sqlite/database.ts", import.meta.url).href;
    const begin = Date.now() + 1_500;
    const program = `import { openDatabase } from ${JSON.stringify(module)};
      while (Date.now() < ${begin});
      const database = openDatabase(${JSON.stringify(file)});
      database.run("INSERT INTO percentage_unit VALUES (?)", Deno.args[0]);
      database.close();`;
    const script = path.join(folder, "open.ts");
    writeFileSync(script, program);
    const runs = ["a", "b", "c", "d"].map((name) =>
      promisify(execFile)(process.execPath, ["run", "-A", "--no-check", script, name])
    );
    await Promise.all(runs);
    const store = sqliteStore(openDatabase(file), sha256);
    expect(await store.percentageUnits()).toEqual(["a", "b", "c", "d"]);
    await store.close();
  });
});

describe("sqliteStore", () => {
  test("keeps everything when its file is opened again", async () => {
    const everything = async () => {
      const database = openDatabase(file);
      const store = sqliteStore(database, sha256);
      const [version] = await store.versions("a");
      const kept = {
        nodes: await store.nodes(),
        catalog: await store.catalog("c"),
        changes: await store.changes(0),
        owners: await store.owners(["a", "b"]),
        series: await store.publishableSeries(key("d1", "d1.1")),
        context: await store.publishableContext("c"),
        summary: await store.catalogSummary("c"),
        units: await store.percentageUnits(),
        publication: await store.publication(),
        versions: [await store.versions("a"), await store.versions("b")],
        observations: await store.observations(version!.observationsHash),
        runs: await sqliteJournal(database).runs("harvest", 9),
      };
      await store.close();
      return kept;
    };
    const database = openDatabase(file);
    const store = sqliteStore(database, sha256);
    const { id } = await sqliteJournal(database).startRun("harvest", 5);
    await store.saveNodes([{ catalogId: "c", url: "u", format: "json" }]);
    await saveOne(store, [series("a", [1, null, 2]), series("b", [3])], id);
    await store.saveOutcome(run(2), key("d1", "d1.1"), { kind: "failed", fault: "x" });
    await store.savePercentageUnits(["%"]);
    await store.savePublication({ snapshot: "s", position: 4 });
    await sqliteJournal(database).finishRun(id, "SUCCESS", 6, { ok: true });
    await store.close();
    const kept = await everything();
    expect(kept).toMatchObject({
      nodes: [{ catalogId: "c", url: "u", format: "json" }],
      summary: { series: 2, values: 3 },
      units: ["%"],
      publication: { snapshot: "s", position: 4 },
      observations: column([1, null, 2]),
      runs: [{ id, status: "SUCCESS", report: { ok: true } }],
    });
    expect(kept.catalog!.distributions[0]!.fault).toBe("x");
    expect(await everything()).toEqual(kept);
  });

  test("stores equal columns once, and the columns of all versions", async () => {
    const database = openDatabase(file);
    const store = sqliteStore(database, sha256);
    await saveOne(store, [series("a", [1, 2]), series("b", [1, 2]), series("c", [3])]);
    const rows = () => database.one("SELECT count(*) AS rows FROM observations")!.rows;
    expect(rows()).toBe(2);
    await store.saveOutcome(run(2), key("d1", "d1.1"), indexed([series("a", [3]), series("b", [4])]));
    expect(rows()).toBe(3);
    await store.close();
  });

  test("writes no row again for a reading and an outcome that did not change", async () => {
    const database = openDatabase(file);
    const store = sqliteStore(database, sha256);
    const of = [series("a", [1]), series("b", [2])];
    await saveOne(store, of, 1);
    const tables = [
      "dataset",
      "distribution",
      "field",
      "series",
      "series_version",
      "observations",
      "change_counter",
    ];
    const rows = () => tables.map((table) => database.all(`SELECT * FROM ${table}`));
    const before = rows();
    await store.saveReading(run(2), "c", reading([distribution("d1", "d1.1", ["a", "b"])]), source());
    await store.saveOutcome(run(2), key("d1", "d1.1"), { kind: "unchanged", source: source() });
    expect(rows()).toEqual(before);
    // Which run indexed it last is all that a success without changes writes.
    await store.saveOutcome(run(3), key("d1", "d1.1"), indexed(of));
    const [after] = database.all("SELECT * FROM distribution");
    expect(rows().with(1, [{ ...after, indexed_run: 1, indexed_at: run(1).at }])).toEqual(before);
    await store.close();
  });

  test("shares its file with another connection that writes in turns", async () => {
    const stores = [sqliteStore(openDatabase(file), sha256), sqliteStore(openDatabase(file), sha256)];
    let position = 0;
    for (let i = 1; i <= 10; i++) {
      const [writer, reader] = [stores[i % 2]!, stores[(i + 1) % 2]!];
      const taken = reading([distribution("d1", "d1.1", ["a"])], { metadata: { title: `${i}` } });
      await writer.saveReading(run(i), "c", taken, source());
      await writer.saveOutcome(run(i), key("d1", "d1.1"), indexed([series("a", [i])]));
      const changes = await reader.changes(position);
      expect(changes).toMatchObject({ distributions: [key("d1", "d1.1")], catalogs: ["c"] });
      expect(changes.position).toBeGreaterThan(position);
      position = changes.position;
      expect((await reader.catalog("c"))!.metadata).toEqual({ title: `${i}` });
      expect((await reader.versions("a")).map(({ number }) => number)).toEqual(
        Array.from({ length: i }, (_, n) => n + 1),
      );
    }
    for (const store of stores) await store.close();
  });

  test("reads what was committed while another connection is half-way", async () => {
    const [writer, reader] = [openDatabase(file), sqliteStore(openDatabase(file), sha256)];
    await reader.savePercentageUnits(["a"]);
    const during = Promise.withResolvers<string[]>();
    writer.transaction(() => {
      writer.run("INSERT INTO percentage_unit VALUES ('b')");
      reader.percentageUnits().then(during.resolve, during.reject);
    });
    expect(await during.promise).toEqual(["a"]);
    expect(await reader.percentageUnits()).toEqual(["a", "b"]);
    writer.close();
    await reader.close();
  });

  test("leaves no log behind when it is closed", async () => {
    const store = sqliteStore(openDatabase(file), sha256);
    await saveOne(store, [series("a", [1])]);
    expect(existsSync(`${file}-wal`)).toBe(true);
    await store.close();
    expect(existsSync(`${file}-wal`)).toBe(false);
  });
});
