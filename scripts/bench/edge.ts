// The edge under workerd: how long until its first answer, and its requests against those of an empty Hono
// application on the same runtime.

import fs from "node:fs";
import path from "node:path";
import { buildEdge, COMPATIBILITY_DATE } from "../../src/edge_bundle.ts";
import { startConfigured, startWorkerd, type Workerd } from "../../src/edge_workerd.ts";
import { median, type Tell } from "./figure.ts";
import type { LoadResult } from "./load.ts";

export type EdgeBench = {
  readonly folder: string;
  /** Data folder of a network, and ids of its series. */
  readonly data: string;
  readonly ids: readonly string[];
  readonly seconds: number;
  readonly load: (
    port: number,
    seconds: number,
    paths: readonly string[],
    folder: string,
  ) => Promise<LoadResult>;
  readonly randomPaths: (ids: readonly string[], rest: string) => string[];
  readonly tell: Tell;
};

const ROUNDS = 3;
const STARTS = 7;

/** An application of one route whose answer has as many bytes. */
async function emptyApp(folder: string, bytes: number): Promise<string> {
  const name = `empty-${bytes}`;
  const { build, stop } = await import("esbuild");
  await build({
    stdin: {
      contents: `import { Hono } from "hono";
const app = new Hono(), body = "x".repeat(${bytes});
app.get("*", () => new Response(body));
export default app;`,
      resolveDir: import.meta.dirname!,
    },
    bundle: true,
    minify: true,
    format: "esm",
    outfile: path.join(folder, `${name}.js`),
    logLevel: "silent",
  }).finally(stop);
  const file = path.join(folder, `${name}.capnp`);
  fs.writeFileSync(
    file,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "empty.js", esModule = embed "${name}.js")],
    compatibilityDate = "${COMPATIBILITY_DATE}"
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
`,
  );
  return file;
}

export async function benchEdge(bench: EdgeBench): Promise<void> {
  const { folder, data, ids, seconds, load, randomPaths, tell } = bench;
  const worker = path.join(folder, "borde");
  fs.mkdirSync(worker);
  await buildEdge(worker);
  const listen = { host: "127.0.0.1", port: 0 };
  const silent = () => {};
  const startEdge = () => startWorkerd(worker, listen, { snapshots: path.join(data, "snapshots") }, silent);
  const startEmpty = (file: string) => startConfigured(file, listen.host, silent);

  const first = async (start: () => Promise<Workerd>, path: string) => {
    const begun = performance.now();
    const workerd = await start();
    await (await fetch(`${workerd.url}${path}`)).arrayBuffer();
    const took = performance.now() - begun;
    await workerd.stop();
    return took;
  };
  const cached = `/series/api/series/?ids=${ids[0]}&limit=1000`;
  const small = await emptyApp(folder, 2);
  const starts: Record<"edge" | "empty", number[]> = { edge: [], empty: [] };
  for (let i = 0; i < STARTS; i++) {
    starts.empty.push(await first(() => startEmpty(small), "/"));
    starts.edge.push(await first(startEdge, cached));
  }
  tell({
    name: "arranque en frío en el borde: proceso, módulo y primera serie",
    value: median(starts.edge) - median(starts.empty),
    unit: "ms más",
    baseline: `(${median(starts.edge).toFixed(0)} ms; Hono vacío ${median(starts.empty).toFixed(0)} ms)`,
    aim: "< 100 ms",
  });

  const cases = [
    { name: "borde, respuesta guardada, 1.000 filas", paths: [cached], aim: "≥ 0,5" },
    { name: "borde, ids al azar, 100 filas", paths: randomPaths(ids, "limit=100"), aim: "≥ 0,3" },
    { name: "borde, ids al azar, 1.000 filas", paths: randomPaths(ids, "limit=1000"), aim: undefined },
  ];
  for (const { name, paths, aim } of cases) {
    const edge = await startEdge();
    const body = await (await fetch(`${edge.url}${paths[0]}`)).arrayBuffer();
    const empty = await startEmpty(await emptyApp(folder, body.byteLength));
    const port = ({ url }: Workerd) => Number(new URL(url).port);
    await load(port(edge), 1, paths, folder);
    await load(port(empty), 1, ["/"], folder);
    const ratios: number[] = [], rates: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const baseline = await load(port(empty), seconds, ["/"], folder);
      const measured = await load(port(edge), seconds, paths, folder);
      rates.push(measured.requests / measured.seconds);
      ratios.push(rates.at(-1)! / (baseline.requests / baseline.seconds));
    }
    await edge.stop();
    await empty.stop();
    tell({
      name,
      value: median(ratios),
      unit: "de Hono vacío",
      baseline: `(${median(rates).toFixed(0)}/s, cuerpo igual de largo)`,
      ...(aim && { aim }),
    });
  }
}
