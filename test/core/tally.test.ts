// Tallies of a catalog's series and what is told from them on a day, against counting every series one by one.

import { describe, expect, test } from "vitest";
import { randomNumbers } from "../../scripts/bench/network.ts";
import { LATE_KEPT } from "../../src/core/activity.ts";
import type { SeriesState } from "../../src/core/canonical_store.ts";
import { freshness } from "../../src/core/enriched.ts";
import type { Frequency } from "../../src/core/frequency.ts";
import { freshnessReport } from "../../src/core/freshness_report.ts";
import { changeTimes, tallyPublishers } from "../../src/core/tally.ts";

const dayOf = (iso: string) => Date.parse(iso) / 86_400_000;

const state = (over: Partial<SeriesState> = {}): SeriesState => ({
  id: "a",
  datasetId: "d1",
  distributionId: "d1.1",
  publisher: "INDEC",
  frequency: "month",
  last: "2020-01-01",
  workdays: false,
  present: true,
  fault: null,
  changedAt: 1_000,
  ...over,
});

const catalog = (id: string, over = {}) => ({
  id,
  title: id.toUpperCase(),
  lastHarvest: 2_000,
  error: null,
  lastChange: 1_000,
  ...over,
});

/** Catalogs of series of every kind, the same each time. */
function manyStates(): Map<string, SeriesState[]> {
  const random = randomNumbers(7);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  const frequencies: [Frequency, string[]][] = [
    ["day", ["2019-11-08", "2020-01-14", "2020-01-10"]],
    ["month", ["2012-01-01", "2019-09-01", "2019-12-01", "2019-10-01"]],
    ["quarter", ["2019-04-01", "2019-10-01"]],
    ["semester", ["2018-07-01", "2019-05-01"]],
    ["year", ["1995-01-01", "2017-01-01", "2018-01-01"]],
  ];
  return new Map(["c1", "c2", "c3"].map((id) => [
    id,
    Array.from({ length: 400 }, (_, i) => {
      const [frequency, lasts] = pick(frequencies);
      return state({
        id: `${id}.${i}`,
        publisher: pick(["INDEC", "BCRA", ""]),
        frequency,
        last: pick(lasts),
        workdays: frequency === "day" && random() < 0.5,
        present: random() < 0.9,
        changedAt: Math.floor(random() * 1e6),
      });
    }),
  ]));
}

describe("freshnessReport", () => {
  test.each(["2019-11-30", "2020-01-15", "2020-06-01", "2026-01-01"])(
    "freshnessReport tells on %s what counting each series tells",
    (date) => {
      const today = dayOf(date);
      const catalogs = manyStates();
      const tallies = [...catalogs].flatMap(([id, states]) => tallyPublishers(id, states));
      const report = freshnessReport([...catalogs.keys()].map((id) => catalog(id)), tallies, today);
      const freshOf = (one: SeriesState) => freshness(one.frequency, dayOf(one.last), today, one.workdays);
      const isLate = (one: SeriesState) => one.present && !freshOf(one).isUpdated;
      const countsOf = (states: readonly SeriesState[]) => ({
        series: states.length,
        updated: states.filter((one) => one.present && freshOf(one).isUpdated).length,
        late: states.filter(isLate).length,
        discontinued: states.filter(({ present }) => !present).length,
      });
      const rowOf = (states: readonly SeriesState[]) => ({
        ...countsOf(states),
        due: states.filter((one) => one.present && today >= freshOf(one).nextExpected).length,
        latest_value: states.map(({ last }) => last).sort().at(-1)!,
        frequencies: Object.fromEntries(
          [...new Set(states.map(({ frequency }) => frequency))].map((frequency) =>
            [frequency, countsOf(states.filter((one) => one.frequency === frequency))] as const
          ),
        ),
      });
      const lateIds = (states: readonly SeriesState[]) =>
        states.filter(isLate).map((one) => ({ id: one.id, from: freshOf(one).lateFrom }))
          .sort((a, b) => a.from - b.from || (a.id < b.id ? -1 : 1)).slice(0, LATE_KEPT).map(({ id }) => id);

      expect(report.total).toMatchObject(rowOf([...catalogs.values()].flat()));
      expect(report.date).toBe(date);
      expect(report.last_harvest).toBe("1970-01-01T00:00:02.000Z");
      for (const row of report.catalogs) {
        const states = catalogs.get(row.id)!;
        expect(row).toMatchObject({ title: row.id.toUpperCase(), ...rowOf(states) });
        expect(row.most_late.map(({ id }) => id)).toEqual(lateIds(states));
      }
      expect(report.publishers.map(({ catalog_id, name }) => [catalog_id, name])).toEqual(
        ["c1", "c2", "c3"].flatMap((id) => ["", "BCRA", "INDEC"].map((name) => [id, name])),
      );
      for (const row of report.publishers) {
        const states = catalogs.get(row.catalog_id)!.filter(({ publisher }) => publisher === row.name);
        expect(row).toMatchObject(rowOf(states));
        expect(row.most_late.map(({ id }) => id)).toEqual(lateIds(states));
        expect(Date.parse(row.last_change!)).toBe(Math.max(...states.map(({ changedAt }) => changedAt)));
        for (const entry of row.most_late) {
          const one = states.find(({ id }) => id === entry.id)!;
          expect(entry.days_without_data).toBe(freshOf(one).daysWithoutData);
          expect(dayOf(entry.next_expected_date)).toBe(freshOf(one).nextExpected);
        }
      }
    },
  );

  test("freshnessReport has frequencies from the finest, and the share of the series that are named", () => {
    const tallies = tallyPublishers("c", [
      state({ id: "y", frequency: "year" }),
      state({ id: "d", frequency: "day" }),
      state({ id: "m" }),
      state({ id: "gone", frequency: "day", present: false }),
    ]);
    const { total } = freshnessReport([catalog("c")], tallies, dayOf("2020-02-15"));
    expect(Object.keys(total.frequencies)).toEqual(["day", "month", "year"]);
    expect(total).toMatchObject({ series: 4, updated: 2, late: 1, discontinued: 1, updated_share: 0.6667 });
  });

  test("freshnessReport shows a catalog that could not be read, with and without series", () => {
    const fault = { error: "no responde", lastHarvest: 5_000 };
    const report = freshnessReport(
      [catalog("c", fault), catalog("nuevo", { ...fault, lastChange: null }), catalog("z")],
      tallyPublishers("c", [state()]),
      dayOf("2020-02-15"),
    );
    expect(report.catalogs).toMatchObject([
      { id: "c", series: 1, error: "no responde", last_harvest: "1970-01-01T00:00:05.000Z" },
      {
        id: "nuevo",
        series: 0,
        updated_share: null,
        latest_value: null,
        last_change: null,
        error: "no responde",
        frequencies: {},
        most_late: [],
      },
      { id: "z", error: null },
    ]);
    expect(report.publishers).toMatchObject([{ catalog_id: "c", name: "INDEC", error: "no responde" }]);
    expect(report.last_harvest).toBe("1970-01-01T00:00:05.000Z");
  });

  test("freshnessReport of nothing is empty", () => {
    expect(freshnessReport([], [], 0)).toMatchObject({
      date: "1970-01-01",
      last_harvest: null,
      total: { series: 0 },
      catalogs: [],
      publishers: [],
    });
  });
});

describe("tallyPublishers", () => {
  test("tallyPublishers keeps one row for each last day, and the first to be late", () => {
    const monthly = Array.from({ length: 50 }, (_, i) => state({ id: `m${String(i).padStart(2, "0")}` }));
    const [tally, ...others] = tallyPublishers("c", [
      ...monthly,
      state({ id: "gone", present: false }),
      state({ id: "old", last: "2010-01-01", fault: "x".repeat(1_000), changedAt: 9_000 }),
    ]);
    expect(others).toEqual([]);
    expect(tally).toMatchObject({ catalogId: "c", name: "INDEC", lastChange: 9_000 });
    expect(tally!.lastValues).toEqual([
      { frequency: "month", last: "2010-01-01", workdays: false, present: 1, discontinued: 0 },
      { frequency: "month", last: "2020-01-01", workdays: false, present: 50, discontinued: 1 },
    ]);
    expect(tally!.late.map(({ id }) => id)).toEqual([
      "old",
      ...monthly.slice(0, LATE_KEPT - 1).map(({ id }) => id),
    ]);
    expect(tally!.late[0]!.error).toBe(`${"x".repeat(300)}…`);
  });
});

describe("changeTimes", () => {
  test("changeTimes tells a distribution's time and the series that differ", () => {
    const times = changeTimes([
      state({ id: "a", changedAt: 2 }),
      state({ id: "b", changedAt: 5 }),
      state({ id: "c", changedAt: 2 }),
      state({ id: "d", distributionId: "d1.2", changedAt: 3 }),
      state({ id: "e", distributionId: "d1.2", changedAt: 4 }),
    ]);
    expect(times).toEqual({
      distributions: [["d1", "d1.1", 2], ["d1", "d1.2", 4]],
      series: [["b", 5], ["d", 3]],
    });
  });

  test("changeTimes of nothing is empty", () => {
    expect(changeTimes([])).toEqual({ distributions: [], series: [] });
  });
});
