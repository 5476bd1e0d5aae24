// The report of a harvest for those who publish and those who operate: indicators, and every fault with its place and
// remedy, of each node and in all. It goes into the journal, as JSON to programs, and as a letter (report_letter.ts)
// to people.

import { addIndicators, type Indicators } from "./indicators.ts";
import type { ReportedFault } from "./report.ts";
import { buenosAiresDay, DAY_MS, isoDate } from "./time.ts";

/** What an error is about, and how to mend it. */
export type Advice = { readonly heading: string; readonly remedy: string };

export type MendableFault = ReportedFault & {
  /** Titles; empty where they are not known. */
  readonly datasetTitle: string;
  readonly distributionTitle: string;
  /** On each of `errors`. */
  readonly advice: readonly Advice[];
  /** Told by a reading before: this one did not get as far. */
  readonly isEarlier: boolean;
};

export type NodeIndexing = {
  readonly catalogId: string;
  readonly title: string;
  readonly url: string;
  /** Null where the catalog could not be read: what is known of it is older. */
  readonly indicators: Indicators | null;
  readonly faults: readonly MendableFault[];
  readonly warnings: readonly string[];
};

export type IndexingReport = {
  /** The harvest that is told of. */
  readonly run: number;
  /** Epoch ms, of the harvest. */
  readonly startedAt: number;
  readonly finishedAt: number;
  /** By catalog id. */
  readonly nodes: readonly NodeIndexing[];
  /** Entries of the register that were left out, and why. */
  readonly warnings: readonly string[];
  /** Queries of the day before; null where nobody counts them. */
  readonly queries: { readonly day: string; readonly count: number } | null;
};

/** The figures of all nodes that have any. */
export function globalIndicators({ nodes }: IndexingReport): Indicators {
  return addIndicators(nodes.flatMap(({ indicators }) => indicators ?? []));
}

/** `YYYY-MM-DD HH:MM:SS` in Buenos Aires. */
export function localMoment(at: number): string {
  const day = buenosAiresDay(at);
  // Argentina has had one distance from UTC since 2009: what is left of the day is its time.
  const inDay = at - 3 * 3_600_000 - day * DAY_MS;
  return `${isoDate(day)} ${new Date(inDay).toISOString().slice(11, 19)}`;
}

/** Subject of the mail: of all nodes, or of one. `envType` tells installations apart; empty for none. */
export function reportSubject({ startedAt }: IndexingReport, envType: string, catalogId?: string): string {
  const of = catalogId === undefined ? "" : ` ${catalogId}`;
  return `${subjectTag(envType)}Validación de series de tiempo${of}: ${localMoment(startedAt)}`;
}

export const subjectTag = (envType: string) => envType === "" ? "" : `[${envType}] `;
