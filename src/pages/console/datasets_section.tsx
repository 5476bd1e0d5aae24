/** @jsxImportSource hono/jsx */
// Catalogs as they were last read, and datasets with what operators decide on them.

import { catalogFilter } from "./catalog_filter.ts";
import { backOr, chosenRows } from "./chosen.ts";
import { namedBy } from "./fields.ts";
import { Badge, Moment, YesNo } from "./frame.tsx";
import type { Route, Section } from "./route.ts";
import { type Column, type Filter, Filters, flagOptions, List, listQuery } from "./tables.tsx";
import { consoleHref, Refused, type Visit } from "./visit.ts";

type Catalog = {
  readonly catalog_id: string;
  readonly title: string;
  readonly present: boolean;
  readonly updated: boolean;
  readonly error: string | null;
};

/** Whether its last reading named it, and changed it. */
export function Reading(
  { visit: { say }, of: { present, updated } }: {
    readonly visit: Visit;
    readonly of: { readonly present: boolean; readonly updated: boolean };
  },
) {
  if (!present) return <Badge kind="quiet">{say("ausente", "absent")}</Badge>;
  return updated
    ? <Badge kind="busy">{say("cambió", "changed")}</Badge>
    : <Badge kind="good">{say("presente", "present")}</Badge>;
}

/** Filters of what a reading finds. */
export function readingFilters(visit: Visit): readonly Filter[] {
  const options = flagOptions(visit);
  return [
    { name: "present", label: visit.say("Presente", "Present"), options },
    { name: "updated", label: visit.say("Cambió", "Changed"), options },
  ];
}

const catalogs: Route = {
  method: "get",
  path: "/catalogos",
  needs: "catalogs.list",
  async answer(visit) {
    const { say } = visit;
    const filters: readonly Filter[] = [
      { name: "catalog_id", label: say("Catálogo (exacto)", "Catalog (exact)") },
      ...readingFilters(visit),
    ];
    // A catalog may have been read without a node of the store, or have lost it.
    const { rows: kept } = await visit.ask<{ rows: readonly { readonly catalog_id: string }[] }>(
      "nodes.list",
      {
        query: { limit: 1_000 },
      },
    );
    const nodes = new Set(kept.map(({ catalog_id }) => catalog_id));
    const columns: readonly Column<Catalog>[] = [
      {
        title: say("Catálogo", "Catalog"),
        sort: "catalog_id",
        cell: ({ catalog_id, title }) => (
          <>
            <a href={consoleHref("/datasets", {}, { catalog_id })}>{catalog_id}</a>
            <small>{title}</small>
          </>
        ),
      },
      { title: say("Estado", "State"), sort: "present", cell: (row) => <Reading visit={visit} of={row} /> },
      {
        title: "Error",
        sort: "error",
        cell: ({ error }) => error && <span class="fault">{error}</span>,
      },
      {
        title: say("Acciones", "Actions"),
        cell: ({ catalog_id }) => (
          <span class="actions">
            {nodes.has(catalog_id) && (
              <a href={consoleHref("/nodos/:catalog", { catalog: catalog_id })}>{say("nodo", "node")}</a>
            )}
            <a href={consoleHref("/distribuciones", {}, { catalog_id })}>
              {say("distribuciones", "distributions")}
            </a>
            <a href={consoleHref("/metadatos", {}, { catalog_id })}>{say("metadatos", "metadata")}</a>
          </span>
        ),
      },
    ];
    const { total, rows } = await visit.ask<{ total: number; rows: Catalog[] }>("catalogs.list", {
      query: listQuery(visit, filters),
    });
    return {
      title: say("Catálogos", "Catalogs"),
      body: (
        <>
          <Filters visit={visit} filters={filters} columns={columns} />
          <List
            visit={visit}
            caption={say("Catálogos", "Catalogs")}
            columns={columns}
            rows={rows}
            total={total}
            empty={say("No hay catálogos así.", "There are no such catalogs.")}
          />
        </>
      ),
    };
  },
};

type Review = "REVIEWED" | "ON_REVISION" | "NOT_REVIEWED";
type Dataset = {
  readonly catalog_id: string;
  readonly dataset_id: string;
  readonly title: string;
  readonly landing_page: string;
  readonly present: boolean;
  readonly updated: boolean;
  readonly federable: boolean;
  readonly starred: boolean;
  readonly reviewed: Review;
  readonly last_reviewed: string | null;
};

const REVIEWS: Readonly<Record<Review, readonly ["good" | "busy" | "quiet", string, string]>> = {
  REVIEWED: ["good", "revisado", "reviewed"],
  ON_REVISION: ["busy", "en revisión", "under review"],
  NOT_REVIEWED: ["quiet", "sin revisar", "not reviewed"],
};

/** What can be done with chosen datasets: the operation, and what it is told. */
const ACTIONS: readonly {
  readonly name: string;
  readonly operation: string;
  readonly told: object;
  readonly words: readonly [string, string];
}[] = [
  {
    name: "federable",
    operation: "datasets.federable",
    told: { federable: true },
    words: ["Federables", "Federable"],
  },
  {
    name: "not-federable",
    operation: "datasets.federable",
    told: { federable: false },
    words: ["No federables", "Not federable"],
  },
  { name: "star", operation: "datasets.starred", told: { starred: true }, words: ["Destacados", "Starred"] },
  {
    name: "no-star",
    operation: "datasets.starred",
    told: { starred: false },
    words: ["No destacados", "Not starred"],
  },
  {
    name: "reviewed",
    operation: "datasets.reviewed",
    told: { reviewed: "REVIEWED" },
    words: ["Revisados", "Reviewed"],
  },
  {
    name: "on-revision",
    operation: "datasets.reviewed",
    told: { reviewed: "ON_REVISION" },
    words: ["En revisión", "Under review"],
  },
  {
    name: "not-reviewed",
    operation: "datasets.reviewed",
    told: { reviewed: "NOT_REVIEWED" },
    words: ["Sin revisar", "Not reviewed"],
  },
  {
    name: "export",
    operation: "datasets.export_selection",
    told: {},
    words: ["Exportar CSV", "Export CSV"],
  },
];

const LIST = consoleHref("/datasets");

const datasets: Route = {
  method: "get",
  path: "/datasets",
  needs: "datasets.list",
  async answer(visit) {
    const { say, language } = visit;
    const flags = flagOptions(visit);
    const filters: readonly Filter[] = [
      await catalogFilter(visit),
      { name: "dataset_id", label: say("Dataset (exacto)", "Dataset (exact)") },
      { name: "federable", label: say("Federable", "Federable"), options: flags },
      { name: "starred", label: say("Destacado", "Starred"), options: flags },
      {
        name: "reviewed",
        label: say("Revisión", "Review"),
        options: [
          ["", say("Todas", "All")],
          ...Object.entries(REVIEWS).map(([value, [, spanish, english]]) =>
            [value, say(spanish, english)] as const
          ),
        ],
      },
      ...readingFilters(visit),
    ];
    const columns: readonly Column<Dataset>[] = [
      {
        title: "Dataset",
        sort: "title",
        cell: ({ catalog_id, dataset_id, title, landing_page }) => (
          <>
            <a href={consoleHref("/distribuciones", {}, { catalog_id, dataset_id })}>{title || dataset_id}</a>
            <small>
              {catalog_id} · {dataset_id}
              {/^https?:\/\//i.test(landing_page) && (
                <>
                  {" · "}
                  <a href={landing_page} rel="noreferrer">{say("página", "page")}</a>
                </>
              )}
            </small>
          </>
        ),
      },
      {
        title: say("Federable", "Federable"),
        sort: "federable",
        cell: ({ federable }) => <YesNo visit={visit} is={federable} />,
      },
      {
        title: say("Destacado", "Starred"),
        sort: "starred",
        cell: ({ starred }) => starred ? "★" : "–",
      },
      {
        title: say("Revisión", "Review"),
        sort: "reviewed",
        cell: ({ reviewed, last_reviewed }) => (
          <>
            <Badge kind={REVIEWS[reviewed][0]}>{say(REVIEWS[reviewed][1], REVIEWS[reviewed][2])}</Badge>
            {last_reviewed && (
              <small>
                <Moment at={last_reviewed} language={language} />
              </small>
            )}
          </>
        ),
      },
      { title: say("Estado", "State"), sort: "present", cell: (row) => <Reading visit={visit} of={row} /> },
    ];
    const { total, rows } = await visit.ask<{ total: number; rows: Dataset[] }>("datasets.list", {
      query: listQuery(visit, filters),
    });
    return {
      title: "Datasets",
      beside: (
        <a href="/api/ops/federacion-config.csv">
          {say("Exportar los federables (CSV)", "Export the federable ones (CSV)")}
        </a>
      ),
      body: (
        <>
          <Filters visit={visit} filters={filters} columns={columns} />
          <List
            visit={visit}
            caption="Datasets"
            columns={columns}
            rows={rows}
            total={total}
            empty={say("No hay datasets así.", "There are no such datasets.")}
            bulk={{
              action: consoleHref("/datasets/elegidos"),
              valueOf: ({ catalog_id, dataset_id }) => JSON.stringify({ catalog_id, dataset_id }),
              nameOf: ({ title, dataset_id }) => title || dataset_id,
              actions: ACTIONS.filter(({ operation }) => visit.may(operation)).map(({ name, words }) => ({
                value: name,
                label: say(...words),
              })),
            }}
          />
        </>
      ),
    };
  },
};

const bulk: Route = {
  method: "post",
  path: "/datasets/elegidos",
  back: backOr(LIST),
  async answer(visit) {
    const { say, form } = visit;
    const chosen = chosenRows(visit).map(namedBy);
    const action = ACTIONS.find(({ name }) => name === form.get("action"));
    if (!action) throw new Refused(400, say("No eligió qué hacer", "You did not choose what to do"));
    const body = { datasets: chosen, ...action.told };
    if (action.name === "export") return await visit.file(action.operation, { body });
    await visit.ask(action.operation, { body });
    const many = chosen.length === 1
      ? say("1 dataset", "1 dataset")
      : say(`${chosen.length} datasets`, `${chosen.length} datasets`);
    return { to: backOr(LIST)(visit), told: `${many}: ${say(...action.words).toLowerCase()}.` };
  },
};

export const CATALOGS: Section = {
  path: "/catalogos",
  title: ["Catálogos", "Catalogs"],
  group: "contents",
  role: "viewer",
  routes: [catalogs],
};

export const DATASETS: Section = {
  path: "/datasets",
  title: ["Datasets", "Datasets"],
  group: "contents",
  role: "viewer",
  routes: [datasets, bulk],
};
