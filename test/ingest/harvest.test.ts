// Harvests over a network in memory: what is counted, kept, asked for again and told, run after run. Who owns an
// id is in harvest_owners.test.ts.

import { describe, expect, test } from "vitest";
import { Problem } from "../../src/core/problem.ts";
import { DEFAULT_LIMITS } from "../../src/ingest/rules.ts";
import {
  catalogText,
  catalogUrl,
  csvText,
  csvUrl,
  faultsOf,
  field,
  harvestWorld,
  switchedOff,
  told,
} from "./harvest_world.ts";

const AB = csvText({ a: [1, 2], b: [10, 20] });
const ONE = catalogText({ d: { "d.1": ["a", "b"] } });

/** A world with one catalog "c" of one distribution, harvested once. */
async function harvested(catalog = ONE, csv = AB) {
  const world = harvestWorld();
  world.serve("c", catalog, { "d.1": csv });
  await world.run();
  world.asked();
  return world;
}

describe("harvest counts", () => {
  test("harvest counts every level, run after run, as new, changed, unchanged, discontinued, failed", async () => {
    const world = harvestWorld();
    const both = catalogText({ d: { "d.1": ["a", "b"] }, e: { "e.1": ["x"] } });
    world.serve("c", both, { "d.1": AB, "e.1": csvText({ x: [5, 6] }) });
    const first = await world.run();
    expect(told(first)).toEqual(["1 0 0 0 0", "2 0 0 0 0", "2 0 0 0 0", "3 0 0 0 0"]);
    expect(first.observations).toEqual({ added: 6, changed: 0, removed: 0 });

    const again = await world.run();
    expect(told(again)).toEqual(["0 0 1 0 0", "0 0 2 0 0", "0 0 2 0 0", "0 0 3 0 0"]);
    expect(again.observations).toEqual({ added: 0, changed: 0, removed: 0 });

    world.serve("c", both, { "d.1": csvText({ a: [1, 3, 4], b: [10, 20, null] }) });
    const longer = await world.run();
    expect(told(longer)).toEqual(["0 1 0 0 0", "0 1 1 0 0", "0 1 1 0 0", "0 1 2 0 0"]);
    expect(longer.observations).toEqual({ added: 1, changed: 1, removed: 0 });

    world.files.delete(csvUrl("e.1"));
    expect(told(await world.run()).slice(1)).toEqual(["0 0 1 0 1", "0 0 1 0 1", "0 0 2 0 1"]);

    world.serve("c", ONE);
    expect(told(await world.run()).slice(1)).toEqual(["0 0 1 1 0", "0 0 1 1 0", "0 0 2 1 0"]);
    expect(told(await world.run())).toEqual(["0 0 1 0 0", "0 0 1 0 0", "0 0 1 0 0", "0 0 2 0 0"]);

    world.serve("c", new Problem("unavailable", "HTTP 500"));
    expect(told(await world.run())).toEqual(["0 0 0 0 1", "0 0 0 0 0", "0 0 0 0 0", "0 0 0 0 0"]);

    world.serve("c", ONE);
    expect(told(await world.run())).toEqual(["0 0 1 0 0", "0 0 1 0 0", "0 0 1 0 0", "0 0 2 0 0"]);
  });

  test("harvest counts a series that its distribution stopped naming once, and not among those it names", async () => {
    const world = await harvested();
    world.serve("c", catalogText({ d: { "d.1": ["a"] } }));
    expect(told(await world.run()).slice(2)).toEqual(["0 0 1 0 0", "0 0 1 1 0"]);
    expect(told(await world.run()).slice(2)).toEqual(["0 0 1 0 0", "0 0 1 0 0"]);
  });

  test("harvest counts a series that joins its distribution, and one that comes back", async () => {
    const world = await harvested(catalogText({ d: { "d.1": ["a"] } }));
    world.serve("c", ONE);
    expect(told(await world.run()).at(-1)).toBe("1 0 1 0 0");
    world.serve("c", catalogText({ d: { "d.1": ["a"] } }));
    await world.run();
    world.serve("c", ONE);
    expect(told(await world.run()).at(-1)).toBe("0 0 2 0 0");
  });

  test("harvest adds the nodes up", async () => {
    const world = await harvested();
    world.serve("e", catalogText({ d: { "e.1": ["x"] } }), { "e.1": csvText({ x: [1, 2] }) });
    const report = await world.run(["c", "e"]);
    expect(told(report)).toEqual(["1 0 1 0 0", "1 0 1 0 0", "1 0 1 0 0", "1 0 2 0 0"]);
    expect(report.nodes.map(({ catalogId, counts }) => [catalogId, told({ counts }).at(-1)]))
      .toEqual([["c", "0 0 2 0 0"], ["e", "1 0 0 0 0"]]);
  });
});

describe("harvest corrections", () => {
  test("harvest sees metadata corrected though the file is the same", async () => {
    const world = await harvested();
    world.serve("c", catalogText({ d: { "d.1": [field("a", { units: "Pesos" }), "b"] } }));
    expect(told(await world.run())).toEqual(["0 1 0 0 0", "0 1 0 0 0", "0 1 0 0 0", "0 1 1 0 0"]);
    const [a] = await world.store.publishableSeries({
      catalogId: "c",
      datasetId: "d",
      distributionId: "d.1",
    });
    expect(a!.field.units).toBe("Pesos");
    expect(await world.store.versions("a")).toHaveLength(1);
  });

  test.each([
    {
      why: "a title that names another column",
      fields: [field("a", { title: "b" }), field("b", { title: "a" })],
      a: [10, 20],
    },
    { why: "an id", fields: [field("a", { id: "z" }), field("b")], a: undefined },
  ])("harvest indexes again what is corrected in the catalog alone: $why", async ({ fields, a }) => {
    const world = await harvested();
    world.serve("c", catalogText({ d: { "d.1": fields } }));
    await world.run();
    // The old id stays beside the new one.
    expect(await world.published()).toMatchObject(a ? { a, b: [1, 2] } : { a: [1, 2], z: [1, 2] });
    expect(world.asked()).toContain(csvUrl("d.1"));
  });

  test("harvest recovers when the frequency is corrected", async () => {
    const quarterly = catalogText({ d: { "d.1": { frequency: "R/P1W", field: ["a", "b"] } } });
    const world = await harvested(quarterly);
    expect(await world.published()).toEqual({});
    world.serve("c", ONE);
    expect(told(await world.run()).at(-1)).toBe("2 0 0 0 0");
  });

  test("harvest holds new limits against old files", async () => {
    const world = await harvested(catalogText({ d: { "d.1": ["a", "b"] } }));
    const report = await world.run(["c"], { limits: { ...DEFAULT_LIMITS, minimumValues: 3 } });
    expect(faultsOf(report)).toEqual(["a tiene 2 valores, deberia tener 3 o mas"]);
    expect(await world.published()).toEqual({ a: [1, 2], b: [10, 20] });
  });

  test("harvest with force indexes everything again and adds no version for it", async () => {
    const world = await harvested();
    expect(told(await world.run(["c"], { force: true })).slice(2)).toEqual(["0 0 1 0 0", "0 0 2 0 0"]);
    expect(world.asked()).toEqual([catalogUrl("c"), csvUrl("d.1")]);
    expect(await world.store.versions("a")).toHaveLength(1);
  });
});

describe("harvest asks only for changes", () => {
  test.each([
    { why: "nothing changed", change: () => {}, catalog: true, csv: true },
    {
      why: "what does not matter to the values",
      change: (w: World) => w.serve("c", catalogText({ d: { "d.1": [field("a", { units: "u" }), "b"] } })),
      catalog: true,
      csv: true,
    },
    {
      why: "not where an id changed",
      change: (w: World) => w.serve("c", catalogText({ d: { "d.1": ["a", field("b", { id: "z" })] } })),
      catalog: true,
      csv: false,
    },
    {
      why: "not where the file moved",
      change: (w: World) =>
        w.serve("c", catalogText({ d: { "d.1": { downloadURL: csvUrl("new"), field: ["a", "b"] } } }), {
          new: AB,
        }),
      catalog: true,
      csv: false,
    },
  ])("harvest sends validators: $why", async ({ change, catalog, csv }) => {
    const world = await harvested();
    change(world);
    await world.run();
    const [first, second] = world.asked();
    expect([first!.endsWith("if changed"), second!.endsWith("if changed")]).toEqual([catalog, csv]);
    expect(await world.published()).toMatchObject({ a: [1, 2] });
  });

  test("harvest sends none the first time, nor where the limits changed, nor where the server gave none", async () => {
    const world = harvestWorld();
    world.serve("c", { text: ONE }, { "d.1": AB });
    await world.run();
    expect(world.asked()).toEqual([catalogUrl("c"), csvUrl("d.1")]);
    await world.run(["c"], { limits: { ...DEFAULT_LIMITS, maxTitleLength: 61 } });
    expect(world.asked()).toEqual([catalogUrl("c"), csvUrl("d.1")]);
    await world.run(["c"], { limits: { ...DEFAULT_LIMITS, maxTitleLength: 61 } });
    expect(world.asked()).toEqual([catalogUrl("c"), `${csvUrl("d.1")} if changed`]);
  });

  test("harvest reads a catalog with faults in full again, and tells them again", async () => {
    const faulty = JSON.stringify({ ...JSON.parse(ONE), dataset: [...JSON.parse(ONE).dataset, "x"] });
    const world = await harvested(faulty);
    expect(faultsOf(await world.run())).toEqual([expect.stringContaining("Excepción en dataset 1")]);
    expect(world.asked()[0]).toBe(catalogUrl("c"));
  });

  test("harvest tells a file that was refused again, though the server says nothing of a change", async () => {
    const world = await harvested(ONE, csvText({ a: [1, 2], b: ["x", 2] }));
    expect(faultsOf(await world.run())).toEqual(["'b' tiene valores no numericos: 'x 2'"]);
    expect(world.asked()[1]).toBe(csvUrl("d.1"));
  });

  test("harvest takes the same bytes without any ETag for no change", async () => {
    const world = harvestWorld();
    world.serve("c", { text: ONE }, { "d.1": { text: AB } });
    await world.run();
    expect(told(await world.run()).slice(2)).toEqual(["0 0 1 0 0", "0 0 2 0 0"]);
  });
});
type World = ReturnType<typeof harvestWorld>;

describe("harvest keeps", () => {
  test.each<{ why: string; csv?: string | Error }>([
    { why: "a file that is gone" },
    { why: "a file that breaks a rule", csv: csvText({ a: [1, "x"], b: [1, 2] }) },
    { why: "a page instead of it", csv: "<html>" },
  ])("harvest keeps the values of a distribution that fails: $why", async ({ csv }) => {
    const world = await harvested();
    if (csv === undefined) world.files.delete(csvUrl("d.1"));
    else world.serve("c", ONE, { "d.1": csv });
    const report = await world.run();
    expect(report.nodes[0]!.faults).toEqual([
      {
        level: "distribution",
        catalogId: "c",
        datasetId: "d",
        distributionId: "d.1",
        url: csvUrl("d.1"),
        errors: [expect.any(String)],
      },
    ]);
    expect((await world.store.catalog("c"))!.distributions[0]!.fault).toBe(faultsOf(report)[0]);
    expect(await world.published()).toEqual({ a: [1, 2], b: [10, 20] });

    world.serve("c", ONE, { "d.1": AB });
    expect(told(await world.run()).slice(2)).toEqual(["0 0 1 0 0", "0 0 2 0 0"]);
    expect((await world.store.catalog("c"))!.distributions[0]!.fault).toBeNull();
  });

  test.each<{ why: string; catalog: string | Error; says: string }>([
    { why: "no answer", catalog: new Problem("unavailable", "HTTP 503"), says: "HTTP 503" },
    { why: "no JSON", catalog: "<html>", says: "HTML" },
    { why: "JSON without datasets", catalog: "{}", says: "dataset" },
  ])("harvest keeps the children of a catalog that cannot be read: $why", async ({ catalog, says }) => {
    const world = await harvested();
    world.serve("c", catalog);
    const report = await world.run();
    expect(report.nodes[0]!.faults).toEqual([
      { level: "catalog", catalogId: "c", url: catalogUrl("c"), errors: [expect.stringContaining(says)] },
    ]);
    const stored = (await world.store.catalog("c"))!;
    expect([stored.present, stored.datasets[0]!.present, stored.distributions[0]!.present]).toEqual([
      false,
      true,
      true,
    ]);
    expect(await world.published()).toEqual({ a: [1, 2], b: [10, 20] });
    world.serve("c", ONE);
    await world.run();
    expect(await world.store.catalog("c")).toMatchObject({ present: true, fault: null });
  });

  test("harvest keeps series that nobody names any more publishable", async () => {
    const world = await harvested();
    world.serve("c", catalogText({ e: { "e.1": ["x"] } }), { "e.1": csvText({ x: [1, 2] }) });
    await world.run();
    expect(await world.published()).toEqual({ a: [1, 2], b: [10, 20] });
    expect((await world.store.catalog("c"))!.distributions.map(({ id, present }) => [id, present]))
      .toEqual([["d.1", false], ["e.1", true]]);
  });

  test("harvest isolates a distribution: the others of the dataset are indexed", async () => {
    const world = harvestWorld();
    world.serve("c", catalogText({ d: { "d.1": ["a", "b"], "d.2": ["x"], "d.3": ["y"] } }), {
      "d.1": AB,
      "d.3": csvText({ y: [7, 8] }),
    });
    expect(told(await world.run())).toEqual(["1 0 0 0 0", "0 0 0 0 1", "2 0 0 0 1", "3 0 0 0 1"]);
    expect(await world.published("d.3")).toEqual({ y: [7, 8] });
  });

  test("harvest stores the fields of a distribution without downloadURL and tells of it", async () => {
    const world = await harvested(catalogText({ d: { "d.1": { downloadURL: null, field: ["a", "b"] } } }));
    expect(faultsOf(await world.run())).toEqual(["DownloadURL no encontrado"]);
    expect((await world.store.catalog("c"))!.distributions[0]!.fields).toHaveLength(3);
    expect(world.asked()).toHaveLength(1);
  });

  test.each([
    { why: "relative to the catalog", downloadURL: "files/d.csv", url: "http://c.example/files/d.csv" },
    { why: "with blanks around", downloadURL: ` ${csvUrl("d.1")} `, url: csvUrl("d.1") },
    { why: "no file of this machine", downloadURL: "file:///etc/passwd", url: undefined },
    { why: "no other scheme", downloadURL: "ftp://x/y.csv", url: undefined },
    { why: "no address at all", downloadURL: "http://", url: undefined },
  ])("harvest reads a downloadURL: $why", async ({ downloadURL, url }) => {
    const world = harvestWorld();
    world.serve("c", catalogText({ d: { "d.1": { downloadURL, field: ["a"] } } }));
    const report = await world.run();
    expect(world.asked().slice(1)).toEqual(url ? [url] : []);
    expect(faultsOf(report)).toHaveLength(1);
  });

  test("harvest indexes working days, which the replaced system could not", async () => {
    const days = ["2021-07-29", "2021-07-30", "2021-08-02", "2021-08-03"];
    const world = await harvested(
      catalogText({ d: { "d.1": { frequency: "R/P1D", field: ["a"] } } }),
      csvText({ a: [1, 2, 3, 4] }, days),
    );
    expect(await world.published()).toEqual({ a: [1, 2, null, null, 3, 4] });
  });

  test("harvest does not download datasets that an operator switched off, nor let them claim ids", async () => {
    const world = harvestWorld();
    const catalog = catalogText({ d: { "d.1": ["a", "b"] }, off: { "off.1": ["a"] } });
    world.serve("c", catalog, { "d.1": AB, "off.1": csvText({ a: [5, 6] }) });
    expect(faultsOf(await world.run())).toHaveLength(2);
    world.asked();
    const report = await world.run(["c"], { store: switchedOff(world.store, ["off"]) });
    expect(world.asked()).toEqual([`${catalogUrl("c")} if changed`, csvUrl("d.1")]);
    expect(faultsOf(report)).toEqual([]);
    expect(await world.published()).toEqual({ a: [1, 2], b: [10, 20] });
  });
});

describe("harvest runs", () => {
  test("harvest notes its run with the report it answers", async () => {
    const world = await harvested();
    await world.journal.startRun("harvest", 1);
    const report = await world.run();
    const [run, abandoned] = await world.journal.runs("harvest", 3);
    expect(run).toMatchObject({
      id: report.run,
      status: "SUCCESS",
      report: JSON.parse(JSON.stringify(report)),
    });
    expect(abandoned).toMatchObject({ status: "FAILURE" });
  });

  test.each<{ why: string; url: string }>([
    { why: "while a catalog is read", url: catalogUrl("c") },
    { why: "while a file is", url: csvUrl("d.1") },
  ])("harvest lets a bug fly and notes the run as failed: $why", async ({ url }) => {
    const world = await harvested();
    world.files.set(url, new TypeError("x is not a function"));
    await expect(world.run()).rejects.toThrow(TypeError);
    const [run] = await world.journal.runs("harvest", 1);
    expect(run).toMatchObject({ status: "FAILURE", report: { error: "x is not a function" } });
  });

  test.each(["catalog", "owners", "saveReading", "saveOutcome", "saveCatalogFault"] as const)(
    "harvest flies when the store's %s fails, and the run is a failure",
    async (method) => {
      const world = await harvested();
      if (method === "saveCatalogFault") world.serve("c", "<html>");
      const failing = () => Promise.reject(new Problem("unavailable", "El disco está lleno"));
      await expect(world.run(["c"], { store: { ...world.store, [method]: failing } })).rejects.toThrow(
        /disco/,
      );
      expect((await world.journal.runs("harvest", 1))[0]!.status).toBe("FAILURE");
    },
  );

  test("harvest warns of a catalog without time series and of a distribution without series", async () => {
    const world = harvestWorld();
    world.serve("c", catalogText({ d: { "d.1": [field("a", { id: "" })] } }), {
      "d.1": csvText({ a: [1, 2] }),
    });
    world.serve("e", JSON.stringify({ title: "E", dataset: [] }));
    const { nodes } = await world.run(["c", "e"], { warnings: ["una entrada"] });
    expect(nodes.map(({ warnings }) => warnings)).toEqual([
      ["No se encontraron series que coincidan con los metadatos en distribución d.1 de catálogo c"],
      ["No fueron encontrados series de tiempo en el catálogo e"],
    ]);
  });

  test("harvest tells how far it is, and ends with everything done", async () => {
    const world = await harvested(catalogText({ d: { "d.1": ["a", "b"], "d.2": ["x"] } }));
    const told: unknown[] = [];
    await world.run(["c"], { onProgress: (progress) => told.push(progress) });
    expect(told.at(-1)).toEqual({ catalogs: 1, catalogsDone: 1, distributions: 2, distributionsDone: 2 });
  });
});
