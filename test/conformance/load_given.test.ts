// Shows what readers see of a data set that was loaded: identifiers, computed metadata, half-years, themes.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buenosAiresDay } from "../../src/core/time.ts";
import { ask } from "./catalog_series.ts";
import { type Instance, startInstance } from "./instance.ts";
import { type Given, type GivenSeries, loadGiven } from "./load_given.ts";

const monthly = (id: string, more: Partial<GivenSeries> = {}): GivenSeries => ({
  id,
  title: `titulo_${id}`,
  frequency: "R/P1M",
  observations: [["2010-01-01", null], ["2010-02-01", 1], ["2010-03-01", 3.5]],
  ...more,
});
const dataset = { identifier: "9", metadata: { title: "Nueve", theme: ["a"] } };

const GIVEN: Given = {
  series: [
    monthly("plain", { enhanced: { hits_total: "7", average: "-1" } }),
    monthly("yearly", { frequency: "R/P1Y", observations: [["2010-01-01", 1], ["2011-01-01", 2]] }),
    monthly("half", {
      frequency: "R/P6M",
      observations: [["2010-05-01", 1], ["2010-11-01", 2], ["2011-05-01", 3]],
    }),
    monthly("blank", { observations: [["2010-01-01", null]] }),
    monthly("workdays", {
      frequency: "R/P1D",
      observations: [["2010-01-07", 1], ["2010-01-08", 2], ["2010-01-11", 3]],
    }),
    monthly("themed", {
      dataset: { ...dataset, themes: [{ id: "a", label: "A" }] },
      units: "%",
      distribution: { identifier: "9.1" },
    }),
    monthly("unthemed", {
      dataset: { ...dataset, themes: null },
      units: "$",
      distribution: { identifier: "9.1" },
    }),
    monthly("searched", { catalog_id: "c", dataset: { title: "T", theme_label: "Tema" }, hits_90_days: 4 }),
  ],
  percentage_units: ["%"],
};

describe("loadGiven", () => {
  let instance: Instance;
  beforeAll(async () => {
    instance = await startInstance(Date.now, (store) => loadGiven(store, GIVEN, buenosAiresDay(Date.now())));
  });
  afterAll(() => instance?.close());

  const full = async (id: string) => (await ask(instance.base, `ids=${id}&metadata=full`)).json;
  const column = async (id: string) => (await full(id)).meta[1];

  test("leaves absent identifiers null", async () => {
    expect((await full("plain")).params.identifiers).toEqual([{
      id: "plain",
      distribution: null,
      dataset: null,
    }]);
    expect((await full("yearly")).params.identifiers).toEqual([{
      id: "yearly",
      distribution: null,
      dataset: null,
    }]);
  });

  test("takes hits from the data set and derives the rest", async () => {
    const { field } = await column("plain");
    expect(field).toMatchObject({ hits_total: "7", average: "2.25", time_index_start: "2010-02-01" });
  });

  test("gives each series the frequency of its own distribution", async () => {
    expect((await column("plain")).distribution.frequency).toBe("R/P1M");
    expect((await column("yearly")).distribution.frequency).toBe("R/P1Y");
  });

  test("dates half-years in January and July, and tells the published dates", async () => {
    const { data, meta } = await full("half");
    expect(data.map(([date]: [string]) => date)).toEqual(["2010-01-01", "2010-07-01", "2011-01-01"]);
    expect(meta[1].field.time_index_start).toBe("2010-05-01");
  });

  test("keeps working days apart from the weekends they lack", async () => {
    expect((await full("workdays")).data).toHaveLength(5);
  });

  test("does not make a series without values available", async () => {
    expect((await ask(instance.base, "ids=blank")).status).toBe(400);
  });

  test("lets series tell different themes of one dataset", async () => {
    expect((await column("themed")).dataset.theme).toEqual([{ id: "a", label: "A" }]);
    expect((await column("unthemed")).dataset.theme).toEqual(["a"]);
    expect((await full("unthemed")).params.identifiers[0]).toMatchObject({
      dataset: "9",
      distribution: "9.1",
    });
  });

  test("flags percentage units", async () => {
    expect((await column("themed")).field.is_percentage).toBe(true);
    expect((await column("unthemed")).field.is_percentage).toBe(false);
  });

  test("reads the levels of search data sets", async () => {
    const { field, dataset } = await column("searched");
    expect(field.hits_90_days).toBe("4");
    expect(dataset).toMatchObject({ title: "T", theme: [{ label: "Tema" }] });
  });

  test("refuses dates that are no grid", async () => {
    const broken = monthly("broken", { observations: [["2010-01-01", 1], ["2010-03-01", 2]] });
    await expect(startInstance(Date.now, (store) => loadGiven(store, { series: [broken] }, 0))).rejects
      .toThrow(
        "broken",
      );
  });
});
