// The same cases at the edge: each data set is published as ever, and a real workerd serves the files. The process
// that published them answers nothing.

import { buildEdge } from "../../src/edge_bundle.ts";
import { startWorkerd, type Workerd } from "../../src/edge_workerd.ts";
import { serverTarget, type Target } from "./series_cases.ts";

/** Edges of our own, one for each data set, all of one worker. */
export function edgeTarget(): Target {
  const server = serverTarget();
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
    for (const name of ["worker.js", "assets"]) await Deno.symlink(`../${name}`, `${folder}/${name}`);
    return await startWorkerd(
      folder,
      { host: "127.0.0.1", port: 0 },
      { snapshots: published },
      (line) => console.error(line),
    );
  }

  return {
    async base(folder, given) {
      const { published } = await server.instanceOf(folder, given);
      const edge = edges.get(published) ?? start(published);
      edges.set(published, edge);
      return (await edge).url;
    },
    generateDumps: (folder, given) => server.generateDumps(folder, given),
    async close() {
      for (const edge of await Promise.allSettled(edges.values())) {
        if (edge.status === "fulfilled") await edge.value.stop();
      }
      await server.close();
      if (worker) await Deno.remove(await worker, { recursive: true });
    },
  };
}
