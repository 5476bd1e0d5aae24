/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// Pages for who is not logged in: the door, a forgotten password, the first account. Codes come in the fragment of
// an address, which no server and no log sees: the script puts them into the form, people without it type them.

import { noticeCookie, redirect } from "./answers.tsx";
import { bodyOf, type Field, type Values, valuesSent } from "./fields.ts";
import { FaultSummary, Inputs, type Refusal } from "./forms.tsx";
import { isAnswerable } from "./form_routes.tsx";
import type { Shown } from "./route.ts";
import {
  type Asking,
  checkAnswer,
  consoleAddress,
  consoleHref,
  readAnswer,
  Refused,
  type Visit,
} from "./visit.ts";

export const LOG_IN = "/entrar";
const ASK_RESET = "/olvido";
const SET_PASSWORD = "/clave";
const FIRST_ACCOUNT = "/primera-cuenta";

/** A visit by somebody who need not be known. */
export type Entry = {
  readonly url: URL;
  readonly say: Visit["say"];
  readonly form: FormData;
  isKnown(): Promise<boolean>;
  ask(operation: string, asking: Asking): Promise<Response>;
};

type EntryRoute = {
  readonly method: "get" | "post";
  readonly path: string;
  readonly answer: (entry: Entry) => Promise<Shown | Response>;
};

/** An address of the console that was asked for; its start for any other. */
function nextOf(text: string | null): string {
  const next = consoleAddress(text ?? "", "http://consola.invalid");
  return next === undefined || next.startsWith(consoleHref(LOG_IN)) ? "/consola" : next;
}

function EntryForm(
  { entry, fields, submit, values = {}, kept = {}, refused }: {
    readonly entry: Entry;
    readonly fields: readonly Field[];
    readonly submit: string;
    readonly values?: Values;
    readonly kept?: Readonly<Record<string, string>>;
    readonly refused?: Refusal | undefined;
  },
) {
  return (
    <form class="form entry" method="post" action={entry.url.pathname}>
      {refused && <FaultSummary sets={[{ fields }]} refused={refused} say={entry.say} />}
      {Object.entries(kept).map(([name, value]) => <input type="hidden" name={name} value={value} />)}
      <Inputs fields={fields} values={values} refused={refused} say={entry.say} />
      <p class="send">
        <button type="submit">{submit}</button>
      </p>
    </form>
  );
}

type Sending = Refusal & { readonly status: number; readonly values: Values };

function logInFields({ say }: Entry): readonly Field[] {
  return [
    { name: "name", label: say("Usuario", "User name"), required: true, autocomplete: "username" },
    {
      name: "password",
      label: say("Clave", "Password"),
      kind: "password",
      required: true,
      autocomplete: "current-password",
    },
  ];
}

function logInPage(entry: Entry, next: string, refused?: Sending): Shown {
  const { say } = entry;
  return {
    ...(refused && { status: refused.status }),
    title: say("Entrar a la consola", "Log in to the console"),
    body: (
      <>
        <EntryForm
          entry={entry}
          fields={logInFields(entry)}
          submit={say("Entrar", "Log in")}
          values={refused?.values ?? {}}
          kept={{ next }}
          refused={refused}
        />
        <p>
          <a href={consoleHref(ASK_RESET)}>{say("Olvidé mi clave", "I forgot my password")}</a>
        </p>
      </>
    ),
  };
}

const NEW_PASSWORD = {
  name: "password",
  kind: "password",
  required: true,
  autocomplete: "new-password",
} as const;
const TOKEN = { name: "token", required: true, autocomplete: "one-time-code" } as const;

function resetFields({ say }: Entry): readonly Field[] {
  return [
    {
      name: "account",
      label: say("Usuario o correo", "User name or e-mail"),
      required: true,
      autocomplete: "username",
    },
  ];
}

function passwordFields({ say }: Entry): readonly Field[] {
  return [
    {
      ...TOKEN,
      label: say("Código", "Code"),
      hint: say("El que llegó por correo; sirve una vez", "The one that came by mail; it works once"),
    },
    { ...NEW_PASSWORD, label: say("Clave nueva", "New password") },
  ];
}

function firstFields({ say }: Entry): readonly Field[] {
  return [
    {
      ...TOKEN,
      label: say("Código", "Code"),
      hint: say("El que escribió el servidor al iniciar", "The one that the server wrote when it started"),
    },
    { name: "name", label: say("Usuario", "User name"), required: true, autocomplete: "username" },
    { name: "email", label: say("Correo", "E-mail"), empty: "omit", autocomplete: "email" },
    { ...NEW_PASSWORD, label: say("Clave", "Password") },
  ];
}

/** A form that an operation takes, on a page of its own. */
function entryForm(
  { path, fields, operation, title, lead, submit, done, below }: {
    readonly path: string;
    readonly fields: (entry: Entry) => readonly Field[];
    readonly operation: string;
    readonly title: (say: Visit["say"]) => string;
    readonly lead: (say: Visit["say"]) => string;
    readonly submit: (say: Visit["say"]) => string;
    readonly done: (say: Visit["say"]) => string;
    readonly below?: (say: Visit["say"]) => { readonly href: string; readonly text: string };
  },
): readonly EntryRoute[] {
  const page = (entry: Entry, refused?: Sending): Shown => {
    const link = below?.(entry.say);
    return {
      ...(refused && { status: refused.status }),
      title: title(entry.say),
      body: (
        <>
          <p>{lead(entry.say)}</p>
          <EntryForm
            entry={entry}
            fields={fields(entry)}
            submit={submit(entry.say)}
            values={refused?.values ?? {}}
            refused={refused}
          />
          <p>
            {link && (
              <>
                <a href={link.href}>{link.text}</a>
                {" · "}
              </>
            )}
            <a href={consoleHref(LOG_IN)}>{entry.say("Volver a entrar", "Back to log in")}</a>
          </p>
        </>
      ),
    };
  };
  return [
    { method: "get", path, answer: (entry) => Promise.resolve(page(entry)) },
    {
      method: "post",
      path,
      async answer(entry) {
        try {
          await readAnswer(await entry.ask(operation, { body: bodyOf(fields(entry), entry.form) }));
          return redirect(consoleHref(LOG_IN), [noticeCookie({ told: done(entry.say) })]);
        } catch (error) {
          return page(entry, sendingOf(error, fields(entry), entry.form));
        }
      },
    },
  ];
}

/** What a form is shown again with. Errors: those that are no refusal of what was sent. */
function sendingOf(error: unknown, fields: readonly Field[], form: FormData): Sending {
  if (!(error instanceof Refused) || !(isAnswerable(error.status) || error.status === 401)) throw error;
  const { message: detail, faults, status } = error;
  return { detail, faults, status, values: valuesSent(fields, form) };
}

export const entryRoutes: readonly EntryRoute[] = [
  {
    method: "get",
    path: LOG_IN,
    async answer(entry) {
      const next = nextOf(entry.url.searchParams.get("next"));
      return await entry.isKnown() ? redirect(next) : logInPage(entry, next);
    },
  },
  {
    method: "post",
    path: LOG_IN,
    async answer(entry) {
      const next = nextOf(String(entry.form.get("next") ?? ""));
      const fields = logInFields(entry);
      const answer = await entry.ask("session.begin", { body: bodyOf(fields, entry.form) });
      try {
        await checkAnswer(answer);
      } catch (error) {
        return logInPage(entry, next, sendingOf(error, fields, entry.form));
      }
      return redirect(next, answer.headers.getSetCookie());
    },
  },
  ...entryForm({
    path: ASK_RESET,
    fields: resetFields,
    operation: "password.request_reset",
    title: (say) => say("Olvidé mi clave", "I forgot my password"),
    lead: (say) =>
      say(
        "Si la cuenta tiene correo, le llegará un código para poner otra.",
        "If the account has an e-mail address, a code to set another one will arrive there.",
      ),
    submit: (say) => say("Pedir el código", "Ask for the code"),
    done: (say) =>
      say(
        "Si hay una cuenta así y tiene correo, le llegará un código que sirve durante una hora.",
        "If there is such an account and it has an e-mail address, a code that works for an hour is on its way.",
      ),
    below: (say) => ({ href: consoleHref(SET_PASSWORD), text: say("Ya tengo el código", "I have the code") }),
  }),
  ...entryForm({
    path: SET_PASSWORD,
    fields: passwordFields,
    operation: "password.complete_reset",
    title: (say) => say("Clave nueva", "New password"),
    lead: (say) =>
      say(
        "Al ponerla se cierran las sesiones que la cuenta tenga abiertas.",
        "Setting it closes the sessions that the account has open.",
      ),
    submit: (say) => say("Poner la clave", "Set the password"),
    done: (say) => say("Listo: entre con la clave nueva.", "Done: log in with the new password."),
    below: (say) => ({
      href: consoleHref(ASK_RESET),
      text: say("Pedir otro código", "Ask for another code"),
    }),
  }),
  ...entryForm({
    path: FIRST_ACCOUNT,
    fields: firstFields,
    operation: "password.first_account",
    title: (say) => say("La primera cuenta", "The first account"),
    lead: (say) =>
      say(
        "Será de administración: después podrá crear las demás.",
        "It will be an administrator: it can make the others afterwards.",
      ),
    submit: (say) => say("Crear la cuenta", "Create the account"),
    done: (say) => say("La cuenta está lista: entre con ella.", "The account is ready: log in with it."),
  }),
];
