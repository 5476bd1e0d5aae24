// Three catalogs harvested twice, with something of everything between: what reports tell of it is counted by hand.
//
//   uno, first:   A (A.1: a1 a2; A.2: a3), B (B.1: b1 b2), N (n1), O (o1), P (p1); an operator switches N and O off
//   uno, second:  C, new and waiting for a decision, comes before the others; a1 gains a value and has one changed;
//                 A.2, O and P are gone; a cell of b2 is no number, so that B.1 is refused
//   dos:          d1 loses its last value
//   tres:         could be read at first, not any more

import type { JsonObject } from "../../src/core/json.ts";
import { makeReport, type Reporting } from "../../src/operation/reports.ts";
import { memoryRecords } from "../../src/store/memory_records.ts";
import { catalogText, catalogUrl, csvText, csvUrl, field, harvestWorld } from "../ingest/harvest_world.ts";

/** Midnight and a half of 9 July 2026 in Buenos Aires. */
export const NIGHT = Date.UTC(2026, 6, 9, 3, 30);

const THREE = [1, 2, 3];
const b2 = field("b2", { type: "string" });

/** What a catalog's metadata says beside its datasets. */
export type Declared = { readonly uno?: JsonObject };

export async function reportWorld({ uno = {} }: Declared = {}) {
  const world = harvestWorld();
  const { store, journal } = world;
  const clock = { at: NIGHT };
  const reporting: Reporting = { store, journal, records: memoryRecords(), now: () => clock.at };
  const nodes = ["dos", "tres", "uno"].map((catalogId) => ({ catalogId, url: catalogUrl(catalogId) }));
  await store.saveNodes(nodes);

  world.serve(
    "uno",
    catalogText({
      A: { "A.1": ["a1", "a2"], "A.2": ["a3"] },
      B: { "B.1": ["b1", b2] },
      N: { "N.1": ["n1"] },
      O: { "O.1": ["o1"] },
      P: { "P.1": ["p1"] },
    }, { title: "Catálogo Uno", ...uno }),
    {
      "A.1": csvText({ a1: THREE, a2: THREE }),
      "A.2": csvText({ a3: THREE }),
      "B.1": csvText({ b1: THREE, b2: THREE }),
      "N.1": csvText({ n1: THREE }),
      "O.1": csvText({ o1: THREE }),
      "P.1": csvText({ p1: THREE }),
    },
  );
  world.serve("dos", catalogText({ D: { "D.1": ["d1"] } }), { "D.1": csvText({ d1: THREE }) });
  world.serve("tres", catalogText({ T: { "T.1": ["t1"] } }), { "T.1": csvText({ t1: THREE }) });
  const first = await world.run(nodes);
  await store.saveFederable(
    [{ catalogId: "uno", datasetId: "N" }, { catalogId: "uno", datasetId: "O" }],
    false,
  );

  world.serve(
    "uno",
    catalogText({
      C: { "C.1": ["c1"] },
      A: { "A.1": ["a1", "a2"] },
      B: { "B.1": ["b1", b2] },
      N: { "N.1": ["n1"] },
    }, { title: "Catálogo Uno", ...uno }),
    {
      "A.1": csvText({ a1: [1, 7, 3, 4], a2: THREE }),
      "B.1": csvText({ b1: THREE, b2: [1, "n/d", 3] }),
    },
  );
  world.files.set(csvUrl("D.1"), csvText({ d1: [1, 2] }));
  world.files.delete(catalogUrl("tres"));
  const second = await world.run(nodes.map((node) => ({ ...node, newDatasetsFederable: false })));
  return { ...world, clock, nodes, reporting, runs: [first.run, second.run] as const };
}

/** The world, and the report of its second harvest. */
export async function reportedWorld(declared?: Declared) {
  const world = await reportWorld(declared);
  return { ...world, made: await makeReport(world.reporting) };
}
