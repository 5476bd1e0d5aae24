/** @jsxImportSource hono/jsx */
// What everybody does for themselves: who one is, the password, open sessions, leaving.

import { noticeCookie, redirect } from "./answers.tsx";
import type { Fieldset } from "./fields.ts";
import { formRoutes } from "./form_routes.tsx";
import { Button, Facts } from "./forms.tsx";
import { Badge, Moment } from "./frame.tsx";
import type { Route, Section } from "./route.ts";
import { List } from "./tables.tsx";
import { consoleHref, type Visit } from "./visit.ts";

type Session = {
  readonly id: string;
  readonly begun_at: string;
  readonly seen_at: string;
  readonly address: string;
  readonly current: boolean;
};
type Own = {
  readonly name: string;
  readonly role: string;
  readonly email: string | null;
  readonly groups: string[];
};

const HERE = consoleHref("/cuenta");

/** Open sessions as a table; `close` is the address that closes one, where one may. */
export function SessionList(
  { visit, sessions, close }: {
    readonly visit: Visit;
    readonly sessions: readonly Session[];
    readonly close?: (id: string) => string;
  },
) {
  const { say, language } = visit;
  return (
    <List
      visit={visit}
      caption={say("Sesiones abiertas", "Open sessions")}
      rows={sessions}
      empty={say("No hay ninguna", "There are none")}
      columns={[
        {
          title: say("Desde", "Address"),
          cell: ({ address, current }) => (
            <>
              {address} {current && <Badge kind="good">{say("ésta", "this one")}</Badge>}
            </>
          ),
        },
        {
          title: say("Empezó", "Begun"),
          cell: ({ begun_at }) => <Moment at={begun_at} language={language} />,
        },
        {
          title: say("Último uso", "Last used"),
          cell: ({ seen_at }) => <Moment at={seen_at} language={language} />,
        },
        ...(close
          ? [{
            title: say("Acciones", "Actions"),
            cell: ({ id }: Session) => (
              <Button visit={visit} action={close(id)} kind="plain">{say("Cerrar", "Close")}</Button>
            ),
          }]
          : []),
      ]}
    />
  );
}

const passwordSets = ({ say }: Visit): readonly Fieldset[] => [{
  legend: say("Cambiar la clave", "Change the password"),
  hint: say("Las demás sesiones se cierran.", "Your other sessions are closed."),
  fields: [
    {
      name: "current_password",
      label: say("Clave actual", "Current password"),
      kind: "password",
      required: true,
      autocomplete: "current-password",
    },
    {
      name: "password",
      label: say("Clave nueva", "New password"),
      kind: "password",
      required: true,
      autocomplete: "new-password",
    },
  ],
}];

const account = formRoutes({
  path: "/cuenta",
  needs: "session.password",
  read: async (visit) => ({
    own: await visit.ask<Own>("session.read"),
    sessions: (await visit.ask<{ sessions: Session[] }>("session.list")).sessions,
  }),
  sets: passwordSets,
  page: (visit, { own, sessions }, form) => {
    const { say } = visit;
    return {
      title: say("Mi cuenta", "My account"),
      body: (
        <>
          <Facts
            rows={[
              [say("Usuario", "User name"), own.name],
              [say("Rol", "Role"), own.role],
              [say("Correo", "E-mail"), own.email],
              [say("Grupos", "Groups"), own.groups.join(", ")],
            ]}
          />
          <section>{form}</section>
          <section>
            <h2>{say("Sesiones abiertas", "Open sessions")}</h2>
            <SessionList
              visit={visit}
              sessions={sessions}
              close={(id) => consoleHref("/cuenta/sesiones/:id/cerrar", { id })}
            />
            {sessions.length > 0 && (
              <Button visit={visit} action={consoleHref("/cuenta/sesiones/cerrar")} kind="plain">
                {say("Cerrar todas y salir", "Close all and log out")}
              </Button>
            )}
          </section>
        </>
      ),
    };
  },
  submit: ({ say }) => say("Cambiar la clave", "Change the password"),
  send: async (visit, body) => {
    await visit.ask("session.password", { body });
    return { to: HERE, told: visit.say("La clave está cambiada.", "The password is changed.") };
  },
});

const actions: readonly Route[] = [
  {
    method: "post",
    path: "/cuenta/sesiones/cerrar",
    async answer(visit) {
      await visit.ask("session.revoke_all");
      const told = visit.say("Todas sus sesiones están cerradas.", "All your sessions are closed.");
      return redirect(consoleHref("/entrar"), [noticeCookie({ told })]);
    },
  },
  {
    method: "post",
    path: "/cuenta/sesiones/:id/cerrar",
    back: () => HERE,
    async answer(visit) {
      await visit.ask("session.revoke", { params: { id: visit.params.id! } });
      return { to: HERE, told: visit.say("La sesión está cerrada.", "The session is closed.") };
    },
  },
  {
    method: "post",
    path: "/salir",
    async answer(visit) {
      await visit.ask("session.end");
      return { to: consoleHref("/entrar"), told: visit.say("Hasta luego.", "See you.") };
    },
  },
];

export const OWN_ACCOUNT: Section = {
  path: "/cuenta",
  title: ["Mi cuenta", "My account"],
  group: "own",
  role: "viewer",
  routes: [...account, ...actions],
};
