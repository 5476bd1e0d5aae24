// A store of its own for the module series_publish, in a folder that goes with the test, and what readers get of it.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach } from "vitest";
import { publishFile } from "../../src/modules/series_publish/publish_file.ts";
import { openPublished, openStore } from "../../src/open.ts";

export const INDEX = { title: "indice_tiempo", specialType: "time_index", specialTypeDetail: "R/P1M" };

export const field = (id: string) => ({ id, title: `t_${id}`, description: `Serie ${id}`, units: "Pesos" });

export const CONF = {
  catalog: { identifier: "c", title: "Catálogo", publisher: { name: "Alguien" } },
  dataset: { identifier: "d", title: "Dataset" },
  distribution: { identifier: "d.1", title: "Distribución", field: [INDEX, field("a"), field("b")] },
};

/** Months from January 2020 on, a value of `a` and one of `b` each. */
export const csv = (...rows: string[]) =>
  ["indice_tiempo,t_a,t_b", ...rows.map((row, i) => `2020-${String(i + 1).padStart(2, "0")}-01,${row}`), ""]
    .join("\n");

/** A folder anew for each test. */
export function publishWorld() {
  const world = { folder: "", told: [] as string[] };
  beforeEach(() => {
    world.folder = fs.mkdtempSync(path.join(os.tmpdir(), "caudal-publish-"));
    world.told = [];
  });
  afterEach(() => fs.rmSync(world.folder, { recursive: true }));
  const at = (name: string) => path.join(world.folder, name);
  const places = () => ({ dataDir: at("data") });
  const write = (name: string, content: string | object) =>
    fs.writeFileSync(at(name), typeof content === "string" ? content : JSON.stringify(content));

  /** What of the store itself is asked. */
  async function stored<T>(work: (opened: ReturnType<typeof openStore>) => Promise<T>): Promise<T> {
    const opened = openStore(places());
    try {
      return await work(opened);
    } finally {
      await opened.store.close();
    }
  }

  return {
    at,
    places,
    write,
    stored,
    /** What the module told so far. */
    told: () => world.told,
    given(input: string, conf: object = CONF): void {
      write("in.csv", input);
      write("conf.json", conf);
    },
    publish: (
      { input = "in.csv", conf = "conf.json", output, maxBytes = 1_000_000 }: {
        input?: string;
        conf?: string;
        output?: string;
        maxBytes?: number;
      } = {},
    ) =>
      publishFile({ input: at(input), conf: at(conf), output }, {
        places: places(),
        maxBytes,
        tell: (line) => world.told.push(line),
      }),
    /** Values of series as readers get them, and what they are told of their place. */
    async read(...ids: string[]) {
      const snapshot = (await openPublished(places(), 0).current())!;
      const records = await snapshot.series(ids);
      return {
        name: snapshot.name,
        values: records.map((record) =>
          record && Array.from(record.observations.values, (value) => Number.isNaN(value) ? null : value)
        ),
        contexts: await Promise.all(records.map((record) => record && snapshot.context(record))),
      };
    },
    versions: (id: string) => stored(async ({ store }) => (await store.versions(id)).length),
  };
}
