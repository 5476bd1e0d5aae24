// A distribution from its columns to series, and the key that tells whether indexing again would come to the same.

import { describe, expect, test } from "vitest";
import type { DistributionReading, FieldReading } from "../../src/core/catalog.ts";
import type { Frequency } from "../../src/core/frequency.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { label } from "../../src/core/label.ts";
import { readCsv } from "../../src/ingest/csv.ts";
import { changeKey, indexSeries } from "../../src/ingest/distribution.ts";
import { DEFAULT_LIMITS } from "../../src/ingest/rules.ts";

const field = (title: string, id = `id_${title}`, metadata: JsonObject = {}): FieldReading => ({
  title,
  id,
  metadata: { title, ...(id && { id }), ...metadata },
});
const index = (detail = "R/P1M", title = "t") =>
  field(title, "", { specialType: "time_index", specialTypeDetail: detail });
const reading = (...fields: FieldReading[]): DistributionReading => ({
  datasetId: "d",
  id: "d.1",
  metadata: {},
  fields,
});

/** Series as `id start: values`. */
function indexed(csv: string, frequency: Frequency, fields: readonly FieldReading[]) {
  const table = readCsv(
    new TextEncoder().encode(csv),
    fields.find(({ metadata }) => metadata.specialType)!.title,
  );
  return indexSeries(reading(...fields), frequency, table);
}
function told(csv: string, frequency: Frequency, fields: readonly FieldReading[]): string[] {
  return indexed(csv, frequency, fields).map(({ id, observations: o }) => {
    const values = [...o.values].map((value) => Number.isNaN(value) ? "-" : value).join(" ");
    return `${id} ${label(o.frequency, o.start)}: ${values}`;
  });
}

const MONTHS = "t,a,b\n2020-01-01,1,\n2020-02-01,2,20\n2020-03-01,,\n2020-04-01,4,40\n2020-05-01,,50\n";

describe("indexSeries", () => {
  test.each<{ why: string; fields: FieldReading[]; series: string[] }>([
    {
      why: "each series trimmed for itself, blanks inside kept",
      fields: [index(), field("a"), field("b")],
      series: ["id_a 2020-01-01: 1 2 - 4", "id_b 2020-02-01: 20 - 40 50"],
    },
    {
      why: "in the order of the columns, not of the fields",
      fields: [field("b"), field("a"), index()],
      series: ["id_a 2020-01-01: 1 2 - 4", "id_b 2020-02-01: 20 - 40 50"],
    },
    {
      why: "an empty id is indexed by nobody",
      fields: [index(), field("a", ""), field("b")],
      series: ["id_b 2020-02-01: 20 - 40 50"],
    },
    {
      why: "a field without a column neither",
      fields: [index(), field("a"), field("z")],
      series: ["id_a 2020-01-01: 1 2 - 4"],
    },
    {
      why: "an undocumented column neither",
      fields: [index(), field("b")],
      series: ["id_b 2020-02-01: 20 - 40 50"],
    },
    {
      why: "the type of a field is not looked at",
      fields: [index(), field("a", "x", { type: "string" })],
      series: ["x 2020-01-01: 1 2 - 4"],
    },
    { why: "no field, no series", fields: [index()], series: [] },
  ])("indexSeries of months: $why", ({ fields, series }) => {
    expect(told(MONTHS, "month", fields)).toEqual(series);
  });

  test("indexSeries leaves out columns without a value", () => {
    expect(told("t,a,b\n2020-01-01,,1\n2020-02-01,NA,2\n", "month", [index(), field("a"), field("b")]))
      .toEqual(["id_b 2020-01-01: 1 2"]);
  });

  test("indexSeries puts working days on the grid of all days, weekends missing", () => {
    const csv = "t,a,b\n2021-07-29,1,\n2021-07-30,2,20\n2021-08-02,3,30\n2021-08-03,,40\n";
    const fields = [index("R/P1D"), field("a"), field("b")];
    expect(told(csv, "day", fields)).toEqual([
      "id_a 2021-07-29: 1 2 - - 3",
      "id_b 2021-07-30: 20 - - 30 40",
    ]);
    expect(indexed(csv, "day", fields).map(({ observations }) => observations.workdays)).toEqual([
      true,
      true,
    ]);
    expect(indexed(csv, "day", fields)[0]!.enriched).toMatchObject({
      time_index_size: "5",
      last_value: "3.0",
    });
  });

  test("indexSeries does not take five days of one week for working days", () => {
    const csv = "t,a\n2021-08-02,1\n2021-08-03,2\n2021-08-04,3\n";
    const [series] = indexed(csv, "day", [index("R/P1D"), field("a")]);
    expect(series!.observations.workdays).toBeUndefined();
  });

  test("indexSeries dates half-years in January and July, and tells the publisher's dates", () => {
    const csv = "t,a\n2015-05-01,1\n2015-11-01,2\n2016-05-01,3\n";
    const fields = [index("R/P6M"), field("a")];
    expect(told(csv, "semester", fields)).toEqual(["id_a 2015-01-01: 1 2 3"]);
    expect(indexed(csv, "semester", fields)[0]!.enriched)
      .toMatchObject({ time_index_start: "2015-05-01", time_index_end: "2016-05-01" });
  });

  test("indexSeries of an irregular index is nothing: no values are put on dates that are not theirs", () => {
    expect(told("t,a\n2020-01-01,1\n2020-03-01,2\n", "month", [index(), field("a")])).toEqual([]);
  });
});

describe("changeKey", () => {
  const base = reading(index(), field("a", "id_a", { description: "D", units: "Pesos" }));
  const key = (of: DistributionReading = base, hash = "h", limits = DEFAULT_LIMITS) =>
    changeKey(hash, of, limits);

  test.each<{ why: string; key: string }>([
    { why: "the bytes", key: key(base, "other") },
    { why: "the id of a series", key: key(reading(index(), field("a", "id_b"))) },
    { why: "its title", key: key(reading(index(), field("b", "id_a"))) },
    { why: "a series more", key: key(reading(...base.fields, field("c"))) },
    { why: "a series less", key: key(reading(index())) },
    { why: "the frequency", key: key(reading(index("R/P3M"), base.fields[1]!)) },
    { why: "the title of the index", key: key(reading(index("R/P1M", "fecha"), base.fields[1]!)) },
    {
      why: "which field is the index",
      key: key(reading(field("t", ""), field("a", "id_a", { specialType: "time_index" }))),
    },
    { why: "a limit", key: key(base, "h", { ...DEFAULT_LIMITS, maxTitleLength: 61 }) },
    { why: "the distribution's id, which the texts name", key: key({ ...base, id: "d.2" }) },
  ])("changeKey is another: $why", ({ key: other }) => {
    expect(other).not.toBe(key());
  });

  test.each<{ why: string; of: DistributionReading }>([
    { why: "a description", of: reading(index(), field("a", "id_a", { description: "Otra" })) },
    { why: "units", of: reading(index(), field("a", "id_a", { units: "Dólares" })) },
    { why: "a key nobody knows", of: reading(index(), field("a", "id_a", { otra: [1] })) },
    {
      why: "the distribution's own metadata",
      of: { ...base, metadata: { title: "Otra", downloadURL: "x" } },
    },
  ])("changeKey is the same: $why does not change what is indexed", ({ of }) => {
    expect(key(of)).toBe(key());
  });

  test("changeKey does not mistake one field's text for another's", () => {
    expect(key(reading(field('a","b', "c")))).not.toBe(key(reading(field("a", 'b","c'))));
  });
});
