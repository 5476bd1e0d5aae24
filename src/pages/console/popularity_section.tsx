/** @jsxImportSource hono/jsx */
// Queries of series by day, and the gateway whose log they are imported from.

import { LOCALES } from "../../core/language.ts";
import { formRoutes } from "./form_routes.tsx";
import { Facts, LinkButton } from "./forms.tsx";
import type { Route, Section } from "./route.ts";
import { type Filter, Filters, List, listQuery } from "./tables.tsx";
import { consoleHref } from "./visit.ts";

type Hits = {
  readonly total: number;
  readonly hits: number;
  readonly rows: readonly { readonly series: string; readonly day: string; readonly hits: number }[];
};

const hits: Route = {
  method: "get",
  path: "/consultas",
  needs: "hits.list",
  async answer(visit) {
    const { say, language } = visit;
    const number = (value: number) => value.toLocaleString(LOCALES[language]);
    const filters: readonly Filter[] = [
      { name: "series", label: say("Serie (id exacto)", "Series (exact id)") },
      { name: "from", label: say("Desde", "From"), kind: "date" },
      { name: "to", label: say("Hasta", "To"), kind: "date" },
    ];
    const { total, hits, rows } = await visit.ask<Hits>("hits.list", { query: listQuery(visit, filters) });
    return {
      title: say("Consultas", "Queries"),
      body: (
        <>
          <p>
            {say("En total: ", "In all: ")}
            <b>{number(hits)}</b>
          </p>
          <Filters visit={visit} filters={filters} />
          <List
            visit={visit}
            caption={say("Consultas por serie y día", "Queries by series and day")}
            rows={rows}
            total={total}
            empty={say("No hay consultas así.", "There are no such queries.")}
            columns={[
              {
                title: say("Serie", "Series"),
                cell: ({ series }) => <a href={consoleHref("/series/:id", { id: series })}>{series}</a>,
              },
              { title: say("Día", "Day"), cell: ({ day }) => day },
              { title: say("Consultas", "Queries"), kind: "number", cell: ({ hits }) => number(hits) },
            ]}
          />
        </>
      ),
    };
  },
};

export const HITS: Section = {
  path: "/consultas",
  title: ["Consultas", "Queries"],
  group: "contents",
  role: "viewer",
  routes: [hits],
};

type Gateway = {
  readonly endpoint: string | null;
  readonly kong_api_id: string | null;
  readonly has_token: boolean;
  readonly last_cursor: string | null;
};

export const GATEWAY: Section = {
  path: "/analytics",
  title: ["Analytics", "Analytics"],
  group: "settings",
  role: "viewer",
  routes: formRoutes<Gateway>({
    path: "/analytics",
    needs: "analytics.save",
    readable: true,
    read: (visit) => visit.ask<Gateway>("analytics.get"),
    sets: ({ say }, { has_token }) => [{
      legend: say("Gateway", "Gateway"),
      fields: [
        {
          name: "endpoint",
          label: say("Dirección del registro", "Address of the log"),
          hint: say("En la API de administración del gateway", "In the administration API of the gateway"),
          required: true,
        },
        {
          name: "kong_api_id",
          label: say("Identificador de la API", "Identifier of the API"),
          required: true,
        },
        {
          name: "token",
          label: say("Token", "Token"),
          hint: has_token
            ? say("Hay uno; sin decir otro queda ése", "There is one, which stays unless you tell another")
            : say("No se muestra nunca", "It is never shown"),
          kind: "password",
          empty: "omit",
          autocomplete: "off",
        },
      ],
    }],
    page: (visit, { has_token, last_cursor }, form) => ({
      title: visit.say("Importación de consultas", "Import of queries"),
      beside: visit.may("tasks.run") && (
        <LinkButton href={consoleHref("/tareas/pedir/:task", { task: "analytics" })} kind="plain">
          {visit.say("Importar ahora", "Import now")}
        </LinkButton>
      ),
      body: (
        <>
          <Facts
            rows={[
              ["Token", has_token ? visit.say("hay", "there is one") : visit.say("no hay", "there is none")],
              [visit.say("Sigue desde", "Goes on from"), last_cursor],
            ]}
          />
          {form}
        </>
      ),
    }),
    submit: ({ say }) => say("Guardar", "Save"),
    async send(visit, body) {
      await visit.ask("analytics.save", { body });
      const told = visit.say("El gateway respondió y está guardado.", "The gateway answered and is saved.");
      return { to: consoleHref("/analytics"), told };
    },
  }),
};
