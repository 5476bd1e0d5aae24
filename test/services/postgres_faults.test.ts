// What goes wrong with PostgreSQL: addresses that lead nowhere, connections that are lost half-way, a server that is
// killed and comes back. Every fault is a Problem in one sentence without the password, and leaves the old state.

import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CanonicalStore } from "../../src/core/canonical_store.ts";
import { Problem } from "../../src/core/problem.ts";
import { postgresStore } from "../../src/store/postgres/canonical_store.ts";
import { type Database, openPostgres } from "../../src/store/postgres/database.ts";
import { postgresJournal } from "../../src/store/postgres/journal.ts";
import { migrate, migrating } from "../../src/store/postgres/migrate.ts";
import { START_TIMEOUT_MS, startPrivate } from "../services.ts";
import { eventually } from "../slow/process.ts";
import {
  distribution,
  field,
  indexed,
  key,
  reading,
  run,
  saveOne,
  series,
  sha256,
  source,
} from "../store/example_catalog.ts";
import { addressOf, askOnce, type FreshDatabase, freshDatabase } from "./fresh_database.ts";

const D11 = key("d1", "d1.1");

/** The problem that asking ends in. */
async function problemOf(url: string): Promise<Problem> {
  const db = openPostgres(url);
  try {
    await db.one("SELECT 1");
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  } finally {
    await db.close();
  }
  throw new Error("It answered");
}

describe.each(["direct", "pooled"] as const)("PostgreSQL, %s", (way) => {
  let database: FreshDatabase;
  let db: Database;
  let store: CanonicalStore;
  /** Statements of a stranger that holds what others want. */
  let stranger: Database;
  beforeAll(async () => {
    database = await freshDatabase();
    [db, stranger] = [openPostgres(database[way]), openPostgres(database.direct)];
    store = postgresStore(db, sha256);
    await migrate(db);
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await Promise.all([db.close(), stranger.close()]);
    await database.drop();
  });

  test.each([
    {
      why: "a wrong password",
      change: { password: "equivocada" },
      reason: "no admite a ese usuario con esa contraseña",
    },
    {
      why: "an unknown user",
      change: { username: "nadie" },
      reason: "no admite a ese usuario con esa contraseña",
    },
    { why: "an unknown database", change: { pathname: "/nada" }, reason: "esa base de datos no existe" },
    {
      why: "a port that nobody listens at",
      change: { port: "1" },
      reason: "nadie responde en esa dirección",
    },
    {
      why: "an unknown server",
      change: { hostname: "nadie.invalid" },
      reason: "no se encuentra ese servidor",
    },
  ])("openPostgres is Problem unavailable: $why", async ({ change, reason }) => {
    const url = new URL(database[way]);
    for (const [part, value] of Object.entries(change)) Reflect.set(url, part, value);
    const { code, message } = await problemOf(url.href);
    const place = `la base "${url.pathname.slice(1)}" en ${url.hostname}:${url.port}`;
    expect([code, message]).toEqual(["unavailable", `No se puede usar ${place}: ${reason}`]);
    expect(message).not.toContain(url.password);
  });

  test("a connection that is lost half-way leaves everything as it was, and the next call works", async () => {
    await saveOne(store, [series("a", [1])]);
    const before = [await store.catalog("c"), await store.versions("a"), await store.changes(0)];
    const fields = [field("a"), field("b")];
    for (
      const write of [
        () => store.saveOutcome(run(2), D11, indexed([series("a", [2])], { bytes: "v2" })),
        () => store.saveReading(run(2), "c", reading([distribution("d1", "d1.1", fields)]), source("v2")),
      ]
    ) {
      let saved: Promise<unknown>;
      await stranger.write(async (tx) => {
        await tx.run("UPDATE caudal.change_counter SET position = position");
        saved = write().then(() => "saved", (error) => error);
        await eventually(async () => {
          const ended = await database.ask(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          );
          return ended.length > 0;
        });
      });
      expect(await saved!).toMatchObject({
        code: "unavailable",
        message: expect.stringMatching(/: (se perdió la conexión|se está apagando o iniciando)$/),
      });
      expect([await store.catalog("c"), await store.versions("a"), await store.changes(0)]).toEqual(before);
    }
    await store.saveOutcome(run(3), D11, indexed([series("a", [3])]));
    expect(await store.versions("a")).toHaveLength(2);
  });

  test("connections that are ended while nobody uses them are replaced", async () => {
    await Promise.all(Array.from({ length: 8 }, () => store.nodes()));
    for (let i = 0; i < 3; i++) {
      await database.ask(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
      // Those that the news has not reached yet may fail.
      await eventually(() => store.nodes().then(() => true, () => false));
    }
    expect(await Promise.all(Array.from({ length: 8 }, () => store.nodes()))).toEqual(Array(8).fill([]));
  });

  test("a database that is only read is Problem unavailable for writers", async () => {
    await database.ask(`ALTER DATABASE ${database.name} SET default_transaction_read_only = on`);
    const reader = openPostgres(database.direct);
    await expect(postgresStore(reader, sha256).saveNodes([{ catalogId: "c", url: "u" }])).rejects
      .toMatchObject({
        code: "unavailable",
        message: expect.stringContaining("es sólo de lectura"),
      });
    await reader.close();
    await database.ask(`BEGIN READ WRITE; ALTER DATABASE ${database.name} RESET ALL; COMMIT`);
  });

  test("identifiers and titles may be of any length and hold any character", async () => {
    const random = (length: number) =>
      Array.from(
        crypto.getRandomValues(new Uint16Array(length)),
        (n) => String.fromCodePoint(0x4e00 + n % 20_000),
      ).join("");
    const long = [random(9_000), random(9_000), random(9_000), random(9_000)] as const;
    for (const [datasetId, id, title, seriesId] of [long, ["\0", "a\0", "\x01\0\x02", "\x01"]] as const) {
      const taken = reading([distribution(datasetId, id, [field(seriesId, {}, title)])]);
      await store.saveReading(run(1), "odd", taken, source());
      const D = key(datasetId, id, "odd");
      await store.saveOutcome(run(1), D, indexed([series(seriesId, [1], { title })]));
      await store.saveReading(run(2), "odd", taken, source());
      await store.saveOutcome(run(2), D, { kind: "failed", fault: `${id} no se lee` });
      const stored = (await store.catalog("odd"))!.distributions.find(({ present }) => present)!;
      expect(stored).toMatchObject({
        datasetId,
        id,
        fault: `${id} no se lee`,
        fields: [{ id: seriesId, title }],
      });
      expect(await store.owners([seriesId])).toEqual(new Map([[seriesId, { ...D, present: true }]]));
      expect((await store.publishableSeries(D))[0]!.field.title).toBe(title);
    }
  });
});

describe("a server that is no PostgreSQL", () => {
  let server: Server;
  const listen = (answer: (socket: import("node:net").Socket) => void) =>
    new Promise<string>((resolve) => {
      server = createServer(answer).listen(0, "127.0.0.1", () => {
        resolve(`postgres://u:secreta@127.0.0.1:${(server.address() as { port: number }).port}/b`);
      });
    });
  const sockets = new Set<import("node:net").Socket>();
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };

  test.each([
    { why: "never answers", answer: () => {} },
    { why: "hangs up", answer: (socket: import("node:net").Socket) => void socket.end() },
  ])("is given up where it $why", async ({ answer }) => {
    const url = await listen((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      answer(socket);
    });
    const { code, message } = await problemOf(url);
    expect(code).toBe("unavailable");
    expect(message).toMatch(
      /^No se puede usar la base "b" en 127\.0\.0\.1:\d+: (no responde|se perdió la conexión)$/,
    );
    close();
  });
});

test.each(["", "x", "http://u:secreta@h/b", "postgres://u:secreta@h", "postgres://u:secreta@h:x/b"])(
  "openPostgres is Problem invalid for an address that is none, and does not repeat it: %s",
  (url) => {
    let problem: unknown;
    try {
      openPostgres(url);
    } catch (error) {
      problem = error;
    }
    expect(problem).toMatchObject({
      code: "invalid",
      message: "DATABASE_URL debe ser postgres://usuario:clave@servidor:puerto/base",
    });
  },
);

describe("a server of its own", () => {
  let services: Awaited<ReturnType<typeof startPrivate>>;
  beforeAll(async () => {
    services = await startPrivate("postgres", "pgbouncer");
  }, START_TIMEOUT_MS);
  afterAll(() => services[Symbol.asyncDispose]());
  test.each(["postgres", "pgbouncer"] as const)("is killed and comes back, seen through %s", async (name) => {
    const db = migrating(openPostgres(addressOf(services.at(name).url, "caudal")));
    const [store, journal] = [postgresStore(db, sha256), postgresJournal(db)];
    await saveOne(store, [series(`${name}.a`, [1, 2])]);
    const { id } = await journal.startRun("harvest", 1);
    await journal.finishRun(id, "SUCCESS", 2, { ok: name });
    const before = [await store.catalog("c"), await store.versions(`${name}.a`), await journal.run(id)];

    // Servers of tests flush nothing on their own.
    const flush =
      "BEGIN; SET LOCAL synchronous_commit = on; UPDATE caudal.publication SET position = 0; COMMIT";
    await store.savePublication({ snapshot: "s", position: 1 });
    await askOnce(services.at("postgres").url, flush);
    await services.kill("postgres");
    // Through the pooler, which waits for its server, after a while.
    await expect(store.catalog("c")).rejects.toMatchObject({ code: "unavailable" });
    await services.up();
    await eventually(() => store.catalog("c").then(() => true, () => false));
    expect([await store.catalog("c"), await store.versions(`${name}.a`), await journal.run(id)]).toEqual(
      before,
    );
    await store.saveOutcome(run(2), D11, indexed([series(`${name}.a`, [1, 2, 3])]));
    expect(await store.versions(`${name}.a`)).toHaveLength(2);
    await db.close();
  });
});
