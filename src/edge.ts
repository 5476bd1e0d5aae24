// `deno task edge`: the read application under a real local workerd over what is published.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { runCommand, UsageProblem } from "./command.ts";
import { readEnv } from "./config.ts";
import { Problem } from "./core/problem.ts";
import { buildEdge } from "./edge_bundle.ts";
import { startWorkerd } from "./edge_workerd.ts";
import { publishedFolder } from "./edge_snapshots.ts";
import { listenProblem, portOption } from "./server.ts";

await runCommand({
  usage: "deno task edge",
  summary: "Sirve lo publicado con la aplicación de lectura en un workerd local.",
  options: {
    port: { value: "N", description: "Puerto (por defecto 8000)" },
    host: { value: "DIRECCIÓN", description: "Dirección en que se escucha (por defecto 127.0.0.1)" },
    from: {
      value: "CARPETA|URL",
      description: "Lo publicado: una carpeta de datos o de instantáneas, o una dirección http",
    },
    origin: { value: "URL", description: "Servidor que escribe las páginas y valida" },
  },
  run: async ({ port, host, from, origin }) => {
    const env = readEnv(["PORT", "HOST", "DATA_DIR", "SNAPSHOT_URL"]);
    if (origin !== undefined && !/^https?:\/\/./i.test(origin)) {
      throw new UsageProblem(`--origin espera una dirección http(s), no "${origin}"`);
    }
    const snapshots = publishedFolder(from, env);
    const listen = { host: host ?? env.HOST, port: portOption(port, env.PORT) };
    checkListens(listen);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "caudal-edge-"));
    try {
      await buildEdge(folder);
      const workerd = await startWorkerd(
        folder,
        listen,
        { snapshots, origin },
        (line) => console.error(line),
      );
      let stopped = false;
      for (const signal of ["SIGINT", "SIGTERM"] as const) {
        Deno.addSignalListener(signal, () => {
          stopped = true;
          void workerd.stop();
        });
      }
      console.log(`Caudal sirve en el borde en ${workerd.url}`);
      await workerd.finished;
      if (!stopped) throw new Problem("unavailable", "workerd terminó por su cuenta");
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
    Deno.exit(0);
  },
});

/** Tried here first: of an address that cannot be had workerd tells its own insides. */
function checkListens({ host, port }: { readonly host: string; readonly port: number }): void {
  try {
    Deno.listen({ hostname: host, port }).close();
  } catch (cause) {
    throw listenProblem(host, port, cause);
  }
}
