// The schedule that operators keep, over records in memory.

import { beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_SYNCHRONIZERS } from "../../src/core/synchronizer.ts";
import {
  StageSchema,
  type SynchronizerDesk,
  synchronizerDesk,
  SynchronizerSchema,
} from "../../src/operation/synchronizers.ts";
import { memoryJournal } from "../../src/store/memory.ts";
import { memoryRecords } from "../../src/store/memory_records.ts";

const NAMES = DEFAULT_SYNCHRONIZERS.map(({ name }) => name).toSorted();

let clock: number;
let records: ReturnType<typeof memoryRecords>;
let journal: ReturnType<typeof memoryJournal>;
let desk: SynchronizerDesk;
beforeEach(() => {
  clock = 1_000;
  records = memoryRecords();
  journal = memoryJournal();
  desk = synchronizerDesk(records, journal, () => clock);
});
const names = async () => (await desk.list()).map(({ name }) => name);
const weekly = SynchronizerSchema.parse({ days: ["MON"], time: "10:00", stages: [{ task: "publish" }] });

describe("synchronizerDesk", () => {
  test("begins with the defaults, counting from now, however many ask first", async () => {
    const other = synchronizerDesk(records, journal, () => clock);
    const lists = await Promise.all([desk.list(), other.list(), desk.list()]);
    for (const list of lists) expect(list.map(({ name }) => name)).toEqual(NAMES);
    clock = 9_000;
    expect((await desk.list()).map(({ since }) => since)).toEqual(NAMES.map(() => 1_000));
  });

  test("save makes one and changes it; from then on it counts from the change", async () => {
    await desk.save("Lunes", weekly);
    clock = 5_000;
    const saved = await desk.save("Lunes", { ...weekly, time: "11:00" });
    expect(saved).toMatchObject({ name: "Lunes", time: "11:00", since: 5_000 });
    expect(await desk.get("Lunes")).toEqual(saved);
    expect(await names()).toEqual([...NAMES, "Lunes"].toSorted());
  });

  test.each(["", " a", "a ", "x".repeat(101)])("save is Problem invalid for the name %j", async (name) => {
    await expect(desk.save(name, weekly)).rejects.toMatchObject({ code: "invalid" });
    expect(await names()).toEqual(NAMES);
  });

  test("remove and restoreDefaults: those of the program come back, others go", async () => {
    await desk.save("Lunes", weekly);
    for (const name of NAMES) await desk.remove(name);
    expect(await names()).toEqual(["Lunes"]);
    await expect(desk.remove("Corrida completa")).rejects.toMatchObject({ code: "not_found" });
    clock = 7_000;
    await desk.restoreDefaults();
    expect(await names()).toEqual(NAMES);
    expect((await desk.get("Corrida completa")).since).toBe(7_000);
  });

  test("duplicate makes another of the same stages, and is Problem conflict where there is one", async () => {
    await desk.duplicate("Corrida completa", "Copia");
    const { name: _, since: __, ...original } = await desk.get("Corrida completa");
    expect(await desk.get("Copia")).toMatchObject(original);
    await expect(desk.duplicate("Corrida completa", "Copia")).rejects.toMatchObject({ code: "conflict" });
  });

  test("runNow asks for a run of its stages, once", async () => {
    const run = await desk.runNow("Corrida intermedia 08:00", "bcra");
    expect(run).toMatchObject({
      kind: "synchronizer",
      status: "PENDING",
      about: {
        stages: [{ task: "harvest", about: {} }, { task: "publish", about: {} }],
        node: "bcra",
      },
    });
    await expect(desk.runNow("Corrida intermedia 08:00")).rejects.toMatchObject({
      code: "conflict",
      message: "El synchronizer seleccionado ya está corriendo",
    });
    await expect(desk.runNow("nada")).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("SynchronizerSchema", () => {
  test.each(DEFAULT_SYNCHRONIZERS)("takes the default $name", ({ name: _, ...synchronizer }) => {
    expect(SynchronizerSchema.parse(synchronizer)).toEqual({ ...synchronizer, paused: false });
  });

  test.each([
    { why: "no day", over: { days: [] } },
    { why: "a day twice", over: { days: ["MON", "MON"] } },
    { why: "an unknown day", over: { days: ["LUN"] } },
    { why: "24:00", over: { time: "24:00" } },
    { why: "8:00", over: { time: "8:00" } },
    { why: "no stage", over: { stages: [] } },
    { why: "an unknown task", over: { stages: [{ task: "x" }] } },
    { why: "what a task does not take", over: { stages: [{ task: "publish", about: { force: true } }] } },
    {
      why: "a harvest that reads no values, and indexes all of them again",
      over: { stages: [{ task: "harvest", about: { force: true, only_metadata: true } }] },
    },
    {
      why: "a format of dumps that there is not",
      over: { stages: [{ task: "dump", about: { formats: ["pdf"] } }] },
    },
    { why: "an unknown key", over: { since: 1 } },
  ])("refuses $why", ({ over }) => {
    expect(SynchronizerSchema.safeParse({ ...weekly, ...over }).success).toBe(false);
  });

  test("takes a harvest of metadata alone", () => {
    const stage = { task: "harvest", about: { only_metadata: true, node: "bcra" } };
    expect(StageSchema.parse(stage)).toEqual(stage);
  });

  test("fills in that a stage is asked nothing in particular", () => {
    expect(StageSchema.parse({ task: "dump" })).toEqual({ task: "dump", about: {} });
  });
});
