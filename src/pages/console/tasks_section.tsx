/** @jsxImportSource hono/jsx */
// Tasks: asking for one with its options, what ran, one run with its log.

import { TASK_NAMES, type TaskName } from "../../core/synchronizer.ts";
import { formRoutes } from "./form_routes.tsx";
import { Moment } from "./frame.tsx";
import type { Route, Section } from "./route.ts";
import { isUnderWay, type Run, RunFacts, runHref, RunList, RunState, runTitle } from "./runs.tsx";
import { type Filter, Filters } from "./tables.tsx";
import { KIND_WORDS, RUN_WORDS, TASK_WORDS, taskFields } from "./task_words.ts";
import { consoleHref, Refused, type Visit } from "./visit.ts";

const LIST = consoleHref("/tareas");
/** Seconds between looks at a run that goes on, without scripts. */
const LOOK_AGAIN_SECONDS = 5;

const list: Route = {
  method: "get",
  path: "/tareas",
  needs: "runs.history",
  async answer(visit) {
    const { say, url } = visit;
    const filters: readonly Filter[] = [
      {
        name: "kind",
        label: say("Corridas de", "Runs of"),
        options: [
          ["", say("Todas las clases", "All kinds")],
          ...Object.entries(KIND_WORDS).map(([kind, words]) => [kind, say(...words)] as const),
        ],
      },
      {
        name: "status",
        label: say("Estado", "State"),
        options: [
          ["", say("Todos", "All")],
          ...Object.entries(RUN_WORDS).map(([status, [, spanish, english]]) =>
            [status, say(spanish, english)] as const
          ),
        ],
      },
      { name: "name", label: say("Nombre (exacto)", "Name (exact)") },
    ];
    const query = Object.fromEntries(
      ["kind", "status", "name", "before"].map((name) => [name, url.searchParams.get(name)?.trim() ?? ""]),
    );
    type History = { readonly runs: readonly Run[]; readonly next_before: number | null };
    const { runs: shown, next_before } = await visit.ask<History>("runs.history", { query });
    const runs = async (query: Record<string, string | number>) =>
      (await visit.ask<{ runs: Run[] }>("runs.list", { query })).runs;
    const last = await Promise.all(
      TASK_NAMES.map(async (task) => (await runs({ kind: "task", name: task, limit: 1 }))[0]),
    );
    return {
      title: say("Tareas", "Tasks"),
      body: (
        <>
          <ul class="cards">
            {TASK_NAMES.map((task, i) => (
              <li>
                <h2>
                  {visit.may("tasks.run")
                    ? (
                      <a href={consoleHref("/tareas/pedir/:task", { task })}>
                        {say(...TASK_WORDS[task].title)}
                      </a>
                    )
                    : say(...TASK_WORDS[task].title)}
                </h2>
                <p>{say(...TASK_WORDS[task].about)}</p>
                <p class="quiet">
                  {last[i]
                    ? (
                      <a href={runHref(last[i].id)}>
                        <RunState visit={visit} run={last[i]} />{" "}
                        <Moment at={last[i].started_at} language={visit.language} />
                      </a>
                    )
                    : say("Nunca se pidió sola", "Never asked for by itself")}
                </p>
              </li>
            ))}
          </ul>
          <section>
            <h2>{say("Lo que corrió", "What ran")}</h2>
            <Filters visit={visit} filters={filters} />
            <RunList
              visit={visit}
              runs={shown}
              caption={say("Corridas, las últimas primero", "Runs, the newest first")}
              empty={say("No hay corridas así.", "There are no such runs.")}
            />
            {next_before !== null && (
              <p>
                <a href={consoleHref("/tareas", {}, { ...query, before: next_before })} rel="next">
                  {say("Anteriores →", "Earlier →")}
                </a>
              </p>
            )}
          </section>
        </>
      ),
    };
  },
};

/** Errors: Refused 404 for what is no task. */
function taskOf({ params, say }: Visit): TaskName {
  const task = TASK_NAMES.find((name) => name === params.task);
  if (!task) throw new Refused(404, say("No hay una tarea así", "There is no such task"));
  return task;
}

const asking = formRoutes<{ readonly nodes: readonly string[] }>({
  path: "/tareas/pedir/:task",
  needs: "tasks.run",
  async read(visit) {
    taskOf(visit);
    type Nodes = { readonly rows: readonly { readonly catalog_id: string }[] };
    const { rows } = await visit.ask<Nodes>("nodes.list", { query: { limit: 1_000 } });
    return { nodes: rows.map(({ catalog_id }) => catalog_id) };
  },
  sets: (visit, { nodes }) => [{ fields: taskFields(visit, taskOf(visit), nodes) }],
  page: (visit, _, form) => ({
    title: visit.say(...TASK_WORDS[taskOf(visit)].title),
    above: [{ href: LIST, text: visit.say("Tareas", "Tasks") }],
    body: (
      <>
        <p>{visit.say(...TASK_WORDS[taskOf(visit)].about)}</p>
        {form}
      </>
    ),
  }),
  submit: ({ say }) => say("Correr ahora", "Run now"),
  cancel: () => LIST,
  async send(visit, body) {
    const about = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== false));
    try {
      const { id } = await visit.ask<Run>("tasks.run", { body: { task: taskOf(visit), about } });
      return {
        to: runHref(id),
        told: visit.say("Pedida: empieza en cuanto se pueda.", "Asked for: it begins as soon as it can."),
      };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const faults = error.faults.map(({ path, message }) => ({
        path: path.replace(/^about\./, ""),
        message,
      }));
      throw new Refused(error.status, error.message, faults, error.headers);
    }
  },
});

type Log = { readonly lines: readonly { readonly id: number; readonly at: string; readonly text: string }[] };

const one: Route = {
  method: "get",
  path: "/tareas/:id",
  needs: "runs.get",
  async answer(visit) {
    const { say, params } = visit;
    const id = params.id!;
    const run = await visit.ask<Run>("runs.get", { params: { id } });
    const after = Number(visit.url.searchParams.get("after")) || 0;
    const { lines } = await visit.ask<Log>("runs.log", { params: { id }, query: { after } });
    const goesOn = isUnderWay(run);
    return {
      title: `${runTitle(visit, run)} #${id}`,
      above: [{
        href: consoleHref("/tareas", {}, { kind: run.kind }),
        text: say(...KIND_WORDS[run.kind] ?? ["Tareas", "Tasks"]),
      }],
      ...(goesOn && { refresh: LOOK_AGAIN_SECONDS }),
      body: (
        <>
          <RunFacts visit={visit} run={run} />
          <section>
            <h2>{say("Registro", "Log")}</h2>
            <LogLines lines={lines} follow={goesOn ? id : undefined} say={say} />
            {lines.length >= 500 && (
              <p>
                <a href={consoleHref("/tareas/:id", { id }, { after: lines.at(-1)!.id })}>
                  {say("Lo que sigue", "What follows")}
                </a>
              </p>
            )}
          </section>
          {run.report !== null && (
            <details>
              <summary>{say("Lo que informa, como JSON", "What it reports, as JSON")}</summary>
              <pre class="log" tabindex={0}>{JSON.stringify(run.report, null, 2)}</pre>
            </details>
          )}
        </>
      ),
    };
  },
};

/** `follow` is the run that the script goes on reading. */
function LogLines(
  { lines, follow, say }: {
    readonly lines: Log["lines"];
    readonly follow: string | undefined;
    readonly say: Visit["say"];
  },
) {
  const time = new Intl.DateTimeFormat("es-AR", {
    timeStyle: "medium",
    hourCycle: "h23",
    timeZone: "America/Argentina/Buenos_Aires",
  });
  const text = lines.map(({ at, text }) => `${time.format(Date.parse(at))}  ${text}\n`).join("");
  if (text === "" && follow === undefined) {
    return <p class="quiet">{say("No dijo nada.", "It said nothing.")}</p>;
  }
  return (
    <pre
      class="log"
      tabindex={0}
      role="log"
      aria-label={say("Registro", "Log")}
      data-run={follow}
      data-after={String(lines.at(-1)?.id ?? 0)}
    >{text}</pre>
  );
}

export const TASKS: Section = {
  path: "/tareas",
  title: ["Tareas", "Tasks"],
  group: "work",
  role: "viewer",
  routes: [list, ...asking, one],
};
