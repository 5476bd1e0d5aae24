// How late series are, over HTTP: `/api/freshness` against the bundled network's own files read by other code,
// and what harvests change in it and in full metadata, while the data and every other answer stay.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FreshnessReport } from "../../src/core/freshness_report.ts";
import { harvestedApp } from "./harvested_app.ts";
import { unpublishedApp } from "./published_app.ts";

const NETWORK = `${import.meta.dirname}/../../src/network`;
const CATALOGS = ["bcra", "internacional", "magyp", "smn"];
const DAY = 86_400_000;

type Metadata = {
  dataset: {
    publisher?: { name: string };
    distribution: {
      downloadURL: string;
      field: { id?: string; title: string; specialType?: string; specialTypeDetail?: string }[];
    }[];
  }[];
};

/** Months of a period, and the days after its end from which it is late. */
const PERIODS: Record<string, { name: string; months: number; tolerance: number }> = {
  "R/P1D": { name: "day", months: 0, tolerance: 14 },
  "R/P1M": { name: "month", months: 1, tolerance: 90 },
  "R/P3M": { name: "quarter", months: 3, tolerance: 180 },
  "R/P1Y": { name: "year", months: 12, tolerance: 730 },
};

/** A series of the bundled network, out of its CSV file. */
type Told = { catalog: string; publisher: string; id: string; frequency: string; last: string; end: number };

function readNetwork(): Told[] {
  return CATALOGS.flatMap((catalog) => {
    const read = (file: string) => readFileSync(path.join(NETWORK, catalog, file), "utf8");
    const { dataset } = JSON.parse(read("data.json")) as Metadata;
    return dataset.flatMap(({ publisher, distribution }) =>
      distribution.flatMap(({ downloadURL, field }) => {
        const rows = read(downloadURL).trimEnd().split(/\r?\n/).map((line) => line.split(","));
        const index = field.find(({ specialType }) => specialType === "time_index")!;
        const { name, months } = PERIODS[index.specialTypeDetail!]!;
        return field.filter(({ id, specialType }) => id && !specialType).flatMap(({ id, title }) => {
          const column = rows[0]!.indexOf(title);
          const last = rows.slice(1).findLast((row) => row[column] !== undefined && row[column] !== "")?.[0];
          if (last === undefined) return [];
          const end = new Date(last);
          if (months === 0) end.setUTCDate(end.getUTCDate() + 1);
          else end.setUTCMonth(end.getUTCMonth() + months);
          return [{
            catalog,
            publisher: publisher?.name ?? "",
            id: id!,
            frequency: name,
            last: new Date(last).toISOString().slice(0, 10),
            end: end.getTime(),
          }];
        });
      })
    );
  });
}

describe("freshness of the bundled network", () => {
  const told = readNetwork();
  const { app, clock, harvest } = harvestedApp("2019-11-13T15:00:00Z");
  beforeAll(() =>
    harvest(CATALOGS.map((catalogId) => ({
      catalogId,
      url: pathToFileURL(path.join(NETWORK, catalogId, "data.json")).href,
    })))
  );

  const isLate = ({ frequency, end }: Told, date: string) =>
    (Date.parse(date) - end) / DAY >=
      Object.values(PERIODS).find(({ name }) => name === frequency)!.tolerance;
  const counts = (series: readonly Told[], date: string) => ({
    series: series.length,
    updated: series.filter((one) => !isLate(one, date)).length,
    late: series.filter((one) => isLate(one, date)).length,
    discontinued: 0,
  });

  // Days on which the bank's first series, then all of it, then the stations are late.
  test.each(["2019-11-13", "2019-11-23", "2019-11-26", "2019-11-27", "2019-12-01", "2026-01-01"])(
    "counts on %s what the files tell",
    async (date) => {
      clock.now = Date.parse(`${date}T15:00:00Z`);
      const report: FreshnessReport = await (await app.request("/api/freshness")).json();
      expect(told).toHaveLength(757);
      expect(report.date).toBe(date);
      expect(report.total).toMatchObject(counts(told, date));
      const last = (series: readonly Told[]) => series.map((one) => one.last).sort().at(-1);
      expect(report.catalogs.map(({ id }) => id)).toEqual(CATALOGS);
      for (const row of report.catalogs) {
        const own = told.filter(({ catalog }) => catalog === row.id);
        const { updated, series } = counts(own, date);
        expect(row).toMatchObject({
          ...counts(own, date),
          latest_value: last(own),
          updated_share: Math.round(updated / series * 1e4) / 1e4,
          last_harvest: "2019-11-13T15:00:00.000Z",
          last_change: "2019-11-13T15:00:00.000Z",
          error: null,
        });
        for (const [frequency, figures] of Object.entries(row.frequencies)) {
          expect(figures).toEqual(counts(own.filter((one) => one.frequency === frequency), date));
        }
        const late = own.filter((one) => isLate(one, date)).map(({ id }) => id);
        expect(row.most_late).toHaveLength(Math.min(10, late.length));
        for (const { id } of row.most_late) expect(late).toContain(id);
      }
      for (const row of report.publishers) {
        const own = told.filter(({ catalog, publisher }) =>
          catalog === row.catalog_id && publisher === row.name
        );
        expect(row).toMatchObject({ ...counts(own, date), latest_value: last(own) });
      }
      expect(report.publishers.reduce((sum, { series }) => sum + series, 0)).toBe(757);
    },
  );

  test("tells of each series what its metadata tells", async () => {
    clock.now = Date.parse("2019-11-26T15:00:00Z");
    const report: FreshnessReport = await (await app.request("/api/freshness")).json();
    const bank = told.filter(({ catalog }) => catalog === "bcra").map(({ id }) => id);
    let late = 0;
    for (let from = 0; from < bank.length; from += 40) {
      const ids = bank.slice(from, from + 40).join(",");
      const { meta } = await (await app.request(`/api/series/?metadata=only&ids=${ids}`)).json();
      late += meta.filter(({ field }: { field?: Record<string, string> }) => field?.is_updated === "False")
        .length;
    }
    expect(late).toBe(report.catalogs[0]!.late);
    expect(late).toBeGreaterThan(0);
    expect(late).toBeLessThan(bank.length);
    const [entry] = report.catalogs[0]!.most_late;
    const { meta } = await (await app.request(`/api/series/?metadata=only&ids=${entry!.id}`)).json();
    expect(meta[1].field).toMatchObject({
      time_index_end: entry!.latest_value,
      days_without_data: String(entry!.days_without_data),
      next_expected_date: entry!.next_expected_date,
      is_updated: "False",
    });
  });
});

describe("harvests", () => {
  const PLAIN = ["ids=a", "ids=a,b&format=csv", "ids=a:change&metadata=none", "ids=a&metadata=simple"];
  const FULL = ["ids=a&metadata=full", "ids=a&metadata=only&flatten", "ids=a&format=xlsx"];
  let folder: string;
  beforeAll(async () => {
    folder = await Deno.makeTempDir({ prefix: "caudal_freshness_" });
  });
  afterAll(() => Deno.remove(folder, { recursive: true }));

  const at = (name: string) => path.join(folder, name);
  const node = (name: string) => ({ catalogId: name, url: pathToFileURL(at(`${name}.json`)).href });
  async function writeCatalog(name: string, ids: readonly string[], values: string): Promise<void> {
    const field = [
      { title: "indice_tiempo", type: "date", specialType: "time_index", specialTypeDetail: "R/P1M" },
      ...ids.map((id) => ({ id, title: `t_${id}`, type: "number", description: `Serie ${id}`, units: "u" })),
    ];
    const header = ["indice_tiempo", ...ids.map((id) => `t_${id}`)].join(",");
    await Deno.writeTextFile(at(`${name}.csv`), `${header}\n${values}\n`);
    await Deno.writeTextFile(
      at(`${name}.json`),
      JSON.stringify({
        title: `Catálogo ${name}`,
        dataset: [{
          identifier: "1",
          title: "D",
          publisher: { name: `Oficina ${name}` },
          distribution: [{ identifier: "1.1", title: "d", downloadURL: `${name}.csv`, field }],
        }],
      }),
    );
  }

  test("change last_harvest alone when nothing else happens, and no other answer", async () => {
    await writeCatalog("uno", ["a", "b"], "2020-01-01,1,5\n2020-02-01,2,6");
    await writeCatalog("dos", ["c"], "2020-01-01,1\n2020-02-01,2");
    const { app, clock, harvest } = harvestedApp("2020-04-01T10:00:00Z");
    const ask = async (query: string) => await app.request(`/series/api/series/?${query}`);
    const tags = (queries: readonly string[]) =>
      Promise.all(queries.map(async (query) => (await ask(query)).headers.get("etag")));
    const metaOf = async (id: string) =>
      (await (await ask(`ids=${id}&metadata=full&limit=1`)).json()).meta[1];
    const report = async (): Promise<FreshnessReport> => await (await app.request("/api/freshness/")).json();
    const [uno, dos] = ["uno", "dos"].map(node);

    const first = await harvest([uno!, dos!]);
    const before = { plain: await tags(PLAIN), full: await tags(FULL) };
    expect((await metaOf("a")).field).toMatchObject({
      days_without_data: "31",
      is_updated: "True",
      next_expected_date: "2020-04-01",
      last_harvest: "2020-04-01T10:00:00.000Z",
      last_change: "2020-04-01T10:00:00.000Z",
    });
    const [plain] = (await (await ask("ids=a")).json()).meta.slice(1);
    expect(JSON.stringify(plain)).not.toMatch(/last_|next_/);

    clock.now = Date.parse("2020-04-01T14:00:00Z");
    expect(await harvest([uno!, dos!])).toBe(first);
    expect(await tags(PLAIN)).toEqual(before.plain);
    const after = await tags(FULL);
    after.forEach((tag, i) => expect(tag).not.toBe(before.full[i]));
    expect(await metaOf("a")).toMatchObject({
      catalog: { title: "Catálogo uno", last_harvest: "2020-04-01T14:00:00.000Z" },
      field: { last_harvest: "2020-04-01T14:00:00.000Z", last_change: "2020-04-01T10:00:00.000Z" },
    });
    expect((await report()).catalogs.map(({ last_harvest, last_change }) => [last_harvest, last_change]))
      .toEqual(Array(2).fill(["2020-04-01T14:00:00.000Z", "2020-04-01T10:00:00.000Z"]));
    const only = (await (await ask("ids=a&metadata=only&flatten")).json()).meta[1];
    expect(only).toMatchObject({
      catalog_last_harvest: "2020-04-01T14:00:00.000Z",
      field_last_harvest: "2020-04-01T14:00:00.000Z",
      field_last_change: "2020-04-01T10:00:00.000Z",
    });

    // One value of one series, and only its catalog is read.
    await writeCatalog("uno", ["a", "b"], "2020-01-01,1,5\n2020-02-01,2,7");
    clock.now = Date.parse("2020-04-01T18:00:00Z");
    expect(await harvest([uno!])).not.toBe(first);
    const changes = await Promise.all(["a", "b", "c"].map(async (id) => {
      const { field } = await metaOf(id);
      return [field.last_harvest, field.last_change].map((text) => text.slice(11, 13)).join();
    }));
    expect(changes).toEqual(["18,10", "18,18", "14,10"]);
    expect((await report()).publishers).toMatchObject([
      { catalog_id: "dos", name: "Oficina dos", last_change: "2020-04-01T10:00:00.000Z" },
      { catalog_id: "uno", name: "Oficina uno", last_change: "2020-04-01T18:00:00.000Z", series: 2, due: 2 },
    ]);
    expect((await report()).last_harvest).toBe("2020-04-01T18:00:00.000Z");
  });

  test("that cannot read a catalog or a file say why, and its series are told as before", async () => {
    await writeCatalog("uno", ["a", "b"], "2020-01-01,1,5\n2020-02-01,2,6");
    await writeCatalog("dos", ["c"], "2020-01-01,1\n2020-02-01,2");
    const { app, clock, harvest } = harvestedApp("2020-04-01T10:00:00Z");
    const report = async (): Promise<FreshnessReport> => await (await app.request("/api/freshness")).json();
    const nodes = ["uno", "dos", "nuevo"].map(node);
    await harvest(nodes.slice(0, 2));

    await Deno.writeTextFile(at("uno.json"), "{");
    await Deno.writeTextFile(at("dos.csv"), "indice_tiempo,t_c\n2020-01-01,x\n2020-02-01,2\n");
    clock.now = Date.parse("2020-10-02T10:00:00Z");
    await harvest(nodes);
    const { catalogs, publishers } = await report();
    expect(catalogs).toMatchObject([
      { id: "dos", series: 1, late: 1, error: null, most_late: [{ id: "c" }] },
      { id: "nuevo", title: "nuevo", series: 0, updated_share: null, most_late: [] },
      {
        id: "uno",
        title: "Catálogo uno",
        series: 2,
        late: 2,
        discontinued: 0,
        last_harvest: "2020-10-02T10:00:00.000Z",
        last_change: "2020-04-01T10:00:00.000Z",
      },
    ]);
    expect(catalogs[0]!.most_late[0]!.error).toMatch(/t_c/);
    expect(catalogs[1]!.error).toMatch(/nuevo\.json/);
    expect(catalogs[2]!.error).toMatch(/JSON/);
    expect(catalogs[2]!.most_late).toMatchObject([{ id: "a", error: null }, { id: "b", error: null }]);
    expect(publishers.map(({ name, error }) => [name, error !== null])).toEqual([
      ["Oficina dos", false],
      ["Oficina uno", true],
    ]);

    // Mended, without one of its series.
    await writeCatalog("uno", ["b"], "2020-01-01,5\n2020-08-01,6".replace("2020-08", "2020-02"));
    clock.now += DAY;
    await harvest(nodes);
    expect((await report()).catalogs[2]).toMatchObject({
      error: null,
      series: 2,
      late: 1,
      discontinued: 1,
      most_late: [{ id: "b" }],
    });
  });

  test("are not told before any is published", async () => {
    for (const path of ["/api/freshness", "/series/api/freshness/"]) {
      const response = await unpublishedApp().request(path);
      expect(response.status).toBe(503);
      expect(response.headers.get("retry-after")).toBe("5");
      expect(response.headers.get("content-type")).toBe("application/problem+json");
    }
    const { app } = harvestedApp("2020-04-01T10:00:00Z");
    expect((await app.request("/api/freshness")).status).toBe(503);
  });
});

describe("the answer of /api/freshness", () => {
  const { app, clock, harvest } = harvestedApp("2019-11-25T10:00:00Z");
  const nodes = ["internacional"].map((catalogId) => ({
    catalogId,
    url: pathToFileURL(path.join(NETWORK, catalogId, "data.json")).href,
  }));
  beforeAll(() => harvest(nodes));

  test("has one ETag for a day of Buenos Aires and a harvest, on every path", async () => {
    const paths = ["/api/freshness", "/api/freshness/", "/series/api/freshness", "/series/api/freshness/"];
    const tagAt = async (at: string, path = paths[0]!) => {
      clock.now = Date.parse(at);
      return (await app.request(path)).headers.get("etag")!;
    };
    const tags = await Promise.all(paths.map((path) => tagAt("2019-11-25T12:00:00Z", path)));
    expect(new Set(tags).size).toBe(1);
    expect(await tagAt("2019-11-26T02:59:59Z")).toBe(tags[0]);
    const next = await tagAt("2019-11-26T03:00:00Z");
    expect(next).not.toBe(tags[0]);
    await harvest(nodes);
    expect(await tagAt("2019-11-26T03:00:01Z")).not.toBe(next);
  });

  test("answers 304 to its ETag, HEAD with its length, and any origin", async () => {
    const got = await app.request("/api/freshness");
    expect(got.headers.get("access-control-allow-origin")).toBe("*");
    expect(got.headers.get("access-control-expose-headers")).toContain("ETag");
    expect(got.headers.get("cache-control")).toContain("s-maxage");
    expect(got.headers.get("content-type")).toBe("application/json");
    const headers = { "if-none-match": got.headers.get("etag")! };
    const same = await app.request("/api/freshness", { headers });
    expect(same.status).toBe(304);
    expect(await same.text()).toBe("");
    const head = await app.request("/api/freshness", { method: "HEAD" });
    expect(head.headers.get("content-length")).toBe(String((await got.arrayBuffer()).byteLength));
    expect((await app.request("/api/freshness", { method: "POST" })).status).toBe(405);
  });

  test("has the keys that OpenAPI says, and no others", async () => {
    const { paths } = await (await app.request("/openapi.json")).json();
    const { schema } = paths["/api/freshness"].get.responses["200"].content["application/json"];
    const body = await (await app.request("/api/freshness")).json();
    const keysOf = (schema: { properties: object }) => Object.keys(schema.properties).sort();
    expect(Object.keys(body).sort()).toEqual(keysOf(schema));
    expect(Object.keys(body.total).sort()).toEqual(keysOf(schema.properties.total));
    for (const list of ["catalogs", "publishers"]) {
      const { items } = schema.properties[list];
      expect(Object.keys(body[list][0]).sort()).toEqual(keysOf(items));
      expect(Object.keys(body[list][0].most_late[0]).sort()).toEqual(
        keysOf(items.properties.most_late.items),
      );
      expect(Object.keys(body[list][0].frequencies.month).sort()).toEqual(
        keysOf(items.properties.frequencies.additionalProperties),
      );
    }
  });
});
