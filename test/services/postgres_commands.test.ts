// The commands over PostgreSQL: what they publish is what they publish over SQLite, and of two hosts one writes.

import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { START_TIMEOUT_MS } from "../services.ts";
import { eventually, runCommand, runWell, startCommand } from "../slow/process.ts";
import { type NetworkStates, writeStates } from "../slow/network_states.ts";
import { type FreshDatabase, freshDatabase } from "./fresh_database.ts";

let folder: string;
let network: NetworkStates;
let databases: FreshDatabase[];
const at = (name: string) => path.join(folder, name);

beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_postgres_commands_" });
  network = await writeStates(at("sources"), { series: 500, values: 50_000 });
  databases = [];
}, START_TIMEOUT_MS);
afterAll(async () => {
  await Promise.all(databases.map((database) => database.drop()));
  await Deno.remove(folder, { recursive: true });
});

async function newDatabase(): Promise<FreshDatabase> {
  const database = await freshDatabase();
  databases.push(database);
  return database;
}

const snapshotOf = async (args: readonly string[], env: Record<string, string> = {}) => {
  const { stdout } = await runWell("harvest", [...args, "--json"], env);
  const { publish, counts } = JSON.parse(stdout);
  return { snapshot: publish.snapshot as string, switched: publish.switched as boolean, counts };
};

describe("harvest", () => {
  test("of the bundled network publishes over PostgreSQL what it publishes over SQLite", async () => {
    const database = await newDatabase();
    const embedded = await snapshotOf(["--data", at("bundled_sqlite")]);
    const env = { DATABASE_URL: database.pooled };
    expect(await snapshotOf(["--data", at("bundled_postgres")], env)).toEqual(embedded);
    expect(await snapshotOf(["--data", at("bundled_postgres")], env)).toMatchObject({
      snapshot: embedded.snapshot,
      switched: false,
    });
    const { stdout } = await runWell("publish", ["--full", "--json", "--data", at("elsewhere")], {
      DATABASE_URL: database.direct,
    });
    expect(JSON.parse(stdout).snapshot).toBe(embedded.snapshot);
  });

  test("of a network that changes publishes the same after every change", async () => {
    const database = await newDatabase();
    const env = { DATABASE_URL: database.pooled };
    for (const state of ["a", "older", "b"] as const) {
      await network.show(state);
      const args = ["--network", network.register];
      const embedded = await snapshotOf([...args, "--data", at("states_sqlite")]);
      expect(await snapshotOf([...args, "--data", at("states_postgres")], env)).toEqual(embedded);
    }
  });

  test("on two hosts at once is refused on one, and the other ends well", async () => {
    await network.show("a");
    const database = await newDatabase();
    const gate = Promise.withResolvers<void>();
    const catalog = await Deno.readFile(at("sources/a/cat0/data.json"));
    await using source = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async ({ url }) => {
      const { pathname } = new URL(url);
      if (!pathname.endsWith(".json")) {
        return new Response(await Deno.readFile(at(`sources/a/cat0${pathname}`)));
      }
      await gate.promise;
      return new Response(catalog);
    });
    const url = `http://127.0.0.1:${source.addr.port}/data.json`;
    const start = (host: string, address: string) =>
      startCommand("harvest", ["--catalog", `cat0=${url}`, "--data", at(host)], {
        ALLOW_INTERNAL_SOURCES: "true",
        DATABASE_URL: address,
      });
    await using one = start("host1", database.direct);
    await using other = start("host2", database.pooled);
    const refused = await Promise.race([one.finished, other.finished]).finally(() => gate.resolve());
    expect(refused).toMatchObject({ code: 1, signal: null, stdout: "" });
    expect(refused.stderr).toMatch(
      /^Error: Otro proceso \(.+, proceso \d+\) está escribiendo \(ya está corriendo una indexación\) en la base .+: espere a que termine/,
    );
    const ended = await Promise.all([one.finished, other.finished]);
    expect(ended.map(({ code }) => code).sort()).toEqual([0, 1]);
    const runs = await database.ask("SELECT kind, status FROM caudal.run ORDER BY id");
    expect(runs.map(({ kind, status }) => `${kind} ${status}`)).toEqual([
      "harvest SUCCESS",
      "publish SUCCESS",
    ]);
    const versions = await database.ask(
      "SELECT max(number)::int AS most, count(*)::int FROM caudal.series_version",
    );
    expect(versions).toEqual([{ most: 1, count: 405 }]);
  });

  test("that is killed half-way leaves its turn and a store that the next one completes", async () => {
    await network.show("a");
    const embedded = await snapshotOf(["--network", network.register, "--data", at("whole")]);
    const database = await newDatabase();
    const env = { DATABASE_URL: database.pooled };
    const args = ["--network", network.register, "--data", at("killed"), "--json"];
    await using killed = startCommand("harvest", args, env);
    await eventually(async () => {
      const [row] = await database.ask(
        `SELECT CASE WHEN to_regclass('caudal.run') IS NULL THEN 0
           ELSE (xpath('/row/c/text()', query_to_xml('SELECT count(*) AS c FROM caudal.series', true, true, '')))[1]::text::int
         END AS count`,
      );
      return (row!.count as number) > 0;
    });
    killed.kill("SIGKILL");
    await killed.finished;
    const refused = await runCommand("harvest", args, env);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("Otro proceso") });
    await eventually(async () => (await runCommand("harvest", args, env)).code === 0);
    const { stdout } = await runWell("publish", ["--json", "--data", at("killed")], env);
    expect(JSON.parse(stdout).snapshot).toBe(embedded.snapshot);
    const doubled = await database.ask("SELECT id FROM caudal.series GROUP BY id HAVING count(*) > 1");
    expect(doubled).toEqual([]);
    const [versions] = await database.ask("SELECT max(number)::int AS most FROM caudal.series_version");
    expect(versions).toEqual({ most: 1 });
  });
});

test.each(["harvest", "publish", "dump", "settings"])(
  "%s tells why it cannot use PostgreSQL, without the password",
  async (command) => {
    const args = [...command === "settings" ? ["export"] : [], "--data", at("none")];
    const finished = await runCommand(command, args, { DATABASE_URL: "postgres://u:secreta@127.0.0.1:1/b" });
    expect(finished).toMatchObject({ code: 1, stdout: "" });
    expect(finished.stderr).toBe(
      'Error: No se puede usar la base "b" en 127.0.0.1:1: nadie responde en esa dirección\n',
    );
  },
);

test("a bad DATABASE_URL is refused without being repeated", async () => {
  for (const url of ["mysql://u:secreta@h/b", "postgres://u:secreta@h", "secreta"]) {
    const { code, stderr } = await runCommand("publish", ["--data", at("none")], { DATABASE_URL: url });
    expect([code, stderr]).toEqual([
      1,
      "Error: Configuración inválida: DATABASE_URL: debe ser postgres://usuario:clave@servidor:puerto/base\n",
    ]);
  }
});
