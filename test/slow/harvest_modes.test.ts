// `deno task harvest` over a CKAN portal of a port of this machine, in full and of metadata alone, as people run it.

import { afterAll, beforeAll, expect, test } from "vitest";
import type { HarvestReport } from "../../src/core/report.ts";
import { openStore } from "../../src/open.ts";
import { ckanPackage, type CkanStub, resource, startCkan } from "../ingest/ckan_stub.ts";
import { csvText } from "../ingest/harvest_world.ts";
import { startCommand } from "./process.ts";

let folder: string;
let portal: CkanStub;
let files: Deno.HttpServer<Deno.NetAddr>;
let csv = "";
let downloads = 0;

beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_modes_" });
  portal = startCkan("/portal");
  files = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    downloads++;
    return new Response(csv);
  });
});
afterAll(async () => {
  await Promise.all([portal.close(), files.shutdown()]);
  await Deno.remove(folder, { recursive: true });
});

test(
  "harvest reads a portal that the command line names, and leaves its values alone when it is told to",
  async () => {
    const url = `http://127.0.0.1:${files.addr.port}/a.csv`;
    const run = async (...args: string[]): Promise<HarvestReport & { publish: { switched: boolean } }> => {
      await using running = startCommand("harvest", [
        ...args,
        "--json",
        "--data",
        folder,
      ], { ALLOW_INTERNAL_SOURCES: "true" });
      const { code, stdout, stderr } = await running.finished;
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      return JSON.parse(stdout);
    };
    const valuesOf = async () => {
      const { store } = openStore({ dataDir: folder });
      const series = await store.publishableSeries({
        catalogId: "c",
        datasetId: "id-uno",
        distributionId: "a",
      });
      await store.close();
      return series.map(({ field, observations }) => [field.units, ...observations.values]);
    };

    portal.packages = [ckanPackage("uno", [resource("a", url)])];
    csv = csvText({ a: [1, 2] });
    const first = await run("--catalog", `c=${portal.origin}`);
    expect([first.counts.series.new, first.publish.switched, downloads]).toEqual([1, true, 1]);
    expect(await valuesOf()).toEqual([["Pesos", 1, 2]]);

    csv = csvText({ a: [7, 8, 9] });
    const described = (resource("a", url).attributesDescription as string).replace("Pesos", "Dólares");
    portal.packages = [ckanPackage("uno", [resource("a", url, { attributesDescription: described })])];
    const second = await run("--only-metadata");
    expect([second.onlyMetadata, second.counts.series.changed, second.publish.switched, downloads])
      .toEqual([true, 1, true, 1]);
    expect(await valuesOf()).toEqual([["Dólares", 1, 2]]);

    const third = await run();
    expect([third.observations, downloads]).toEqual([{ added: 1, changed: 2, removed: 0 }, 2]);
    expect(await valuesOf()).toEqual([["Dólares", 7, 8, 9]]);
  },
  60_000,
);
