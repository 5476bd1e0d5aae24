// A project of sequences with a server and a worker over it, as people run them: steps that last, fail, shout, and that
// are given secrets.

import path from "node:path";
import { fixedAccountText } from "../../src/operation/fixed_accounts.ts";
import { createPasswords } from "../../src/operation/passwords.ts";
import type { Role } from "../../src/operation/roles.ts";
import { randomBytes } from "../operation/world.ts";
import { addressOf, type Running, startCommand } from "./process.ts";

export const PASSWORDS: Readonly<Record<Role, string>> = {
  viewer: "la clave de quien mira",
  operator: "la clave de quien opera",
  admin: "la clave de quien manda",
};

/** What no page, answer, log nor file of ours may hold. */
export const SECRETS = {
  /** Of an address that a sequence writes to. */
  address: "p4labra-d3l-almacen",
  /** Of a module, by name. */
  module: "cl4ve-de-la-fu3nte",
} as const;

/** What a program may print. */
export const HOSTILE = '<script>document.title="tomada"</script><img src=x onerror="document.title=1">';

const FILES: Readonly<Record<string, unknown>> = {
  "modules.json": {
    bien: { cmd: "true" },
    lento: { cmd: "./lento.sh", killGraceSeconds: 1 },
    rompe: { cmd: "./rompe.sh" },
    grita: { cmd: "./grita.sh" },
    guarda: { cmd: "./guarda.sh", secrets: ["FUENTE"] },
    tropieza: { cmd: "./tropieza.sh", secrets: ["FUENTE"] },
    cambia: { cmd: "./cambia.sh" },
  },
  "lento.sh": `#!/bin/sh
i=0
while [ $i -lt 3000 ]; do i=$((i + 1)); echo "renglón $i"; sleep 0.2; done
`,
  // Works once somebody has mended what it lacks.
  "rompe.sh": `#!/bin/sh
if [ -e arreglado ]; then echo "listo"; exit 0; fi
echo "leyendo" ; echo "falta la columna \\"provincia\\" en entrada.csv" >&2
exit 3
`,
  "grita.sh": `#!/bin/sh
cat hostil.txt ; cat hostil.txt >&2 ; exit 1
`,
  "hostil.txt": `${HOSTILE}\n`,
  "guarda.sh": `#!/bin/sh
echo "con $FUENTE hacia $*"; echo "{\\"hacia\\":\\"$4\\",\\"con\\":\\"$FUENTE\\"}"
`,
  "tropieza.sh": `#!/bin/sh
echo "no pude entrar con $FUENTE" >&2; exit 1
`,
  "cambia.sh": `#!/bin/sh
cat cambios.json
`,
  "cambios.json": `${
    JSON.stringify({
      catalog: "smn",
      dataset: "temperaturas",
      distribution: "smn.1",
      run: 1,
      series: { new: 0, changed: 1, unchanged: 7 },
      values: { new: 2, changed: 1, removed: 0 },
      changes: [{
        id: "smn_tmax_saez",
        new: 2,
        changed: 1,
        removed: 0,
        samples: [{ period: "2026-07-08", before: 12.5, after: 12.7 }, {
          period: "2026-07-09",
          before: null,
          after: 14,
        }],
      }],
      changes_left_out: 0,
      snapshot: "ab",
      published: true,
    })
  }\n`,
  "etl_sequences/lenta.json": [{ module_name: "bien" }, { module_name: "lento" }, { module_name: "bien" }],
  "etl_sequences/rota.json": {
    steps: [
      { id: "traer", module_name: "bien" },
      { id: "cargar", module_name: "rompe", needs: ["traer"] },
      { id: "publicar", module_name: "cambia", needs: ["cargar"] },
    ],
    timeoutSeconds: 600,
  },
  "etl_sequences/hostil.json": [{ module_name: "grita" }],
  "etl_sequences/guardar.json": [{
    module_name: "guarda",
    input: "modules.json",
    output: `postgresql://ana:${SECRETS.address}@db.example/x`,
  }],
  "etl_sequences/tropezar.json": [{ module_name: "tropieza" }],
  "etl_sequences/diaria.json": {
    steps: [{ module_name: "bien" }],
    schedule: [{ cron: "30 6 * * *", timezone: "Europe/Madrid" }],
  },
  "etl_sequences/sucia.json": {
    steps: [{ module_name: "lent", input: `postgresql://ana:${SECRETS.address}@db.example/x` }],
  },
};

export type EtlProject = {
  readonly folder: string;
  readonly dataDir: string;
  readonly base: string;
  readonly server: Running;
  readonly worker: Running;
  /** One request of the operation API, with HTTP Basic. */
  ask(role: Role, path: string, init?: RequestInit): Promise<Response>;
  /** A run of a sequence, begun by the operator. */
  start(name: string): Promise<number>;
  write(file: string, text: string): Promise<void>;
  close(): Promise<void>;
};

export async function startEtlProject(): Promise<EtlProject> {
  const folder = await Deno.makeTempDir({ prefix: "caudal_etl_project_" });
  const dataDir = path.join(folder, "data");
  const write = async (file: string, text: string) => {
    const full = path.join(folder, file);
    await Deno.mkdir(path.dirname(full), { recursive: true });
    await Deno.writeTextFile(full, text);
    if (file.endsWith(".sh")) await Deno.chmod(full, 0o755);
  };
  for (const [file, value] of Object.entries(FILES)) {
    await write(file, typeof value === "string" ? value : JSON.stringify(value));
  }
  const passwords = createPasswords(randomBytes, 2);
  const roles = Object.keys(PASSWORDS) as Role[];
  const accounts = await Promise.all(
    roles.map(async (role) =>
      fixedAccountText({ name: role, role, passwordHash: await passwords.hash(PASSWORDS[role]) })
    ),
  );
  const env = {
    CONSOLE_USERS: accounts.join(" "),
    ETL_DIR: folder,
    ETL_SLOTS: "3",
    ETL_SECRET_FUENTE: SECRETS.module,
    LOG_LEVEL: "debug",
  };
  const server = startCommand("serve", ["--data", dataDir, "--port", "0"], env);
  const base = await addressOf(server);
  const worker = startCommand("worker", ["--data", dataDir], env);
  await worker.printed(/(trabaja)/);

  const ask: EtlProject["ask"] = (role, at, init = {}) =>
    fetch(`${base}${at}`, {
      ...init,
      headers: {
        authorization: `Basic ${new TextEncoder().encode(`${role}:${PASSWORDS[role]}`).toBase64()}`,
        ...init.headers,
      },
    });
  return {
    folder,
    dataDir,
    base,
    server,
    worker,
    ask,
    write,
    async start(name) {
      const answer = await ask("operator", "/api/ops/etl/runs", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name }),
      });
      if (!answer.ok) throw new Error(await answer.text());
      return (await answer.json()).id;
    },
    async close() {
      // The worker ends what it runs; what is killed leaves that to the next.
      worker.kill("SIGTERM");
      server.kill("SIGTERM");
      await Promise.all([worker.finished, server.finished]);
      await Deno.remove(folder, { recursive: true });
    },
  };
}
