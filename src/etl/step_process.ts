// Port of the module wrapper: the one place that makes a process of a step.
// Source: etl-scheduler 4.

import type { JsonObject } from "../core/json.ts";
import type { LogLine, Reason } from "../core/etl/run.ts";

/** Everything that is decided before a process begins. */
export type StepCommand = {
  /** Program and arguments. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly killGraceSeconds: number;
  readonly maxOutputMB: number;
  readonly maxMemoryMB?: number;
  readonly maxCpuSeconds?: number;
  readonly maxOpenFiles?: number;
  readonly nice?: number;
  /** Texts that no line shows: `***` stands for each. */
  readonly secrets: readonly string[];
  /** What its output is fingerprinted by when it ends well: a path, absolute; undefined where it is none. */
  readonly outputPath?: string;
};

export type StepEnd = {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Null: it ended well. `user`: it was told to end. */
  readonly reason: Exclude<Reason, "lost" | "validation"> | null;
  /** Last 20 lines of standard error, or why it did not start. */
  readonly message: string | null;
  readonly peakMemoryBytes: number | null;
  readonly fingerprint: JsonObject | null;
};

export interface StepProcesses {
  /**
   * Runs it to its end; when `signal` aborts, the whole tree of processes is ended. Never throws for what the program
   * does; nothing of it is left when this resolves.
   */
  run(command: StepCommand, watch: {
    readonly signal: AbortSignal;
    /**
     * Before there is a process, with pid 0: what a worker that is killed in between leaves is found by its
     * environment; and again with its pid.
     */
    readonly onStart: (pid: number, processStart: string) => Promise<void>;
    /** Lines in order, at most a quarter of a second after they came; `isCut` once no more are kept. */
    readonly onLines: (lines: readonly LogLine[], isCut: boolean) => Promise<void>;
  }): Promise<StepEnd>;
  /** Ends the tree of a process that an earlier one left, if it still is that process; answers whether it was there. */
  reap(
    left: { readonly pid: number; readonly processStart: string; readonly stepId: string },
  ): Promise<boolean>;
}

/** What hands attempts from the scheduler to workers. An attempt that is offered twice is done once: `begin` decides. */
export interface StepQueue {
  offer(attemptId: number): Promise<void>;
  /** Takes one after the other until `signal` aborts, `slots` at a time. */
  work(slots: number, perform: (attemptId: number) => Promise<void>, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
