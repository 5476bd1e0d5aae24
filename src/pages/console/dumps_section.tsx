/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// The generated files that people download: what there is, and removing it.

import { DUMP_FORMATS } from "../../core/dump_files.ts";
import { LOCALES } from "../../core/language.ts";
import { chosenRows } from "./chosen.ts";
import { namedBy } from "./fields.ts";
import { ConfirmForm, LinkButton } from "./forms.tsx";
import { Moment } from "./frame.tsx";
import type { Route, Section } from "./route.ts";
import { type Column, type Filter, Filters, List, listQuery } from "./tables.tsx";
import { consoleHref } from "./visit.ts";

type Dump = {
  readonly catalog_id: string | null;
  readonly name: string;
  readonly format: string | null;
  readonly bytes: number;
  readonly generated_at: string;
};

const LIST = consoleHref("/archivos");

/** Where it is downloaded. */
const dumpHref = ({ catalog_id, name }: Dump) =>
  `/series/api/dump/${catalog_id === null ? "" : `${encodeURIComponent(catalog_id)}/`}${
    encodeURIComponent(name)
  }`;

const list: Route = {
  method: "get",
  path: "/archivos",
  needs: "dumps.list",
  async answer(visit) {
    const { say, language } = visit;
    const filters: readonly Filter[] = [
      { name: "catalog_id", label: say("Catálogo (exacto)", "Catalog (exact)") },
      { name: "name", label: say("Archivo (exacto)", "File (exact)") },
      {
        name: "format",
        label: say("Formato", "Format"),
        options: [["", say("Todos", "All")], ...DUMP_FORMATS.map((one) => [one, one.toUpperCase()] as const)],
      },
    ];
    const columns: readonly Column<Dump>[] = [
      {
        title: say("Archivo", "File"),
        sort: "name",
        cell: (dump) => (
          <>
            <a href={dumpHref(dump)}>{dump.name}</a>
            <small>{dump.catalog_id ?? say("todos los catálogos", "all catalogs")}</small>
          </>
        ),
      },
      { title: say("Formato", "Format"), sort: "format", cell: ({ format }) => format },
      {
        title: "MB",
        sort: "bytes",
        kind: "number",
        cell: ({ bytes }) =>
          (bytes / 1024 / 1024).toLocaleString(LOCALES[language], { maximumFractionDigits: 2 }),
      },
      {
        title: say("Generado", "Generated"),
        sort: "generated_at",
        cell: ({ generated_at }) => <Moment at={generated_at} language={language} />,
      },
    ];
    const { total, rows } = await visit.ask<{ total: number; rows: Dump[] }>("dumps.list", {
      query: listQuery(visit, filters),
    });
    return {
      title: say("Archivos generados", "Generated files"),
      beside: visit.may("tasks.run") && (
        <LinkButton href={consoleHref("/tareas/pedir/:task", { task: "dump" })}>
          {say("Generar ahora", "Generate now")}
        </LinkButton>
      ),
      body: (
        <>
          <Filters visit={visit} filters={filters} columns={columns} />
          <List
            visit={visit}
            caption={say("Archivos generados", "Generated files")}
            columns={columns}
            rows={rows}
            total={total}
            empty={say("No hay archivos así.", "There are no such files.")}
            bulk={{
              action: consoleHref("/archivos/elegidos"),
              valueOf: ({ catalog_id, name }) => JSON.stringify({ catalog_id, name }),
              nameOf: ({ catalog_id, name }) => `${name} ${catalog_id ?? ""}`,
              actions: visit.may("dumps.remove")
                ? [{ value: "remove", label: say("Eliminarlos…", "Delete them…") }]
                : [],
            }}
          />
        </>
      ),
    };
  },
};

/** Asks first; nothing is done yet. */
const asking: Route = {
  method: "post",
  path: "/archivos/elegidos",
  needs: "dumps.remove",
  back: () => LIST,
  answer(visit) {
    const { say } = visit;
    const chosen = chosenRows(visit);
    const title = chosen.length === 1
      ? say("¿Eliminar un archivo?", "Delete a file?")
      : say(`¿Eliminar ${chosen.length} archivos?`, `Delete ${chosen.length} files?`);
    return Promise.resolve({
      title,
      above: [{ href: LIST, text: say("Archivos generados", "Generated files") }],
      body: (
        <div class="confirm">
          <p class="notice wrong">
            {say(
              "No se podrán bajar hasta que se los vuelva a generar.",
              "They cannot be downloaded until they are generated again.",
            )}
          </p>
          <ConfirmForm
            visit={visit}
            action={consoleHref("/archivos/eliminar")}
            submit={say("Eliminar", "Delete")}
            back={LIST}
          >
            {chosen.map((one) => <input type="hidden" name="chosen" value={one} />)}
          </ConfirmForm>
        </div>
      ),
    });
  },
};

const removing: Route = {
  method: "post",
  path: "/archivos/eliminar",
  back: () => LIST,
  async answer(visit) {
    await visit.ask("dumps.remove", { body: { files: chosenRows(visit).map(namedBy) } });
    return { to: LIST, told: visit.say("Los archivos están eliminados.", "The files are deleted.") };
  },
};

export const DUMPS: Section = {
  path: "/archivos",
  title: ["Archivos generados", "Generated files"],
  group: "contents",
  role: "viewer",
  routes: [list, asking, removing],
};
