// A case of a project that has faults: what its files are, and all that has to be told of them.

import { expect, test } from "vitest";
import type { SequenceFault } from "../../src/core/etl/sequence.ts";
import { readSequence } from "../../src/etl/sequence_project.ts";
import type { ModuleChecks } from "../../src/etl/validate_steps.ts";
import { memoryProject } from "./memory_project.ts";

export const MODULES = { ok: { cmd: "true" }, other: { cmd: "true" } };

export const CHECKS: ModuleChecks = {
  data_refine: {
    needed: ["input", "output", "conf"],
    confKind: "folder",
    faultsOf: ({ conf }) => Promise.resolve(conf!.includes("bad") ? [`${conf}/conf.json: mal`] : []),
  },
};

type Told = {
  /** JSON pointer. */
  readonly at: string;
  /** Part of the message, and of the hint. */
  readonly says: string;
  readonly hint?: string;
  readonly severity?: "warning";
  /** That of the sequence unless it is named. */
  readonly file?: string;
};

export type FaultCase = {
  readonly why: string;
  /** Of the sequence `s`. */
  readonly sequence: unknown;
  readonly files?: Readonly<Record<string, unknown>>;
  /** All of them. */
  readonly told: readonly Told[];
};

/** A project with the sequence `s`; `files` are further ones. */
export const projectOf = (sequence: unknown, files: Readonly<Record<string, unknown>> = {}) =>
  memoryProject({ "modules.json": MODULES, "etl_sequences/s.json": sequence, ...files });

export function testFaults(cases: readonly FaultCase[]): void {
  test.each(cases)("$why", async ({ sequence, files, told }) => {
    const { faults, sequence: read } = await readSequence(projectOf(sequence, files), CHECKS, "s");
    const place = ({ file, pointer, severity }: SequenceFault) => `${severity} ${file}#${pointer}`;
    expect(faults.map(place).sort()).toEqual(
      told.map(({ at, severity = "error", file = "etl_sequences/s.json" }) => `${severity} ${file}#${at}`)
        .sort(),
    );
    for (const { at, says, hint = "", file = "etl_sequences/s.json" } of told) {
      const here = faults.filter((fault) => fault.file === file && fault.pointer === at);
      expect(here.map(({ message }) => message).join("\n")).toContain(says);
      expect(here.map(({ hint }) => hint).join("\n")).toContain(hint);
      for (const fault of here) expect(fault.hint).not.toBe("");
    }
    expect(read === undefined).toBe(told.some(({ severity }) => severity !== "warning"));
  });
}
