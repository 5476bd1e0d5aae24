// CKAN portals over HTTP: how they are read and harvested, and what is told of faults.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import { createReadSource } from "../../src/host/read_source.ts";
import { checkCatalog, type CheckContext } from "../../src/ingest/check.ts";
import { checkText } from "../../src/ingest/check_text.ts";
import { type PortalReach, readPortal } from "../../src/ingest/ckan_portal.ts";
import type { HarvestNode } from "../../src/ingest/harvest_context.ts";
import { ckanPackage, type CkanStub, refusal, resource, startCkan } from "./ckan_stub.ts";
import { fixtureReader } from "./fixture_source.ts";
import { csvText, csvUrl, faultsOf, harvestWorld, told } from "./harvest_world.ts";

describe("a portal", () => {
  let ckan: CkanStub;
  beforeEach(() => {
    ckan = startCkan();
  });
  afterEach(() => ckan.close());

  const reach = (over: Partial<PortalReach> = {}): PortalReach => ({
    readSource: createReadSource({ allowInternal: true, attempts: 1 }),
    maxBytes: 1_000_000,
    maxMs: 60_000,
    verifyTls: true,
    now: Date.now,
    ...over,
  });
  const names = (count: number) =>
    Array.from({ length: count }, (_, i) => ckanPackage(`p${String(i).padStart(3, "0")}`, []));

  test.each([
    { datasets: 0, mostRows: 1_000, starts: [0] },
    { datasets: 100, mostRows: 1_000, starts: [0] },
    { datasets: 250, mostRows: 1_000, starts: [0, 100, 200] },
    { datasets: 25, mostRows: 10, starts: [0, 10, 20] },
  ])(
    "readPortal reads $datasets datasets, $mostRows at once, in $starts",
    async ({ datasets, mostRows, starts }) => {
      Object.assign(ckan, { packages: names(datasets).reverse(), mostRows });
      const { packages, status, address } = await readPortal(ckan.origin, reach());
      expect(packages.map(({ name }) => name)).toEqual(names(datasets).map(({ name }) => name));
      expect(status.site_title).toBe("Portal");
      expect(address).toBe(ckan.origin);
      expect(ckan.asked).toEqual([
        "/api/3/action/status_show",
        ...starts.map((start) => `/api/3/action/package_search?sort=name+asc&rows=100&start=${start}`),
      ]);
    },
  );

  test.each(["", "/", "/api", "/api/3", "/api/3/action/", "?x=1#y"])(
    "readPortal takes the address of the portal or of its API: %s",
    async (end) => {
      expect((await readPortal(ckan.origin + end, reach())).address).toBe(ckan.origin);
    },
  );

  test("readPortal reads a portal below a path, and keeps its password to itself", async () => {
    const below = startCkan("/datos");
    try {
      const { address } = await readPortal(below.origin.replace("//", "//ana:clave@"), reach());
      expect(address).toBe(below.origin);
      expect(below.asked[0]).toBe("/datos/api/3/action/status_show");
    } finally {
      await below.close();
    }
  });

  const WRONG: readonly {
    why: string;
    set?: (stub: CkanStub) => void;
    over?: Partial<PortalReach>;
    says: string;
    code?: string;
  }[] = [
    {
      why: "no such page",
      set: (stub) => stub.fail = () => new Response("no", { status: 404 }),
      says: 'No se puede leer "status_show" del portal CKAN: El servidor respondió 404 (Not Found)',
    },
    {
      why: "a page of another site",
      set: (stub) => stub.fail = () => new Response("<html>"),
      says: "no responde JSON; revise que la dirección sea la de un portal CKAN",
    },
    {
      why: "another JSON",
      set: (stub) => stub.fail = () => Response.json([1]),
      says: "no responde como CKAN",
    },
    {
      why: "an error of CKAN",
      set: (stub) =>
        stub.fail = (action) =>
          action === "package_search"
            ? refusal(200, "Search Query Error", "Invalid search query")
            : undefined,
      says:
        'No se puede leer "package_search" del portal CKAN: responde "Search Query Error: Invalid search query"',
    },
    {
      why: "a result of another shape",
      set: (stub) =>
        stub.fail = (action) =>
          action === "package_search"
            ? Response.json({ success: true, result: { count: "2", results: [] } })
            : undefined,
      says: 'no responde con "count"',
    },
    {
      why: "fewer than it counts",
      set: (stub) => {
        stub.packages = names(150);
        stub.fail = (action, start) =>
          action === "package_search" && start > 0
            ? Response.json({ success: true, result: { count: 150, results: [] } })
            : undefined;
      },
      says: "sólo entrega 100 de sus 150 datasets",
    },
    {
      why: "a dataset that goes meanwhile",
      set: (stub) => {
        stub.packages = names(150);
        stub.fail = (_, start) => void (start > 0 && (stub.packages = names(149)));
      },
      says: "sus datasets pasaron de 150 a 149 mientras se leían",
    },
    {
      why: "answers that are too large together, though none is alone",
      set: (stub) => stub.packages = names(300),
      over: { maxBytes: 150_000 },
      says: "superan juntas el límite de 0.1 MB",
    },
    {
      why: "one answer that is too large",
      set: (stub) => stub.packages = names(300),
      over: { maxBytes: 10_000 },
      says: "El archivo supera el límite de 10000 bytes",
      code: "invalid",
    },
    {
      why: "an internal address",
      over: { readSource: createReadSource() },
      says: "La dirección apunta a una red interna (127.0.0.1)",
      code: "invalid",
    },
  ];

  test.each(WRONG)(
    "readPortal tells what is wrong: $why",
    async ({ set, over, says, code = "unavailable" }) => {
      set?.(ckan);
      await expect(readPortal(ckan.origin, reach(over))).rejects.toMatchObject({
        code,
        message: expect.stringContaining(says),
      });
    },
  );

  test("readPortal gives up a portal that takes too long in all", async () => {
    ckan.packages = names(250);
    let at = 0;
    const now = () => at++ * 10_000;
    const readSource = createReadSource({ allowInternal: true });
    const asked: (number | undefined)[] = [];
    const limited: PortalReach = reach({
      now,
      maxMs: 25_000,
      readSource: (request) => {
        asked.push(request.maxMs);
        return readSource(request);
      },
    });
    await expect(readPortal(ckan.origin, limited)).rejects.toMatchObject({
      message: 'No se puede leer "package_search" del portal CKAN: la lectura no terminó en 25 s',
    });
    // The clock moves ten seconds with each look at it, from the beginning on.
    expect(asked).toEqual([15_000, 5_000]);
  });

  test("readPortal does not read files", async () => {
    await expect(readPortal("file:///datos", reach())).rejects.toMatchObject({
      code: "invalid",
      message: "Un portal CKAN se lee por http o https: su dirección no puede ser un archivo",
    });
  });
});

describe("harvest", () => {
  let ckan: CkanStub;
  beforeEach(() => {
    ckan = startCkan();
  });
  afterEach(() => ckan.close());

  /** A world whose nodes of this machine are read in truth, and the files of their distributions from memory. */
  function ckanWorld(node: Partial<HarvestNode> = { format: "ckan" }) {
    const world = harvestWorld();
    const web = createReadSource({ allowInternal: true, attempts: 1 });
    const inMemory = world.readSource;
    const given: HarvestNode = { catalogId: "c", url: ckan.origin, ...node };
    const run = () =>
      world.run([given], {
        readSource: (request) => (request.url.startsWith(ckan.origin) ? web : inMemory)(request),
        gzip: (bytes) => new Uint8Array(bytes),
      });
    return { ...world, run };
  }
  const AB = [
    ckanPackage("uno", [resource("a", csvUrl("a"))]),
    ckanPackage("dos", [
      resource("b", csvUrl("b")),
      resource("otro", csvUrl("otro"), { attributesDescription: "" }),
    ]),
  ];

  test("harvest takes a portal in like a data.json, and writes nothing where it did not change", async () => {
    ckan.packages = AB;
    const world = ckanWorld();
    world.files.set(csvUrl("a"), csvText({ a: [1, 2] }));
    world.files.set(csvUrl("b"), csvText({ b: [3, null, 5] }));
    const first = await world.run();
    expect(faultsOf(first)).toEqual([]);
    // The package without fields that are series is none of ours; nor is that resource.
    expect(told(first)).toEqual(["1 0 0 0 0", "2 0 0 0 0", "2 0 0 0 0", "2 0 0 0 0"]);
    expect(await world.published("b", "id-dos")).toEqual({ b: [3, null, 5] });
    const { metadata, datasets } = (await world.store.catalog("c"))!;
    expect(metadata).toMatchObject({ title: "Portal", homepage: ckan.origin });
    expect(datasets.map(({ id, metadata: { publisher } }) => [id, publisher])).toEqual(
      ["id-dos", "id-uno"].map((id) => [id, { name: "Dirección de Cuentas", mbox: "cuentas@datos.example" }]),
    );
    const text = JSON.parse(new TextDecoder().decode(await world.store.catalogText("c")));
    expect(text.dataset.map(({ identifier }: JsonObject) => identifier)).toEqual(["id-dos", "id-uno"]);
    const { position } = await world.store.changes(0);
    expect(told(await world.run())).toEqual(["0 0 1 0 0", "0 0 2 0 0", "0 0 2 0 0", "0 0 2 0 0"]);
    expect(await world.store.changes(position)).toEqual({ position, distributions: [], catalogs: [] });
  });

  test("harvest keeps all of a portal that cannot be read to its end", async () => {
    ckan.packages = AB;
    const world = ckanWorld();
    for (const id of ["a", "b"]) world.files.set(csvUrl(id), csvText({ [id]: [1, 2] }));
    await world.run();
    ckan.fail = (action) =>
      action === "package_search" ? refusal(500, "Internal Server Error", "") : undefined;
    const report = await world.run();
    expect(faultsOf(report)).toEqual([
      'No se puede leer "package_search" del portal CKAN: El servidor respondió 500 (Internal Server Error)',
    ]);
    expect((await world.store.catalog("c"))!.distributions.map(({ present }) => present)).toEqual([
      true,
      true,
    ]);
    expect(await world.published("a", "id-uno")).toEqual({ a: [1, 2] });
  });

  test("harvest finds out by itself that an address without format is a portal's", async () => {
    ckan.packages = AB.slice(0, 1);
    const world = ckanWorld({});
    world.files.set(csvUrl("a"), csvText({ a: [1, 2] }));
    expect(told(await world.run())).toEqual(["1 0 0 0 0", "1 0 0 0 0", "1 0 0 0 0", "1 0 0 0 0"]);
    expect(ckan.asked.slice(0, 2)).toEqual(["/", "/api/3/action/status_show"]);
  });

  test.each([
    { why: "a page that is no portal's", node: {}, says: ", ni es un portal CKAN: No se puede leer" },
    { why: "a node that says it is JSON", node: { format: "json" as const }, says: "no un data.json" },
    { why: "an address that says so", node: { path: "/data.json" }, says: "no un data.json" },
  ])("harvest tells that a page is no catalog: $why", async ({ node: { path, ...node }, says }) => {
    ckan.fail = () => new Response("<html>");
    const world = ckanWorld({ ...node, ...(path && { url: ckan.origin + path }) });
    const [fault] = faultsOf(await world.run());
    expect(fault).toContain("La respuesta es una página HTML o XML, no un data.json");
    expect(fault).toContain(says);
    expect(ckan.asked.some((path) => path.includes("status_show"))).toBe(says.includes("CKAN"));
  });
});

describe("checkCatalog", () => {
  let ckan: CkanStub;
  beforeEach(() => {
    ckan = startCkan();
  });
  afterEach(() => ckan.close());

  const check = (portals?: CheckContext["portals"]) => {
    const web = createReadSource({ allowInternal: true, attempts: 1 });
    const files = fixtureReader({ [csvUrl("a")]: csvText({ a: [1, 2] }) });
    return checkCatalog(ckan.origin, {
      readSource: (request) => (request.url.startsWith(ckan.origin) ? web : files)(request),
      maxSourceBytes: 1_000_000,
      ...(portals && { portals }),
    });
  };
  const PORTALS = { maxMs: 60_000, now: Date.now };

  test("judges a portal as the data.json that it stands for", async () => {
    ckan.packages = [ckanPackage("uno", [resource("a", csvUrl("a"))])];
    const report = await check(PORTALS);
    expect(report).toMatchObject({ format: "ckan", distributions: { checked: 1, refused: 0 } });
    // What CKAN does not tell is what the profile asks for besides.
    const wanted = report.findings.filter(({ level }) => level === "error").map(({ message }) => message);
    expect(wanted).toHaveLength(2);
    expect(wanted.join(" ")).toMatch(/superTheme.*accrualPeriodicity|accrualPeriodicity.*superTheme/);
    expect(checkText(report).split("\n")[0]).toBe(`Catálogo ${ckan.origin} (portal CKAN)`);
  });

  test("tells that a page is neither a catalog nor a portal", async () => {
    ckan.fail = () => new Response("<html>");
    const [finding] = (await check(PORTALS)).findings;
    expect(finding).toMatchObject({ code: "catalog.unreadable" });
    expect(finding!.message).toContain("no un data.json, ni es un portal CKAN: No se puede leer");
  });

  test("asks no portal where whoever asks may be anybody", async () => {
    ckan.packages = [ckanPackage("uno", [resource("a", csvUrl("a"))])];
    expect((await check()).findings).toMatchObject([{ code: "catalog.unreadable" }]);
    expect(ckan.asked).toEqual(["/"]);
  });
});
