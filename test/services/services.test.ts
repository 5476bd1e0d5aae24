// `deno task services` with the real programs: each service started, used, killed, told and stopped.

import { Client } from "@opensearch-project/opensearch";
import { Redis } from "ioredis";
import fs from "node:fs";
import path from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { remove } from "../../scripts/services/stack.ts";
import { START_TIMEOUT_MS } from "../services.ts";
import { eventually, type Finished, startProgram } from "../slow/process.ts";
import { processesBelow, type Status } from "./processes.ts";

const SCRIPT = `${import.meta.dirname}/../../scripts/services.ts`;

async function services(...args: readonly string[]): Promise<Finished> {
  await using running = startProgram(Deno.execPath(), ["run", "-A", SCRIPT, ...args]);
  return await running.finished;
}

/** What a command prints for programs; throws unless it ends well. */
async function told<T>(...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await services(...args, "--json", "--folder", folder);
  if (code !== 0) throw new Error(`services ${args.join(" ")} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

type Addresses = Record<"DATABASE_URL" | "DIRECT_DATABASE_URL" | "REDIS_URL" | "OPENSEARCH_URL", string>;

const UNITS = ["opensearch-1", "opensearch-2", "opensearch-3", "pgbouncer", "postgres", "redis"];
const DEFAULT_PORTS = [5432, 6432, 6379, 9200, 9300];

async function pids(): Promise<Record<string, number>> {
  return Object.assign({}, ...(await told<Status[]>("status")).map((one) => one.pids));
}

let parent: string;
let folder: string;
let addresses: Addresses;

beforeAll(async () => {
  // Made for its owner alone: the user that PostgreSQL runs as cannot pass through it.
  parent = await Deno.makeTempDir({ prefix: "caudal_services_" });
  folder = path.join(parent, "own");
  addresses = await told<Addresses>("up", "--no-fsync");
}, START_TIMEOUT_MS);

afterAll(async () => {
  await remove(folder, () => {});
  await Deno.remove(parent, { recursive: true });
});

const sql = (url: string, max = 1) => postgres(url, { max, prepare: false, onnotice: () => {} });

describe("services up", () => {
  test("PostgreSQL answers through PgBouncer, and straight", async () => {
    for (const url of [addresses.DATABASE_URL, addresses.DIRECT_DATABASE_URL]) {
      const db = sql(url);
      expect(await db`select 1 + 1 as two, current_database() as name`).toEqual([{ two: 2, name: "caudal" }]);
      await db.end();
    }
  });

  test("PgBouncer lends a connection for a transaction, not for a session", async () => {
    const db = sql(addresses.DATABASE_URL, 60);
    // All sixty sessions stay open; a pooler of sessions would let the first twenty through.
    const answers = await Promise.all(
      Array.from(
        { length: 60 },
        (_, i) => db.begin((one) => one`select ${i}::int as i, pg_backend_pid() as pid`),
      ),
    );
    expect(answers.map(([row]) => row?.i)).toEqual(Array.from({ length: 60 }, (_, i) => i));
    expect(new Set(answers.map(([row]) => row?.pid)).size).toBeLessThanOrEqual(20);
    await db.end();
  });

  test("PgBouncer reaches databases that tests make", async () => {
    const made = new URL(addresses.DATABASE_URL);
    made.pathname = "/made_by_a_test";
    const direct = sql(addresses.DIRECT_DATABASE_URL);
    await direct`create database made_by_a_test`;
    const db = sql(made.href);
    expect(await db`select current_database() as name`).toEqual([{ name: "made_by_a_test" }]);
    await db.end();
    await direct.end();
  });

  test("PostgreSQL refuses who has not the password", async () => {
    const wrong = new URL(addresses.DIRECT_DATABASE_URL);
    wrong.password = "caudal";
    const db = sql(wrong.href);
    // 28P01 is invalid_password.
    await expect(db`select 1`).rejects.toMatchObject({ code: "28P01" });
    await db.end();
  });

  test("Redis answers", async () => {
    const redis = new Redis(addresses.REDIS_URL);
    expect(await redis.ping()).toBe("PONG");
    redis.disconnect();
  });

  test("OpenSearch is green, with three nodes that answer", async () => {
    const nodes = addresses.OPENSEARCH_URL.split(",");
    expect(nodes).toHaveLength(3);
    const names = new Set<string>();
    for (const node of nodes) {
      const client = new Client({ node });
      const { body } = await client.cluster.health({ wait_for_status: "green", timeout: "30s" });
      expect(body).toMatchObject({ status: "green", number_of_nodes: 3, timed_out: false });
      names.add((await client.info()).body.name);
      await client.close();
    }
    expect(names.size).toBe(3);
  });

  test("OpenSearch places three shards and their replicas, and analyses Spanish", async () => {
    const client = new Client({ nodes: addresses.OPENSEARCH_URL.split(",") });
    const settings = { number_of_shards: 3, number_of_replicas: 1 };
    const mappings = { properties: { title: { type: "text" as const, analyzer: "spanish" } } };
    await client.indices.create({
      index: "kept",
      body: { settings, mappings },
      wait_for_active_shards: "all",
    });
    await client.index({
      index: "kept",
      id: "a",
      body: { title: "Precios de los alquileres" },
      refresh: true,
    });
    const { body } = await client.search({
      index: "kept",
      body: { query: { match: { title: "alquiler" } } },
    });
    expect(body.hits.hits.map(({ _id }) => _id)).toEqual(["a"]);
    await client.close();
  });

  test("listens on ports of its own, on loopback alone", async () => {
    const ports = Object.values(addresses).flatMap((urls) => urls.split(",")).map((url) =>
      Number(new URL(url).port)
    );
    expect(new Set(ports).size).toBe(6);
    expect(ports.filter((port) => DEFAULT_PORTS.includes(port))).toEqual([]);
    const outward = Deno.networkInterfaces().filter(({ family, address }) =>
      family === "IPv4" && !address.startsWith("127.")
    );
    for (const { address: hostname } of outward) {
      for (const port of ports) {
        await expect(Deno.connect({ hostname, port })).rejects.toBeInstanceOf(Deno.errors.ConnectionRefused);
      }
    }
  });

  test("tells the password to nobody but the folder's owner", () => {
    const { password } = new URL(addresses.DATABASE_URL);
    expect(password.length).toBeGreaterThan(20);
    expect(fs.statSync(path.join(folder, "state.json")).mode & 0o777).toBe(0o600);
    const processes = processesBelow(folder);
    expect(processes.length).toBeGreaterThan(UNITS.length);
    expect(processes.filter(({ line }) => line.includes(password))).toEqual([]);
  });

  test("changes nothing where all runs, however many ask at once", async () => {
    const before = await pids();
    expect(Object.keys(before).sort()).toEqual(UNITS);
    const state = fs.readFileSync(path.join(folder, "state.json"), "utf8");
    expect(await Promise.all([told("up"), told("up"), told("up", "redis")])).toEqual([
      addresses,
      addresses,
      { REDIS_URL: addresses.REDIS_URL },
    ]);
    expect(await pids()).toEqual(before);
    expect(fs.readFileSync(path.join(folder, "state.json"), "utf8")).toBe(state);
  });

  test("starts again what was killed, with its data and its port, and leaves the rest alone", async () => {
    const db = sql(addresses.DIRECT_DATABASE_URL);
    await db`create table kept (value text)`;
    await db`insert into kept values ('here')`;
    await db`checkpoint`;
    await db.end();
    const before = await pids();
    const killed = ["opensearch-2", "postgres", "redis"];
    for (const unit of killed) Deno.kill(before[unit]!, "SIGKILL");

    expect(await told("up")).toEqual(addresses);
    const after = await pids();
    expect(UNITS.filter((unit) => after[unit] !== before[unit])).toEqual(killed);
    const pooled = sql(addresses.DATABASE_URL);
    expect(await pooled`select value from kept`).toEqual([{ value: "here" }]);
    await pooled.end();
    const client = new Client({ node: addresses.OPENSEARCH_URL.split(",")[1]! });
    expect((await client.get({ index: "kept", id: "a" })).body._source).toEqual({
      title: "Precios de los alquileres",
    });
    await client.close();
  }, START_TIMEOUT_MS);
});

describe("services status", () => {
  test("tells what runs, what answers and where", async () => {
    const all = await told<Status[]>("status");
    expect(all.map(({ name }) => name)).toEqual(["postgres", "pgbouncer", "redis", "opensearch"]);
    expect(Object.assign({}, ...all.map((one) => one.addresses))).toEqual(addresses);
    const [row] = await sqlOnce(addresses.DIRECT_DATABASE_URL, "show server_version");
    expect(`${row?.server_version} `).toContain(`${all[0]!.version} `);
    for (const { version } of all) expect(version).toMatch(/^\d+\.\d+/);
  });

  test("tells people of a service that was stopped alone, and of one that does not answer", async () => {
    const { redis: stopped } = await pids();
    const { code } = await services("down", "redis", "--folder", folder);
    expect(code).toBe(0);
    expect(processesBelow(folder).map(({ pid }) => pid)).not.toContain(stopped);
    const { pgbouncer } = await pids();
    Deno.kill(pgbouncer!, "SIGKILL");
    const { stdout } = await services("status", "redis", "pgbouncer", "postgres", "--folder", folder);
    expect(stdout).toMatch(/^Redis: detenido\nPgBouncer: detenido\nPostgreSQL: responde, versión \d/);
    expect(await told("up", "pgbouncer", "redis")).toMatchObject({ DATABASE_URL: addresses.DATABASE_URL });
  });
});

describe("services down", () => {
  test("leaves no process, and what was stored", async () => {
    expect((await services("down", "--folder", folder)).code).toBe(0);
    expect(processesBelow(folder)).toEqual([]);
    expect(await pids()).toEqual({});
    // Nothing runs, so there is nothing to do: still no failure.
    expect((await services("down", "--folder", folder)).code).toBe(0);

    expect(await told("up", "postgres")).toEqual({ DIRECT_DATABASE_URL: addresses.DIRECT_DATABASE_URL });
    expect(await sqlOnce(addresses.DIRECT_DATABASE_URL, "select value from kept")).toEqual([{
      value: "here",
    }]);
    await told("down");
    expect(processesBelow(folder)).toEqual([]);
  });

  test("ends also what a killed `up` did not come to note", async () => {
    const killed = path.join(parent, "killed");
    await using starting = startProgram(Deno.execPath(), [
      ...["run", "-A", SCRIPT, "up", "redis", "opensearch", "--folder", killed],
    ]);
    await eventually(() => Promise.resolve(processesBelow(killed).length > 0));
    starting.kill("SIGKILL");
    await starting.finished;
    expect(processesBelow(killed)).not.toEqual([]);
    expect((await services("down", "--folder", killed)).code).toBe(0);
    expect(processesBelow(killed)).toEqual([]);
  });

  test("does nothing to a folder without services", async () => {
    const absent = path.join(parent, "absent");
    expect((await services("down", "--folder", absent)).code).toBe(0);
    expect(fs.existsSync(absent)).toBe(false);
  });
});

async function sqlOnce(url: string, statement: string) {
  const db = sql(url);
  try {
    return [...await db.unsafe(statement)];
  } finally {
    await db.end();
  }
}

describe("services", () => {
  test.each(["--help", "-h"])("%s tells its words and options", async (option) => {
    const { code, stdout, stderr } = await services(option);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const word of ["up", "down", "status", "--folder", "--no-fsync", "--json"]) {
      expect(stdout).toMatch(new RegExp(`^ +${word} .*\\S`, "m"));
    }
  });

  test.each([
    { args: [], reason: "Falta qué hacer: up, down, status" },
    { args: ["restart"], reason: 'No se puede "restart": up, down, status' },
    {
      args: ["up", "mysql"],
      reason: 'No hay un servicio "mysql": los que hay son postgres, pgbouncer, redis, opensearch',
    },
    { args: ["up", "--nada"], reason: 'Opción desconocida "--nada"' },
    { args: ["up", "-x"], reason: 'Opción desconocida "-x"' },
    { args: ["up", "--folder"], reason: 'A "--folder" le falta la carpeta' },
    { args: ["up", "--folder", "--json"], reason: 'A "--folder" le falta la carpeta' },
    { args: ["status", "--json=si"], reason: '"--json" no lleva valor' },
  ])("refuses $args with code 2", async ({ args, reason }) => {
    const { code, stdout, stderr } = await services(...args);
    expect(stderr.split("\n")[0]).toBe(reason);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  test("ends with 1 where its folder cannot be", async () => {
    const { code, stdout, stderr } = await services("up", "redis", "--folder", "/dev/null/caudal");
    expect(stderr).toMatch(/^Error: No se puede escribir en la carpeta "\/dev\/null\/caudal": /);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });
});
