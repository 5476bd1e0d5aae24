// The same cases at the edge: each data set is published as ever, and a real workerd serves the files. The process
// that published them answers nothing.

import { buildEdge } from "../../src/edge_bundle.ts";
import { startWorkerd, type Workerd } from "../../src/edge_workerd.ts";
import { edgePriceInstance } from "./price_instance.ts";
import { serverTarget, type Target } from "./series_cases.ts";

export type Edges = {
  /** Address of the edge that serves a folder of published files. */
  over(published: string): Promise<string>;
  close(): Promise<void>;
};

/** Edges of our own, one for each folder, all of one worker. */
export function openEdges(): Edges {
  const edges = new Map<string, Promise<Workerd>>();
  let worker: Promise<string> | undefined;

  async function build(): Promise<string> {
    const folder = await Deno.makeTempDir({ prefix: "caudal_edge_" });
    await buildEdge(folder);
    return folder;
  }

  async function start(published: string): Promise<Workerd> {
    // Each has its configuration in a folder of its own.
    const folder = await Deno.makeTempDir({ dir: await (worker ??= build()), prefix: "data_set_" });
    for (const name of ["worker", "assets"]) await Deno.symlink(`../${name}`, `${folder}/${name}`);
    return await startWorkerd(
      folder,
      { host: "127.0.0.1", port: 0 },
      { snapshots: published },
      (line) => console.error(line),
    );
  }

  return {
    async over(published) {
      const edge = edges.get(published) ?? start(published);
      edges.set(published, edge);
      return (await edge).url;
    },
    async close() {
      for (const edge of await Promise.allSettled(edges.values())) {
        if (edge.status === "fulfilled") await edge.value.stop();
      }
      if (worker) await Deno.remove(await worker, { recursive: true });
    },
  };
}

/** Where the cases of series and prices go. */
export function edgeTarget(): Target {
  const server = serverTarget();
  const edges = openEdges();
  return {
    base: async (folder, given) => await edges.over((await server.instanceOf(folder, given)).published),
    prices: (given) => edgePriceInstance(given, edges),
    generateDumps: (folder, given) => server.generateDumps(folder, given),
    async close() {
      await edges.close();
      await server.close();
    },
  };
}
