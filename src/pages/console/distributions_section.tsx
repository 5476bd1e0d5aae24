/** @jsxImportSource hono/jsx */
// Distributions: which fail and why, reading one anew, deleting one for good.

import { catalogFilter } from "./catalog_filter.ts";
import { backOr } from "./chosen.ts";
import { Reading, readingFilters } from "./datasets_section.tsx";
import { confirmRoutes } from "./form_routes.tsx";
import { Button } from "./forms.tsx";
import { Moment } from "./frame.tsx";
import type { Route, Section } from "./route.ts";
import { type Column, type Filter, Filters, flagOptions, List, listQuery } from "./tables.tsx";
import { consoleHref, type Params, type Visit } from "./visit.ts";

type Distribution = {
  readonly catalog_id: string;
  readonly dataset_id: string;
  readonly distribution_id: string;
  readonly title: string;
  readonly last_updated: string | null;
  readonly present: boolean;
  readonly updated: boolean;
  readonly series: number;
  readonly error: string | null;
};

const LIST = consoleHref("/distribuciones");

/** The one that an address names: its ids may have any character, so they are parameters. */
const keyOf = ({ url: { searchParams } }: Visit): Params => ({
  catalog: searchParams.get("catalog") ?? "",
  dataset: searchParams.get("dataset") ?? "",
  distribution: searchParams.get("distribution") ?? "",
});

const addressed = (path: string, { catalog_id, dataset_id, distribution_id }: Distribution) =>
  consoleHref(path, {}, { catalog: catalog_id, dataset: dataset_id, distribution: distribution_id });

function columnsOf(visit: Visit): readonly Column<Distribution>[] {
  const { say, language } = visit;
  return [
    {
      title: say("Distribución", "Distribution"),
      sort: "title",
      cell: ({ catalog_id, dataset_id, distribution_id, title, error }) => (
        <>
          {title || distribution_id}
          <small>
            <a href={consoleHref("/catalogos", {}, { catalog_id })}>{catalog_id}</a>
            {` · ${dataset_id} · ${distribution_id}`}
          </small>
          {error && <small class="fault">{error}</small>}
        </>
      ),
    },
    {
      title: "Series",
      sort: "series",
      kind: "number",
      cell: ({ catalog_id, dataset_id, distribution_id, series }) => (
        <a href={consoleHref("/series", {}, { catalog_id, dataset_id, distribution_id })}>{String(series)}</a>
      ),
    },
    {
      title: say("Valores de", "Values of"),
      sort: "last_updated",
      cell: ({ last_updated }) => <Moment at={last_updated} language={language} />,
    },
    { title: say("Estado", "State"), sort: "present", cell: (row) => <Reading visit={visit} of={row} /> },
    ...(visit.may("distributions.refresh")
      ? [{
        title: say("Acciones", "Actions"),
        cell: (row: Distribution) => (
          <span class="actions">
            <Button
              visit={visit}
              action={addressed("/distribuciones/refrescar", row)}
              kept={{ back: visit.url.pathname + visit.url.search }}
              kind="plain"
            >
              {say("Refrescar datos", "Refresh data")}
            </Button>
            {visit.may("distributions.remove") && (
              <a href={addressed("/distribuciones/eliminar", row)}>{say("Eliminar", "Delete")}</a>
            )}
          </span>
        ),
      }]
      : []),
  ];
}

const list: Route = {
  method: "get",
  path: "/distribuciones",
  needs: "distributions.list",
  async answer(visit) {
    const { say } = visit;
    const filters: readonly Filter[] = [
      await catalogFilter(visit),
      { name: "dataset_id", label: say("Dataset (exacto)", "Dataset (exact)") },
      { name: "distribution_id", label: say("Distribución (exacta)", "Distribution (exact)") },
      { name: "failed", label: say("Con error", "Failed"), options: flagOptions(visit) },
      ...readingFilters(visit),
    ];
    const columns = columnsOf(visit);
    const { total, rows } = await visit.ask<{ total: number; rows: Distribution[] }>("distributions.list", {
      query: listQuery(visit, filters),
    });
    return {
      title: say("Distribuciones", "Distributions"),
      body: (
        <>
          <Filters visit={visit} filters={filters} columns={columns} />
          <List
            visit={visit}
            caption={say("Distribuciones", "Distributions")}
            columns={columns}
            rows={rows}
            total={total}
            empty={say("No hay distribuciones así.", "There are no such distributions.")}
          />
        </>
      ),
    };
  },
};

type Refreshed = {
  readonly errors: readonly string[];
  readonly new_series: number;
  readonly changed_series: number;
  readonly unchanged_series: number;
};

const refresh: Route = {
  method: "post",
  path: "/distribuciones/refrescar",
  back: backOr(LIST),
  async answer(visit) {
    const params = keyOf(visit);
    const made = await visit.ask<Refreshed>("distributions.refresh", { params });
    const to = backOr(LIST)(visit);
    if (made.errors.length > 0) return { to, kind: "wrong", told: made.errors.join("\n") };
    const { new_series, changed_series, unchanged_series } = made;
    const told = visit.say(
      `${params.distribution}: ${new_series} series nuevas, ${changed_series} cambiadas, ${unchanged_series} sin cambios.`,
      `${params.distribution}: ${new_series} new series, ${changed_series} changed, ${unchanged_series} unchanged.`,
    );
    return { to, told };
  },
};

type Purged = { readonly series: readonly string[]; readonly versions: number };

/** What was deleted, in words. */
export function purgedText({ say }: Visit, { series, versions }: Purged): string {
  return say(
    `Eliminadas para siempre ${series.length} series con ${versions} versiones.`,
    `${series.length} series with ${versions} versions were deleted for good.`,
  );
}

const removing = confirmRoutes({
  path: "/distribuciones/eliminar",
  needs: "distributions.remove",
  title: (visit) =>
    visit.say(
      `¿Eliminar la distribución ${keyOf(visit).distribution}?`,
      `Delete the distribution ${keyOf(visit).distribution}?`,
    ),
  warning: (visit) => (
    <>
      <p>{`${keyOf(visit).catalog} · ${keyOf(visit).dataset} · ${keyOf(visit).distribution}`}</p>
      <p class="notice wrong">
        {visit.say(
          "Se eliminan para siempre la distribución, sus series y todas sus versiones, también de la búsqueda. No se puede deshacer.",
          "The distribution, its series and all their versions are deleted for good, from the search too. This cannot be undone.",
        )}
      </p>
    </>
  ),
  submit: ({ say }) => say("Eliminar para siempre", "Delete for good"),
  back: () => LIST,
  async send(visit) {
    const purged = await visit.ask<Purged>("distributions.remove", { params: keyOf(visit) });
    return { to: LIST, told: purgedText(visit, purged) };
  },
});

export const DISTRIBUTIONS: Section = {
  path: "/distribuciones",
  title: ["Distribuciones", "Distributions"],
  group: "contents",
  role: "viewer",
  routes: [list, refresh, ...removing],
};
