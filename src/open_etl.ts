// The ETL of an installation: its files, its store, and what people may ask of it.

import path from "node:path";
import type { Env } from "./config.ts";
import type * as z from "zod";
import type { ProjectFiles } from "./core/etl/project_files.ts";
import type { SequenceSnapshot } from "./core/etl/sequence.ts";
import type { EtlStore } from "./core/etl/store.ts";
import { Problem } from "./core/problem.ts";
import type { Records } from "./core/records.ts";
import type { KeptSequences, SequenceFiles } from "./etl/current_sequences.ts";
import type { EtlDesk } from "./etl/desk.ts";
import { firstFires } from "./etl/fires.ts";
import { planBackfill } from "./etl/plan.ts";
import { rerun } from "./etl/rerun.ts";
import { dryRun } from "./etl/sequence_dry_run.ts";
import { readProject, readSequence, validateProject } from "./etl/sequence_project.ts";
import { snapshotOf } from "./etl/sequence_snapshot.ts";
import { invalidDraft, startDraft } from "./etl/start.ts";
import { MODULE_CHECKS } from "./etl_module_checks.ts";
import { etlProject } from "./host/etl_project.ts";
import { fingerprintOf, sameFingerprint } from "./host/step_fingerprint.ts";
import { openEtlStore, type Places } from "./open.ts";
import { environmentNames } from "./prepare_step.ts";

/** The environment keys of what runs sequences. */
export const ETL_KEYS = ["ETL_DIR", "ETL_SLOTS", "ETL_KEEP_DAYS", "ETL_GRACE_SECONDS"] as const;
export type EtlSettings = Pick<z.infer<typeof Env>, (typeof ETL_KEYS)[number]>;

/** The files of sequences and modules. */
export function openProject({ ETL_DIR }: Pick<EtlSettings, "ETL_DIR">): ProjectFiles {
  return etlProject(path.resolve(ETL_DIR), Deno.env.get("PATH") ?? "");
}

/** For the scheduler: every sequence that is in order, as its runs keep it. */
export function sequenceFiles(files: ProjectFiles): SequenceFiles {
  return {
    stamp: () => files.stamp(),
    async read() {
      const { sequences, invalid, modules } = await readProject(files, MODULE_CHECKS);
      return {
        names: new Set([...sequences.keys(), ...invalid]),
        snapshots: new Map([...sequences].map(([name, one]) => [name, snapshotOf(one, modules)])),
      };
    },
  };
}

/** The last valid versions, as records. */
export function keptSequences(records: Pick<Records, "record" | "records" | "write">): KeptSequences {
  const write = async (id: string, value?: SequenceSnapshot) => {
    const version = (await records.record("etl_sequence", id))?.version ?? 0;
    if (value === undefined && version === 0) return;
    await records.write([{ kind: "etl_sequence", id, version, ...(value && { value }) }]);
  };
  return {
    load: async () =>
      new Map(
        (await records.records("etl_sequence")).map(({ id, value }) => [id, value as SequenceSnapshot]),
      ),
    save: write,
    forget: (name) => write(name),
  };
}

/** `poke` hears of what a scheduler of this process should look at now. */
export function openEtlDesk(
  places: Places,
  settings: Pick<EtlSettings, "ETL_DIR">,
  poke: () => void = () => {},
  store: EtlStore = openEtlStore(places),
): EtlDesk {
  const files = openProject(settings);
  const now = Date.now;

  /** Errors: Problem `not_found`, `invalid` with all that is wrong. */
  const snapshotNow = async (name: string): Promise<SequenceSnapshot> => {
    const { sequence, modules, faults } = await readSequence(files, MODULE_CHECKS, name);
    if (sequence) return snapshotOf(sequence, modules);
    throw new Problem(
      "invalid",
      `La secuencia "${name}" tiene errores`,
      faults.filter(({ severity }) => severity === "error").map(({ file, pointer, message, hint }) => ({
        path: `${file}#${pointer}`,
        message: hint ? `${message}. ${hint}` : message,
      })),
    );
  };
  const isUnchanged = async (fingerprint: { readonly path?: unknown }) =>
    sameFingerprint(
      fingerprint as Parameters<typeof sameFingerprint>[0],
      await fingerprintOf(String(fingerprint.path)),
    );
  const poked = <T>(value: T): T => {
    poke();
    return value;
  };

  return {
    store,
    async project() {
      const { sequences, ...project } = await readProject(files, MODULE_CHECKS);
      const masked = [...sequences].map(([name, one]) =>
        [name, snapshotOf(one, project.modules).sequence] as const
      );
      return { ...project, sequences: new Map(masked) };
    },
    validate: async (name) =>
      name === undefined
        ? await validateProject(files, MODULE_CHECKS)
        : (await readSequence(files, MODULE_CHECKS, name)).faults,

    async start(name, { fromStep, ...asked }) {
      const { sequence, modules, faults } = await readSequence(files, MODULE_CHECKS, name);
      if (!sequence) return await store.addRun(invalidDraft(name, faults, asked, now()));
      const snapshot = snapshotOf(sequence, modules);
      if (fromStep === undefined) return poked(await store.addRun(startDraft(snapshot, asked, now())));
      const [last] = await store.runs({
        name,
        statuses: ["SUCCESS", "FAILURE", "CANCELLED"],
        limit: 1,
      });
      if (!last) {
        throw new Problem(
          "conflict",
          `"${name}" no corrió nunca: no hay nada hecho antes del paso "${fromStep}"`,
        );
      }
      return poked(await rerun(store, last.id, { ...asked, latest: snapshot, fromStep }, isUnchanged, now()));
    },

    dryRun: async (name) =>
      dryRun(await snapshotNow(name), { root: files.resolve("."), environment: environmentNames() }),

    async retry(id, { latest, ...asked }) {
      const found = await store.run(id);
      if (!found) throw new Problem("not_found", `No hay una corrida ${id}`);
      const snapshot = latest ? { latest: await snapshotNow(found.run.name) } : {};
      return poked(await rerun(store, id, { ...asked, ...snapshot }, isUnchanged, now()));
    },

    async cancel(id, by) {
      const run = await store.askCancel(id, by, now());
      if (!run) throw new Problem("not_found", `No hay una corrida ${id}`);
      return poked(run);
    },

    async backfill(name, { schedule: key, from, to, by }) {
      const snapshot = await snapshotNow(name);
      const { schedules } = snapshot.sequence;
      const found = key === undefined ? schedules : schedules.filter((one) => one.key === key);
      if (found.length !== 1) {
        const has = schedules.map((one) => `"${one.key}"`).join(", ") || "ninguno";
        throw new Problem(
          key === undefined ? "invalid" : "not_found",
          `${
            key === undefined ? "Falta decir qué horario" : `"${name}" no tiene el horario "${key}"`
          }: tiene ${has}`,
        );
      }
      const request = `${new Date(from).toISOString()} ${new Date(to).toISOString()} ${found[0]!.key}`;
      const drafts = planBackfill(
        { schedule: found[0]!, snapshot, from, to, request, ...(by !== undefined && { by }) },
        now(),
      );
      let added = 0;
      for (const draft of drafts) if ((await store.addRun(draft)).isNew) added++;
      return poked({ added, existing: drafts.length - added });
    },

    async nextFires(name, count) {
      const { sequence } = await readSequence(files, MODULE_CHECKS, name);
      if (!sequence) throw new Problem("invalid", `La secuencia "${name}" tiene errores: vea etl validate`);
      return sequence.schedules.flatMap((schedule) =>
        firstFires(schedule, now(), Infinity, count).map((at) => ({ schedule: schedule.key, at }))
      );
    },
  };
}
