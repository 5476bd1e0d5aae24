// The edge under the platform's own runtime: what is deployed and how large it is, every recorded case, and an
// origin that goes and comes back.

import { basename, dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { POINTER_LIFE_MS } from "../../edge/read_app.ts";
import { buildEdge, type Bundle } from "../../src/edge_bundle.ts";
import { startWorkerd, type Workerd, type WorkerdPlace } from "../../src/edge_workerd.ts";
import { differenceLines } from "../conformance/compare.ts";
import { edgeTarget } from "../conformance/edge_target.ts";
import { type Instance, startInstance } from "../conformance/instance.ts";
import { type Given, loadGiven } from "../conformance/load_given.ts";
import { runPriceCases } from "../conformance/price_cases.ts";
import { runCases } from "../conformance/series_cases.ts";
import { OWN_PRICES, OWN_SERIES_CASES, readSuite } from "../conformance/suites.ts";
import { startCacheService } from "../edge/cache_service.ts";
import { fileOrigin } from "../edge/file_origin.ts";

let folder: string;
let bundle: Bundle;

beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_edge_" });
  bundle = await buildEdge(folder);
});
afterAll(() => Deno.remove(folder, { recursive: true }));

const TODAY = 18_000;
const seriesOf = (values: readonly number[]) => ({
  id: "e_1",
  title: "e_1",
  frequency: "R/P1Y",
  observations: values.map((value, i): [string, number] => [`${2000 + i}-01-01`, value]),
});
const given = (values: readonly number[]) => ({ series: [seriesOf(values)] }) as unknown as Given;
const SERIES = "/series/api/series/?ids=e_1&metadata=none";

function start(place: WorkerdPlace): Promise<Workerd> {
  return startWorkerd(folder, { host: "127.0.0.1", port: 0 }, place, () => {});
}

/** Rows of the one series; the status where there are none. */
async function rowsAt(url: string): Promise<unknown> {
  const answer = await fetch(`${url}${SERIES}`);
  return answer.ok ? (await answer.json()).data : (await answer.body?.cancel(), answer.status);
}

async function until(what: () => Promise<boolean>, ms: number): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((wake) => setTimeout(wake, 100))) {
    if (await what()) return true;
  }
  return false;
}

describe("buildEdge", () => {
  test("makes a worker that is small enough to begin at once", () => {
    expect(bundle.bytes).toBeLessThan(150_000);
    expect(bundle.gzipped).toBeLessThan(45_000);
  });

  test("writes a configuration without an account, whose files are there", async () => {
    const text = await Deno.readTextFile(`${folder}/wrangler.jsonc`);
    const configuration = JSON.parse(text.replace(/^\s*\/\/.*$/gm, ""));
    expect(configuration).not.toHaveProperty("account_id");
    const main = `${folder}/${configuration.main}`;
    expect((await Deno.stat(main)).isFile).toBe(true);
    // What lies beside or below an unbundled worker would be uploaded with it.
    expect([...Deno.readDirSync(dirname(main))].map(({ name }) => name)).toEqual([basename(main)]);
    expect((await Deno.stat(`${folder}/${configuration.assets.directory}/docs.html`)).isFile).toBe(true);
  });
});

describe("the series API at the edge", () => {
  const target = edgeTarget();
  afterAll(() => target.close());
  const suite = readSuite(OWN_SERIES_CASES);
  const files = suite?.kind === "series" ? suite.files : [];

  test.each(files)("answers $title as recorded", async (file) => {
    const { results } = await runCases(file, target);
    expect(results.length).toBe(file.cases.length);
    const failed = results.filter(({ differences }) => differences.length > 0);
    expect(failed.map(({ name, differences }) => [name, ...differenceLines(differences)].join("\n"))).toEqual(
      [],
    );
  });
});

describe("the price API at the edge", () => {
  const target = edgeTarget();
  afterAll(() => target.close());
  const suite = readSuite(OWN_PRICES);
  // Polls are the server's; what was in the old set is published as all else (test/services/price_conformance.test.ts).
  const files = suite?.kind === "prices" ? suite.files : [];
  const asked = files.filter(({ title }) => !["polling.json", "legacy-store.json"].includes(title));

  test.each(asked)("answers $title as recorded or corrected", async (file) => {
    const { results } = await runPriceCases(file, { start: target.prices! });
    expect(results.length).toBe(file.cases.length);
    const failed = results.filter(({ differences }) => differences.length > 0);
    expect(failed.map(({ name, differences }) => [name, ...differenceLines(differences)].join("\n"))).toEqual(
      [],
    );
  });
});

describe("what describes the API at the edge", () => {
  let instance: Instance;
  let edge: Workerd;
  beforeAll(async () => {
    instance = await startInstance(Date.now, (store) => loadGiven(store, given([1]), TODAY));
    edge = await start({ snapshots: instance.published });
  });
  afterAll(async () => {
    await edge.stop();
    await instance.close();
  });

  test.each(["/docs", "/docs?lang=en", "/openapi.json", "/favicon.svg"])(
    "%s is the server's, and known by its tag",
    async (path) => {
      const [here, there] = await Promise.all(
        [edge.url, instance.base].map((base) => fetch(`${base}${path}`)),
      );
      expect(here!.status).toBe(200);
      for (const name of ["content-type", "content-security-policy", "cache-control", "content-language"]) {
        expect(here!.headers.get(name)).toBe(there!.headers.get(name));
      }
      const body = await here!.text();
      if (path === "/openapi.json") {
        const { paths, servers } = JSON.parse(body);
        expect([paths, servers]).toEqual([(await there!.json()).paths, [{ url: edge.url }]]);
      } else await there!.body?.cancel();
      const again = await fetch(`${edge.url}${path}`, {
        headers: { "if-none-match": here!.headers.get("etag")! },
      });
      expect(again.status).toBe(304);
    },
  );

  test("the reference has its styles, also while the origin is away", async () => {
    const lost = await start({ snapshots: instance.published, origin: "http://127.0.0.1:9" });
    try {
      for (const { url } of [edge, lost]) {
        const styles =
          /<link rel="stylesheet" href="([^"]+)"/.exec(await (await fetch(`${url}/docs`)).text())![1];
        const [here, there] = await Promise.all([
          fetch(`${url}${styles}`),
          fetch(`${instance.base}${styles}`),
        ]);
        expect([here.status, here.headers.get("content-type")]).toEqual([200, "text/css; charset=utf-8"]);
        expect(await here.text()).toBe(await there.text());
        const absent = await fetch(`${url}/assets/no_such.css`);
        expect([absent.status, await absent.text()]).toEqual([
          url === edge.url ? 404 : 503,
          expect.stringContaining("detail"),
        ]);
      }
    } finally {
      await lost.stop();
    }
  });

  test("pages are refused plainly, and the first one leads to the reference", async () => {
    const home = await fetch(`${edge.url}/`, { redirect: "manual" });
    expect([home.status, home.headers.get("location")]).toEqual([302, "/docs"]);
    expect((await fetch(`${edge.url}/serie/e_1`)).status).toBe(404);
  });

  test("validating is refused for ever, not for now", async () => {
    const answer = await fetch(`${edge.url}/series/api/validate/`, {
      method: "POST",
      body: JSON.stringify({ catalog_url: "http://example.org/data.json", distribution_id: "1.1" }),
    });
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, null]);
    await answer.body?.cancel();
  });

  test("an origin writes pages and validates, and the API outlives it", async () => {
    const front = await start({ snapshots: instance.published, origin: instance.base });
    try {
      const page = await fetch(`${front.url}/serie/e_1`);
      expect(await page.text()).toBe(await (await fetch(`${instance.base}/serie/e_1`)).text());
      const lost = await start({ snapshots: instance.published, origin: "http://127.0.0.1:9" });
      expect((await fetch(`${lost.url}/serie/e_1`)).status).toBe(503);
      expect(await rowsAt(lost.url)).toEqual([["2000-01-01", 1]]);
      await lost.stop();
    } finally {
      await front.stop();
    }
  });
});

describe("an origin of published files that goes and comes back", () => {
  test("is not missed, by a new isolate neither, and what it brings is answered in time", async () => {
    const instance = await startInstance(Date.now, (store) => loadGiven(store, given([1, 2]), TODAY));
    const cache = startCacheService();
    const origin = fileOrigin(instance.published);
    const old = [["2000-01-01", 1], ["2001-01-01", 2]];
    let edge = await start({ snapshots: origin.url, cache: cache.url });
    try {
      expect(await rowsAt(edge.url)).toEqual(old);
      await origin.stop();
      expect(await rowsAt(edge.url)).toEqual(old);
      // The pointer has to be read again by now, and cannot be.
      await new Promise((wake) => setTimeout(wake, POINTER_LIFE_MS + 500));
      expect(await rowsAt(edge.url)).toEqual(old);
      await edge.stop();
      edge = await start({ snapshots: origin.url, cache: cache.url });
      expect(await rowsAt(edge.url)).toEqual(old);

      await loadGiven(instance.store, given([1, 2, 3]), TODAY);
      await instance.publish();
      origin.start();
      const renewed = async () =>
        JSON.stringify(await rowsAt(edge.url)) === JSON.stringify([...old, ["2002-01-01", 3]]);
      expect(await until(renewed, 2 * POINTER_LIFE_MS)).toBe(true);
    } finally {
      await edge.stop();
      await origin.stop();
      await cache.close();
      await instance.close();
    }
  });

  test("fails a cold start, which is tried again at the next request", async () => {
    const instance = await startInstance(Date.now, (store) => loadGiven(store, given([1]), TODAY));
    const origin = fileOrigin(instance.published);
    await origin.stop();
    const edge = await start({ snapshots: origin.url });
    try {
      expect(await rowsAt(edge.url)).toBe(503);
      origin.start();
      expect(await until(async () => await rowsAt(edge.url) !== 503, 2 * POINTER_LIFE_MS)).toBe(true);
      expect(await rowsAt(edge.url)).toEqual([["2000-01-01", 1]]);
    } finally {
      await edge.stop();
      await origin.stop();
      await instance.close();
    }
  });

  test("answers who waits for what another asked, though that one left", async () => {
    const instance = await startInstance(Date.now, (store) => loadGiven(store, given([1]), TODAY));
    const origin = fileOrigin(instance.published);
    const release = origin.hold();
    const edge = await start({ snapshots: origin.url });
    try {
      const leaving = new AbortController();
      const left = fetch(`${edge.url}${SERIES}`, { signal: leaving.signal }).catch((error) => error.name);
      expect(await until(() => Promise.resolve(origin.asked.length > 0), 10_000)).toBe(true);
      const staying = rowsAt(edge.url);
      leaving.abort();
      expect(await left).toBe("AbortError");
      release();
      expect(await staying).toEqual([["2000-01-01", 1]]);
      expect(origin.asked.filter((path) => path === "/current.json")).toHaveLength(1);
    } finally {
      release();
      await edge.stop();
      await origin.stop();
      await instance.close();
    }
  });
});
