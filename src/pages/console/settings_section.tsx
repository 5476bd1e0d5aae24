/** @jsxImportSource hono/jsx */
// The settings that change while the program runs: limits, weights of the search, synonyms, aliases, units.

import { backOr, chosenRows } from "./chosen.ts";
import { type Fieldset, textOf } from "./fields.ts";
import { formRoutes } from "./form_routes.tsx";
import { YesNo } from "./frame.tsx";
import type { Route, Section, Words } from "./route.ts";
import { type Column, type Filter, Filters, flagOptions, List, listQuery } from "./tables.tsx";
import { consoleHref, type Visit } from "./visit.ts";

type Settings = {
  readonly synonyms: readonly string[];
  readonly catalog_aliases: Readonly<Record<string, readonly string[]>>;
};

/** A page with a part of the settings: what it sends changes, the rest stays. */
function settingsSection(
  { path, title, lead, sets, read = (settings) => settings, body = (_, sent) => sent }: {
    readonly path: string;
    readonly title: Words;
    readonly lead: Words;
    readonly sets: (visit: Visit) => readonly Fieldset[];
    readonly read?: (settings: Settings) => object;
    readonly body?: (visit: Visit, sent: Record<string, unknown>) => object;
  },
): Section {
  return {
    path,
    title,
    group: "settings",
    role: "viewer",
    routes: formRoutes<object>({
      path,
      needs: "settings.save",
      readable: true,
      read: async (visit) => read(await visit.ask<Settings>("settings.get")),
      sets,
      page: ({ say }, _, form) => ({
        title: say(...title),
        beside: (
          <a href="/api/ops/settings">{say("Todos los ajustes, como JSON", "All settings, as JSON")}</a>
        ),
        body: (
          <>
            <p>{say(...lead)}</p>
            {form}
          </>
        ),
      }),
      submit: ({ say }) => say("Guardar", "Save"),
      async send(visit, sent) {
        await visit.ask("settings.save", { body: body(visit, sent) });
        return {
          to: consoleHref(path),
          told: visit.say("Los ajustes están guardados.", "The settings are saved."),
        };
      },
    }),
  };
}

const weight = (name: string, label: string) =>
  ({ name: `search_boosts.${name}`, label, kind: "number", required: true }) as const;
const limit = (name: string, label: string) =>
  ({ name: `validation_limits.${name}`, label, kind: "number", required: true }) as const;

export const LIMITS = settingsSection({
  path: "/ajustes",
  title: ["Límites y búsqueda", "Limits and search"],
  lead: [
    "Valen desde la próxima cosecha o publicación.",
    "They apply from the next harvest or publication on.",
  ],
  sets: ({ say }) => [
    {
      legend: say("Límites de la cosecha", "Limits of the harvest"),
      hint: say(
        "El validador público usa siempre los iniciales.",
        "The public validator always uses the initial ones.",
      ),
      fields: [
        limit(
          "minimum_values",
          say("Valores que una serie necesita para no ser corta", "Values a series needs, not to be short"),
        ),
        limit(
          "max_too_small_proportion",
          say(
            "Proporción de series cortas que se tolera (0 a 1)",
            "Share of short series that is tolerated (0 to 1)",
          ),
        ),
        limit(
          "max_null_series_proportion",
          say(
            "Proporción de series vacías desde la que se rechaza (0 a 1)",
            "Share of empty series that is refused (0 to 1)",
          ),
        ),
        limit(
          "max_missing_proportion",
          say(
            "Proporción de faltantes que se tolera (0 a 1)",
            "Share of missing values that is tolerated (0 to 1)",
          ),
        ),
        limit(
          "max_field_title_len",
          say("Caracteres del título de un campo", "Characters of a field's title"),
        ),
      ],
    },
    {
      legend: say("Lectura", "Reading"),
      fields: [
        {
          name: "indexing_timeout",
          label: say("Segundos que puede tardar una descarga", "Seconds that a download may take"),
          kind: "number",
          required: true,
        },
        {
          name: "verify_tls",
          label: say(
            "Verificar TLS también en los nodos con excepción",
            "Verify TLS of nodes with an exception too",
          ),
          kind: "flag",
        },
      ],
    },
    {
      legend: say("Búsqueda: cuánto pesa cada texto", "Search: what each text counts for"),
      hint: say("Con 0 no se busca en él.", "With 0 it is not searched."),
      fields: [
        weight("description", say("Descripción de la serie", "Description of the series")),
        weight("dataset_title", say("Título del dataset", "Title of the dataset")),
        weight("dataset_source", say("Fuente del dataset", "Source of the dataset")),
        weight("dataset_description", say("Descripción del dataset", "Description of the dataset")),
        {
          name: "search_min_score",
          label: say("Puntaje mínimo", "Minimum score"),
          hint: say("El de SEARCH_MIN_SCORE, si falta", "That of SEARCH_MIN_SCORE, if not told"),
          kind: "number",
          empty: "null",
        },
      ],
    },
  ],
});

export const MAIL = settingsSection({
  path: "/correo",
  title: ["Correo y test", "Mail and test"],
  lead: [
    "Qué se manda por correo, y con qué se compara lo publicado.",
    "What is sent by mail, and what published data are compared with.",
  ],
  sets: ({ say }) => [
    {
      legend: say("Correo", "Mail"),
      hint: say(
        "Los informes globales son del grupo read_datajson_recipients; los de un nodo, de quienes lo administran.",
        "Global reports are for the group read_datajson_recipients; those of a node for its administrators.",
      ),
      fields: [
        {
          name: "mail.from",
          label: say("Remitente", "Sender"),
          hint: say("El de DEFAULT_FROM_EMAIL, si falta", "That of DEFAULT_FROM_EMAIL, if not told"),
          empty: "null",
        },
        {
          name: "mail.reports",
          label: say("Mandar informes y avisos del test", "Send reports and what the test has to tell"),
          kind: "flag",
        },
      ],
    },
    {
      legend: say("Test de integración", "Integration test"),
      hint: say(
        "Su aviso es del grupo integration_test_recipients.",
        "Its message is for the group integration_test_recipients.",
      ),
      fields: [
        {
          name: "integration_test.endpoint",
          label: say("Servidor cuya API se compara", "Server whose API is compared"),
          hint: say("Esta instalación, si falta", "This installation, if not told"),
          empty: "null",
        },
        {
          name: "integration_test.timeout",
          label: say("Segundos que puede tardar", "Seconds that it may take"),
          kind: "number",
          required: true,
        },
      ],
    },
  ],
});

export const SYNONYMS = settingsSection({
  path: "/sinonimos",
  title: ["Sinónimos", "Synonyms"],
  lead: [
    "Términos que la búsqueda toma por iguales.",
    "Terms that the search takes as equal.",
  ],
  sets: ({ say }) => [{
    fields: [{
      name: "synonyms",
      label: say("Listas de términos", "Lists of terms"),
      hint: say(
        "Una por línea, separados por comas: ipc,índice de precios",
        "One a line, separated by commas: ipc,price index",
      ),
      kind: "lines",
    }],
  }],
});

export const ALIASES = settingsSection({
  path: "/alias",
  title: ["Alias de catálogos", "Catalog aliases"],
  lead: [
    "Nombres que en el filtro catalog_id de la búsqueda valen por varios catálogos.",
    "Names that stand for several catalogs in the search's filter catalog_id.",
  ],
  sets: ({ say }) => [{
    fields: [{
      name: "catalog_aliases",
      label: say("Alias", "Aliases"),
      hint: say("Uno por línea: alias: catálogo1, catálogo2", "One a line: alias: catalog1, catalog2"),
      kind: "area",
    }],
  }],
  read: ({ catalog_aliases }) => ({
    catalog_aliases: Object.entries(catalog_aliases).map(([alias, catalogs]) =>
      `${alias}: ${catalogs.join(", ")}`
    )
      .join("\n"),
  }),
  body: ({ form }) => ({
    catalog_aliases: Object.fromEntries(
      textOf(form, "catalog_aliases").split("\n").filter((line) => line.trim() !== "").map((line) => {
        const colon = line.lastIndexOf(":");
        const alias = colon < 0 ? line : line.slice(0, colon);
        const catalogs = colon < 0 ? "" : line.slice(colon + 1);
        return [alias.trim(), catalogs.split(",").map((one) => one.trim()).filter(Boolean)];
      }),
    ),
  }),
});

type Unit = { readonly name: string; readonly percentage: boolean };
const LIST = consoleHref("/unidades");

const units: Route = {
  method: "get",
  path: "/unidades",
  needs: "units.list",
  async answer(visit) {
    const { say } = visit;
    const filters: readonly Filter[] = [
      { name: "percentage", label: say("Porcentaje", "Percentage"), options: flagOptions(visit) },
    ];
    const columns: readonly Column<Unit>[] = [
      { title: say("Unidad", "Unit"), cell: ({ name }) => name },
      {
        title: say("Porcentaje", "Percentage"),
        cell: ({ percentage }) => <YesNo visit={visit} is={percentage} />,
      },
    ];
    const { total, rows } = await visit.ask<{ total: number; rows: Unit[] }>("units.list", {
      query: listQuery(visit, filters),
    });
    return {
      title: say("Unidades", "Units"),
      body: (
        <>
          <p>
            {say(
              "Las series de unidades marcadas se muestran como porcentaje.",
              "Series of the marked units are shown as percentages.",
            )}
          </p>
          <Filters visit={visit} filters={filters} />
          <List
            visit={visit}
            caption={say("Unidades de las series", "Units of series")}
            columns={columns}
            rows={rows}
            total={total}
            empty={say("No hay unidades así.", "There are no such units.")}
            bulk={{
              action: consoleHref("/unidades/elegidas"),
              valueOf: ({ name }) => name,
              nameOf: ({ name }) => name,
              actions: visit.may("units.percentage")
                ? [
                  { value: "true", label: say("Son porcentajes", "They are percentages") },
                  { value: "false", label: say("No son porcentajes", "They are no percentages") },
                ]
                : [],
            }}
          />
        </>
      ),
    };
  },
};

const marking: Route = {
  method: "post",
  path: "/unidades/elegidas",
  back: backOr(LIST),
  async answer(visit) {
    const body = { units: chosenRows(visit), percentage: visit.form.get("action") === "true" };
    await visit.ask("units.percentage", { body });
    return {
      to: backOr(LIST)(visit),
      told: visit.say("Las unidades están guardadas.", "The units are saved."),
    };
  },
};

export const UNITS: Section = {
  path: "/unidades",
  title: ["Unidades", "Units"],
  group: "settings",
  role: "viewer",
  routes: [units, marking],
};
