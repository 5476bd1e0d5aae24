/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// The queue of tasks and synchronizers: what waits, what runs, what failed; taking out of it, asking again.

import { confirmRoutes } from "./form_routes.tsx";
import { Button, LinkButton } from "./forms.tsx";
import { Moment } from "./frame.tsx";
import type { Route, Section } from "./route.ts";
import { durationText, outcomeText, type Run, runHref, runTitle } from "./runs.tsx";
import { type Column, List } from "./tables.tsx";
import { KIND_WORDS } from "./task_words.ts";
import { consoleHref, type Visit } from "./visit.ts";

type Queue = {
  readonly waiting: readonly Run[];
  readonly running: readonly Run[];
  readonly failed: readonly Run[];
};

const LIST = consoleHref("/cola");
const LOOK_AGAIN_SECONDS = 5;
/** Runs that failed, of which the history has the others. */
const FAILED_SHOWN = 20;

const runColumn = (visit: Visit): Column<Run> => ({
  title: visit.say("Corrida", "Run"),
  cell: (run) => (
    <>
      <a href={runHref(run.id)}>{runTitle(visit, run)}</a>
      <small>{`#${run.id} · ${visit.say(...KIND_WORDS[run.kind]!)}`}</small>
    </>
  ),
});

const sinceColumn = ({ language }: Visit, title: string): Column<Run> => ({
  title,
  cell: ({ started_at }) => <Moment at={started_at} language={language} />,
});

/** A button in each row, where the visitor may. */
function actionColumn(
  visit: Visit,
  operation: string,
  action: string,
  words: string,
): readonly Column<Run>[] {
  if (!visit.may(operation)) return [];
  return [{
    title: visit.say("Acción", "Action"),
    cell: ({ id }) => (
      <Button visit={visit} action={consoleHref(`/cola/:id/${action}`, { id: String(id) })} kind="plain">
        {words}
      </Button>
    ),
  }];
}

const keyOf = ({ id }: Run) => String(id);

const list: Route = {
  method: "get",
  path: "/cola",
  needs: "queue.list",
  async answer(visit) {
    const { say, now } = visit;
    const { waiting, running, failed } = await visit.ask<Queue>("queue.list", {
      query: { failed: FAILED_SHOWN },
    });
    const tookColumn: Column<Run> = {
      title: say("Hace", "For"),
      cell: ({ started_at }) => durationText(started_at, null, now),
    };
    return {
      title: say("Cola", "Queue"),
      refresh: LOOK_AGAIN_SECONDS,
      ...(waiting.length > 0 && visit.may("queue.empty") && {
        beside: (
          <LinkButton href={consoleHref("/cola/vaciar")} kind="grave">{say("Vaciar", "Empty")}</LinkButton>
        ),
      }),
      body: (
        <div data-live="" data-every={String(LOOK_AGAIN_SECONDS)}>
          <section aria-labelledby="running">
            <h2 id="running">{say("En curso", "Under way")}</h2>
            <List
              visit={visit}
              caption={say("Lo que corre", "What runs")}
              rows={running}
              keyOf={keyOf}
              empty={waiting.length > 0
                ? say(
                  "Nada, y hay quien espera: ¿está prendido el proceso que trabaja (start o worker)?",
                  "Nothing, though some wait: is the process that works (start or worker) running?",
                )
                : say("Nada.", "Nothing.")}
              columns={[runColumn(visit), sinceColumn(visit, say("Empezó", "Began")), tookColumn]}
            />
          </section>
          <section aria-labelledby="waiting">
            <h2 id="waiting">{say("En espera", "Waiting")}</h2>
            <List
              visit={visit}
              caption={say("Lo que espera, en el orden en que va a correr", "What waits, in its order")}
              rows={waiting}
              keyOf={keyOf}
              empty={say("Nada espera.", "Nothing waits.")}
              columns={[
                { title: say("Lugar", "Place"), cell: (run) => String(waiting.indexOf(run) + 1) },
                runColumn(visit),
                sinceColumn(visit, say("Se pidió", "Asked for")),
                tookColumn,
                ...actionColumn(visit, "queue.cancel", "quitar", say("Quitar", "Take out")),
              ]}
            />
          </section>
          <section aria-labelledby="failed">
            <h2 id="failed">{say("Fallidas", "Failed")}</h2>
            <List
              visit={visit}
              caption={say("Las últimas que fallaron", "The last that failed")}
              rows={failed}
              keyOf={keyOf}
              empty={say("Ninguna falló.", "None failed.")}
              columns={[
                runColumn(visit),
                sinceColumn(visit, say("Empezó", "Began")),
                { title: say("Por qué", "Why"), cell: (run) => outcomeText(visit, run) },
                ...actionColumn(visit, "queue.retry", "repetir", say("Pedir de nuevo", "Ask again")),
              ]}
            />
            {failed.length === FAILED_SHOWN && (
              <p>
                <a href={consoleHref("/tareas", {}, { status: "FAILURE" })}>
                  {say("Todas las que fallaron", "All that failed")}
                </a>
              </p>
            )}
          </section>
        </div>
      ),
    };
  },
};

const actions: readonly Route[] = [
  {
    method: "post",
    path: "/cola/:id/quitar",
    back: () => LIST,
    async answer(visit) {
      const run = await visit.ask<Run>("queue.cancel", { params: { id: visit.params.id! } });
      const title = runTitle(visit, run);
      return {
        to: LIST,
        told: visit.say(`"${title}" ya no espera.`, `"${title}" no longer waits.`),
      };
    },
  },
  {
    method: "post",
    path: "/cola/:id/repetir",
    back: () => LIST,
    async answer(visit) {
      const run = await visit.ask<Run>("queue.retry", { params: { id: visit.params.id! } });
      const title = runTitle(visit, run);
      return {
        to: LIST,
        told: visit.say(`"${title}" se pidió de nuevo.`, `"${title}" was asked for again.`),
      };
    },
  },
];

const emptying = confirmRoutes({
  path: "/cola/vaciar",
  needs: "queue.empty",
  title: ({ say }) => say("¿Vaciar la cola?", "Empty the queue?"),
  async warning(visit) {
    const { waiting } = await visit.ask<Queue>("queue.list", { query: { failed: 0 } });
    return (
      <>
        <p class="notice busy">
          {visit.say(
            `Lo que espera (${waiting.length}) termina sin correr. Lo que ya empezó sigue.`,
            `What waits (${waiting.length}) ends without running. What has begun goes on.`,
          )}
        </p>
        <ul>{waiting.map((run) => <li>{`${runTitle(visit, run)} #${run.id}`}</li>)}</ul>
      </>
    );
  },
  submit: ({ say }) => say("Vaciar la cola", "Empty the queue"),
  back: () => LIST,
  async send(visit) {
    const { cancelled } = await visit.ask<{ cancelled: number }>("queue.empty");
    return {
      to: LIST,
      told: visit.say(`${cancelled} corridas ya no esperan.`, `${cancelled} runs no longer wait.`),
    };
  },
});

export const QUEUE: Section = {
  path: "/cola",
  title: ["Cola", "Queue"],
  group: "work",
  role: "viewer",
  routes: [list, ...actions, ...emptying],
};
