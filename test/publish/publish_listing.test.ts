// Publishing the listings over a store and blobs in memory, read back through their reader.

import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { DISTRIBUTION_COLUMNS, type ListedNetwork } from "../../src/core/listing.ts";
import { publishListing } from "../../src/publish/publish_listing.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { LISTING_POINTER } from "../../src/store/segments/listing_format.ts";
import { openListings } from "../../src/store/segments/listings.ts";
import { dataset, distribution, reading, run, sha256, source } from "../store/example_catalog.ts";

const gzip = (text: string) => new Uint8Array(gzipSync(text));
const NETWORK: ListedNetwork = { project: { title: "Red" }, nodes: [] };

const READING = reading([
  distribution("d1", "d1.1", ["a"], {
    description: "Con datos",
    format: "CSV",
    type: "file",
    accessURL: "http://a.example",
    downloadURL: "http://a.example/1.csv",
  }),
  distribution("d0", "d0.1", []),
], {
  metadata: { title: "Uno", publisher: { name: "Ministerio" } },
  datasets: [
    dataset("d1", {
      description: "D",
      publisher: { name: "Dirección", mbox: "d@b.example" },
      source: "INDEC",
      superTheme: ["ECON", "AGRI"],
      license: "CC",
    }, [{ id: "p", label: "Precios" }, { id: "q" }]),
    dataset("d0", { theme: ["p", "q"], license: { a: 1 } }),
  ],
});

async function world() {
  const store = memoryStore(sha256);
  const blobs = memoryBlobs();
  await store.saveReading(run(1), "b", READING, source(), { text: gzip('{"title":"Uno"}') });
  await store.saveCatalogFault(run(1), "a", "HTTP 500");
  let now = 0;
  const listings = openListings(blobs, () => now);
  return {
    store,
    blobs,
    publish: (network = NETWORK) => publishListing({ store, network, blobs, sha256, now: () => now }),
    /** What a reader sees a while later. */
    read: () => {
      now += 60_000;
      return listings.current();
    },
  };
}

test("there are no listings before the first publish", async () => {
  const { read } = await world();
  expect(await read()).toBeUndefined();
});

test("publishListing tells distributions by catalog, dataset and id, whether they have series or not", async () => {
  const { publish, read } = await world();
  await publish();
  const rows = await (await read())!.distributions();
  expect(DISTRIBUTION_COLUMNS).toHaveLength(19);
  expect(new Set(DISTRIBUTION_COLUMNS).size).toBe(19);
  expect(rows.map((row) => Object.fromEntries(row.map((cell, i) => [DISTRIBUTION_COLUMNS[i]!, cell]))))
    .toEqual([
      {
        catalogo_id: "b",
        catalogo_titulo: "Uno",
        catalogo_responsable: "Ministerio",
        dataset_id: "d0",
        dataset_titulo: "Dataset d0",
        dataset_descripcion: "",
        dataset_responsable: "",
        dataset_responsable_correo: "",
        dataset_fuente: "",
        dataset_tema: "p,q",
        dataset_tema_global: "",
        dataset_licencia: "",
        distribucion_id: "d0.1",
        distribucion_titulo: "Distribución d0.1",
        distribucion_descripcion: "",
        distribucion_tipo: "",
        distribucion_formato: "",
        distribucion_url_acceso: "",
        distribucion_url_descarga: "",
      },
      {
        catalogo_id: "b",
        catalogo_titulo: "Uno",
        catalogo_responsable: "Ministerio",
        dataset_id: "d1",
        dataset_titulo: "Dataset d1",
        dataset_descripcion: "D",
        dataset_responsable: "Dirección",
        dataset_responsable_correo: "d@b.example",
        dataset_fuente: "INDEC",
        dataset_tema: "Precios,q",
        dataset_tema_global: "ECON,AGRI",
        dataset_licencia: "CC",
        distribucion_id: "d1.1",
        distribucion_titulo: "Distribución d1.1",
        distribucion_descripcion: "Con datos",
        distribucion_tipo: "file",
        distribucion_formato: "CSV",
        distribucion_url_acceso: "http://a.example",
        distribucion_url_descarga: "http://a.example/1.csv",
      },
    ]);
});

test("publishListing hands on the text of each catalog that was read", async () => {
  const { publish, read } = await world();
  await publish();
  const listing = (await read())!;
  const text = (await listing.catalogText("b"))!;
  expect(new TextDecoder().decode(text.bytes)).toBe('{"title":"Uno"}');
  expect(await listing.catalogText("a")).toBeUndefined();
  expect(await listing.catalogText("x")).toBeUndefined();
});

describe("publishing again", () => {
  test("writes nothing while nothing changes", async () => {
    const { publish, blobs, read } = await world();
    const first = await publish();
    const listing = await read();
    const bytes = await blobs.read(LISTING_POINTER);
    expect(await publish()).toEqual({ ...first, switched: false });
    expect(await blobs.read(LISTING_POINTER)).toEqual(bytes);
    expect(await read()).toBe(listing);
  });

  test("follows nodes that operators change, and texts that are read anew", async () => {
    const { publish, store, read } = await world();
    const first = await publish();
    const changed = await publish({ ...NETWORK, project: { title: "Otra" } });
    expect([changed.switched, changed.listing === first.listing]).toEqual([true, false]);
    expect((await read())!.network.project).toEqual({ title: "Otra" });
    await store.saveReading(run(2), "b", READING, source("v2"), { text: gzip("{}") });
    await publish();
    expect(new TextDecoder().decode((await (await read())!.catalogText("b"))!.bytes)).toBe("{}");
  });

  test("keeps what the last three listings name, and removes the rest", async () => {
    const { publish, store, blobs } = await world();
    for (let i = 0; i < 5; i++) {
      await store.saveReading(run(i + 2), "b", READING, source(`v${i}`), { text: gzip(`"${i}"`) });
      await publish({ ...NETWORK, project: { title: String(i) } });
    }
    await blobs.write(`${LISTING_POINTER}.tmp`, new Uint8Array(1));
    await publish({ ...NETWORK, project: { title: "4" } });
    const texts = (await blobs.list("listing")).filter((name) => name.endsWith(".gz"));
    const kept = await Promise.all(
      texts.map(async (name) => gunzipSync((await blobs.read(name))!).toString()),
    );
    expect(kept.sort()).toEqual(['"2"', '"3"', '"4"']);
    // Three roots beside the one file of rows.
    expect(await blobs.list("listing")).toHaveLength(3 + 3 + 1);
    expect(await blobs.list("")).toEqual([LISTING_POINTER]);
  });

  test("leaves the pointer where a write fails", async () => {
    const { publish, store, blobs } = await world();
    await publish();
    const before = await blobs.read(LISTING_POINTER);
    await store.saveReading(run(2), "b", READING, source("v2"), { text: gzip("{}") });
    const failing = { ...blobs, write: () => Promise.reject(new Error("lleno")) };
    await expect(publishListing({ store, network: NETWORK, blobs: failing, sha256, now: () => 0 })).rejects
      .toThrow(
        "lleno",
      );
    expect(await blobs.read(LISTING_POINTER)).toEqual(before);
  });
});

test("a listing whose file is gone is told as unavailable", async () => {
  const { publish, blobs, read } = await world();
  await publish();
  const listing = (await read())!;
  for (const name of await blobs.list("listing")) await blobs.remove(name);
  await expect(listing.distributions()).rejects.toMatchObject({ code: "unavailable" });
  await expect(listing.catalogText("b")).rejects.toMatchObject({ code: "unavailable" });
});
