// PostgreSQL: a cluster of its own on loopback, with one superuser and one database, both called caudal.

import fs from "node:fs";
import path from "node:path";
import postgres from "postgres";
import { homeOf, type Service, settledPort, unprivilegedUser } from "./kinds.ts";
import { findOrInstall, findProgram } from "./packages.ts";
import { type Launch, runProgram, writeOwned } from "./processes.ts";
import type { Folder } from "./state.ts";

const UNIT = "postgres";
export const DATABASE = "caudal";
export const USER = "caudal";

/** Room for several test files and workers beside PgBouncer's pools. */
const MAX_CONNECTIONS = 200;

export const postgresService: Service = {
  title: "PostgreSQL",
  needs: [],
  units: { [UNIT]: [UNIT] },
  // "Fast" shutdown: clients are sent away, nothing is lost.
  stopSignal: "SIGINT",
  stopMs: 30_000,
  readyMs: 30_000,

  async launch(folder, _unit, tell): Promise<Launch> {
    const bin = await findOrInstall("PostgreSQL", findBin, ["postgresql"], tell);
    const user = unprivilegedUser(folder);
    const home = await homeOf(folder, UNIT, user);
    const data = path.join(home, "data");
    if (!fs.existsSync(path.join(data, "PG_VERSION"))) await createCluster(folder, bin, home);
    return {
      program: path.join(bin, "postgres"),
      args: ["-D", data, ...settings(folder)],
      files: {},
      // It asks whether the pid in there exists, and a killed one does until its parent looks.
      leftovers: ["data/postmaster.pid"],
      home,
      log: path.join(folder.path, `${UNIT}.log`),
      user,
    };
  },

  image: "postgres:17",
  container: (folder) => ({
    args: ["postgres", ...serverSettings(folder.state.fsync)],
    ports: { [UNIT]: 5432 },
    volumes: { [UNIT]: "/var/lib/postgresql/data" },
    env: { POSTGRES_USER: USER, POSTGRES_DB: DATABASE, POSTGRES_INITDB_ARGS: "--locale=C.UTF-8" },
    secrets: { POSTGRES_PASSWORD: folder.state.password },
    files: {},
  }),

  probe: async (folder) => {
    const [row] = await ask(urlOf(folder, UNIT), "show server_version");
    return String(row?.server_version).split(" ")[0]!;
  },

  addresses: (folder) => ({ DIRECT_DATABASE_URL: urlOf(folder, UNIT) }),
};

/** Address of the database through `use`: the server itself or the pooler before it. */
export function urlOf(folder: Folder, use: string, database = DATABASE): string {
  return `postgres://${USER}:${folder.state.password}@127.0.0.1:${settledPort(folder, use)}/${database}`;
}

/** Rows of one statement over a connection of its own. */
export async function ask(url: string, statement: string): Promise<readonly Record<string, unknown>[]> {
  const sql = postgres(url, {
    max: 1,
    prepare: false,
    connect_timeout: 5,
    onnotice: () => {},
    fetch_types: false,
  });
  try {
    return await sql.unsafe(statement).simple();
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** The newest of Debian's, else that on the path. */
function findBin(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = fs.existsSync(debian) ? fs.readdirSync(debian) : [];
  const folders = versions.toSorted((a, b) => Number(b) - Number(a)).map((version) =>
    `${debian}/${version}/bin`
  );
  const program = findProgram("initdb", folders);
  return program && path.dirname(fs.realpathSync(program));
}

/** In a folder beside, renamed when it is whole: a start that was interrupted leaves no half of one. */
async function createCluster(folder: Folder, bin: string, home: string): Promise<void> {
  const user = unprivilegedUser(folder);
  const made = path.join(home, "data.new");
  const password = path.join(home, "password");
  fs.rmSync(made, { recursive: true, force: true });
  writeOwned(password, `${folder.state.password}\n`, user);
  try {
    const options = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", `--username=${USER}`];
    if (!folder.state.fsync) options.push("--no-sync");
    await runProgram(path.join(bin, "initdb"), [...options, `--pwfile=${password}`, `--pgdata=${made}`], {
      cwd: home,
      user,
    });
  } finally {
    fs.rmSync(password);
  }
  await runProgram(path.join(bin, "postgres"), ["--single", "-D", made, "postgres"], {
    cwd: home,
    user,
    input: `CREATE DATABASE ${DATABASE}\n`,
  });
  fs.renameSync(made, path.join(home, "data"));
}

function settings(folder: Folder): string[] {
  const local = {
    listen_addresses: "127.0.0.1",
    port: settledPort(folder, UNIT),
    unix_socket_directories: "",
  };
  return [
    ...Object.entries(local).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ...serverSettings(folder.state.fsync),
  ];
}

function serverSettings(fsync: boolean): string[] {
  const careless = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };
  const all = {
    max_connections: MAX_CONNECTIONS,
    timezone: "UTC",
    log_timezone: "UTC",
    ...fsync ? {} : careless,
  };
  return Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
