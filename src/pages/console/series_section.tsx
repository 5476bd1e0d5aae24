/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// Series: their list, one with its metadata and versions, deleting for good; and enriched metadata as rows.

import { LOCALES } from "../../core/language.ts";
import { catalogFilter } from "./catalog_filter.ts";
import { purgedText } from "./distributions_section.tsx";
import { confirmRoutes } from "./form_routes.tsx";
import { Facts, LinkButton } from "./forms.tsx";
import { Badge, Moment } from "./frame.tsx";
import type { Route, Section } from "./route.ts";
import { runHref } from "./runs.tsx";
import { type Column, type Filter, Filters, List, listQuery } from "./tables.tsx";
import { consoleHref, type Visit } from "./visit.ts";

type Series = {
  readonly id: string;
  readonly title: string;
  readonly catalog_id: string;
  readonly dataset_id: string;
  readonly distribution_id: string;
  readonly present: boolean;
  readonly start: string;
  readonly end: string;
  readonly values: number;
  readonly versions: number;
};
type Details = Series & {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly enriched: Readonly<Record<string, string>>;
  readonly history: readonly {
    readonly version: number;
    readonly run: number;
    readonly at: string;
    readonly source_hash: string;
  }[];
};

const LIST = consoleHref("/series");

const placeFilters = async (visit: Visit): Promise<readonly Filter[]> => [
  await catalogFilter(visit),
  { name: "dataset_id", label: visit.say("Dataset (exacto)", "Dataset (exact)") },
  { name: "distribution_id", label: visit.say("Distribución (exacta)", "Distribution (exact)") },
];

const list: Route = {
  method: "get",
  path: "/series",
  needs: "series.list",
  async answer(visit) {
    const { say, language } = visit;
    const filters: readonly Filter[] = [
      { name: "id", label: say("Serie (id exacto)", "Series (exact id)") },
      ...await placeFilters(visit),
    ];
    const number = (value: number) => value.toLocaleString(LOCALES[language]);
    const columns: readonly Column<Series>[] = [
      {
        title: say("Serie", "Series"),
        cell: ({ id, title }) => (
          <>
            <a href={consoleHref("/series/:id", { id })}>{id}</a>
            <small>{title}</small>
          </>
        ),
      },
      {
        title: say("Distribución", "Distribution"),
        cell: ({ catalog_id, dataset_id, distribution_id }) => (
          <a href={consoleHref("/distribuciones", {}, { catalog_id, dataset_id, distribution_id })}>
            {`${catalog_id} · ${dataset_id} · ${distribution_id}`}
          </a>
        ),
      },
      { title: say("Desde", "From"), cell: ({ start }) => start },
      { title: say("Hasta", "To"), cell: ({ end }) => end },
      { title: say("Valores", "Values"), kind: "number", cell: ({ values }) => number(values) },
      { title: say("Versiones", "Versions"), kind: "number", cell: ({ versions }) => number(versions) },
      {
        title: say("Estado", "State"),
        cell: ({ present }) =>
          present
            ? <Badge kind="good">{say("presente", "present")}</Badge>
            : <Badge kind="quiet">{say("discontinuada", "discontinued")}</Badge>,
      },
    ];
    const { total, rows } = await visit.ask<{ total: number; rows: Series[] }>("series.list", {
      query: listQuery(visit, filters),
    });
    return {
      title: "Series",
      body: (
        <>
          <Filters visit={visit} filters={filters} />
          <List
            visit={visit}
            caption="Series"
            columns={columns}
            rows={rows}
            total={total}
            empty={say("No hay series así.", "There are no such series.")}
          />
        </>
      ),
    };
  },
};

/** A value of metadata in words. */
const shown = (value: unknown) => typeof value === "string" ? value : JSON.stringify(value);

const one: Route = {
  method: "get",
  path: "/series/:id",
  needs: "series.get",
  async answer(visit) {
    const { say, language } = visit;
    const series = await visit.ask<Details>("series.get", { params: { id: visit.params.id! } });
    const { id, title, catalog_id, dataset_id, distribution_id, start, end, metadata, enriched, history } =
      series;
    const place = { catalog_id, dataset_id, distribution_id };
    return {
      title: title || id,
      above: [{ href: LIST, text: "Series" }],
      beside: (
        <>
          <LinkButton href={`/serie/${encodeURIComponent(id)}`} kind="plain">
            {say("Su página pública", "Its public page")}
          </LinkButton>
          {visit.may("series.remove") && (
            <LinkButton href={consoleHref("/series/:id/eliminar", { id })} kind="grave">
              {say("Eliminar", "Delete")}
            </LinkButton>
          )}
        </>
      ),
      body: (
        <>
          <Facts
            rows={[
              ["Id", <code>{id}</code>],
              [
                say("Distribución", "Distribution"),
                <a href={consoleHref("/distribuciones", {}, place)}>
                  {`${catalog_id} · ${dataset_id} · ${distribution_id}`}
                </a>,
              ],
              [
                say("Valores", "Values"),
                `${series.values.toLocaleString(LOCALES[language])} (${start} – ${end})`,
              ],
              [
                say("Consultas", "Queries"),
                <a href={consoleHref("/consultas", {}, { series: id })}>{say("por día", "by day")}</a>,
              ],
            ]}
          />
          <section>
            <h2>{say("Metadatos enriquecidos", "Enriched metadata")}</h2>
            <Facts rows={Object.entries(enriched)} />
          </section>
          <section>
            <h2>{say("Lo que declara su catálogo", "What its catalog declares")}</h2>
            <Facts rows={Object.entries(metadata).map(([name, value]) => [name, shown(value)] as const)} />
          </section>
          <section>
            <h2>{say("Versiones", "Versions")}</h2>
            <List
              visit={visit}
              caption={say("Versiones", "Versions")}
              rows={history}
              empty={say("No hay versiones.", "There are no versions.")}
              columns={[
                { title: say("Versión", "Version"), cell: ({ version }) => String(version) },
                { title: say("Cuándo", "When"), cell: ({ at }) => <Moment at={at} language={language} /> },
                {
                  title: say("Corrida", "Run"),
                  cell: ({ run }) => <a href={runHref(run)}>{String(run)}</a>,
                },
                {
                  title: say("Archivo (SHA-512)", "File (SHA-512)"),
                  cell: ({ source_hash }) => <code title={source_hash}>{source_hash.slice(0, 16)}…</code>,
                },
              ]}
            />
          </section>
        </>
      ),
    };
  },
};

const removing = confirmRoutes({
  path: "/series/:id/eliminar",
  needs: "series.remove",
  title: ({ say, params }) => say(`¿Eliminar la serie ${params.id}?`, `Delete the series ${params.id}?`),
  warning: ({ say }) => (
    <p class="notice wrong">
      {say(
        "Se eliminan para siempre la serie y todas sus versiones, también de la búsqueda. No se puede deshacer.",
        "The series and all its versions are deleted for good, from the search too. This cannot be undone.",
      )}
    </p>
  ),
  submit: ({ say }) => say("Eliminar para siempre", "Delete for good"),
  back: ({ params }) => consoleHref("/series/:id", { id: params.id! }),
  async send(visit) {
    const purged = await visit.ask<Parameters<typeof purgedText>[1]>("series.remove", {
      params: { id: visit.params.id! },
    });
    return { to: LIST, told: purgedText(visit, purged) };
  },
});

type Enriched = {
  readonly id: string;
  readonly title: string;
  readonly key: string;
  readonly value: string;
};

const enriched: Route = {
  method: "get",
  path: "/metadatos",
  needs: "enriched.list",
  async answer(visit) {
    const { say } = visit;
    const filters: readonly Filter[] = [
      {
        name: "entity",
        label: say("De", "Of"),
        options: [["series", "series"], ["distribution", say("distribuciones", "distributions")]],
      },
      { name: "id", label: say("Serie (id exacto)", "Series (exact id)") },
      { name: "key", label: say("Clave", "Key") },
      ...await placeFilters(visit),
    ];
    const { total, rows } = await visit.ask<{ total: number; rows: Enriched[] }>("enriched.list", {
      query: { ...listQuery(visit, filters), limit: 10 },
    });
    return {
      title: say("Metadatos enriquecidos", "Enriched metadata"),
      body: (
        <>
          <p>
            {say(
              "Lo que Caudal calcula de cada serie y distribución.",
              "What Caudal computes of each series and distribution.",
            )}
          </p>
          <Filters visit={visit} filters={filters} />
          <List
            visit={visit}
            caption={say("Metadatos enriquecidos", "Enriched metadata")}
            rows={rows}
            total={total}
            places={{ rows: 10, of: say("series o distribuciones", "series or distributions") }}
            empty={say("No hay metadatos así.", "There are no such metadata.")}
            columns={[
              {
                title: "Id",
                cell: ({ id, title }) => (
                  <>
                    {id}
                    <small>{title}</small>
                  </>
                ),
              },
              { title: say("Clave", "Key"), cell: ({ key }) => <code>{key}</code> },
              { title: say("Valor", "Value"), cell: ({ value }) => value },
            ]}
          />
        </>
      ),
    };
  },
};

export const SERIES: Section = {
  path: "/series",
  title: ["Series", "Series"],
  group: "contents",
  role: "viewer",
  routes: [list, one, ...removing],
};

export const ENRICHED: Section = {
  path: "/metadatos",
  title: ["Metadatos enriquecidos", "Enriched metadata"],
  group: "contents",
  role: "viewer",
  routes: [enriched],
};
