/** @jsxImportSource hono/jsx */
// Runs of everything: the three columns of the replaced monitor, the history with its filters, and what is done with
// one run or with all that match.

import { textOf } from "./fields.ts";
import { confirmRoutes } from "./form_routes.tsx";
import {
  type HistoryFilter,
  historyFilters,
  type HistoryRow,
  narrowing,
  readHistory,
} from "./etl_history.ts";
import { etlRunHref, runPage, RUNS_LIST } from "./etl_run_page.tsx";
import { type EtlRun, EtlState, isEnding, tookText, triggerOptions, triggerText } from "./etl_words.tsx";
import { LinkButton } from "./forms.tsx";
import { Moment } from "./frame.tsx";
import type { Route, Section, Words } from "./route.ts";
import { outcomeText, RunState } from "./runs.tsx";
import { Filters, List } from "./tables.tsx";
import { consoleHref, Refused, type Visit } from "./visit.ts";

/** Cards of a column. */
const CARDS = 8;
/** Of runs of other kinds no events are told. */
const LOOK_AGAIN_SECONDS = 15;

const COLUMNS: readonly { readonly title: Words; readonly status: string }[] = [
  { title: ["Iniciados", "Begun"], status: "PENDING,STARTED" },
  { title: ["Fallidos", "Failed"], status: "FAILURE,CANCELLED" },
  { title: ["Terminados", "Ended"], status: "SUCCESS" },
];

const list: Route = {
  method: "get",
  path: "/corridas",
  needs: "etl.runs",
  async answer(visit) {
    const { say, url } = visit;
    const filter: HistoryFilter = Object.fromEntries(url.searchParams);
    const [history, ...columns] = await Promise.all([
      readHistory(visit, filter),
      ...COLUMNS.map(async ({ status }) => (await readHistory(visit, { status }, CARDS)).rows),
    ]);
    const acting = visit.may("etl.runs.cancel_all");
    const { name, status, trigger, from, to } = filter;
    const actHref = (action: string) =>
      consoleHref(`/corridas/todas/${action}`, {}, { name, status, trigger, from, to });
    return {
      title: say("Corridas", "Runs"),
      body: (
        <div data-live="" data-events="/api/ops/etl/events" data-every={String(LOOK_AGAIN_SECONDS)}>
          <div class="board">
            {COLUMNS.map(({ title }, i) => (
              <section class={`board-column column-${i}`} aria-labelledby={`column-${i}`}>
                <h2 id={`column-${i}`}>{say(...title)}</h2>
                {columns[i]!.length === 0 ? <p class="quiet">{say("Ninguna.", "None.")}</p> : (
                  <ul>
                    {columns[i]!.map((row) => (
                      <li data-key={row.key}>
                        <Card visit={visit} row={row} />
                      </li>
                    ))}
                  </ul>
                )}
              </section>
            ))}
          </div>
          <section aria-labelledby="history">
            <h2 id="history">{say("Historia", "History")}</h2>
            <Filters visit={visit} filters={historyFilters(visit)} />
            <List
              visit={visit}
              caption={say("Corridas, las últimas primero", "Runs, the newest first")}
              rows={history.rows}
              keyOf={({ key }) => key}
              empty={say("No hay corridas así.", "There are no such runs.")}
              columns={[
                {
                  title: say("Corrida", "Run"),
                  cell: ({ href, title, kind, id }) => (
                    <>
                      <a href={href}>{title}</a>
                      <small class="one-line">{`#${id} · ${kind}`}</small>
                    </>
                  ),
                },
                { title: say("Estado", "State"), cell: (row) => <State visit={visit} row={row} /> },
                {
                  title: say("Pedida", "Asked for"),
                  cell: ({ at }) => <Moment at={at} language={visit.language} />,
                },
                {
                  title: say("Duró", "Took"),
                  cell: (row) => <span class="one-line">{tookText(visit, row.began, row.ended)}</span>,
                },
                {
                  title: say("Cómo empezó", "How it came to be"),
                  cell: (row) => row.etl ? triggerText(visit, row.etl) : "–",
                },
                {
                  title: say("Resultado", "Outcome"),
                  cell: (row) => <span class="clip">{outcomeOf(visit, row)}</span>,
                },
              ]}
            />
            {history.next && (
              <nav class="places" aria-label={say("Páginas", "Pages")}>
                <a href={history.next} rel="next">{say("Más viejas →", "Older →")}</a>
              </nav>
            )}
          </section>
          <p class="quiet">
            <a href="/api/ops/etl/getstatus">
              {say("Para programas, con la forma de /getstatus", "For programs, as /getstatus had it")}
            </a>
          </p>
          {acting && (
            <section aria-labelledby="all">
              <h2 id="all">{say("Con todas las que coinciden", "With all that match")}</h2>
              <p class="quiet">
                {say(
                  "Vale el filtro de arriba, para las de secuencias. Antes de hacerlo se dice cuántas son.",
                  "The filter above counts, for those of sequences. Before it is done you are told how many.",
                )}
              </p>
              <p class="actions">
                <LinkButton href={actHref("cancelar")} kind="grave">
                  {say("Cancelar todas…", "Cancel all…")}
                </LinkButton>
                <LinkButton href={actHref("retomar")} kind="plain">
                  {say("Retomar las fallidas…", "Take up the failed…")}
                </LinkButton>
              </p>
            </section>
          )}
        </div>
      ),
    };
  },
};

function State({ visit, row }: { readonly visit: Visit; readonly row: HistoryRow }) {
  return row.etl
    ? <EtlState visit={visit} status={row.etl.status} isEnding={isEnding(row.etl)} />
    : <RunState visit={visit} run={row.run} />;
}

const outcomeOf = (visit: Visit, row: HistoryRow): string =>
  row.etl ? row.etl.message ?? "" : outcomeText(visit, row.run);

function Card({ visit, row }: { readonly visit: Visit; readonly row: HistoryRow }) {
  return (
    <>
      <a class="card-name" href={row.href}>{`${row.id} - ${row.title}`}</a>
      <State visit={visit} row={row} />
      <small>
        <Moment at={row.began ?? row.at} language={visit.language} />
        {` · ${tookText(visit, row.began, row.ended)} · ${row.kind}`}
      </small>
    </>
  );
}

type Done = {
  readonly done: readonly number[];
  readonly refused: readonly { readonly id: number; readonly reason: string }[];
};

const filterOf = ({ url }: Visit) => narrowing(Object.fromEntries(url.searchParams));

/** The page that tells how many match before something is done with all of them. */
function acting(
  action: "cancel" | "retry",
  path: string,
  { asks, does, told }: {
    readonly asks: (visit: Visit, runs: number) => string;
    readonly does: (visit: Visit) => string;
    readonly told: (visit: Visit, runs: number) => string;
  },
) {
  return confirmRoutes({
    path: `/corridas/todas/${path}`,
    needs: `etl.runs.${action}_all`,
    title: does,
    async warning(visit) {
      const query = { ...filterOf(visit), action };
      const { runs } = await visit.ask<{ runs: number }>("etl.runs.matching", { query });
      const { name, status, trigger, from, to } = filterOf(visit);
      const parts = [
        name && `${visit.say("secuencia", "sequence")} ${name}`,
        status && `${visit.say("estado", "state")} ${status}`,
        trigger && triggerOptions(visit).find(([value]) => value === trigger)?.[1],
        from && `${visit.say("desde", "from")} ${from}`,
        to && `${visit.say("hasta", "until")} ${to}`,
      ].filter(Boolean);
      return (
        <>
          <p class="notice busy">{asks(visit, runs)}</p>
          {parts.length > 0 && <p class="quiet">{parts.join(" · ")}</p>}
        </>
      );
    },
    submit: does,
    back: () => RUNS_LIST,
    async send(visit) {
      const { done, refused } = await visit.ask<Done>(`etl.runs.${action}_all`, { body: filterOf(visit) });
      const others = refused.map(({ id, reason }) => `#${id}: ${reason}`);
      return {
        to: RUNS_LIST,
        told: [told(visit, done.length), ...others].join("\n"),
        ...(done.length === 0 && refused.length > 0 && { kind: "wrong" as const }),
      };
    },
  });
}

const all = [
  ...acting("cancel", "cancelar", {
    asks: ({ say }, runs) =>
      runs === 1
        ? say(
          "Coincide 1 corrida sin terminar: se cancela.",
          "1 run that has not ended matches: it is cancelled.",
        )
        : say(
          `Coinciden ${runs} corridas sin terminar: se cancelan todas.`,
          `${runs} runs that have not ended match: all of them are cancelled.`,
        ),
    does: ({ say }) => say("Cancelar todas las que coinciden", "Cancel all that match"),
    told: ({ say }, runs) =>
      runs === 1
        ? say("1 corrida se cancela.", "1 run is being cancelled.")
        : say(`${runs} corridas se cancelan.`, `${runs} runs are being cancelled.`),
  }),
  ...acting("retry", "retomar", {
    asks: ({ say }, runs) =>
      runs === 1
        ? say("Coincide 1 corrida: se retoma desde lo que le falta.", "1 run matches: it is taken up.")
        : say(
          `Coinciden ${runs} corridas: cada una se retoma desde lo que le falta.`,
          `${runs} runs match: each is taken up from what it is missing.`,
        ),
    does: ({ say }) => say("Retomar todas las que coinciden", "Take up all that match"),
    told: ({ say }, runs) =>
      runs === 1
        ? say("1 corrida se retoma.", "1 run is taken up.")
        : say(`${runs} corridas se retoman.`, `${runs} runs are taken up.`),
  }),
];

const idOf = ({ params, say }: Visit): string => {
  if (!/^\d{1,15}$/.test(params.id!)) {
    throw new Refused(404, say("No hay una corrida así", "There is no such run"));
  }
  return params.id!;
};

const one: readonly Route[] = [
  {
    method: "post",
    path: "/corridas/:id/cancelar",
    back: ({ params }) => etlRunHref(Number(params.id)),
    async answer(visit) {
      const id = idOf(visit);
      await visit.ask<EtlRun>("etl.runs.cancel", { params: { id } });
      return {
        to: etlRunHref(Number(id)),
        told: visit.say("Se cancela la corrida.", "The run is being cancelled."),
      };
    },
  },
  {
    method: "post",
    path: "/corridas/:id/retomar",
    back: ({ params }) => etlRunHref(Number(params.id)),
    async answer(visit) {
      const id = idOf(visit);
      const key = textOf(visit.form, "key");
      const run = await visit.ask<EtlRun>("etl.runs.retry", {
        params: { id },
        body: { latest: textOf(visit.form, "latest") === "true" },
        ...(key !== "" && { key }),
      });
      return {
        to: etlRunHref(run.id),
        told: visit.say(`Retoma la corrida #${id}.`, `It takes up run #${id}.`),
      };
    },
  },
];

export const RUNS: Section = {
  path: "/corridas",
  title: ["Corridas", "Runs"],
  group: "work",
  role: "viewer",
  routes: [list, ...all, ...one, runPage],
};
