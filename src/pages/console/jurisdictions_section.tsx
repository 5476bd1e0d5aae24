/** @jsxImportSource hono/jsx */
// Jurisdictions that nodes belong to, and what is said of the whole network.

import type { Fieldset } from "./fields.ts";
import { confirmRoutes, formRoutes } from "./form_routes.tsx";
import { LinkButton } from "./forms.tsx";
import type { Route, Section } from "./route.ts";
import { List } from "./tables.tsx";
import { consoleHref, Refused, type Visit } from "./visit.ts";

type Jurisdiction = {
  readonly id: string;
  readonly title: string;
  readonly argentinagobar_id: string | null;
};

const LIST = consoleHref("/jurisdicciones");
const all = async (visit: Visit) => (await visit.ask<{ rows: Jurisdiction[] }>("jurisdictions.list")).rows;

const setsOf = ({ say }: Visit, isNew: boolean): readonly Fieldset[] => [{
  fields: [
    ...(isNew
      ? [{
        name: "id",
        label: say("Identificador", "Identifier"),
        hint: say("Letras sin acento, números, punto y guiones", "Plain letters, digits, dot and dashes"),
        required: true,
      }]
      : []),
    { name: "title", label: say("Nombre", "Name"), required: true },
    {
      name: "argentinagobar_id",
      label: say("Su id en argentina.gob.ar", "Its id at argentina.gob.ar"),
      empty: "null",
    },
  ],
}];

const list: Route = {
  method: "get",
  path: "/jurisdicciones",
  needs: "jurisdictions.list",
  async answer(visit) {
    const { say } = visit;
    return {
      title: say("Jurisdicciones", "Jurisdictions"),
      beside: visit.may("jurisdictions.save") && (
        <LinkButton href={consoleHref("/nuevo/jurisdiccion")}>
          {say("Agregar una jurisdicción", "Add a jurisdiction")}
        </LinkButton>
      ),
      body: (
        <List
          visit={visit}
          caption={say("Jurisdicciones", "Jurisdictions")}
          rows={await all(visit)}
          empty={say("Todavía no hay ninguna.", "There are none yet.")}
          columns={[
            {
              title: say("Nombre", "Name"),
              cell: ({ id, title }) =>
                visit.may("jurisdictions.save")
                  ? <a href={consoleHref("/jurisdicciones/:id", { id })}>{title}</a>
                  : title,
            },
            { title: say("Identificador", "Identifier"), cell: ({ id }) => id },
            { title: "argentina.gob.ar", cell: ({ argentinagobar_id }) => argentinagobar_id },
          ]}
        />
      ),
    };
  },
};

const saved = async (visit: Visit, id: string, body: Record<string, unknown>) => {
  await visit.ask("jurisdictions.save", { params: { id }, body });
  return { to: LIST, told: visit.say("La jurisdicción está guardada.", "The jurisdiction is saved.") };
};

const adding = formRoutes({
  path: "/nuevo/jurisdiccion",
  needs: "jurisdictions.save",
  read: () => Promise.resolve({}),
  sets: (visit) => setsOf(visit, true),
  page: ({ say }, _, form) => ({
    title: say("Agregar una jurisdicción", "Add a jurisdiction"),
    above: [{ href: LIST, text: say("Jurisdicciones", "Jurisdictions") }],
    body: form,
  }),
  submit: ({ say }) => say("Agregar", "Add"),
  cancel: () => LIST,
  async send(visit, { id, ...body }) {
    if ((await all(visit)).some((one) => one.id === id)) {
      const message = visit.say("ya existe", "it exists already");
      throw new Refused(409, visit.say("Ya hay una jurisdicción así", "There is such a jurisdiction"), [{
        path: "id",
        message,
      }]);
    }
    return await saved(visit, String(id) || " ", body);
  },
});

const one = formRoutes<Jurisdiction>({
  path: "/jurisdicciones/:id",
  needs: "jurisdictions.save",
  async read(visit) {
    const found = (await all(visit)).find(({ id }) => id === visit.params.id);
    if (!found) {
      throw new Refused(404, visit.say("No hay una jurisdicción así", "There is no such jurisdiction"));
    }
    return found;
  },
  sets: (visit) => setsOf(visit, false),
  page: (visit, { id, title }, form) => ({
    title,
    above: [{ href: LIST, text: visit.say("Jurisdicciones", "Jurisdictions") }],
    beside: visit.may("jurisdictions.remove") && (
      <LinkButton href={consoleHref("/jurisdicciones/:id/eliminar", { id })} kind="grave">
        {visit.say("Eliminar", "Delete")}
      </LinkButton>
    ),
    body: form,
  }),
  submit: ({ say }) => say("Guardar", "Save"),
  cancel: () => LIST,
  send: (visit, body, { id }) => saved(visit, id, body),
});

const removing = confirmRoutes({
  path: "/jurisdicciones/:id/eliminar",
  needs: "jurisdictions.remove",
  title: ({ say, params }) =>
    say(`¿Eliminar la jurisdicción ${params.id}?`, `Delete the jurisdiction ${params.id}?`),
  warning: ({ say }) => (
    <p>{say("Sólo se puede si ningún nodo es de ella.", "Only if no node belongs to it.")}</p>
  ),
  submit: ({ say }) => say("Eliminar", "Delete"),
  back: () => LIST,
  async send(visit) {
    await visit.ask("jurisdictions.remove", { params: { id: visit.params.id! } });
    return { to: LIST, told: visit.say("La jurisdicción está eliminada.", "The jurisdiction is deleted.") };
  },
});

export const JURISDICTIONS: Section = {
  path: "/jurisdicciones",
  title: ["Jurisdicciones", "Jurisdictions"],
  group: "network",
  role: "viewer",
  routes: [list, ...adding, ...one, ...removing],
};

const HERE = consoleHref("/proyecto");

export const PROJECT: Section = {
  path: "/proyecto",
  title: ["Metadatos de la red", "Network metadata"],
  group: "network",
  role: "viewer",
  routes: formRoutes<object>({
    path: "/proyecto",
    needs: "project.save",
    readable: true,
    read: (visit) => visit.ask("project.get"),
    sets: ({ say }) => [{
      fields: [
        { name: "title", label: say("Título", "Title") },
        { name: "description", label: say("Descripción", "Description"), kind: "area" },
        { name: "version", label: say("Versión", "Version") },
        { name: "homepage", label: say("Portal", "Home page"), hint: "https://…" },
        { name: "issued", label: say("Fecha de publicación", "Issued"), kind: "date" },
        {
          name: "language",
          label: say("Idiomas", "Languages"),
          hint: say("Separados por comas: spa", "By commas: spa"),
          kind: "words",
        },
        { name: "publisher.name", label: say("Quién publica", "Publisher") },
        { name: "publisher.mbox", label: say("Su correo", "Its e-mail") },
        {
          name: "spatial",
          label: say("Cobertura geográfica", "Spatial coverage"),
          hint: say("Separada por comas", "By commas"),
          kind: "words",
        },
      ],
    }],
    page: ({ say }, _, form) => ({
      title: say("Metadatos de la red", "Network metadata"),
      body: (
        <>
          <p>
            {say("Lo que se dice de la red en ", "What is said of the network in ")}
            <a href="/nodes.json">nodes.json</a>.
          </p>
          {form}
        </>
      ),
    }),
    submit: ({ say }) => say("Guardar", "Save"),
    async send(visit, body) {
      await visit.ask("project.save", { body });
      return { to: HERE, told: visit.say("Los metadatos están guardados.", "The metadata are saved.") };
    },
  }),
};
