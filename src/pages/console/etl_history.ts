// One history of all runs: those of sequences and those of the journal, each in its own order, brought together by
// the time at which they came to be. A page knows the last of each that it showed, so pages neither lose nor repeat.

import { ETL_RUN_STATUSES } from "../../core/etl/run.ts";
import { DAY_MS } from "../../core/time.ts";
import { beginningOf } from "./days.ts";
import { type EtlRun, stateText, triggerOptions } from "./etl_words.tsx";
import { etlRunHref, RUNS_LIST } from "./etl_run_page.tsx";
import { type Run, runHref, runTitle } from "./runs.tsx";
import { type Filter, PAGE_ROWS } from "./tables.tsx";
import { KIND_WORDS } from "./task_words.ts";
import type { Words } from "./route.ts";
import type { Visit } from "./visit.ts";

type Shared = {
  readonly key: string;
  readonly id: number;
  readonly href: string;
  readonly title: string;
  readonly kind: string;
  /** When it was asked for. */
  readonly at: string;
  readonly began: string | null;
  readonly ended: string | null;
};

export type HistoryRow =
  & Shared
  & ({ readonly etl: EtlRun; readonly run?: never } | { readonly run: Run; readonly etl?: never });

/** The parameters of the list's address. */
export type HistoryFilter = Readonly<Record<string, string>>;

/** One run of each kind of the journal. */
const ONE_OF: Readonly<Record<string, Words>> = {
  task: ["Tarea", "Task"],
  synchronizer: ["Synchronizer", "Synchronizer"],
  harvest: ["Cosecha", "Harvest"],
  publish: ["Publicación", "Publication"],
  dump: ["Archivos", "Files"],
  report: ["Informe", "Report"],
};

const OF_SEQUENCES = "etl";

export function historyFilters(visit: Visit): readonly Filter[] {
  const { say } = visit;
  return [
    { name: "name", label: say("Nombre (exacto)", "Name (exact)") },
    {
      name: "kind",
      label: say("Clase", "Kind"),
      options: [
        ["", say("Todas", "All")],
        [OF_SEQUENCES, say("Secuencias", "Sequences")],
        ...Object.entries(KIND_WORDS).map(([kind, words]) => [kind, say(...words)] as const),
      ],
    },
    {
      name: "status",
      label: say("Estado", "State"),
      options: [
        ["", say("Todos", "All")],
        ...ETL_RUN_STATUSES.map((status) => [status, stateText(visit, status)] as const),
      ],
    },
    { name: "trigger", label: say("Cómo empezó", "How it came to be"), options: triggerOptions(visit) },
    { name: "from", label: say("Desde", "From"), kind: "date" },
    { name: "to", label: say("Hasta", "Until"), kind: "date" },
  ];
}

/** A day of Buenos Aires as an instant; what is no day narrows nothing. */
function instantOf(day: string | undefined, more: number): string | undefined {
  if (day === undefined || !/^\d{4}-\d\d-\d\d$/.test(day)) return;
  const at = beginningOf(day);
  return Number.isNaN(at) ? undefined : new Date(at + more).toISOString();
}

/** What narrows it, as the operations take it; the last day counts. */
export function narrowing({ name, status, trigger, from, to }: HistoryFilter): Record<string, string> {
  const all = { name: name?.trim(), status, trigger, from: instantOf(from, 0), to: instantOf(to, DAY_MS) };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => !!entry[1]));
}

/** `next` is the address of the next page, where there is one. */
export async function readHistory(
  visit: Visit,
  filter: HistoryFilter,
  limit = PAGE_ROWS,
): Promise<{ readonly rows: readonly HistoryRow[]; readonly next: string | undefined }> {
  const shared = { ...narrowing(filter), limit };
  const { kind = "" } = filter;
  const ofEtl = kind === "" || kind === OF_SEQUENCES;
  // What made a run come to be is known of those of sequences.
  const ofJournal = kind !== OF_SEQUENCES && !filter.trigger;
  type Page<T> = { runs: readonly T[]; next_before: number | null };
  const none = { runs: [], next_before: null };
  const [etl, journal] = await Promise.all([
    ofEtl
      ? visit.ask<Page<EtlRun>>("etl.runs", { query: { ...shared, before: placeOf(filter.secuencias) } })
      : none,
    ofJournal
      ? visit.ask<Page<Run>>("runs.history", { query: { ...shared, kind, before: placeOf(filter.otras) } })
      : none,
  ]);
  const rows: HistoryRow[] = [];
  const etlRows = etl.runs.map((run) => etlRow(visit, run));
  const journalRows = journal.runs.map((run) => journalRow(visit, run));
  while (rows.length < limit && etlRows.length + journalRows.length > 0) {
    const [a, b] = [etlRows[0], journalRows[0]];
    rows.push((b === undefined || (a !== undefined && a.at >= b.at) ? etlRows : journalRows).shift()!);
  }
  const isMore = etlRows.length + journalRows.length > 0 || etl.next_before !== null ||
    journal.next_before !== null;
  const lastOf = (is: (row: HistoryRow) => boolean) => rows.findLast(is)?.id;
  const next = new URLSearchParams(filter);
  next.delete("lang");
  const places = { secuencias: lastOf(({ etl }) => !!etl), otras: lastOf(({ run }) => !!run) };
  for (const [name, id] of Object.entries(places)) if (id !== undefined) next.set(name, String(id));
  return { rows, next: isMore ? `${RUNS_LIST}?${next}` : undefined };
}

const placeOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;

function etlRow({ say }: Visit, run: EtlRun): HistoryRow {
  return {
    key: `etl-${run.id}`,
    id: run.id,
    href: etlRunHref(run.id),
    title: run.name,
    kind: say("Secuencia", "Sequence"),
    at: run.requested_at,
    began: run.start,
    ended: run.end,
    etl: run,
  };
}

function journalRow(visit: Visit, run: Run): HistoryRow {
  const kind = visit.say(...ONE_OF[run.kind] ?? [run.kind, run.kind]);
  return {
    key: `run-${run.id}`,
    id: run.id,
    href: runHref(run.id),
    title: run.name === null ? kind : runTitle(visit, run),
    kind,
    at: run.started_at,
    began: run.status === "PENDING" ? null : run.started_at,
    ended: run.finished_at,
    run,
  };
}
