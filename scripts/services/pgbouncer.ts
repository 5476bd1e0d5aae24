// PgBouncer in transaction mode, before the PostgreSQL of the same folder: every database of it, also those that
// tests make.

import path from "node:path";
import { homeOf, type Service, settledPort, unprivilegedUser } from "./kinds.ts";
import { findOrInstall, findProgram } from "./packages.ts";
import { ask, urlOf, USER } from "./postgres.ts";
import type { Folder } from "./state.ts";

const UNIT = "pgbouncer";

export const pgbouncerService: Service = {
  title: "PgBouncer",
  needs: ["postgres"],
  units: { [UNIT]: [UNIT] },
  stopSignal: "SIGTERM",
  stopMs: 10_000,
  readyMs: 30_000,

  async launch(folder, _unit, tell) {
    const program = await findOrInstall("PgBouncer", () => findProgram("pgbouncer"), ["pgbouncer"], tell);
    const user = unprivilegedUser(folder);
    const home = await homeOf(folder, UNIT, user);
    return {
      program,
      args: ["pgbouncer.ini"],
      files: {
        "pgbouncer.ini": configuration({
          host: "127.0.0.1",
          port: settledPort(folder, "postgres"),
          listen: "127.0.0.1",
          listenPort: settledPort(folder, UNIT),
          users: "users.txt",
        }),
        "users.txt": users(folder),
      },
      home,
      log: path.join(folder.path, `${UNIT}.log`),
      user,
    };
  },

  image: "edoburu/pgbouncer:v1.24.1-p1",
  container: (folder) => ({
    args: ["pgbouncer", "/caudal/pgbouncer.ini"],
    ports: { [UNIT]: 5432 },
    volumes: {},
    env: {},
    secrets: {},
    files: {
      "pgbouncer.ini": configuration({
        host: "postgres",
        port: 5432,
        listen: "0.0.0.0",
        listenPort: 5432,
        users: "/caudal/users.txt",
      }),
      "users.txt": users(folder),
    },
  }),

  probe: async (folder) => {
    await ask(urlOf(folder, UNIT), "select 1");
    const [row] = await ask(urlOf(folder, UNIT, "pgbouncer"), "show version");
    return String(row?.version).split(" ").at(-1)!;
  },

  addresses: (folder) => ({ DATABASE_URL: urlOf(folder, UNIT) }),
};

const users = ({ state }: Folder) => `"${USER}" "${state.password}"\n`;

type Places = { host: string; port: number; listen: string; listenPort: number; users: string };

function configuration({ host, port, listen, listenPort, users }: Places): string {
  return `[databases]
* = host=${host} port=${port}

[pgbouncer]
pool_mode = transaction
listen_addr = ${listen}
listen_port = ${listenPort}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
admin_users = ${USER}
default_pool_size = 20
max_client_conn = 500
server_lifetime = 600
ignore_startup_parameters = extra_float_digits
`;
}
