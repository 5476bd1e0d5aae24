// OpenSearch: three nodes on loopback, a JVM each, from the jars that Maven Central has of it. No security plugin,
// so anybody on this machine may use it.

import path from "node:path";
import { homeOf, type Service, settledPort } from "./kinds.ts";
import { argumentsOf, installed } from "./opensearch_jars.ts";
import type { Launch } from "./processes.ts";
import type { Folder } from "./state.ts";

const UNITS = ["opensearch-1", "opensearch-2", "opensearch-3"] as const;
const transportOf = (unit: string) => `${unit}-transport`;

export const opensearchService: Service = {
  title: "OpenSearch",
  needs: [],
  units: Object.fromEntries(UNITS.map((unit) => [unit, [unit, transportOf(unit)]])),
  stopSignal: "SIGTERM",
  stopMs: 30_000,
  readyMs: 180_000,

  async launch(folder, unit, tell): Promise<Launch> {
    const { java, jars, archive } = await installed(tell);
    const home = await homeOf(folder, unit, undefined);
    return {
      program: java.program,
      args: [
        ...archive === undefined ? [] : [`-XX:SharedArchiveFile=${archive}`],
        ...argumentsOf(jars, home),
      ],
      files: { "config/opensearch.yml": configuration(folder, unit) },
      home,
      log: path.join(folder.path, `${unit}.log`),
      user: undefined,
    };
  },

  image: "opensearchproject/opensearch:3.8.0",
  container: (folder, unit) => ({
    args: [],
    ports: { [unit]: 9200, [transportOf(unit)]: 9300 },
    volumes: { [unit]: "/usr/share/opensearch/data" },
    env: {
      "cluster.name": clusterOf(folder),
      "node.name": unit,
      "discovery.seed_hosts": UNITS.join(),
      "cluster.initial_cluster_manager_nodes": UNITS.join(),
      "cluster.routing.allocation.disk.threshold_enabled": "false",
      // Maps no files, so that the host's limits need no change.
      "node.store.allow_mmap": "false",
      DISABLE_SECURITY_PLUGIN: "true",
      DISABLE_INSTALL_DEMO_CONFIG: "true",
      OPENSEARCH_JAVA_OPTS: "-Xms512m -Xmx512m",
    },
    secrets: {},
    files: {},
  }),

  async probe(folder) {
    const urls = urlsOf(folder);
    for (const health of await healths(folder)) {
      if (health.number_of_nodes !== UNITS.length) {
        throw new Error(`El cluster está ${JSON.stringify(health)}`);
      }
    }
    return (await ask<{ version: { number: string } }>(urls[0]!)).version.number;
  },

  async settled(folder) {
    return (await healths(folder)).every(isSettled);
  },

  addresses: (folder) => ({ OPENSEARCH_URL: urlsOf(folder).join() }),
};

type Health = Readonly<Record<string, unknown>>;

const healths = (folder: Folder) =>
  Promise.all(urlsOf(folder).map((url) => ask<Health>(`${url}/_cluster/health`)));

/** Nothing is left to place that can be placed: an index may ask for more replicas than there are nodes. */
function isSettled(health: Health): boolean {
  const moving = [
    "initializing_shards",
    "delayed_unassigned_shards",
    "number_of_pending_tasks",
    "number_of_in_flight_fetch",
  ];
  return health.status !== "red" && moving.every((count) => health[count] === 0);
}

async function ask<T>(url: string): Promise<T> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return await response.json();
}

const urlsOf = (folder: Folder) => UNITS.map((unit) => `http://127.0.0.1:${settledPort(folder, unit)}`);
const clusterOf = ({ state }: Folder) => `caudal-${state.id}`;

function configuration(folder: Folder, unit: string): string {
  const seeds = UNITS.map((one) => `127.0.0.1:${settledPort(folder, transportOf(one))}`);
  return `cluster.name: ${clusterOf(folder)}
node.name: ${unit}
network.host: 127.0.0.1
http.port: ${settledPort(folder, unit)}
transport.port: ${settledPort(folder, transportOf(unit))}
discovery.seed_hosts: [${seeds.map((seed) => `"${seed}"`).join(", ")}]
cluster.initial_cluster_manager_nodes: [${UNITS.join(", ")}]
cluster.routing.allocation.disk.threshold_enabled: false
`;
}
