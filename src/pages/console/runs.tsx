/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// Runs as pages tell them: in a list, and one with its stages, its outcome and its log.

import type { Child } from "hono/jsx";
import type { JsonObject } from "../../core/json.ts";
import type { RunStatus } from "../../core/journal.ts";
import { Facts } from "./forms.tsx";
import { Badge, Moment } from "./frame.tsx";
import { type Column, List } from "./tables.tsx";
import { KIND_WORDS, RUN_WORDS, stageText, TASK_WORDS } from "./task_words.ts";
import { consoleHref, type Visit } from "./visit.ts";

export type Run = {
  readonly id: number;
  readonly kind: string;
  readonly name: string | null;
  readonly about: JsonObject | null;
  readonly status: RunStatus;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly report: unknown;
};

export const isUnderWay = ({ status }: Run) => status === "PENDING" || status === "STARTED";

export const runHref = (id: number) => consoleHref("/tareas/:id", { id: String(id) });

export function RunState(
  { visit, run: { status } }: { readonly visit: Visit; readonly run: Pick<Run, "status"> },
) {
  const [kind, spanish, english] = RUN_WORDS[status];
  return <Badge kind={kind}>{visit.say(spanish, english)}</Badge>;
}

/** What a run is of, in words. */
export function runTitle({ say }: Visit, { kind, name }: Run): string {
  const task = kind === "task" && name !== null ? TASK_WORDS[name as keyof typeof TASK_WORDS] : undefined;
  return task ? say(...task.title) : name ?? say(...KIND_WORDS[kind] ?? [kind, kind]);
}

/** How long it took, or has taken so far. */
export function durationText(from: string, to: string | null, now: number): string {
  const seconds = Math.max(0, Math.round(((to === null ? now : Date.parse(to)) - Date.parse(from)) / 1000));
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 3600), "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  return first < 0
    ? "0 s"
    : parts.slice(first, first + 2).map(([amount, unit]) => `${amount} ${unit}`).join(" ");
}

export function RunList(
  { visit, runs, caption, empty }: {
    readonly visit: Visit;
    readonly runs: readonly Run[];
    readonly caption: string;
    readonly empty: Child;
  },
) {
  const { say, language, now } = visit;
  const columns: readonly Column<Run>[] = [
    {
      title: say("Corrida", "Run"),
      cell: (run) => (
        <>
          <a href={runHref(run.id)}>{runTitle(visit, run)}</a>
          <small>{`#${run.id}`}</small>
        </>
      ),
    },
    { title: say("Estado", "State"), cell: (run) => <RunState visit={visit} run={run} /> },
    {
      title: say("Empezó", "Began"),
      cell: ({ started_at }) => <Moment at={started_at} language={language} />,
    },
    {
      title: say("Duró", "Took"),
      cell: ({ started_at, finished_at }) => durationText(started_at, finished_at, now),
    },
    { title: say("Resultado", "Outcome"), cell: (run) => outcomeText(visit, run) },
  ];
  return <List visit={visit} caption={caption} rows={runs} columns={columns} empty={empty} />;
}

type StageReport = {
  readonly task: string;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly status: RunStatus;
  readonly error?: string;
};

const stagesOf = (report: unknown): readonly StageReport[] =>
  (report as { stages?: readonly StageReport[] } | null)?.stages ?? [];

/** Why it failed, or what is known of how it went, in a line. */
export function outcomeText({ say }: Visit, { report }: Run): string {
  const failed = stagesOf(report).filter(({ status }) => status === "FAILURE");
  if (failed.length > 0) {
    return failed.map(({ task, error = "" }) => `${stageText(say, { task, about: {} })}: ${error}`).join(
      "; ",
    );
  }
  const { error, series } = (report ?? {}) as { error?: unknown; series?: unknown };
  if (typeof error === "string") return error;
  return typeof series === "number" ? `${series} series` : "";
}

/** Facts of one run, its stages, and what it reports. */
export function RunFacts({ visit, run }: { readonly visit: Visit; readonly run: Run }) {
  const { say, language, now } = visit;
  const stages = stagesOf(run.report);
  const wrong = outcomeText(visit, run);
  const asked = run.about === null ? "" : stageText(say, { task: "", about: run.about }).replace(/^: /, "");
  return (
    <>
      {run.status === "FAILURE" && (
        <p class="notice wrong" role="note">{wrong || say("No se sabe por qué", "Unknown")}</p>
      )}
      <Facts
        rows={[
          [say("Estado", "State"), <RunState visit={visit} run={run} />],
          [say("Clase", "Kind"), say(...KIND_WORDS[run.kind] ?? [run.kind, run.kind])],
          [say("Empezó", "Began"), <Moment at={run.started_at} language={language} />],
          [say("Terminó", "Ended"), <Moment at={run.finished_at} language={language} />],
          [say("Duró", "Took"), durationText(run.started_at, run.finished_at, now)],
          run.kind === "task" && [say("Con", "With"), asked],
          run.kind === "synchronizer" && run.name !== null && [
            "Synchronizer",
            <a href={consoleHref("/synchronizers/:name", { name: run.name })}>{run.name}</a>,
          ],
        ]}
      />
      {stages.length > 0 && (
        <List
          visit={visit}
          caption={say("Etapas", "Stages")}
          rows={stages}
          empty=""
          columns={[
            { title: say("Etapa", "Stage"), cell: ({ task }) => stageText(say, { task, about: {} }) },
            {
              title: say("Estado", "State"),
              cell: (stage) => <RunState visit={visit} run={stage} />,
            },
            {
              title: say("Duró", "Took"),
              cell: ({ startedAt, finishedAt }) =>
                durationText(new Date(startedAt).toISOString(), new Date(finishedAt).toISOString(), now),
            },
            { title: "Error", cell: ({ error = "" }) => error && <span class="fault">{error}</span> },
          ]}
        />
      )}
    </>
  );
}
