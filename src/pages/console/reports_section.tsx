/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// Reports of harvests: all of them, one with its nodes and indicators, what it says of a node, and its files.

import type { Child } from "hono/jsx";
import { Facts, LinkButton } from "./forms.tsx";
import { Badge, Moment } from "./frame.tsx";
import type { Route, Section } from "./route.ts";
import { runHref } from "./runs.tsx";
import { List } from "./tables.tsx";
import { consoleHref, type Visit } from "./visit.ts";

type Indicators = Readonly<Record<string, number>>;
type Summary = {
  readonly id: number;
  readonly made_at: string;
  readonly harvest_run: number;
  readonly started_at: string;
  readonly finished_at: string;
  readonly node: string | null;
  readonly indicators: Indicators;
  readonly queries_yesterday: { readonly day: string; readonly count: number } | null;
};
type Fault = {
  readonly dataset_id: string | null;
  readonly distribution_id: string | null;
  readonly dataset_title: string;
  readonly distribution_title: string;
  readonly url: string | null;
  readonly errors: readonly { readonly text: string; readonly heading: string; readonly remedy: string }[];
  readonly earlier: boolean;
};
type NodeReport = {
  readonly catalog_id: string;
  readonly title: string;
  readonly url: string;
  readonly indicators: Indicators | null;
  readonly faults: readonly Fault[];
  readonly warnings: readonly string[];
};
type Report = Summary & { readonly nodes: readonly NodeReport[]; readonly warnings: readonly string[] };

/** As the operation calls them. */
const FILES = ["catalogs.csv", "datasets.csv", "distributions.csv", "series.csv", "errors.log"];
const LIST = consoleHref("/informes");

const fileHref = (id: number, name: string, node?: string) =>
  `/api/ops/reports/${id}/files/${name}${node === undefined ? "" : `?node=${encodeURIComponent(node)}`}`;
const pageHref = (id: number, node?: string) =>
  `/api/ops/reports/${id}/page${node === undefined ? "" : `?node=${encodeURIComponent(node)}`}`;

const list: Route = {
  method: "get",
  path: "/informes",
  needs: "reports.list",
  async answer(visit) {
    const { say, language } = visit;
    type Row = Summary & { readonly nodes: number; readonly faults: number };
    const { reports } = await visit.ask<{ reports: Row[] }>("reports.list", { query: { limit: 100 } });
    return {
      title: say("Informes de indexación", "Indexing reports"),
      beside: visit.may("tasks.run") && (
        <LinkButton href={consoleHref("/tareas/pedir/:task", { task: "report" })}>
          {say("Hacer uno ahora", "Make one now")}
        </LinkButton>
      ),
      body: (
        <List
          visit={visit}
          caption={say("Informes, los últimos primero", "Reports, the newest first")}
          rows={reports}
          empty={say(
            "Todavía no hay informes: los hace la tarea Informar.",
            "There are no reports yet: the task Report makes them.",
          )}
          columns={[
            {
              title: say("Informe", "Report"),
              cell: ({ id, made_at, node }) => (
                <>
                  <a href={consoleHref("/informes/:id", { id: String(id) })}>
                    <Moment at={made_at} language={language} />
                  </a>
                  <small>{node ?? say("toda la red", "the whole network")}</small>
                </>
              ),
            },
            { title: say("Nodos", "Nodes"), kind: "number", cell: ({ nodes }) => String(nodes) },
            {
              title: say("Errores", "Faults"),
              kind: "number",
              cell: ({ faults }) => <Badge kind={faults > 0 ? "wrong" : "good"}>{String(faults)}</Badge>,
            },
            {
              title: say("Series publicadas", "Published series"),
              kind: "number",
              cell: ({ indicators }) => String(indicators.series_indexables_cant ?? 0),
            },
          ]}
        />
      ),
    };
  },
};

function Files(
  { visit: { say }, id, node }: { readonly visit: Visit; readonly id: number; readonly node?: string },
): Child {
  return (
    <p class="actions">
      <a href={pageHref(id, node)}>{say("Como el correo", "As the mail")}</a>
      {FILES.map((name) => <a href={fileHref(id, name, node)}>{name}</a>)}
    </p>
  );
}

function Figures({ visit, indicators }: { readonly visit: Visit; readonly indicators: Indicators }): Child {
  return (
    <details>
      <summary>{visit.say("Todos los indicadores", "All indicators")}</summary>
      <Facts rows={Object.entries(indicators).map(([name, value]) => [name, String(value)] as const)} />
    </details>
  );
}

const one: Route = {
  method: "get",
  path: "/informes/:id",
  needs: "reports.get",
  async answer(visit) {
    const { say, language } = visit;
    const report = await visit.ask<Report>("reports.get", { params: { id: visit.params.id! } });
    const { id, node, harvest_run, queries_yesterday, indicators, nodes, warnings } = report;
    return {
      title: say(`Informe ${id}`, `Report ${id}`),
      above: [{ href: LIST, text: say("Informes", "Reports") }],
      body: (
        <>
          <Facts
            rows={[
              [say("De", "Of"), node ?? say("toda la red", "the whole network")],
              [say("Cosecha", "Harvest"), <a href={runHref(harvest_run)}>{`#${harvest_run}`}</a>],
              [say("Terminó", "Ended"), <Moment at={report.finished_at} language={language} />],
              queries_yesterday !== null && [
                say("Consultas de ayer", "Queries of yesterday"),
                `${queries_yesterday.count} (${queries_yesterday.day})`,
              ],
            ]}
          />
          {warnings.map((warning) => <p class="notice busy">{warning}</p>)}
          <Files visit={visit} id={id} />
          <section>
            <h2>{say("Por nodo", "By node")}</h2>
            <List
              visit={visit}
              caption={say("Por nodo", "By node")}
              rows={nodes}
              empty={say("No hay nodos.", "There are no nodes.")}
              columns={[
                {
                  title: say("Nodo", "Node"),
                  cell: ({ catalog_id, title }) => (
                    <>
                      <a
                        href={consoleHref("/informes/:id/nodos/:node", { id: String(id), node: catalog_id })}
                      >
                        {catalog_id}
                      </a>
                      <small>{title}</small>
                    </>
                  ),
                },
                {
                  title: say("Errores", "Faults"),
                  kind: "number",
                  cell: ({ faults }) => (
                    <Badge kind={faults.length > 0 ? "wrong" : "good"}>{String(faults.length)}</Badge>
                  ),
                },
                ...(["series_indexables_cant", "series_actualizadas_cant", "series_nuevas_cant"] as const)
                  .map((name, i) => ({
                    title: [say("Series", "Series"), say("Cambiaron", "Changed"), say("Nuevas", "New")][i]!,
                    kind: "number" as const,
                    cell: ({ indicators }: NodeReport) => String(indicators?.[name] ?? "–"),
                  })),
                { title: say("Avisos", "Warnings"), cell: ({ warnings }) => warnings.join("; ") },
              ]}
            />
          </section>
          <Figures visit={visit} indicators={indicators} />
        </>
      ),
    };
  },
};

const ofNode: Route = {
  method: "get",
  path: "/informes/:id/nodos/:node",
  needs: "reports.node",
  async answer(visit) {
    const { say, params } = visit;
    const id = params.id!;
    const { catalog_id, title, url, indicators, faults, warnings } = await visit.ask<NodeReport>(
      "reports.node",
      {
        params: { id, node: params.node! },
      },
    );
    return {
      title: title || catalog_id,
      above: [
        { href: LIST, text: say("Informes", "Reports") },
        { href: consoleHref("/informes/:id", { id }), text: say(`Informe ${id}`, `Report ${id}`) },
      ],
      body: (
        <>
          <Facts
            rows={[
              [
                say("Nodo", "Node"),
                <a href={consoleHref("/catalogos", {}, { catalog_id })}>{catalog_id}</a>,
              ],
              [say("Catálogo", "Catalog"), url],
            ]}
          />
          <Files visit={visit} id={Number(id)} node={catalog_id} />
          {warnings.map((warning) => <p class="notice busy">{warning}</p>)}
          <section>
            <h2>{say("Qué hay que corregir", "What has to be mended")}</h2>
            {faults.length === 0 && <p>{say("Nada: todo se tomó.", "Nothing: all was taken in.")}</p>}
            <ul class="cards">{faults.map((fault) => <FaultCard visit={visit} fault={fault} />)}</ul>
          </section>
          {indicators && <Figures visit={visit} indicators={indicators} />}
        </>
      ),
    };
  },
};

function FaultCard({ visit: { say }, fault }: { readonly visit: Visit; readonly fault: Fault }): Child {
  const { dataset_id, distribution_id, dataset_title, distribution_title, errors, earlier } = fault;
  return (
    <li>
      <h3>
        {distribution_title || dataset_title || distribution_id || dataset_id ||
          say("El catálogo", "The catalog")}
      </h3>
      <p class="quiet">
        {[dataset_id, distribution_id].filter(Boolean).join(" · ")}
        {earlier && say(" · de una lectura anterior", " · of an earlier reading")}
      </p>
      {errors.map(({ text, heading, remedy }) => (
        <>
          <p>
            <b>{heading}</b>
          </p>
          <p class="fault-text">{text}</p>
          <p>{remedy}</p>
        </>
      ))}
    </li>
  );
}

export const REPORTS: Section = {
  path: "/informes",
  title: ["Informes", "Reports"],
  group: "work",
  role: "viewer",
  routes: [list, one, ofNode],
};
