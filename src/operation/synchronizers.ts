// The schedule that operators keep: synchronizers as records, made with the defaults on first use.

import * as z from "zod";
import type { Journal, Run } from "../core/journal.ts";
import { Problem } from "../core/problem.ts";
import type { Records } from "../core/records.ts";
import {
  DEFAULT_SYNCHRONIZERS,
  type Stage,
  type Synchronizer,
  TASK_NAMES,
  type TaskName,
  WEEKDAYS,
} from "../core/synchronizer.ts";
import { DUMP_FORMATS } from "../core/dump_files.ts";

const flag = z.boolean().optional();
const node = z.string().min(1).optional().describe("Sólo este nodo");

/** What each task may be asked. */
export const TASK_SCHEMAS = {
  harvest: z.strictObject({
    force: flag.describe("Vuelve a validar e indexar lo que no cambió"),
    only_metadata: flag.describe("Lee sólo los catálogos: los datos quedan como están"),
    node,
  }).refine(({ force, only_metadata }) => !(force && only_metadata), {
    path: ["only_metadata"],
    error: "no va junto con force: sin leer datos no hay qué volver a indexar",
  }),
  publish: z.strictObject({ full: flag.describe("Rehace todos los segmentos"), node }),
  dump: z.strictObject({
    formats: z.array(z.enum(DUMP_FORMATS)).min(1).optional().describe("Todos, si falta"),
    node,
  }),
  integration_test: z.strictObject({ node }),
  report: z.strictObject({ node }),
  analytics: z.strictObject({ all: flag.describe("Desde el principio, sin seguir por donde iba"), node }),
  popularity: z.strictObject({
    date: z.iso.date("debe ser AAAA-MM-DD").optional().describe("Día del que se informa; ayer, si falta"),
    node,
  }),
} as const satisfies Record<TaskName, z.ZodType>;

/** A stage: a task and what it is asked. */
const [first, ...rest] = TASK_NAMES.map((task) => {
  const about: z.ZodType<object> = TASK_SCHEMAS[task];
  return z.strictObject({ task: z.literal(task), about: about.default({}) });
});
export const StageSchema = z.discriminatedUnion("task", [first!, ...rest]);

/** A synchronizer as operators write it. */
export const SynchronizerSchema = z.strictObject({
  days: z.array(z.enum(WEEKDAYS)).min(1, "debe haber al menos un día")
    .refine((days) => new Set(days).size === days.length, "hay un día repetido").describe(
      "Días de la semana",
    ),
  time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "debe ser HH:MM, de 00:00 a 23:59"),
  stages: z.array(StageSchema).min(1, "debe haber al menos una etapa").describe("En el orden en que corren"),
  paused: z.boolean().default(false),
});

const NAME = /^\S(.{0,98}\S)?$/u;

/** Times of which there is no record are not made up for: a synchronizer counts from when it was last changed. */
export function synchronizerDesk(records: Records, journal: Journal, now: () => number) {
  const seeded = { kind: "setting", id: "synchronizers" } as const;
  const asRecord = ({ name, ...value }: Synchronizer, version: number) =>
    ({ kind: "synchronizer", id: name, version, value }) as const;
  const defaults = () => DEFAULT_SYNCHRONIZERS.map((one) => ({ ...one, paused: false, since: now() }));

  const all = async (): Promise<{ synchronizer: Synchronizer; version: number }[]> => {
    if (!await records.record(seeded.kind, seeded.id)) {
      try {
        const changes = defaults().map((one) => asRecord(one, 0));
        await records.write([{ ...seeded, version: 0, value: { made: now() } }, ...changes]);
      } catch (error) {
        // Another process made them at the same moment.
        if (!(error instanceof Problem && error.code === "conflict")) throw error;
      }
    }
    return (await records.records("synchronizer")).map(({ id, version, value }) => ({
      synchronizer: { name: id, ...value as Omit<Synchronizer, "name"> },
      version,
    }));
  };
  const one = async (name: string) => {
    const found = (await all()).find(({ synchronizer }) => synchronizer.name === name);
    if (!found) throw new Problem("not_found", `No hay un synchronizer "${name}"`);
    return found;
  };

  return {
    async list(): Promise<readonly Synchronizer[]> {
      return (await all()).map(({ synchronizer }) => synchronizer);
    },

    /** Errors: Problem `not_found`. */
    get: async (name: string): Promise<Synchronizer> => (await one(name)).synchronizer,

    /** Makes or replaces one. Errors: Problem `invalid` for a name that is empty, long or begins with a blank. */
    async save(name: string, given: z.infer<typeof SynchronizerSchema>): Promise<Synchronizer> {
      if (!NAME.test(name)) {
        throw new Problem(
          "invalid",
          "El nombre debe tener de 1 a 100 caracteres, sin espacios en las puntas",
        );
      }
      const found = (await all()).find(({ synchronizer }) => synchronizer.name === name);
      const synchronizer = { name, ...given, stages: given.stages as Stage[], since: now() };
      await records.write([asRecord(synchronizer, found?.version ?? 0)]);
      return synchronizer;
    },

    /** Errors: Problem `not_found`. */
    async remove(name: string): Promise<void> {
      const { version } = await one(name);
      await records.write([{ kind: "synchronizer", id: name, version }]);
    },

    /** Errors: Problem `not_found`, `conflict` where there is one of the new name. */
    async duplicate(name: string, copy: string): Promise<Synchronizer> {
      const { synchronizer } = await one(name);
      if (!NAME.test(copy)) {
        throw new Problem(
          "invalid",
          "El nombre debe tener de 1 a 100 caracteres, sin espacios en las puntas",
        );
      }
      const made = { ...synchronizer, name: copy, since: now() };
      await records.write([asRecord(made, 0)]);
      return made;
    },

    /** Removes all and makes those of the program again. */
    async restoreDefaults(): Promise<readonly Synchronizer[]> {
      const kept = await all();
      const made = defaults();
      const versions = new Map(kept.map(({ synchronizer: { name }, version }) => [name, version]));
      const names = new Set(made.map(({ name }) => name));
      await records.write([
        ...kept.filter(({ synchronizer: { name } }) => !names.has(name)).map(({ synchronizer, version }) => ({
          kind: "synchronizer" as const,
          id: synchronizer.name,
          version,
        })),
        ...made.map((one) => asRecord(one, versions.get(one.name) ?? 0)),
      ]);
      return made;
    },

    /**
     * Asks for a run now, of all nodes or one.
     * Errors: Problem `not_found`, `conflict` while it waits or runs.
     */
    async runNow(name: string, node?: string): Promise<Run> {
      const { synchronizer: { stages } } = await one(name);
      try {
        const about = { stages: [...stages], ...(node !== undefined && { node }) };
        return await journal.requestRun("synchronizer", name, about, now());
      } catch (error) {
        if (!(error instanceof Problem && error.code === "conflict")) throw error;
        throw new Problem("conflict", "El synchronizer seleccionado ya está corriendo");
      }
    },
  };
}

export type SynchronizerDesk = ReturnType<typeof synchronizerDesk>;
