// The PostgreSQL part of the benchmark: the harvest of the generated network into a real server of its own (fsync on)
// by turns with the least that any loader has to do with the same observations.
//
// Harvested is what people run: src/harvest.ts as a process with DATABASE_URL, over files, into a database that was
// made for it, publishing to a folder; then the same again, when nothing changed. The reference is one COPY … FROM
// STDIN by postgres.js of one row an observation (series, date, value) into a logged table without a key, in another
// new database of the same server and as a process as well. Its text is made beforehand, outside of its time: it
// neither reads catalogs, parses, validates, hashes, keeps versions nor publishes. A second reference is the same COPY
// by a process that starts from the bytes that the harvest starts from: it makes the rows of the network's files.
// Before each of them the server writes what others left to its disk (CHECKPOINT). All must end with as many values as
// the network has. Run by itself it is those references:
//
//   DATABASE_URL=postgres://… deno run -A scripts/bench/postgres.ts FILE|NETWORK

import fs from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import postgres from "postgres";
import { Problem } from "../../src/core/problem.ts";
import { up } from "../services/stack.ts";
import { endDeadRuns, endRun, runFolder } from "../services/test_runs.ts";
import { median, type Tell } from "./figure.ts";
import { runScript, taskFlags } from "./process.ts";

/** What is held against an aim is measured more than once, by turns with the reference. */
const ROUNDS = 3;

/**
 * Measures the harvest of `network`, a folder with `count` series and `values` observations. Says so and measures
 * nothing where no PostgreSQL can be had.
 */
export async function benchPostgres(
  network: string,
  count: number,
  values: number,
  tell: Tell,
): Promise<void> {
  // A run that is killed is ended by the next, also by that of the tests.
  await endDeadRuns();
  const services = runFolder(Deno.pid);
  try {
    const server = await startServer(path.join(services, "bench"));
    if (server !== undefined) await measure(server, network, count, values, tell);
  } finally {
    await endRun(services);
  }
}

/** Its address; undefined where there is none. */
async function startServer(folder: string): Promise<string | undefined> {
  try {
    const addresses = await up(folder, ["postgres"], { fsync: true, tell: (text) => console.error(text) });
    return addresses.DIRECT_DATABASE_URL!;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    console.error(`Sin medir la cosecha en PostgreSQL, que no se pudo arrancar: ${error.message}`);
  }
}

type Run = { readonly seconds: number; readonly peak: number };

async function measure(
  server: string,
  network: string,
  count: number,
  values: number,
  tell: Tell,
): Promise<void> {
  const rows = `${network}.rows`;
  const bytes = writeRows(network, rows);
  const copied: Run[] = [], loaded: Run[] = [], first: Run[] = [], unchanged: Run[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [source, runs] of [[network, loaded], [rows, copied]] as const) {
      await inDatabase(server, async (url) => {
        runs.push(await runScript("scripts/bench/postgres.ts", [source], [], { DATABASE_URL: url }));
        await expectValues(url, "SELECT count(value)::int AS found FROM observation", values);
      });
    }
    await inDatabase(server, async (url) => {
      // Removed with the network: a disk that has just deleted thousands of files is slow to make others.
      const data = `${network}.data-${round}`;
      const harvest = () =>
        runScript(
          "src/harvest.ts",
          ["--network", path.join(network, "index.yaml"), "--data", data, "--json"],
          taskFlags("harvest"),
          { DATABASE_URL: url },
        );
      first.push(await harvest());
      await expectValues(url, "SELECT sum(value_count)::int AS found FROM caudal.series", values);
      await ask(url, "CHECKPOINT");
      unchanged.push(await harvest());
    });
  }
  fs.rmSync(rows);
  const aimed = count === 40_000;
  const secondsOf = (runs: readonly Run[]) => median(runs.map(({ seconds }) => seconds));
  // Each against the COPY of its round: others may keep the machine busy for a while.
  const ratio = (runs: readonly Run[], reference: readonly Run[]) =>
    median(runs.map(({ seconds }, round) => seconds / reference[round]!.seconds));
  tell({
    name: `referencia: COPY de ${values} observaciones a PostgreSQL`,
    value: secondsOf(copied),
    unit: "s",
    baseline: `(${(bytes / 1e6).toFixed(0)} MB)`,
  });
  tell({ name: "  con leer y partir los archivos de la red", value: secondsOf(loaded), unit: "s" });
  for (const [label, runs] of [["primera", first], ["sin cambios", unchanged]] as const) {
    tell({
      name: `cosecha y publicación en PostgreSQL, ${count} series, ${label}`,
      value: ratio(runs, copied),
      unit: "de COPY",
      baseline: `(${secondsOf(runs).toFixed(1)} s)`,
      ...(aimed && runs === first && { aim: "≤ 3" }),
    });
    tell({
      name: "  contra COPY con leer y partir los mismos archivos",
      value: ratio(runs, loaded),
      unit: "veces",
    });
    tell({
      name: "  memoria máxima",
      value: Math.max(...runs.map(({ peak }) => peak)),
      unit: "MB",
      ...(aimed && { aim: "< 500 MB" }),
    });
  }
}

/** Runs `work` with the address of a new database, which is dropped. */
async function inDatabase(server: string, work: (url: string) => Promise<void>): Promise<void> {
  const address = new URL(server);
  address.pathname = "bench";
  await ask(server, "CREATE DATABASE bench");
  await ask(server, "CHECKPOINT");
  await work(address.href);
  await ask(server, "DROP DATABASE bench WITH (FORCE)");
}

async function expectValues(url: string, statement: string, expected: number): Promise<void> {
  const [row] = await ask(url, statement);
  if (row?.found !== expected) throw new Error(`${statement}: ${row?.found}, not ${expected}`);
}

const open = (url: string) => postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });

async function ask(url: string, statement: string): Promise<readonly Record<string, unknown>[]> {
  const sql = open(url);
  try {
    return await sql.unsafe(statement);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** The network's observations as COPY takes them, a series after the other, a file at a time. */
function* rowsOf(network: string): Generator<string> {
  for (const name of fs.readdirSync(network).filter((name) => name.startsWith("cat"))) {
    const catalog = JSON.parse(fs.readFileSync(path.join(network, name, "data.json"), "utf8"));
    for (const { distribution: [{ downloadURL, field }] } of catalog.dataset) {
      const [, ...lines] = fs.readFileSync(path.join(network, name, downloadURL), "utf8").trimEnd().split(
        "\n",
      );
      const cells = lines.map((line) => line.split(","));
      let text = "";
      for (let column = 1; column < field.length; column++) {
        for (const row of cells) text += `${field[column].id}\t${row[0]}\t${row[column]}\n`;
      }
      yield text;
    }
  }
}

/** Answers the bytes. */
function writeRows(network: string, file: string): number {
  const out = fs.openSync(file, "w");
  let bytes = 0;
  for (const text of rowsOf(network)) bytes += fs.writeSync(out, text);
  fs.closeSync(out);
  return bytes;
}

/** `source` is a file of rows, or a network. */
async function copyRows(url: string, source: string): Promise<void> {
  const sql = open(url);
  await sql`CREATE TABLE observation (series text, date date, value double precision)`;
  const rows = fs.statSync(source).isDirectory()
    ? Readable.from(rowsOf(source))
    : fs.createReadStream(source, { highWaterMark: 1 << 20 });
  await pipeline(rows, await sql`COPY observation FROM STDIN`.writable());
  await sql.end();
}

if (import.meta.main) await copyRows(Deno.env.get("DATABASE_URL")!, Deno.args[0]!);
