// Who publishes a series id when several name it: the first owner, in the order of the register, until it stops
// naming the id (catalog-harvest 3.5, rule 7).

import { describe, expect, test } from "vitest";
import { Problem } from "../../src/core/problem.ts";
import { catalogText, catalogUrl, csvText, csvUrl, faultsOf, harvestWorld } from "./harvest_world.ts";

const REPEATED = "Hay field con id repetido: x";

/** Two catalogs that both name "x", each with another value; `a` names others instead when told so. */
function rivals() {
  const world = harvestWorld();
  const serve = (catalogId: string, fields: string[], value: number) =>
    world.serve(catalogId, catalogText({ d: { [`${catalogId}.1`]: fields } }), {
      [`${catalogId}.1`]: csvText(Object.fromEntries(fields.map((id) => [id, [value, value]]))),
    });
  serve("a", ["x"], 1);
  serve("b", ["x"], 2);
  return {
    ...world,
    serve,
    /** The catalog that publishes "x", and its value. */
    async owner() {
      const owner = (await world.store.owners(["x"])).get("x");
      if (!owner) return undefined;
      const { x } = await world.published(owner.distributionId, owner.datasetId, owner.catalogId);
      return `${owner.catalogId} ${x![0]}`;
    },
  };
}

describe("harvest of an id that two catalogs name", () => {
  test.each([
    { why: "the first of the register", register: ["a", "b"], owner: "a 1", refused: "b" },
    { why: "in the other order the other", register: ["b", "a"], owner: "b 2", refused: "a" },
  ])(
    "harvest gives the id to one and refuses the other's distribution: $why",
    async ({ register, owner, refused }) => {
      const world = rivals();
      const { nodes } = await world.run(register);
      expect(await world.owner()).toBe(owner);
      expect(nodes.flatMap(({ faults }) => faults)).toEqual([{
        level: "distribution",
        catalogId: refused,
        datasetId: "d",
        distributionId: `${refused}.1`,
        url: csvUrl(`${refused}.1`),
        errors: [REPEATED],
      }]);
    },
  );

  test("harvest gives it to the first of the register however slowly that answers", async () => {
    const world = rivals();
    const slow = Promise.withResolvers<void>();
    world.waits.set(catalogUrl("a"), slow.promise);
    world.waits.set(csvUrl("a.1"), slow.promise);
    const running = world.run(["a", "b"]);
    // Everything that does not wait for the first catalog is done.
    while (!world.requests.some(({ url }) => url === catalogUrl("b"))) await Promise.resolve();
    for (let i = 0; i < 50; i++) await Promise.resolve();
    slow.resolve();
    expect(faultsOf(await running)).toEqual([REPEATED]);
    expect(await world.owner()).toBe("a 1");
  });

  test.each([
    { why: "the next time", change: () => {} },
    { why: "when the register's order changes", register: ["b", "a"], change: () => {} },
    {
      why: "when its catalog cannot be read",
      change: (world: Rivals) => world.files.set(catalogUrl("a"), "<html>"),
    },
    {
      why: "when its file cannot",
      change: (world: Rivals) => world.files.set(csvUrl("a.1"), new Problem("unavailable", "x")),
    },
    { why: "when it is not harvested", register: ["b"], change: () => {} },
    { why: "when the other is forced", register: ["b"], change: () => {}, force: true },
  ])("harvest leaves the id to its owner: $why", async ({ register = ["a", "b"], change, force }) => {
    const world = rivals();
    await world.run(["a", "b"]);
    change(world);
    const report = await world.run(register, force ? { force } : {});
    expect(faultsOf(report)).toContain(REPEATED);
    expect(await world.owner()).toBe("a 1");
  });

  test("harvest does not take the id from who had it before a rival joined at the head of the register", async () => {
    const world = rivals();
    await world.run(["b"]);
    expect(faultsOf(await world.run(["a", "b"]))).toEqual([REPEATED]);
    expect(await world.owner()).toBe("b 2");
  });

  test("harvest hands the id over in the run in which its owner, read before, stops naming it", async () => {
    const world = rivals();
    await world.run(["a", "b"]);
    world.serve("a", ["y"], 1);
    expect(faultsOf(await world.run(["a", "b"]))).toEqual([]);
    expect(await world.owner()).toBe("b 2");
  });

  test("harvest hands it over a run later when the owner is read after", async () => {
    const world = rivals();
    await world.run(["a", "b"]);
    world.serve("a", ["y"], 1);
    expect(faultsOf(await world.run(["b", "a"]))).toEqual([REPEATED]);
    expect(await world.owner()).toBe("a 1");
    expect(faultsOf(await world.run(["b", "a"]))).toEqual([]);
    expect(await world.owner()).toBe("b 2");
  });

  test("harvest hands it back to a catalog that names it again as it did before", async () => {
    const world = rivals();
    await world.run(["a", "b"]);
    world.serve("a", ["y"], 1);
    await world.run(["a", "b"]);
    world.serve("a", ["x"], 1);
    world.serve("b", ["y"], 2);
    await world.run(["b", "a"]);
    await world.run(["b", "a"]);
    expect(await world.owner()).toBe("a 1");
  });

  test("harvest lets a catalog that names nothing else of it keep its other series", async () => {
    const world = rivals();
    world.serve("b", ["z"], 3);
    await world.run(["a", "b"]);
    world.serve("b", ["z", "x"], 4);
    expect(faultsOf(await world.run(["a", "b"]))).toEqual([REPEATED]);
    expect(await world.published("b.1", "d", "b")).toEqual({ z: [3, 3] });
  });
});
type Rivals = ReturnType<typeof rivals>;

describe("harvest of an id that two distributions of a catalog name", () => {
  const world = () => {
    const world = harvestWorld();
    world.serve("c", catalogText({ d: { "d.1": ["x"], "d.2": ["x", "y"] } }), {
      "d.1": csvText({ x: [1, 1] }),
      "d.2": csvText({ x: [2, 2], y: [3, 3] }),
    });
    return world;
  };

  test("harvest refuses both, for neither is the first", async () => {
    const { run, published } = world();
    expect(faultsOf(await run())).toEqual([REPEATED, REPEATED]);
    expect([await published("d.1"), await published("d.2")]).toEqual([{}, {}]);
  });

  test("harvest moves a series with its id, and back", async () => {
    const { run, published, serve } = world();
    const [before, after] = [
      catalogText({ d: { "d.1": ["x"], "d.2": ["y"] } }),
      catalogText({ d: { "d.1": ["z"], "d.2": ["x", "y"] } }),
    ];
    serve("c", before);
    await run();
    serve("c", after, { "d.1": csvText({ z: [1, 1] }) });
    await run();
    expect([await published("d.1"), await published("d.2")]).toEqual([{ z: [1, 1] }, {
      x: [2, 2],
      y: [3, 3],
    }]);
    serve("c", before, { "d.1": csvText({ x: [1, 1] }) });
    await run();
    expect(await published("d.1")).toMatchObject({ x: [1, 1] });
  });

  test("harvest moves a series back to a distribution that was gone meanwhile", async () => {
    const { run, published, serve } = world();
    serve("c", catalogText({ d: { "d.1": ["x"] } }));
    await run();
    serve("c", catalogText({ d: { "d.2": ["x", "y"] } }));
    await run();
    expect(await published("d.2")).toMatchObject({ x: [2, 2] });
    serve("c", catalogText({ d: { "d.1": ["x"] } }));
    await run();
    expect(await published("d.1")).toEqual({ x: [1, 1] });
  });
});
