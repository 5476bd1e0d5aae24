// Leases on PostgreSQL, directly and through PgBouncer: one holder, who is told apart from whoever held it before.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { postgresStore } from "../../src/store/postgres/canonical_store.ts";
import { type Database, openPostgres } from "../../src/store/postgres/database.ts";
import { postgresJournal } from "../../src/store/postgres/journal.ts";
import { type Held, withLease } from "../../src/store/postgres/lease.ts";
import { migrate } from "../../src/store/postgres/migrate.ts";
import { START_TIMEOUT_MS } from "../services.ts";
import { eventually, sleep, startProgram } from "../slow/process.ts";
import {
  distribution,
  indexed,
  key,
  reading,
  run,
  saveOne,
  series,
  sha256,
  source,
} from "../store/example_catalog.ts";
import { type FreshDatabase, freshDatabase } from "./fresh_database.ts";

const LEASE = new URL("../../src/store/postgres/lease.ts", import.meta.url).href;
const DATABASE = new URL("../../src/store/postgres/database.ts", import.meta.url).href;

describe.each(["direct", "pooled"] as const)("withLease on PostgreSQL, %s", (way) => {
  let database: FreshDatabase;
  let one: Database;
  let other: Database;
  beforeAll(async () => {
    database = await freshDatabase();
    [one, other] = [openPostgres(database[way]), openPostgres(database[way])];
    await migrate(one);
  }, START_TIMEOUT_MS);
  beforeEach(() => database.ask("DELETE FROM caudal.lease"));
  afterAll(async () => {
    await Promise.all([one.close(), other.close()]);
    await database.drop();
  });

  const request = (holder: string, leaseMs?: number) => ({
    name: "writer" as const,
    holder,
    busy: "está escribiendo",
    ...(leaseMs && { leaseMs }),
  });
  const take = <T>(db: Database, holder: string, work: (held: Held) => Promise<T>, leaseMs?: number) =>
    withLease(db, request(holder, leaseMs), work);
  /** As after a time without a sign of life. */
  const expire = () => database.ask("UPDATE caudal.lease SET expires_at = now() - interval '1 second'");

  test("refuses a second at once, by the name of the first, and lets it in afterwards", async () => {
    await take(one, "uno:1", async () => {
      const refused = take(other, "dos:2", () => Promise.reject(new Error("It got in")));
      await expect(refused).rejects.toMatchObject({
        code: "conflict",
        message: expect.stringMatching(
          /^Otro proceso \(uno:1\) está escribiendo en la base "\w+" de [\d.:]+: espere a que termine o, si se cortó, \d+ s$/,
        ),
      });
    });
    expect(await take(other, "dos:2", () => Promise.resolve("in"))).toBe("in");
  });

  test("gives the lease back when the work fails", async () => {
    await expect(take(one, "uno", () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(await take(other, "dos", () => Promise.resolve("in"))).toBe("in");
  });

  test("lets one of several in that come at once", async () => {
    const gate = Promise.withResolvers<void>();
    let inside = 0;
    const tries = Array.from({ length: 8 }, (_, i) =>
      take(i % 2 ? one : other, `${i}`, async () => {
        inside++;
        await gate.promise;
      }));
    const settled = Promise.allSettled(tries);
    let refused = 0;
    for (const one of tries) one.catch(() => refused++);
    await eventually(() => Promise.resolve(refused === 7));
    expect(inside).toBe(1);
    gate.resolve();
    expect((await settled).filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("keeps the lease for longer than it lasts without renewal", async () => {
    const LEASE_MS = 2_000;
    await take(one, "uno", async ({ confirm }) => {
      for (const end = Date.now() + 2 * LEASE_MS; Date.now() < end; await sleep(100)) {
        await expect(take(other, "dos", () => Promise.resolve())).rejects.toMatchObject({ code: "conflict" });
      }
      await confirm();
    }, LEASE_MS);
  });

  test("has one that was taken for dead write no more", async () => {
    await saveOne(postgresStore(one, sha256), [series("a", [1])]);
    const D = key("d1", "d1.1");
    await take(one, "uno", async ({ db, confirm }) => {
      const [store, journal] = [postgresStore(db, sha256), postgresJournal(db)];
      await store.saveOutcome(run(2), D, indexed([series("a", [2])]));
      const { id } = await journal.startRun("harvest", 5);
      await expire();
      // Nobody took it: it is still the only writer.
      await store.saveOutcome(run(3), D, indexed([series("a", [3])]));
      await take(other, "dos", async (held) => {
        await postgresStore(held.db, sha256).saveOutcome(run(4), D, indexed([series("a", [4])]));
      });
      const before = [await store.catalog("c"), await store.versions("a"), await journal.runs("harvest", 9)];
      const taken = reading([distribution("d9", "d9.1", ["z"])]);
      for (
        const write of [
          () => store.saveOutcome(run(5), D, indexed([series("a", [5])])),
          () => store.saveReading(run(5), "c", taken, source("v5")),
          () => store.saveCatalogFault(run(5), "c", "HTTP 500"),
          () => store.saveNodes([{ catalogId: "c", url: "u" }]),
          () => store.savePublication({ snapshot: "s", position: 99 }),
          () => store.purge({ seriesIds: ["a"] }),
          () => journal.finishRun(id, "SUCCESS", 6, {}),
          () => journal.abandonRuns("harvest", 6),
          confirm,
        ]
      ) {
        await expect(write()).rejects.toMatchObject({
          code: "conflict",
          message: expect.stringContaining("Otro proceso tomó el turno"),
        });
      }
      const after = [await store.catalog("c"), await store.versions("a"), await journal.runs("harvest", 9)];
      expect(after).toEqual(before);
    });
    const values = (await postgresStore(one, sha256).publishableSeries(D)).map(({ observations }) => [
      ...observations.values,
    ]);
    expect(values).toEqual([[4]]);
  });

  test("leaves a lease that expired to its holder until its transaction ends", async () => {
    await take(one, "uno", async ({ db }) => {
      await db.write(async (tx) => {
        await tx.run("INSERT INTO caudal.setting (name, value) VALUES ($1, '1')", way);
        await expire();
        await expect(take(other, "dos", () => Promise.resolve())).rejects.toMatchObject({ code: "conflict" });
      });
      expect(await take(other, "dos", () => Promise.resolve("in"))).toBe("in");
    });
    expect(await one.one("SELECT value FROM caudal.setting WHERE name = $1", way)).toEqual({ value: "1" });
  });

  test("does not let the end of one that was taken over end the lease of the next", async () => {
    let inside: Promise<void> | undefined;
    const gate = Promise.withResolvers<void>();
    await take(one, "uno", async () => {
      await expire();
      const began = Promise.withResolvers<void>();
      inside = take(other, "dos", async ({ confirm }) => {
        began.resolve();
        await gate.promise;
        await confirm();
      });
      await began.promise;
    });
    await expect(take(one, "tres", () => Promise.resolve())).rejects.toMatchObject({
      message: expect.stringContaining("(dos)"),
    });
    gate.resolve();
    await inside;
  });

  test("frees the lease of a process that is killed, by the clock of the database", async () => {
    const LEASE_MS = 3_000;
    const folder = await Deno.makeTempDir({ prefix: "caudal_lease_" });
    const script = `${folder}/hold.ts`;
    await Deno.writeTextFile(
      script,
      `import { withLease } from ${JSON.stringify(LEASE)};
      import { openPostgres } from ${JSON.stringify(DATABASE)};
      const db = openPostgres(${JSON.stringify(database[way])});
      await withLease(db, ${JSON.stringify(request("otro", LEASE_MS))}, async () => {
        console.log("holds (it)");
        await new Promise(() => {});
      });`,
    );
    const config = new URL("../../deno.json", import.meta.url).pathname;
    await using holder = startProgram(Deno.execPath(), [
      "run",
      "-A",
      "--no-check",
      "--config",
      config,
      script,
    ]);
    await holder.printed(/holds \((it)\)/);
    holder.kill("SIGKILL");
    await holder.finished;
    const refused = take(one, "uno", () => Promise.resolve());
    await expect(refused).rejects.toMatchObject({ message: expect.stringContaining("(otro)") });
    await eventually(() => take(one, "uno", () => Promise.resolve(true)).catch(() => false));
    const [lease] = await database.ask("SELECT token::int, holder FROM caudal.lease");
    expect(lease).toEqual({ token: 2, holder: "uno" });
    await Deno.remove(folder, { recursive: true });
  });
});
