/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// Accounts, their groups and their sessions, for administrators.

import type { Field, Fieldset } from "./fields.ts";
import { confirmRoutes, formRoutes } from "./form_routes.tsx";
import { Facts, LinkButton } from "./forms.tsx";
import { Badge } from "./frame.tsx";
import { SessionList } from "./own_account_section.tsx";
import type { Route, Section } from "./route.ts";
import { List } from "./tables.tsx";
import { consoleHref, type Visit } from "./visit.ts";

type Account = {
  readonly name: string;
  readonly role: string;
  readonly email: string | null;
  readonly groups: readonly string[];
  readonly disabled: boolean;
  readonly has_password: boolean;
  readonly source: "database" | "environment";
  readonly version: number;
};
type Group = {
  readonly name: string;
  readonly description: string | null;
  readonly members: readonly string[];
};
type Sessions = Parameters<typeof SessionList>[0]["sessions"];

const LIST = consoleHref("/cuentas");
const accountHref = (name: string, rest = "") => consoleHref(`/cuentas/:name${rest}`, { name });

const list: Route = {
  method: "get",
  path: "/cuentas",
  needs: "accounts.list",
  async answer(visit) {
    const { say } = visit;
    const { accounts } = await visit.ask<{ accounts: Account[] }>("accounts.list");
    return {
      title: say("Cuentas", "Accounts"),
      beside: (
        <LinkButton href={consoleHref("/nuevo/cuenta")}>
          {say("Crear una cuenta", "Create an account")}
        </LinkButton>
      ),
      body: (
        <List
          visit={visit}
          caption={say("Cuentas", "Accounts")}
          rows={accounts}
          empty={say("No hay ninguna.", "There are none.")}
          columns={[
            {
              title: say("Usuario", "User name"),
              cell: ({ name, email }) => (
                <>
                  <a href={accountHref(name)}>{name}</a>
                  {email && <small>{email}</small>}
                </>
              ),
            },
            { title: say("Rol", "Role"), cell: ({ role }) => role },
            { title: say("Grupos", "Groups"), cell: ({ groups }) => groups.join(", ") },
            { title: say("Estado", "State"), cell: (account) => <State visit={visit} account={account} /> },
          ]}
        />
      ),
    };
  },
};

function State({ visit: { say }, account }: { readonly visit: Visit; readonly account: Account }) {
  const { disabled, has_password, source } = account;
  if (disabled) return <Badge kind="wrong">{say("deshabilitada", "disabled")}</Badge>;
  if (!has_password) return <Badge kind="busy">{say("sin clave", "no password")}</Badge>;
  return source === "environment"
    ? <Badge kind="quiet">CONSOLE_USERS</Badge>
    : <Badge kind="good">{say("habilitada", "enabled")}</Badge>;
}

const shared = ({ say }: Visit): readonly Field[] => [
  {
    name: "role",
    label: say("Rol", "Role"),
    kind: "select",
    options: [
      ["viewer", say("viewer: mira", "viewer: looks")],
      ["operator", say("operator: además cambia y ejecuta", "operator: changes and runs things too")],
      ["admin", say("admin: además maneja cuentas", "admin: rules over accounts too")],
    ],
  },
];

const groups = ({ say }: Visit): Field => ({
  name: "groups",
  label: say("Grupos", "Groups"),
  hint: say("Separados por comas", "Separated by commas"),
  kind: "words",
});

const adding = formRoutes<object>({
  path: "/nuevo/cuenta",
  needs: "accounts.create",
  read: () => Promise.resolve({ role: "viewer" }),
  sets: (visit): readonly Fieldset[] => {
    const { say } = visit;
    return [{
      fields: [
        { name: "name", label: say("Usuario", "User name"), required: true, autocomplete: "off" },
        ...shared(visit),
        { name: "email", label: say("Correo", "E-mail"), empty: "omit", autocomplete: "off" },
        groups(visit),
        {
          name: "password",
          label: say("Clave", "Password"),
          hint: say("Sin ella, su dueño la pone con el correo", "Without one its owner sets it by mail"),
          kind: "password",
          empty: "omit",
          autocomplete: "new-password",
        },
      ],
    }];
  },
  page: ({ say }, _, form) => ({
    title: say("Crear una cuenta", "Create an account"),
    above: [{ href: LIST, text: say("Cuentas", "Accounts") }],
    body: form,
  }),
  submit: ({ say }) => say("Crear", "Create"),
  cancel: () => LIST,
  async send(visit, body) {
    const { name } = await visit.ask<Account>("accounts.create", { body });
    return { to: accountHref(name), told: visit.say("La cuenta está creada.", "The account is created.") };
  },
});

const one = formRoutes<Account & { readonly sessions: Sessions }>({
  path: "/cuentas/:name",
  needs: "accounts.change",
  async read(visit) {
    const params = { name: visit.params.name! };
    const account = await visit.ask<Account>("accounts.read", { params });
    const { sessions } = await visit.ask<{ sessions: Sessions }>("accounts.sessions", { params });
    return { ...account, sessions };
  },
  sets: (visit) => [{
    legend: visit.say("Cambiarla", "Change it"),
    fields: [
      { name: "version", label: "", kind: "kept" },
      ...shared(visit),
      { name: "email", label: visit.say("Correo", "E-mail"), empty: "null", autocomplete: "off" },
      groups(visit),
      {
        name: "disabled",
        label: visit.say(
          "Deshabilitada: no entra, y lo que tenía abierto se cierra",
          "Disabled: it cannot log in, and what it has open is closed",
        ),
        kind: "flag",
      },
      {
        name: "password",
        label: visit.say("Clave nueva", "New password"),
        hint: visit.say("Queda la que tiene, si falta", "The one it has stays, if not told"),
        kind: "password",
        empty: "omit",
        autocomplete: "new-password",
      },
    ],
  }],
  page(visit, account, form) {
    const { say } = visit;
    const { name, role, source, sessions } = account;
    return {
      title: name,
      above: [{ href: LIST, text: say("Cuentas", "Accounts") }],
      body: (
        <>
          <Facts
            rows={[
              [say("Estado", "State"), <State visit={visit} account={account} />],
              [say("Rol", "Role"), role],
              [
                say("Lo que hizo", "What it did"),
                <a href={consoleHref("/auditoria", {}, { account: name })}>{say("auditoría", "audit")}</a>,
              ],
            ]}
          />
          {source === "environment"
            ? (
              <p class="notice busy">
                {say(
                  "Viene de CONSOLE_USERS: se cambia ahí.",
                  "It comes from CONSOLE_USERS: change it there.",
                )}
              </p>
            )
            : form}
          <section>
            <h2>{say("Sesiones abiertas", "Open sessions")}</h2>
            <SessionList visit={visit} sessions={sessions} />
            {sessions.length > 0 && (
              <LinkButton href={accountHref(name, "/cerrar-sesiones")} kind="grave">
                {say("Cerrar todas", "Close all")}
              </LinkButton>
            )}
          </section>
        </>
      ),
    };
  },
  submit: ({ say }) => say("Guardar", "Save"),
  async send(visit, body, { name }) {
    await visit.ask("accounts.change", { params: { name }, body });
    return { to: accountHref(name), told: visit.say("La cuenta está guardada.", "The account is saved.") };
  },
});

const ending = confirmRoutes({
  path: "/cuentas/:name/cerrar-sesiones",
  needs: "accounts.end_sessions",
  title: ({ say, params }) =>
    say(`¿Cerrar las sesiones de ${params.name}?`, `Close the sessions of ${params.name}?`),
  warning: ({ say }) => <p>{say("Tendrá que entrar otra vez.", "They will have to log in again.")}</p>,
  submit: ({ say }) => say("Cerrar todas", "Close all"),
  back: ({ params }) => accountHref(params.name!),
  async send(visit) {
    const name = visit.params.name!;
    await visit.ask("accounts.end_sessions", { params: { name } });
    return {
      to: accountHref(name),
      told: visit.say("Sus sesiones están cerradas.", "Its sessions are closed."),
    };
  },
});

export const ACCOUNTS: Section = {
  path: "/cuentas",
  title: ["Cuentas", "Accounts"],
  group: "accounts",
  role: "admin",
  routes: [list, ...adding, ...one, ...ending],
};

const groupList: Route = {
  method: "get",
  path: "/grupos",
  needs: "accounts.groups",
  async answer(visit) {
    const { say } = visit;
    const { groups } = await visit.ask<{ groups: Group[] }>("accounts.groups");
    return {
      title: say("Grupos", "Groups"),
      body: (
        <>
          <p>
            {say(
              "Se está en un grupo por la cuenta: ahí se cambia.",
              "An account tells its groups: change them there.",
            )}
          </p>
          <List
            visit={visit}
            caption={say("Grupos", "Groups")}
            rows={groups}
            empty={say("No hay ninguno.", "There are none.")}
            columns={[
              {
                title: say("Grupo", "Group"),
                cell: ({ name, description }) => (
                  <>
                    {name}
                    {description && <small>{description}</small>}
                  </>
                ),
              },
              {
                title: say("Cuentas", "Accounts"),
                cell: ({ members }) => (
                  <span class="actions">
                    {members.map((name) => <a href={accountHref(name)}>{name}</a>)}
                  </span>
                ),
              },
            ]}
          />
        </>
      ),
    };
  },
};

export const GROUP_LIST: Section = {
  path: "/grupos",
  title: ["Grupos", "Groups"],
  group: "accounts",
  role: "admin",
  routes: [groupList],
};
