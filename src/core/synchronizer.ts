// Synchronizers: ordered stages that the worker runs at certain times of certain days. What a stage does is a task,
// which may also be asked for by itself. Times are of one civil zone, told by whoever schedules.
// Source: catalog-harvest 3.1 and 3.2. Reading and indexing are one task here, and so are the search index and the
// rest of a publication.

import type { JsonObject } from "./json.ts";

export const TASK_NAMES = [
  "harvest",
  "publish",
  "dump",
  "integration_test",
  "report",
  "analytics",
  "popularity",
] as const;
export type TaskName = (typeof TASK_NAMES)[number];

/** A task and what it is asked: `{force: true}`, `{formats: ["csv"]}`. */
export type Stage = { readonly task: TaskName; readonly about: JsonObject };

export const WEEKDAYS = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export type Synchronizer = {
  /** One of a kind. */
  readonly name: string;
  /** At least one. */
  readonly days: readonly Weekday[];
  /** `HH:MM`. */
  readonly time: string;
  /** At least one, in their order. */
  readonly stages: readonly Stage[];
  readonly paused: boolean;
  /** Epoch ms: times before it are no longer due. */
  readonly since: number;
};

const WORKDAYS = WEEKDAYS.slice(0, 5);
const dump = (format: string): Stage => ({ task: "dump", about: { formats: [format] } });
const UPDATE: readonly Stage[] = [{ task: "harvest", about: {} }, { task: "publish", about: {} }];

/** The schedule of the replaced system. */
export const DEFAULT_SYNCHRONIZERS: readonly Omit<Synchronizer, "paused" | "since">[] = [
  {
    name: "Corrida completa",
    days: WORKDAYS,
    time: "00:15",
    stages: [
      { task: "harvest", about: { force: true } },
      { task: "publish", about: {} },
      ...["csv", "xlsx", "sqlite", "dta", "parquet"].map(dump),
      { task: "integration_test", about: {} },
      { task: "report", about: {} },
    ],
  },
  {
    name: "Importado de Analytics",
    days: WEEKDAYS,
    time: "00:05",
    stages: [{ task: "analytics", about: {} }, { task: "popularity", about: {} }],
  },
  ...["08:00", "11:00", "14:00", "18:00"].map((time) => ({
    name: `Corrida intermedia ${time}`,
    days: WORKDAYS,
    time,
    stages: UPDATE,
  })),
];
