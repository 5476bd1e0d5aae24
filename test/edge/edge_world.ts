// A worker that was built once for the tests of a file, and what a test runs around it, ended after the test.

import { afterAll, afterEach, beforeAll } from "vitest";
import { buildEdge } from "../../src/edge_bundle.ts";
import { startWorkerd, type Workerd, type WorkerdPlace } from "../../src/edge_workerd.ts";
import { type Instance, startInstance } from "../conformance/instance.ts";
import { type Given, loadGiven } from "../conformance/load_given.ts";
import { type CacheService, startCacheService } from "./cache_service.ts";
import { type FileOrigin, fileOrigin } from "./file_origin.ts";

const TODAY = 18_000;
/** Answers with a row a year. */
export const SERIES = "/series/api/series/?ids=e_1&metadata=none";
const given = (values: readonly number[]) =>
  ({
    series: [{
      id: "e_1",
      title: "e_1",
      frequency: "R/P1Y",
      observations: values.map((value, i) => [`${2000 + i}-01-01`, value]),
    }],
  }) as unknown as Given;

/** What is published of one series, and an origin of its files; `publish` goes on with another year. */
export type PublishedYears = {
  readonly instance: Instance;
  readonly origin: FileOrigin;
  publish(): Promise<void>;
};

/** Adds the hooks to the tests of a file. */
export function edgeWorld() {
  let folder: string;
  beforeAll(async () => {
    folder = await Deno.makeTempDir({ prefix: "caudal_edge_" });
    await buildEdge(folder);
  });
  afterAll(() => Deno.remove(folder, { recursive: true }));

  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  /** Ends something after the test, before all that was begun before it. */
  const atEnd = (end: () => Promise<unknown>) => void ends.push(end);

  return {
    atEnd,
    folder: () => folder,

    async edgeOver(place: WorkerdPlace, from = folder): Promise<Workerd> {
      const edge = await startWorkerd(from, { host: "127.0.0.1", port: 0 }, place, () => {});
      atEnd(edge.stop);
      return edge;
    },

    async published(): Promise<PublishedYears> {
      const values = [1];
      const instance = await startInstance(Date.now, (store) => loadGiven(store, given(values), TODAY));
      atEnd(instance.close);
      const origin = fileOrigin(instance.published);
      atEnd(origin.stop);
      return {
        instance,
        origin,
        async publish() {
          values.push(values.length + 1);
          await loadGiven(instance.store, given(values), TODAY);
          await instance.publish();
        },
      };
    },

    platformCache(): CacheService {
      const cache = startCacheService();
      atEnd(cache.close);
      return cache;
    },
  };
}

/** How many years of the series are answered; the status where none is. */
export async function yearsAt(url: string): Promise<number> {
  const answer = await fetch(`${url}${SERIES}`);
  const body = await answer.json();
  return answer.ok ? body.data.length : answer.status;
}
