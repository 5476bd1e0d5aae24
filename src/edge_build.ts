// `deno task edge:build`: the worker, the files of the site and the configuration, ready for `wrangler deploy`.

import { runCommand, UsageProblem } from "./command.ts";
import { readEnv } from "./config.ts";
import { buildEdge, WORKER } from "./edge_bundle.ts";
import { publishedFolder } from "./edge_snapshots.ts";
import { makeFolder } from "./host/make_folder.ts";
import { isHttpOrigin } from "./open_blobs.ts";

await runCommand({
  usage: "deno task edge:build",
  summary: "Escribe el worker con sus archivos y su wrangler.jsonc, listos para `wrangler deploy`.",
  options: {
    out: { value: "CARPETA", description: "Dónde se escriben (por defecto ./dist/edge)" },
    from: {
      value: "CARPETA",
      description: "Carpeta de datos o de instantáneas que se lleva como archivos estáticos",
    },
    json: { description: "Escribe los tamaños como JSON" },
  },
  run: async ({ out = "dist/edge", from, json }) => {
    if (isHttpOrigin(from)) {
      throw new UsageProblem("--from espera una carpeta; una dirección http va en SNAPSHOT_URL del worker");
    }
    const snapshots = from === undefined ? undefined : publishedFolder(from, readEnv(["DATA_DIR"]));
    makeFolder(out);
    const { bytes, gzipped } = await buildEdge(out, snapshots);
    const kb = (n: number) => `${(n / 1000).toFixed(0)} kB`;
    console.log(
      json
        ? JSON.stringify({ folder: out, bytes, gzipped })
        : `Escrito en ${out}: ${WORKER} de ${kb(bytes)} (${kb(gzipped)} comprimido)\n` +
          `Para desplegarlo: cd ${out} && npx wrangler deploy`,
    );
  },
});
