// What is remembered of the distributions that this installation feeds, and what operators can do with them.

import { describe, expect, test } from "vitest";
import type { FedDistribution } from "../../src/core/fed_distribution.ts";
import { deleteDistribution, refreshDistribution } from "../../src/operation/distributions.ts";
import { forgetFed, isFed, keepFed, readFed, replacedFed } from "../../src/operation/fed_distributions.ts";
import { memoryRecords } from "../../src/store/memory_records.ts";
import { dataset, distribution, key } from "../store/example_catalog.ts";
import { readWorld } from "./network_world.ts";

const fed = (id: string, title = "Nuestra"): FedDistribution => ({
  catalogId: "c",
  metadata: { title },
  dataset: dataset("d1"),
  distribution: distribution("d1", id, ["a"]),
});

describe("keepFed", () => {
  test("remembers each once, in one order, and writes what is new alone", async () => {
    const records = memoryRecords();
    for (const one of [fed("2"), fed("1"), fed("2"), fed("1", "Otra")]) await keepFed(records, one);
    expect(await readFed(records)).toEqual([fed("1", "Otra"), fed("2")]);
    expect((await records.records("fed_distribution")).map(({ version }) => version)).toEqual([2, 1]);
    expect(replacedFed(await readFed(records), fed("0"))).toEqual([fed("0"), fed("1", "Otra"), fed("2")]);
    expect(replacedFed(await readFed(records), fed("1"))).toEqual([fed("1"), fed("2")]);
    await forgetFed(records, key("d1", "1"));
    await forgetFed(records, key("d1", "1"));
    expect(await readFed(records)).toEqual([fed("2")]);
  });
});

describe("a distribution that a sequence feeds", () => {
  test("is not read anew from its publisher", async () => {
    const { network, records, refreshed } = await readWorld();
    await keepFed(records, fed("d1.1"));
    await expect(refreshDistribution(network, key("d1", "d1.1"))).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("La distribución la publica una secuencia"),
    });
    expect(refreshed).toEqual([]);
  });

  test("is its publisher's again once it is deleted", async () => {
    const { network, records } = await readWorld();
    await keepFed(records, fed("d1.1"));
    await deleteDistribution(network, key("d1", "d1.1"));
    expect(await isFed(records, key("d1", "d1.1"))).toBe(false);
  });
});
