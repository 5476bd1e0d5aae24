// `deno task bench`: speed and memory, each a ratio against a baseline measured in the same run, because
// machines differ and these are noisy. Networks are made in a temporary folder and removed.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { runCommand, UsageProblem } from "../src/command.ts";
import { benchDump } from "./bench/dump.ts";
import { benchEdge } from "./bench/edge.ts";
import { type Figure, median, type Tell } from "./bench/figure.ts";
import { randomNumbers, writeNetwork } from "./bench/network.ts";
import type { LoadResult } from "./bench/load.ts";
import { benchPostgres } from "./bench/postgres.ts";
import { priceRequests, publishTicks } from "./bench/prices.ts";
import { benchRefine } from "./bench/refine.ts";
import { benchSearch } from "./bench/search.ts";
import { peakMemory, processorTime, runScript, startServer, taskFlags } from "./bench/process.ts";

const CONNECTIONS = 16;
const ROUNDS = 3;
const BODY_CACHE_MB = 64;
const TICKS = [10_000, 100_000, 3_000_000];
/** Observations of a series of the harvested networks. */
const VALUES_EACH = 150;

await runCommand({
  usage: "deno task bench",
  summary: "Mide velocidad y memoria, cada cifra contra una referencia medida en la misma corrida.",
  options: {
    series: { value: "N", description: "Series de la red grande (por defecto 40000)" },
    prices: { description: "Mide solamente los precios" },
    seconds: { value: "N", description: "Segundos de cada medición de pedidos (por defecto 3)" },
    json: { description: "Escribe las cifras como JSON" },
  },
  run: async ({ series = "40000", seconds = "3", prices, json }) => {
    if (!/^\d+$/.test(series) || Number(series) < 400) {
      throw new UsageProblem("--series espera un número desde 400");
    }
    if (!/^\d+$/.test(seconds) || Number(seconds) < 1) {
      throw new UsageProblem("--seconds espera un número desde 1");
    }
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "caudal-bench-"));
    const figures: Figure[] = [];
    const tell = (figure: Figure) => {
      figures.push(figure);
      if (json) return;
      const { name, value, unit, baseline, aim } = figure;
      const shown = value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toPrecision(2);
      console.log(
        `${name.padEnd(58)} ${shown.padStart(8)} ${unit.padEnd(14)} ${baseline ?? ""}${
          aim ? `  [meta ${aim}]` : ""
        }`,
      );
    };
    try {
      await benchPrices(folder, Number(seconds), tell);
      if (prices) return;
      await benchHarvest(folder, Number(series), tell);
      await benchPostgres(
        networkFolder(folder, Number(series)),
        Number(series),
        Number(series) * VALUES_EACH,
        tell,
      );
      await benchDump(dataFolder(folder, Number(series)), Number(series), tell);
      const queried = await harvestQueried(folder);
      await benchQueries(folder, queried.data, Number(seconds), tell);
      await benchEdge({ folder, ...queried, seconds: Number(seconds), load, randomPaths, tell });
      await benchSearch(folder, Number(series), tell);
      await benchRefine(folder, tell);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
      if (json) console.log(JSON.stringify(figures, null, 2));
    }
  },
});

/** Where the files of the network of so many series are. */
function networkFolder(folder: string, count: number): string {
  return path.join(folder, `red-${count}`);
}

/** Where it is harvested to. */
function dataFolder(folder: string, count: number): string {
  return path.join(folder, `datos-${count}`);
}

/** Reads and splits the same files with nothing but the language: the least that any harvest has to do. */
function plainRead(folder: string): number {
  const begun = performance.now();
  let sum = 0;
  for (const catalog of fs.readdirSync(folder)) {
    if (!catalog.startsWith("cat")) continue;
    for (const file of fs.readdirSync(path.join(folder, catalog))) {
      const text = fs.readFileSync(path.join(folder, catalog, file), "utf8");
      if (file.endsWith(".json")) JSON.parse(text);
      else {
        for (const line of text.split("\n")) {
          const cells = line.split(",");
          for (let i = 1; i < cells.length; i++) sum += Number(cells[i]) || 0;
        }
      }
    }
  }
  if (sum === 0) throw new Error("the network has no values");
  return (performance.now() - begun) / 1000;
}

async function benchHarvest(folder: string, series: number, tell: Tell): Promise<void> {
  const seconds: Record<"first" | "unchanged", number[]> = { first: [], unchanged: [] };
  const flat: number[] = [];
  for (const size of [series / 4, series]) {
    const count = Math.round(size);
    const network = networkFolder(folder, count);
    const data = dataFolder(folder, count);
    const { register, ids } = writeNetwork(network, { series: count, values: count * VALUES_EACH });
    const plain = median([1, 2, 3].map(() => plainRead(network)));
    for (const run of ["first", "unchanged"] as const) {
      const { seconds: took, peak } = await runScript("src/harvest.ts", [
        "--network",
        register,
        "--data",
        data,
        "--json",
      ], taskFlags("harvest"));
      seconds[run].push(took);
      const label = `cosecha y publicación, ${count} series, ${run === "first" ? "primera" : "sin cambios"}`;
      const aim = count === 40_000 ? (run === "first" ? "< 30 s" : "< 5 s") : undefined;
      tell({ name: label, value: took, unit: "s", ...(aim && { aim }) });
      tell({
        name: "  contra leer y partir los mismos archivos",
        value: took / plain,
        unit: "veces",
        baseline: `(${plain.toFixed(2)} s)`,
      });
      tell({ name: "  series por segundo", value: count / took, unit: "series/s" });
      tell({ name: "  observaciones por segundo", value: count * VALUES_EACH / took, unit: "obs/s" });
      tell({
        name: "  memoria máxima",
        value: peak,
        unit: "MB",
        ...(count === 40_000 && { aim: "< 500 MB" }),
      });
    }
    const paths = randomPaths(ids, "limit=100");
    const server = await startServer("app", data, "0");
    // The first requests read shards and files that the later ones find in memory.
    await load(server.port, 3, paths, folder);
    const { requests, seconds: loadSeconds } = await load(server.port, 3, paths, folder);
    flat.push(requests / loadSeconds);
    tell({
      name: `memoria máxima sirviendo ${count} series`,
      value: peakMemory(server.pid),
      unit: "MB",
      ...(count === 40_000 && { aim: "< 250 MB" }),
    });
    await server.stop();
    for (const engine of ["SQLite", "segments"]) {
      await benchSearchMemory(data, count, paths, folder, engine, tell);
    }
  }
  for (const run of ["first", "unchanged"] as const) {
    const [small, large] = seconds[run];
    const label = run === "first" ? "primera" : "sin cambios";
    tell({
      name: `crecimiento de la cosecha (${label}) con 4 veces la red`,
      value: large! / small!,
      unit: "veces",
      aim: "lineal: ~4",
    });
  }
  tell({
    name: "pedidos/s al azar, red 4 veces mayor contra menor",
    value: flat[1]! / flat[0]!,
    unit: "veces",
    aim: "plano: ~1",
  });
}

/** The same server, asked for series and searches by turns. */
async function benchSearchMemory(
  data: string,
  count: number,
  paths: readonly string[],
  folder: string,
  engine: string,
  tell: Tell,
): Promise<void> {
  const server = await startServer("app", data, "0", engine);
  const searches = ["indicador", "conjunto 7", "catalogo precios", "indicadr"].map((text, i) =>
    `/series/api/search/?q=${encodeURIComponent(text)}&aggregations&start=${i}`
  );
  await load(server.port, 3, paths.flatMap((one, i) => [one, searches[i % searches.length]!]), folder);
  tell({
    name: `  con búsquedas (${engine})`,
    value: peakMemory(server.pid),
    unit: "MB",
    ...(count === 40_000 && { aim: "< 250 MB" }),
  });
  await server.stop();
}

/** Paths of series in an order without pattern, the same every time. */
function randomPaths(ids: readonly string[], rest: string): string[] {
  const random = randomNumbers(7);
  return Array.from(
    { length: 20_000 },
    () => `/series/api/series/?ids=${ids[Math.floor(random() * ids.length)]}&${rest}`,
  );
}

async function load(
  port: number,
  seconds: number,
  paths: readonly string[],
  folder: string,
): Promise<LoadResult> {
  const file = path.join(folder, "pedidos.txt");
  fs.writeFileSync(file, paths.join("\n"));
  const { output } = await runScript("scripts/bench/load.ts", [
    String(port),
    String(seconds),
    String(CONNECTIONS),
    file,
  ]);
  const result: LoadResult = JSON.parse(output);
  if (result.errors > 0) throw new Error(`${result.errors} of ${result.requests} answers were errors`);
  return result;
}

/** The network that queries are asked of, on a server and at the edge: where its data are, and ids of its series. */
async function harvestQueried(folder: string): Promise<{ data: string; ids: readonly string[] }> {
  const data = path.join(folder, "datos-consultas");
  const network = path.join(folder, "red-consultas");
  const { register, ids } = writeNetwork(network, { series: 4050, values: 4_050_000 });
  await runScript("src/harvest.ts", ["--network", register, "--data", data, "--json"]);
  return { data, ids };
}

async function benchQueries(folder: string, data: string, seconds: number, tell: Tell): Promise<void> {
  // The frequency of a distribution of the synthetic network follows from its numbers.
  const byFrequency = (catalog: number, d: number) => (catalog + d) % 5;
  const monthly: string[] = [], daily: string[] = [];
  for (let catalog = 0; catalog < 10; catalog++) {
    for (let d = 0; d < 15; d++) {
      const list = byFrequency(catalog, d) < 2 ? monthly : byFrequency(catalog, d) === 4 ? daily : undefined;
      for (let i = 0; i < 27; i++) list?.push(`bench_${catalog}.${d}_${i}`);
    }
  }
  const one = (query: string) => [`/series/api/series/?${query}`];
  const cases: { name: string; paths: string[]; aims: { cached?: string; uncached?: string } }[] = [
    {
      name: "una serie mensual, 1.000 filas",
      paths: one(`ids=${monthly[0]}&limit=1000`),
      aims: { cached: "≥ 0,8" },
    },
    {
      name: "cinco series a años, variación interanual",
      paths: one(
        `ids=${
          monthly.slice(0, 5).join(",")
        }&collapse=year&representation_mode=percent_change_a_year_ago&limit=1000`,
      ),
      aims: { cached: "≥ 0,8" },
    },
    {
      name: "diaria a mensual, CSV",
      paths: one(`ids=${daily[0]}&collapse=month&format=csv&limit=1000`),
      aims: { cached: "≥ 0,8" },
    },
    {
      name: "ids al azar, 1.000 filas",
      paths: randomPaths(monthly, "limit=1000"),
      aims: { uncached: "≥ 0,25" },
    },
  ];
  for (const { name, paths, aims } of cases) {
    for (const cache of ["0", String(BODY_CACHE_MB)]) {
      const app = await startServer("app", data, cache);
      const body = await (await fetch(`http://127.0.0.1:${app.port}${paths[0]}`)).arrayBuffer();
      const fixed = await startServer("fixed", String(body.byteLength));
      const ratios: number[] = [], rates: number[] = [], p50: number[] = [], p99: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const baseline = await load(fixed.port, seconds, ["/"], folder);
        const measured = await load(app.port, seconds, paths, folder);
        rates.push(measured.requests / measured.seconds);
        ratios.push(rates.at(-1)! / (baseline.requests / baseline.seconds));
        p50.push(measured.p50);
        p99.push(measured.p99);
      }
      await app.stop();
      await fixed.stop();
      const cached = cache !== "0";
      const aim = cached ? aims.cached : aims.uncached;
      tell({
        name: `${name}, ${cached ? "con" : "sin"} caché de respuestas`,
        value: median(ratios),
        unit: "de lo fijo",
        baseline: `(${median(rates).toFixed(0)}/s, p50 ${median(p50).toFixed(1)} ms, p99 ${
          median(p99).toFixed(1)
        } ms)`,
        ...(aim && { aim }),
      });
    }
  }
}

/** The same requests over few and many ticks, in turns, so that a noisy moment is nobody's alone. */
async function benchPrices(folder: string, seconds: number, tell: Tell): Promise<void> {
  const sizes = [];
  for (const ticks of TICKS) {
    const published = await publishTicks(folder, ticks);
    tell({ name: `publicar ${ticks} precios`, value: published.seconds, unit: "s" });
    tell({ name: "  por precio", value: published.bytes / ticks, unit: "bytes" });
    sizes.push({
      ticks,
      requests: priceRequests(ticks),
      server: await startServer("app", published.data, "0"),
    });
  }
  for (const [kind, { name }] of sizes[0]!.requests.entries()) {
    const each = () => TICKS.map((): number[] => []);
    const rates = each(), ratios = each(), times = each();
    // The first requests read files that the later ones find in memory.
    for (const { requests, server } of sizes) await load(server.port, seconds, requests[kind]!.paths, folder);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, { requests, server }] of sizes.entries()) {
        const { paths } = requests[kind]!;
        const body = await (await fetch(`http://127.0.0.1:${server.port}${paths[0]}`)).arrayBuffer();
        const fixed = await startServer("fixed", String(body.byteLength));
        const baseline = await load(fixed.port, seconds, ["/"], folder);
        await fixed.stop();
        const before = processorTime(server.pid);
        const measured = await load(server.port, seconds, paths, folder);
        times[i]!.push((processorTime(server.pid) - before) / measured.requests);
        rates[i]!.push(measured.requests / measured.seconds);
        ratios[i]!.push(rates[i]!.at(-1)! / (baseline.requests / baseline.seconds));
      }
    }
    for (const [i, { ticks }] of sizes.entries()) {
      tell({
        name: `precios, ${name}, ${ticks}`,
        value: median(ratios[i]!),
        unit: "de lo fijo",
        baseline: `(${median(rates[i]!).toFixed(0)}/s, ${median(times[i]!).toFixed(3)} ms de procesador)`,
      });
    }
    tell({
      name: `  ${TICKS.at(-1)} contra ${TICKS[0]}, procesador por pedido`,
      value: median(times.at(-1)!) / median(times[0]!),
      unit: "veces",
      aim: "plano: < 1,5",
    });
  }
  for (const { ticks, server } of sizes) {
    tell({ name: `memoria máxima sirviendo ${ticks} precios`, value: peakMemory(server.pid), unit: "MB" });
    await server.stop();
  }
}
