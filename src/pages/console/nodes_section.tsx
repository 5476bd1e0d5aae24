/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// Nodes of the network: their list, one with everything that is kept of it, adding, removing.

import { CATALOG_FORMATS } from "../../core/canonical_store.ts";
import type { Fieldset } from "./fields.ts";
import { confirmRoutes, formRoutes } from "./form_routes.tsx";
import { Button, Facts, LinkButton } from "./forms.tsx";
import { Badge, Moment, YesNo } from "./frame.tsx";
import { backOr, chosenRows } from "./chosen.ts";
import type { Route, Section } from "./route.ts";
import { type Column, type Filter, Filters, flagOptions, List, listQuery } from "./tables.tsx";
import { consoleHref, type Visit } from "./visit.ts";

export type Node = {
  readonly catalog_id: string;
  readonly catalog_url: string;
  readonly catalog_format: string | null;
  readonly federable: boolean;
  readonly label: string;
  readonly timezone: string;
  readonly admins: readonly string[];
  readonly register_date: string | null;
  readonly release_date: string | null;
  readonly present: boolean | null;
  readonly error: string | null;
};

const LIST = consoleHref("/nodos");
const nodeHref = (catalog: string) => consoleHref("/nodos/:catalog", { catalog });

/** How the last reading of a node went. */
export function NodeState({ visit: { say }, node }: { readonly visit: Visit; readonly node: Node }) {
  if (node.present === null) return <Badge kind="quiet">{say("sin leer", "not read yet")}</Badge>;
  return node.error === null
    ? <Badge kind="good">{say("leído", "read")}</Badge>
    : <Badge kind="wrong">{say("con error", "failed")}</Badge>;
}

const columnsOf = (visit: Visit): readonly Column<Node>[] => {
  const { say } = visit;
  return [
    {
      title: say("Nodo", "Node"),
      sort: "catalog_id",
      cell: ({ catalog_id, label }) => (
        <>
          <a href={nodeHref(catalog_id)}>{catalog_id}</a>
          {label && <small>{label}</small>}
        </>
      ),
    },
    {
      title: say("Federable", "Federable"),
      sort: "federable",
      cell: ({ federable }) => <YesNo visit={visit} is={federable} />,
    },
    {
      title: say("Última lectura", "Last reading"),
      sort: "error",
      cell: (node) => (
        <>
          <NodeState visit={visit} node={node} />
          {node.error && <small>{node.error}</small>}
        </>
      ),
    },
    { title: say("Zona horaria", "Time zone"), sort: "timezone", cell: ({ timezone }) => timezone },
    { title: say("Administran", "Administrators"), cell: ({ admins }) => admins.join(", ") },
  ];
};

const filtersOf = (visit: Visit): readonly Filter[] => [
  { name: "catalog_id", label: visit.say("Nodo (exacto)", "Node (exact)") },
  { name: "federable", label: visit.say("Federable", "Federable"), options: flagOptions(visit) },
];

const list: Route = {
  method: "get",
  path: "/nodos",
  needs: "nodes.list",
  async answer(visit) {
    const { say } = visit;
    const filters = filtersOf(visit);
    const columns = columnsOf(visit);
    const { total, rows } = await visit.ask<{ total: number; rows: Node[] }>("nodes.list", {
      query: listQuery(visit, filters),
    });
    return {
      title: say("Nodos", "Nodes"),
      beside: visit.may("nodes.add") && (
        <LinkButton href={consoleHref("/nuevo/nodo")}>{say("Agregar un nodo", "Add a node")}</LinkButton>
      ),
      body: (
        <>
          <Filters visit={visit} filters={filters} columns={columns} />
          <List
            visit={visit}
            caption={say("Nodos de la red", "Nodes of the network")}
            columns={columns}
            rows={rows}
            total={total}
            empty={say(
              "No hay nodos así. Se agregan de a uno, o con un archivo de nodos.",
              "There are no such nodes. Add them one by one, or with a register file.",
            )}
            bulk={{
              action: consoleHref("/nodos/elegidos"),
              valueOf: ({ catalog_id }) => catalog_id,
              nameOf: ({ catalog_id }) => catalog_id,
              actions: visit.may("nodes.federable")
                ? [
                  { value: "true", label: say("Marcar federables", "Mark as federable") },
                  { value: "false", label: say("Marcar no federables", "Mark as not federable") },
                ]
                : [],
            }}
          />
        </>
      ),
    };
  },
};

const bulk: Route = {
  method: "post",
  path: "/nodos/elegidos",
  back: backOr(LIST),
  async answer(visit) {
    const catalog_ids = chosenRows(visit);
    const federable = visit.form.get("action") === "true";
    await visit.ask("nodes.federable", { body: { catalog_ids, federable } });
    const told = federable
      ? visit.say("Marcados como federables", "Marked as federable")
      : visit.say("Marcados como no federables", "Marked as not federable");
    return { to: backOr(LIST)(visit), told: `${told}: ${catalog_ids.join(", ")}` };
  },
};

type Kept = {
  readonly node?: Node;
  readonly jurisdictions: readonly { readonly id: string; readonly title: string }[];
};

const jurisdictionsOf = async (visit: Visit) =>
  (await visit.ask<{ rows: { id: string; title: string }[] }>("jurisdictions.list")).rows;

function setsOf({ say }: Visit, { node, jurisdictions }: Kept): readonly Fieldset[] {
  const none = ["", say("– sin decir –", "– not told –")] as const;
  return [
    {
      legend: say("Lectura", "Reading"),
      fields: [
        ...(node ? [] : [{
          name: "catalog_id",
          label: say("Identificador", "Identifier"),
          hint: say(
            "El que lleva en las direcciones públicas; no se cambia después",
            "As in public addresses; it stays",
          ),
          required: true,
        }]),
        {
          name: "catalog_url",
          label: say("Dirección del catálogo", "Address of the catalog"),
          hint: say(
            "http o https, de un data.json o catalog.xlsx",
            "http or https, of a data.json or catalog.xlsx",
          ),
          required: true,
        },
        {
          name: "catalog_format",
          label: say("Formato", "Format"),
          kind: "select",
          empty: "null",
          options: [
            ["", say("El que se deduzca", "As it is found to be")],
            ...CATALOG_FORMATS.map((format) => [format, format.toUpperCase()] as const),
          ],
        },
        {
          name: "federable",
          label: say("Federable: se cosecha", "Federable: it is harvested"),
          kind: "flag",
        },
        {
          name: "new_datasets_auto_indexable",
          label: say(
            "Sus datasets nuevos son federables enseguida",
            "Its new datasets are federable at once",
          ),
          kind: "flag",
        },
        {
          name: "verify_ssl",
          label: say("Verificar certificados TLS", "Verify TLS certificates"),
          kind: "flag",
        },
      ],
    },
    {
      legend: say("Para las personas", "For people"),
      fields: [
        { name: "label", label: say("Nombre para mostrar", "Name to show") },
        {
          name: "admins",
          label: say("Administran", "Administrators"),
          hint: say(
            "Cuentas que reciben el informe de este nodo, separadas por comas",
            "Accounts that get this node's report, separated by commas",
          ),
          kind: "words",
        },
        {
          name: "jurisdiction",
          label: say("Jurisdicción", "Jurisdiction"),
          kind: "select",
          empty: "null",
          options: [none, ...jurisdictions.map(({ id, title }) => [id, title] as const)],
        },
        {
          name: "category",
          label: say("Categoría", "Category"),
          kind: "select",
          empty: "null",
          options: [none, ["central", "central"], ["no-central", "no-central"]],
        },
        {
          name: "type",
          label: say("Tipo", "Type"),
          kind: "select",
          empty: "null",
          options: [none, ...["andino", "excel", "ckan", "otros"].map((one) => [one, one] as const)],
        },
        { name: "timezone", label: say("Zona horaria", "Time zone"), empty: "omit" },
        {
          name: "url_json",
          label: say("Dirección pública del data.json", "Public address of data.json"),
          empty: "null",
        },
        {
          name: "url_xlsx",
          label: say("Dirección pública del catalog.xlsx", "Public address of catalog.xlsx"),
          empty: "null",
        },
        {
          name: "url_datosgobar",
          label: say("Su página en el portal nacional", "Its page at the national portal"),
          empty: "null",
        },
        { name: "url_homepage", label: say("Su portal", "Its own portal"), empty: "null" },
        {
          name: "validate_catalog_urls",
          label: say(
            "Su publicador quiere que se revisen los enlaces",
            "Its publisher wants links to be checked",
          ),
          kind: "flag",
        },
      ],
    },
  ];
}

const adding = formRoutes<Kept & Record<string, unknown>>({
  path: "/nuevo/nodo",
  needs: "nodes.add",
  read: async (visit) => ({
    jurisdictions: await jurisdictionsOf(visit),
    federable: true,
    verify_ssl: true,
    timezone: "America/Argentina/Buenos_Aires",
  }),
  sets: setsOf,
  page: ({ say }, _, form) => ({
    title: say("Agregar un nodo", "Add a node"),
    above: [{ href: LIST, text: say("Nodos", "Nodes") }],
    body: form,
  }),
  submit: ({ say }) => say("Agregar", "Add"),
  cancel: () => LIST,
  async send(visit, body) {
    const { catalog_id } = await visit.ask<Node>("nodes.add", { body });
    const told = visit.say(
      "El nodo está agregado; se lee en la próxima cosecha.",
      "The node is added; the next harvest reads it.",
    );
    return { to: nodeHref(catalog_id), told };
  },
});

const one = formRoutes<Kept & { readonly node: Node }>({
  path: "/nodos/:catalog",
  needs: "nodes.change",
  readable: true,
  async read(visit) {
    const node = await visit.ask<Node>("nodes.get", { params: { catalog: visit.params.catalog! } });
    return { ...node, node, jurisdictions: await jurisdictionsOf(visit) };
  },
  sets: setsOf,
  page(visit, { node }, form) {
    const { say, language } = visit;
    const { catalog_id } = node;
    const about = { catalog_id };
    return {
      title: node.label || catalog_id,
      above: [{ href: LIST, text: say("Nodos", "Nodes") }],
      beside: (
        <>
          {visit.may("tasks.run") && (
            <Button
              visit={visit}
              action={consoleHref("/tareas/pedir/:task", { task: "harvest" })}
              kept={{ node: catalog_id }}
            >
              {say("Cosechar ahora", "Harvest now")}
            </Button>
          )}
          {visit.may("nodes.remove") && (
            <LinkButton href={consoleHref("/nodos/:catalog/quitar", { catalog: catalog_id })} kind="grave">
              {say("Quitar", "Remove")}
            </LinkButton>
          )}
        </>
      ),
      body: (
        <>
          {node.error && <p class="notice wrong">{node.error}</p>}
          <Facts
            rows={[
              [say("Identificador", "Identifier"), catalog_id],
              [say("Última lectura", "Last reading"), <NodeState visit={visit} node={node} />],
              [say("Registrado", "Registered"), <Moment at={node.register_date} language={language} />],
              [
                say("Federado desde", "Federated since"),
                <Moment at={node.release_date} language={language} />,
              ],
              [
                say("Lo que tiene", "What it has"),
                <span class="actions">
                  <a href={consoleHref("/datasets", {}, about)}>{say("datasets", "datasets")}</a>
                  <a href={consoleHref("/distribuciones", {}, about)}>
                    {say("distribuciones", "distributions")}
                  </a>
                  <a href={consoleHref("/distribuciones", {}, { ...about, failed: "true" })}>
                    {say("las que fallan", "those that fail")}
                  </a>
                  <a href={consoleHref("/series", {}, about)}>series</a>
                </span>,
              ],
            ]}
          />
          {form}
        </>
      ),
    };
  },
  submit: ({ say }) => say("Guardar", "Save"),
  async send(visit, body, { node: { catalog_id } }) {
    await visit.ask("nodes.change", { params: { catalog: catalog_id }, body });
    return { to: nodeHref(catalog_id), told: visit.say("El nodo está guardado.", "The node is saved.") };
  },
});

const removing = confirmRoutes({
  path: "/nodos/:catalog/quitar",
  needs: "nodes.remove",
  title: ({ say, params }) => say(`¿Quitar el nodo ${params.catalog}?`, `Remove the node ${params.catalog}?`),
  warning: ({ say }) => (
    <p>
      {say(
        "No se lo cosecha más. Lo que ya se cosechó sigue publicado.",
        "It is harvested no more. What was harvested goes on being published.",
      )}
    </p>
  ),
  submit: ({ say }) => say("Quitar el nodo", "Remove the node"),
  back: ({ params }) => nodeHref(params.catalog!),
  async send(visit) {
    await visit.ask("nodes.remove", { params: { catalog: visit.params.catalog! } });
    return { to: LIST, told: visit.say("El nodo está quitado.", "The node is removed.") };
  },
});

export const NODES: Section = {
  path: "/nodos",
  title: ["Nodos", "Nodes"],
  group: "network",
  role: "viewer",
  routes: [list, bulk, ...adding, ...one, ...removing],
};
