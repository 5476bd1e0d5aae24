/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// The start page: what runs, what failed last, nodes with faults, how fresh all is, and what to do next.

import type { Child } from "hono/jsx";
import { Badge, Moment } from "./frame.tsx";
import type { Node } from "./nodes_section.tsx";
import type { Route, Section } from "./route.ts";
import { outcomeText, type Run, runHref, RunList, RunState, runTitle } from "./runs.tsx";
import { consoleHref, type Visit } from "./visit.ts";

type Synchronizer = { readonly name: string; readonly next_due: string | null; readonly paused: boolean };

type Distribution = {
  readonly catalog_id: string;
  readonly dataset_id: string;
  readonly distribution_id: string;
  readonly title: string;
  readonly last_updated: string | null;
};

type State = {
  readonly nodes: readonly Node[];
  readonly failing: number;
  readonly distributions: number;
  /** The present one whose values have not changed for longest. */
  readonly oldest: Distribution | undefined;
  readonly harvests: readonly Run[];
  readonly publishes: readonly Run[];
  /** What was asked for, the newest first. */
  readonly asked: readonly Run[];
  readonly underWay: readonly Run[];
  /** What failed last. */
  readonly failed: Run | undefined;
  readonly next: Synchronizer | undefined;
};

/** Runs of a kind that are looked at. */
const LOOKED_AT = 20;
/** How long a run may wait before it seems that nobody works. */
const LONGEST_WAIT_MS = 60_000;

async function readState(visit: Visit): Promise<State> {
  const runs = async (kind: string) =>
    (await visit.ask<{ runs: Run[] }>("runs.list", { query: { kind, limit: LOOKED_AT } })).runs;
  const distributionsOf = (query: Record<string, string>) =>
    visit.ask<{ total: number; rows: readonly Distribution[] }>("distributions.list", {
      query: { limit: 1, present: "true", ...query },
    });
  const history = async (status: string, limit: number) =>
    (await visit.ask<{ runs: Run[] }>("runs.history", { query: { status, limit } })).runs;
  const [nodes, failing, distributions, harvests, publishes, tasks, bySchedule, underWay, [failed], desk] =
    await Promise.all([
      visit.ask<{ rows: Node[] }>("nodes.list", { query: { limit: 1_000 } }),
      distributionsOf({ failed: "true" }),
      distributionsOf({ sort: "last_updated" }),
      runs("harvest"),
      runs("publish"),
      runs("task"),
      runs("synchronizer"),
      history("PENDING,STARTED", LOOKED_AT),
      history("FAILURE", 1),
      visit.ask<{ synchronizers: Synchronizer[] }>("synchronizers.list"),
    ]);
  return {
    nodes: nodes.rows,
    failing: failing.total,
    distributions: distributions.total,
    oldest: distributions.rows[0],
    harvests,
    publishes,
    asked: [...tasks, ...bySchedule].sort((a, b) => b.id - a.id),
    underWay,
    failed,
    next: desk.synchronizers.filter(({ next_due }) => next_due !== null)
      .sort((a, b) => a.next_due! < b.next_due! ? -1 : 1)[0],
  };
}

/** What deserves to be done, the most urgent first. */
function steps(visit: Visit, state: State): readonly Child[] {
  const { say, now } = visit;
  const { nodes, failing, harvests, asked } = state;
  const broken = nodes.filter(({ federable, error }) => federable && error !== null);
  const waiting = asked.find((run) =>
    run.status === "PENDING" && now - Date.parse(run.started_at) > LONGEST_WAIT_MS
  );
  const lastFailed = asked[0]?.status === "FAILURE" ? asked[0] : undefined;
  return [
    waiting && (
      <>
        <a href={runHref(waiting.id)}>{runTitle(visit, waiting)}</a>
        {say(
          " espera hace más de un minuto: quizás ningún proceso trabaja (deno task worker) o está ocupado.",
          " has been waiting for more than a minute: perhaps no process works (deno task worker), or it is busy.",
        )}
      </>
    ),
    nodes.length === 0 && (
      <>
        {say(
          "No hay nodos, y sin ellos se cosecha la red incluida: ",
          "There are no nodes, so the bundled network is harvested: ",
        )}
        <a href={consoleHref("/nuevo/nodo")}>{say("agregue uno", "add one")}</a>
        {say(" o suba un ", " or upload a ")}
        <a href={consoleHref("/archivos-de-nodos")}>{say("archivo de nodos", "register file")}</a>.
      </>
    ),
    nodes.length > 0 && harvests.length === 0 && (
      <>
        {say("Nunca se cosechó: ", "There never was a harvest: ")}
        <a href={consoleHref("/tareas/pedir/:task", { task: "harvest" })}>
          {say("coseche ahora", "harvest now")}
        </a>.
      </>
    ),
    lastFailed && (
      <>
        {say("Lo último que se pidió falló: ", "What was asked for last failed: ")}
        <a href={runHref(lastFailed.id)}>{runTitle(visit, lastFailed)}</a>. {outcomeText(visit, lastFailed)}
      </>
    ),
    ...broken.map(({ catalog_id, error }) => (
      <>
        <a href={consoleHref("/nodos/:catalog", { catalog: catalog_id })}>{catalog_id}</a>
        {say(" no se pudo leer: ", " could not be read: ")}
        {error}
      </>
    )),
    failing > 0 && (
      <>
        <a href={consoleHref("/distribuciones", {}, { failed: "true", present: "true" })}>
          {failing === 1
            ? say("Una distribución no se tomó", "One distribution was not taken in")
            : say(`${failing} distribuciones no se tomaron`, `${failing} distributions were not taken in`)}
        </a>
        {say(": cada una dice por qué.", ": each tells why.")}
      </>
    ),
  ].filter((step) => !!step);
}

function Card({ title, children }: { readonly title: string; readonly children?: Child }) {
  return (
    <li>
      <h2>{title}</h2>
      {children}
    </li>
  );
}

/** When something last ended well. */
function LastGood({ visit, runs }: { readonly visit: Visit; readonly runs: readonly Run[] }) {
  const good = runs.find(({ status }) => status === "SUCCESS");
  return (
    <p class="big">
      {good
        ? (
          <a href={runHref(good.id)}>
            <Moment at={good.finished_at} language={visit.language} />
          </a>
        )
        : visit.say("nunca", "never")}
    </p>
  );
}

const start: Route = {
  method: "get",
  path: "/",
  needs: "runs.list",
  async answer(visit) {
    const { say, language } = visit;
    const state = await readState(visit);
    const { nodes, failing, distributions, oldest, harvests, publishes, asked, underWay, failed, next } =
      state;
    const federable = nodes.filter(({ federable }) => federable);
    const broken = federable.filter(({ error }) => error !== null);
    const todo = steps(visit, state);
    return {
      title: say("Consola", "Console"),
      ...(underWay.length > 0 && { refresh: 10 }),
      body: (
        <>
          <ul class="cards">
            <Card title={say("Ahora", "Now")}>
              <p class="big">
                {underWay.length === 0
                  ? say("nada corre", "nothing runs")
                  : underWay.map((run) => (
                    <span class="run">
                      <a href={runHref(run.id)}>{runTitle(visit, run)}</a>{" "}
                      <RunState visit={visit} run={run} />
                    </span>
                  ))}
              </p>
              {next && (
                <p class="quiet">
                  {say("Sigue ", "Next: ")}
                  <a href={consoleHref("/synchronizers/:name", { name: next.name })}>{next.name}</a>
                  {", "}
                  <Moment at={next.next_due} language={language} />
                </p>
              )}
            </Card>
            <Card title={say("Última cosecha", "Last harvest")}>
              <LastGood visit={visit} runs={harvests} />
              <p class="quiet">
                {say("Publicado: ", "Published: ")}
                <Moment
                  at={publishes.find(({ status }) => status === "SUCCESS")?.finished_at}
                  language={language}
                  fallback={say("nunca", "never")}
                />
              </p>
            </Card>
            <Card title={say("Nodos", "Nodes")}>
              <p class="big">
                <a href={consoleHref("/nodos")}>
                  {`${federable.length} ${
                    federable.length === 1 ? say("federable", "federable") : say("federables", "federable")
                  }`}
                </a>
              </p>
              <p>
                {broken.length === 0
                  ? <Badge kind="good">{say("todos bien", "all well")}</Badge>
                  : <Badge kind="wrong">{`${broken.length} ${say("con error", "failed")}`}</Badge>}
              </p>
            </Card>
            <Card title={say("Distribuciones", "Distributions")}>
              <p class="big">
                <a href={consoleHref("/distribuciones")}>{String(distributions)}</a>
              </p>
              <p>
                {failing === 0
                  ? <Badge kind="good">{say("todas bien", "all well")}</Badge>
                  : <Badge kind="wrong">{`${failing} ${say("con error", "failed")}`}</Badge>}
              </p>
              {oldest?.last_updated && (
                <p class="quiet">
                  {say("La que hace más que no cambia: ", "Unchanged for longest: ")}
                  <a
                    href={consoleHref("/distribuciones", {}, {
                      catalog_id: oldest.catalog_id,
                      dataset_id: oldest.dataset_id,
                      distribution_id: oldest.distribution_id,
                    })}
                  >
                    {oldest.title || oldest.distribution_id}
                  </a>
                  {", "}
                  <Moment at={oldest.last_updated} language={language} />
                </p>
              )}
            </Card>
          </ul>
          <section>
            <h2>{say("Qué conviene hacer", "What to do next")}</h2>
            {todo.length === 0
              ? <p>{say("Nada: todo está bien.", "Nothing: all is well.")}</p>
              : <ul class="steps">{todo.map((step) => <li>{step}</li>)}</ul>}
            {failed && todo.length === 0 && (
              <p class="quiet">
                {say("Lo último que falló: ", "What failed last: ")}
                <a href={runHref(failed.id)}>{runTitle(visit, failed)}</a>,{" "}
                <Moment at={failed.started_at} language={language} />
              </p>
            )}
          </section>
          <section>
            <h2>{say("Lo último que se pidió", "What was asked for last")}</h2>
            <RunList
              visit={visit}
              runs={asked.slice(0, 5)}
              caption={say("Lo último que se pidió", "What was asked for last")}
              empty={say("Todavía no se pidió nada.", "Nothing was asked for yet.")}
            />
          </section>
        </>
      ),
    };
  },
};

export const START: Section = {
  path: "/",
  title: ["Inicio", "Start"],
  group: "start",
  role: "viewer",
  routes: [start],
};
