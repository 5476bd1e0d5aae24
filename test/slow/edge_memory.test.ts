// What an isolate of the edge holds on to: ten thousand requests of every kind, in no order, and then what is left
// after a collection. The platform ends an isolate of 128 MB.

import { createRequire } from "node:module";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildEdge } from "../../src/edge_bundle.ts";
import { writeConfiguration } from "../../src/edge_workerd.ts";
import { publishPrices } from "../../src/publish/publish_prices.ts";
import { folderBlobs } from "../../src/store/folder/blobs.ts";
import { memoryPriceStore } from "../../src/store/memory_prices.ts";
import { type Instance, startInstance } from "../conformance/instance.ts";
import { type Given, loadGiven } from "../conformance/load_given.ts";
import { freePort } from "../services/s3_server.ts";
import { sha256 } from "../store/example_catalog.ts";
import { BTC, polled } from "../store/price_examples.ts";
import { eventually, LONG, type Running, sleep, startProgram } from "./process.ts";

const REQUESTS = LONG ? 100_000 : 10_000;
const SERIES = 1_500;
const TICKS = 20_000;
const MB = 1024 * 1024;
/** Half of what there is: the platform's own and what is under way need some. */
const MOST_BYTES = 64 * MB;
/** What the caches may still grow by when they are half full, far less than a kB a request would come to. */
const MOST_GROWTH = REQUESTS / 2 * 1024;

const WORDS = ["tasa", "pobreza", "precio", "salario", "industria", "energía", "deuda", "empleo", "vivienda"];
const word = (i: number) => WORDS[i % WORDS.length];
const given = {
  series: Array.from({ length: SERIES }, (_, i) => ({
    id: `s_${i}`,
    title: `s_${i}`,
    description: `${word(i)} ${word(i >> 3)} ${word(i >> 6)} número ${i}`,
    frequency: "R/P1M",
    units: `u${i % 9}`,
    catalog: { identifier: `c${i % 7}`, title: `Catálogo ${i % 7}` },
    dataset: { identifier: `d${i % 90}`, title: `Datos ${i % 90}` },
    distribution: { identifier: `x${i % 90}`, title: `Archivo ${i % 90}` },
    observations: Array.from({ length: 240 }, (_, month) => [
      `${2000 + Math.floor(month / 12)}-${String(month % 12 + 1).padStart(2, "0")}-01`,
      (i * 31 + month * 17) % 1000 / 7,
    ]),
  })),
} as unknown as Given;

const BEGUN = Date.UTC(2026, 0, 1);
let folder: string;
let instance: Instance;
let workerd: Running;
let url: string;
let inspector: WebSocket;

beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_edge_" });
  await buildEdge(folder);
  instance = await startInstance(Date.now, (store) => loadGiven(store, given, 18_000));
  await instance.generateDumps();
  const store = memoryPriceStore();
  await store.saveMarket(BTC);
  await store.addTicks(polled(BEGUN, Array.from({ length: TICKS }, (_, i) => String(1000 + i % 977))));
  const blobs = folderBlobs(instance.published);
  await publishPrices({ store, blobs, sha256, now: Date.now });
  blobs.close();

  const [port, inspected] = [await freePort(), await freePort()];
  url = `http://127.0.0.1:${port}`;
  const file = writeConfiguration(folder, `127.0.0.1:${port}`, { snapshots: instance.published });
  const { default: program } = createRequire(import.meta.url)("workerd") as { default: string };
  workerd = startProgram(program, ["serve", `--inspector-addr=127.0.0.1:${inspected}`, file]);
  await eventually(() =>
    fetch(`${url}/healthz`).then((answer) => answer.text()).then(() => true, () => false)
  );
  const [{ webSocketDebuggerUrl }] = await (await fetch(`http://127.0.0.1:${inspected}/json`)).json();
  inspector = new WebSocket(webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    inspector.onopen = resolve;
    inspector.onerror = reject;
  });
});

afterAll(async () => {
  inspector?.close();
  await workerd?.[Symbol.asyncDispose]();
  await instance?.close();
  await Deno.remove(folder, { recursive: true });
});

let asked = 0;
/** One word of the inspector's protocol, which is heard while the isolate has something to do. */
async function inspect(method: string): Promise<Record<string, number>> {
  const id = ++asked;
  let isHeard = false;
  const answered = new Promise<Record<string, number>>((resolve) => {
    const hear = ({ data }: MessageEvent) => {
      const heard = JSON.parse(data);
      if (heard.id !== id) return;
      inspector.removeEventListener("message", hear);
      isHeard = true;
      resolve(heard.result);
    };
    inspector.addEventListener("message", hear);
    inspector.send(JSON.stringify({ id, method }));
  });
  while (!isHeard) {
    await (await fetch(`${url}/healthz`)).text();
    await sleep(20);
  }
  return await answered;
}

/** Bytes that are held on to: of objects, and of what stands beside them. */
async function heldBytes(): Promise<number> {
  await inspect("HeapProfiler.collectGarbage");
  const { usedSize, backingStorageSize } = await inspect("Runtime.getHeapUsage");
  return usedSize! + backingStorageSize!;
}

/** The same numbers every time. */
let seed = 20_261_121;
function below(n: number): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor(seed / 2_147_483_648 * n);
}
const id = () => `s_${below(SERIES)}`;
const second = () => BEGUN / 1000 + below(TICKS * 10);

const KINDS: readonly (() => { readonly path: string; readonly status: number })[] = [
  () => ({ path: `/series/api/series/?ids=${id()}`, status: 200 }),
  () => ({ path: `/api/series?ids=${id()},${id()}:percent_change&limit=${1 + below(900)}`, status: 200 }),
  () => ({ path: `/series/api/series/?ids=${id()}&collapse=year&format=csv`, status: 200 }),
  () => ({ path: `/series/api/series/?ids=${id()}&metadata=full`, status: 200 }),
  () => ({ path: `/series/api/series/?ids=${id()}&format=xlsx`, status: 200 }),
  () => ({ path: `/series/api/series/?ids=none.${below(1e6)}`, status: 400 }),
  () => ({
    path: `/series/api/search/?q=${encodeURIComponent(`${word(below(9))} ${below(SERIES)}`)}&aggregations`,
    status: 200,
  }),
  () => ({ path: "/series/api/search/catalog_id/", status: 200 }),
  () => ({ path: `/series/api/dump/series-tiempo-metadatos.csv?x=${below(1e6)}`, status: 200 }),
  () => ({ path: `/api/ticker-list/?since=${second()}&page_size=${1 + below(200)}`, status: 200 }),
  () => ({ path: `/api/average-price/?since=${second()}&until=${second()}`, status: 200 }),
  () => ({ path: `/api/ticker-stats/?until=${second()}`, status: 200 }),
  () => ({ path: `/no/such/${below(1e6)}`, status: 404 }),
  () => ({ path: "/docs", status: 200 }),
  () => ({ path: "/openapi.json", status: 200 }),
];

async function askAbout(requests: number): Promise<void> {
  let left = requests;
  await Promise.all(Array.from({ length: 8 }, async () => {
    while (left-- > 0) {
      const { path, status } = KINDS[below(KINDS.length)]!();
      const answer = await fetch(`${url}${path}`);
      await answer.arrayBuffer();
      if (answer.status !== status) throw new Error(`${path} answers ${answer.status}`);
    }
  }));
}

test("an isolate holds on to a bounded part of what it answered", async () => {
  await askAbout(REQUESTS / 2);
  const half = await heldBytes();
  await askAbout(REQUESTS / 2);
  const whole = await heldBytes();
  expect(half).toBeGreaterThan(MB);
  expect(whole).toBeLessThan(MOST_BYTES);
  expect(whole - half).toBeLessThan(MOST_GROWTH);
}, 600_000);
