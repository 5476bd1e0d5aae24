// Runs that somebody asks for.

import type { RunDraft } from "../core/etl/run.ts";
import type { SequenceFault, SequenceSnapshot } from "../core/etl/sequence.ts";
import { firstAttempts } from "./draft.ts";

export type Asked = {
  /** Account. */
  readonly by?: string;
  /** A request that comes again answers the run of the first. */
  readonly idempotencyKey?: string;
};

export const startDraft = (snapshot: SequenceSnapshot, asked: Asked, now: number): RunDraft => ({
  ...beginning(snapshot.sequence.name, asked, now),
  snapshot,
  attempts: firstAttempts(snapshot),
});

/** The record of a run that ends where it begins: its message tells all that is wrong. */
export const invalidDraft = (
  name: string,
  faults: readonly SequenceFault[],
  asked: Asked,
  now: number,
): RunDraft => ({
  ...beginning(name, asked, now),
  status: "FAILURE",
  end: now,
  reason: "validation",
  message: faults.filter(({ severity }) => severity === "error").map(textOfFault).join("\n"),
  snapshot: { sequence: { ...UNREADABLE, name }, modules: {} },
  attempts: [],
});

/** Stands for a sequence that has not been read. */
const UNREADABLE = {
  steps: [],
  schedules: [],
  overlap: "skip",
  enabled: true,
  onFailure: [],
  onRecovery: [],
} as const;

const beginning = (name: string, { by, idempotencyKey }: Asked, now: number) => ({
  name,
  requestedAt: now,
  trigger: "manual" as const,
  ...(by === undefined ? {} : { triggeredBy: by }),
  ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
});

const textOfFault = ({ file, pointer, message, hint }: SequenceFault): string =>
  `${file}${pointer === "" ? "" : `#${pointer}`}: ${message}${hint === "" ? "" : `. ${hint}`}`;
