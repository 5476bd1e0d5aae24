// What people and commands ask of the ETL: one place for the API, the console and the command line.

import type { EtlRun } from "../core/etl/run.ts";
import type { EtlModule, Sequence, SequenceFault } from "../core/etl/sequence.ts";
import type { EtlStore } from "../core/etl/store.ts";
import type { Asked } from "./start.ts";

/** The files as they are now, without passwords. */
export type Project = {
  /** Those without an error. */
  readonly sequences: ReadonlyMap<string, Sequence>;
  readonly modules: ReadonlyMap<string, EtlModule>;
  readonly faults: readonly SequenceFault[];
};

/** One step of a run that is not done. */
export type PlannedStep = {
  readonly step: string;
  readonly module: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Names only. */
  readonly environment: readonly string[];
  readonly timeoutSeconds: number;
  readonly limits: Readonly<Record<string, number>>;
};

export interface EtlDesk {
  readonly store: EtlStore;
  project(): Promise<Project>;
  /** Faults of one sequence and of what it uses; of all files without a name. Errors: Problem `not_found`. */
  validate(name?: string): Promise<readonly SequenceFault[]>;
  /**
   * Asks for a run. One that fails validation is recorded as a FAILURE with all that is wrong.
   * Errors: Problem `not_found` for a sequence that no file has, `invalid` for a step that it does not have.
   */
  start(
    name: string,
    asked: Asked & { readonly fromStep?: string },
  ): Promise<{ run: EtlRun; isNew: boolean }>;
  /** Errors: Problem `not_found`, `invalid` with all that is wrong. */
  dryRun(name: string): Promise<readonly PlannedStep[]>;
  /**
   * Takes a run up from its first step that was not done well; `latest` with the files of now.
   * Errors: Problem `not_found`, `conflict` with the reason why it cannot be taken up.
   */
  retry(id: number, asked: Asked & { readonly latest?: boolean }): Promise<{ run: EtlRun; isNew: boolean }>;
  /** Errors: Problem `not_found`. */
  cancel(id: number, by: string | null): Promise<EtlRun>;
  /**
   * A run for each fire of a schedule from one instant (included) to another (excluded), epoch ms.
   * Errors: Problem `not_found`, `invalid` for more than can be asked for at once.
   */
  backfill(
    name: string,
    asked: { readonly schedule?: string; readonly from: number; readonly to: number; readonly by?: string },
  ): Promise<{ added: number; existing: number }>;
  /** Fires to come of each of a sequence's schedules, epoch ms. */
  nextFires(
    name: string,
    count: number,
  ): Promise<readonly { readonly schedule: string; readonly at: number }[]>;
}
