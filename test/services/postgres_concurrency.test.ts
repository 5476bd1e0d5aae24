// Several connections that write at once to one PostgreSQL, directly and through PgBouncer: nothing is lost, nothing
// doubled, and a publisher sees every change.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CanonicalStore } from "../../src/core/canonical_store.ts";
import { postgresStore } from "../../src/store/postgres/canonical_store.ts";
import { type Database, openPostgres, type Statements } from "../../src/store/postgres/database.ts";
import { migrate } from "../../src/store/postgres/migrate.ts";
import { MIGRATIONS } from "../../src/store/postgres/migrations.ts";
import { postgresTrail } from "../../src/store/postgres/records.ts";
import { START_TIMEOUT_MS } from "../services.ts";
import { eventually } from "../slow/process.ts";
import {
  distribution,
  indexed,
  key,
  reading,
  run,
  series,
  sha256,
  source,
} from "../store/example_catalog.ts";
import { type FreshDatabase, freshDatabase } from "./fresh_database.ts";

describe.each(["direct", "pooled"] as const)("PostgreSQL, %s", (way) => {
  let database: FreshDatabase;
  let databases: Database[];
  let stores: CanonicalStore[];
  /** Statements of a stranger that holds what others want. */
  let stranger: Database;
  beforeAll(async () => {
    database = await freshDatabase();
    databases = Array.from({ length: 4 }, () => openPostgres(database[way]));
    await Promise.all(databases.map((db) => migrate(db)));
    stores = databases.map((db) => postgresStore(db, sha256));
    stranger = openPostgres(database.direct);
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await Promise.all([...databases, stranger].map((db) => db.close()));
    await database.drop();
  });

  /** Sessions that wait for a lock. */
  const waiting = async () => {
    const [row] = await database.ask(
      `SELECT count(*)::int AS count FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return row!.count as number;
  };

  describe("migrate", () => {
    test("is done once by four at a time", async () => {
      const steps = await database.ask("SELECT step FROM caudal.migration ORDER BY step");
      expect(steps).toEqual(MIGRATIONS.map((_, i) => ({ step: i + 1 })));
      expect(await database.ask("SELECT position::int FROM caudal.change_counter")).toEqual([{
        position: 0,
      }]);
    });

    test("goes on where an older program left it", async () => {
      const own = await freshDatabase();
      const db = openPostgres(own[way]);
      const step = "CREATE TABLE caudal.later (x integer); INSERT INTO caudal.later VALUES (1)";
      await migrate(db);
      await Promise.all([1, 2, 3].map(() => migrate(db, [...MIGRATIONS, step])));
      expect(await own.ask("SELECT x FROM caudal.later")).toEqual([{ x: 1 }]);
      await db.close();
      await own.drop();
    });

    test("leaves nothing of a step that fails", async () => {
      const own = await freshDatabase();
      const db = openPostgres(own[way]);
      const broken = "CREATE TABLE caudal.half (x integer); SELECT 1 / 0";
      await expect(migrate(db, [broken])).rejects.toThrow("division by zero");
      expect(await own.ask("SELECT to_regnamespace('caudal') IS NULL AS gone")).toEqual([{ gone: true }]);
      await migrate(db);
      await db.close();
      await own.drop();
    });

    test.each([
      {
        why: "of a newer program",
        setUp: `CREATE SCHEMA caudal; CREATE TABLE caudal.migration (step integer, applied_at timestamptz);
          INSERT INTO caudal.migration VALUES (${MIGRATIONS.length + 1}, now())`,
        code: "conflict",
        message: `esquema ${MIGRATIONS.length + 1}, se conoce hasta ${MIGRATIONS.length}`,
      },
      {
        why: "of another program",
        setUp: "CREATE SCHEMA caudal; CREATE TABLE caudal.node (x integer)",
        code: "conflict",
        message: 'ya tiene un esquema "caudal" que no es de este programa',
      },
      {
        why: "that does not hold every text",
        options: "ENCODING LATIN1 LOCALE 'C' TEMPLATE template0",
        setUp: "SELECT 1",
        code: "invalid",
        message: "debe ser UTF8 y es LATIN1",
      },
    ])("refuses a database $why and leaves it as it is", async ({ options, setUp, code, message }) => {
      const own = await freshDatabase(options);
      await own.ask(setUp);
      const tables = () => own.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'caudal'");
      const before = await tables();
      const db = openPostgres(own[way]);
      await expect(migrate(db)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
      expect(await tables()).toEqual(before);
      await db.close();
      await own.drop();
    });
  });

  describe("outcomes of one distribution", () => {
    test("at once end as one of them, with consecutive versions", async () => {
      await stores[0]!.saveReading(
        run(1),
        "one",
        reading([distribution("d1", "d1.1", ["one.a", "one.b"])]),
        source(),
      );
      const D = key("d1", "d1.1", "one");
      const told = await Promise.all(
        Array.from({ length: 24 }, (_, i) =>
          stores[i % 4]!.saveOutcome(
            run(i + 1),
            D,
            indexed([series("one.a", [i]), series("one.b", [i, i])], { bytes: `v${i}` }),
          )),
      );
      expect(told.filter(({ newSeries }) => newSeries.length === 2)).toHaveLength(1);
      expect(told.filter(({ changedSeries }) => changedSeries.length === 2)).toHaveLength(23);
      const [a, b] = [await stores[0]!.versions("one.a"), await stores[0]!.versions("one.b")];
      expect(a.map(({ number }) => number)).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
      expect(b.map(({ runId }) => runId)).toEqual(a.map(({ runId }) => runId));
      expect(new Set(a.map(({ runId }) => runId)).size).toBe(24);
      const last = a.at(-1)!.runId - 1;
      const published = await stores[1]!.publishableSeries(D);
      expect(published.map(({ observations }) => [...observations.values])).toEqual([[last], [last, last]]);
      const stored = (await stores[2]!.catalog("one"))!.distributions[0]!;
      expect(stored).toMatchObject({ changeKey: `key of v${last}`, source: source(`v${last}`) });
    });
  });

  describe("a series id", () => {
    test("that several catalogs bring at once has one owner and one history", async () => {
      const ids = Array.from({ length: 60 }, (_, i) => `shared.${i}`);
      const catalogs = ["w", "x", "y", "z"];
      for (const catalog of catalogs) {
        await stores[0]!.saveReading(run(1), catalog, reading([distribution("d", "d.1", ids)]), source());
      }
      const told = await Promise.all(catalogs.map((catalog, i) => {
        // Each in another order.
        const own = [...ids.slice(15 * i), ...ids.slice(0, 15 * i)];
        if (i % 2) own.reverse();
        const of = own.map((id) => series(id, [i + 1]));
        return stores[i]!.saveOutcome(run(1), key("d", "d.1", catalog), indexed(of));
      }));
      expect(told.flatMap(({ newSeries }) => newSeries).sort()).toEqual(ids.toSorted());
      const owners = await stores[0]!.owners(ids);
      expect(owners.size).toBe(60);
      const available = await Promise.all(
        catalogs.map((catalog) => stores[0]!.publishableSeries(key("d", "d.1", catalog))),
      );
      // The last one took all of them.
      expect(available.map(({ length }) => length).sort()).toEqual([0, 0, 0, 60]);
      for (const id of ids) {
        const numbers = (await stores[0]!.versions(id)).map(({ number }) => number);
        expect(numbers).toEqual([1, 2, 3, 4]);
      }
    });
  });

  describe("readings of one catalog", () => {
    test("at once end as one of them, with each entity once", async () => {
      const readingOf = (i: number) =>
        reading([distribution("d1", "d1.1", ["a", `b${i}`]), distribution(`e${i}`, "e.1", ["c"])], {
          metadata: { title: `${i}` },
        });
      await Promise.all(
        Array.from(
          { length: 12 },
          (_, i) => stores[i % 4]!.saveReading(run(i + 1), "many", readingOf(i), source(`v${i}`)),
        ),
      );
      const catalog = (await stores[0]!.catalog("many"))!;
      const last = Number(catalog.metadata.title);
      expect(catalog.source).toEqual(source(`v${last}`));
      expect(catalog.datasets.map(({ id }) => id).sort()).toEqual(
        ["d1", ...Array.from({ length: 12 }, (_, i) => `e${i}`)].sort(),
      );
      const present = catalog.datasets.filter(({ present }) => present).map(({ id }) => id);
      expect(present.sort()).toEqual(["d1", `e${last}`]);
      const fields = catalog.distributions.find(({ id }) => id === "d1.1")!.fields;
      expect(fields.filter(({ present }) => present).map(({ id }) => id)).toEqual(["a", `b${last}`]);
      expect(fields).toHaveLength(13);
    });
  });

  describe("a reading", () => {
    test("is compared with what another left while it waited", async () => {
      const taken = reading([distribution("d", "d.1", ["held.a"])], { metadata: { title: "Uno" } });
      await stores[0]!.saveReading(run(1), "held", taken, source());
      await stores[0]!.saveOutcome(run(1), key("d", "d.1", "held"), indexed([series("held.a", [1])]));
      const { position } = await stores[1]!.changes(0);
      let saved: Promise<void>;
      await stranger.write(async (tx) => {
        await tx.run("UPDATE caudal.catalog SET metadata = $1 WHERE id = 'held'", '{"title":"Dos"}');
        saved = stores[0]!.saveReading(run(2), "held", taken, source());
        await eventually(async () => await waiting() > 0);
      });
      await saved!;
      expect((await stores[1]!.catalog("held"))!.metadata).toEqual({ title: "Uno" });
      expect((await stores[1]!.changes(position)).catalogs).toEqual(["held"]);
    });
  });

  describe("changes", () => {
    test("waits for what was counted before to be committed", async () => {
      const [writer, reader] = stores as [CanonicalStore, CanonicalStore];
      await writer.saveReading(run(1), "order", reading([distribution("d", "d.1", ["order.a"])]), source());
      const { position } = await reader.changes(0);
      let saved: Promise<unknown>;
      await stranger.write(async (tx) => {
        await tx.run("UPDATE caudal.change_counter SET position = position + 1");
        let isSaved = false;
        saved = writer.saveOutcome(run(1), key("d", "d.1", "order"), indexed([series("order.a", [1])]))
          .then(() => isSaved = true);
        await eventually(async () => await waiting() > 0);
        // One that was counted later is not told of before one that was counted sooner.
        expect((await reader.changes(0)).position).toBe(position);
        expect(isSaved).toBe(false);
      });
      await saved!;
      const changes = await reader.changes(position);
      expect(changes).toMatchObject({ position: position + 2, distributions: [key("d", "d.1", "order")] });
    });

    test("is of one moment, whatever is written between its statements", async () => {
      const D = key("d", "d.1", "moment");
      const writer = stores[0]!;
      await writer.saveReading(run(1), "moment", reading([distribution("d", "d.1", ["moment.a"])]), source());
      let value = 0;
      const interrupted = <T extends Statements>(statements: T): T => ({
        ...statements,
        async one(...asked: Parameters<Statements["one"]>) {
          await writer.saveOutcome(run(1), D, indexed([series("moment.a", [++value])]));
          return await statements.one(...asked);
        },
        async all(...asked: Parameters<Statements["all"]>) {
          await writer.saveOutcome(run(1), D, indexed([series("moment.a", [++value])]));
          return await statements.all(...asked);
        },
      });
      const db = databases[1]!;
      const reader = postgresStore({
        ...interrupted(db),
        read: (work) => db.read((tx) => work(interrupted(tx))),
      }, sha256);
      const changes = await reader.changes(0);
      // What came after the moment is told next time.
      const { distributions } = await stores[1]!.changes(changes.position);
      expect(distributions).toEqual([D]);
      const { distributions: none } = await stores[1]!.changes((await stores[1]!.changes(0)).position);
      expect(none).toEqual([]);
    });

    test("tells a publisher of everything that writers do meanwhile", async () => {
      const WRITERS = 8, ROUNDS = 12;
      const catalogs = Array.from({ length: WRITERS }, (_, i) => `flow${i}`);
      // Each writes now to its own catalog and now to that of its neighbour, with series that move about.
      const write = async (writer: number) => {
        for (let round = 0; round < ROUNDS; round++) {
          const catalog = catalogs[(writer + round % 2) % WRITERS]!;
          const ids = [`${catalog}.a`, `flow.${(writer + round) % 5}`];
          const store = stores[(writer + round) % 4]!;
          const metadata = { title: `${writer} ${round}` };
          await store.saveReading(
            run(1),
            catalog,
            reading([distribution("d", "d.1", ids)], { metadata }),
            source(),
          );
          const of = ids.map((id) => series(id, [writer, round]));
          await store.saveOutcome(run(round + 1), key("d", "d.1", catalog), indexed(of));
        }
      };
      /** What a publisher has, from nothing but what it was told of. */
      const mirror = new Map<string, unknown>();
      let position = 0;
      const publish = async () => {
        const changes = await stores[3]!.changes(position);
        for (const one of changes.distributions) {
          const found = await stores[3]!.publishableSeries(one);
          mirror.set(JSON.stringify(one), found.map(({ id, observations }) => [id, ...observations.values]));
        }
        for (const id of changes.catalogs) mirror.set(id, await stores[3]!.publishableContext(id));
        position = changes.position;
      };
      let writing = true;
      const publisher = (async () => {
        while (writing) await publish();
      })();
      await Promise.all(catalogs.map((_, i) => write(i)));
      writing = false;
      await publisher;
      await publish();
      const all = await stores[0]!.changes(0);
      expect(all.position).toBe(position);
      for (const one of all.distributions) {
        const found = await stores[0]!.publishableSeries(one);
        expect(mirror.get(JSON.stringify(one))).toEqual(
          found.map(({ id, observations }) => [id, ...observations.values]),
        );
      }
      for (const id of all.catalogs) expect(mirror.get(id)).toEqual(await stores[0]!.publishableContext(id));
      expect(all.distributions.filter(({ catalogId }) => catalogs.includes(catalogId))).toHaveLength(WRITERS);
    });
  });

  describe("purge", () => {
    test("between outcomes leaves no half of either", async () => {
      await stores[0]!.saveReading(
        run(1),
        "purged",
        reading([distribution("d", "d.1", ["p.a", "p.b"])]),
        source(),
      );
      const D = key("d", "d.1", "purged");
      const save = (i: number) =>
        stores[i % 3]!.saveOutcome(run(i + 1), D, indexed([series("p.a", [i % 2]), series("p.b", [i % 3])]));
      await save(0);
      const tries = await Promise.allSettled(
        Array.from(
          { length: 24 },
          (_, i) => i % 4 === 3 ? stores[3]!.purge({ seriesIds: ["p.a"] }) : save(i),
        ),
      );
      const refused = tries.filter((one) => one.status === "rejected");
      // Two purges may follow one another.
      for (const { reason } of refused) expect(reason).toMatchObject({ code: "not_found" });
      await save(1);
      for (const id of ["p.a", "p.b"]) {
        const versions = await stores[0]!.versions(id);
        expect(versions.map(({ number }) => number)).toEqual(versions.map((_, i) => i + 1));
        for (const { observationsHash } of versions) {
          expect(await stores[0]!.observations(observationsHash)).toBeDefined();
        }
      }
    });

    test("has a publication that was begun before it count for nothing", async () => {
      await stores[0]!.saveReading(run(1), "late", reading([distribution("d", "d.1", ["late.a"])]), source());
      await stores[0]!.saveOutcome(run(1), key("d", "d.1", "late"), indexed([series("late.a", [1])]));
      const { position } = await stores[1]!.changes(0);
      await stores[0]!.purge({ seriesIds: ["late.a"] });
      await stores[1]!.savePublication({ snapshot: "s", position });
      expect(await stores[1]!.publication()).toBeUndefined();
      await stores[1]!.savePublication({ snapshot: "t", position: (await stores[1]!.changes(0)).position });
      expect(await stores[1]!.publication()).toMatchObject({ snapshot: "t" });
    });
  });

  describe("the trail", () => {
    test("of several at once is read on without a gap", async () => {
      const trail = postgresTrail(databases[0]!);
      const seen: number[] = [];
      let appending = true;
      const reader = (async () => {
        for (let after = 0; appending || (await trail.entries("run", { after, limit: 1 })).length > 0;) {
          for (const { id, at } of await trail.entries("run", { after, limit: 5 })) {
            after = id;
            seen.push(at);
          }
        }
      })();
      await Promise.all(databases.map(async (db, d) => {
        for (let i = 0; i < 15; i++) await postgresTrail(db).append("run", "7", 100 * d + i, {});
      }));
      appending = false;
      await reader;
      expect(seen.toSorted((a, b) => a - b)).toEqual(
        [0, 1, 2, 3].flatMap((d) => Array.from({ length: 15 }, (_, i) => 100 * d + i)),
      );
    });
  });
});
