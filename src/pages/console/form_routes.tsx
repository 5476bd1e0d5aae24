/** @jsxImportSource hono/jsx */
// Pairs of routes that pages repeat: a form that is shown and sent, and a page that asks before what cannot be undone.

import type { Child } from "hono/jsx";
import { bodyOf, type Fieldset, type Values, valuesOf, valuesSent } from "./fields.ts";
import { ConfirmForm, FieldFacts, Form, type Refusal } from "./forms.tsx";
import type { Route, Sent, Shown } from "./route.ts";
import { Refused, type Visit } from "./visit.ts";

type FormRoutes<Kept extends object> = {
  readonly path: string;
  /** The operation that the form asks for. */
  readonly needs: string;
  /** What is there before. */
  readonly read: (visit: Visit) => Promise<Kept>;
  readonly sets: (visit: Visit, kept: Kept) => readonly Fieldset[];
  /** The page around the form; it is given the form. */
  readonly page: (visit: Visit, kept: Kept, form: Child) => Shown | Promise<Shown>;
  readonly submit: (visit: Visit) => string;
  readonly cancel?: (visit: Visit) => string;
  /** Does it. Errors: Refused shows the form again, with its faults. */
  readonly send: (visit: Visit, body: Record<string, unknown>, kept: Kept) => Promise<Sent>;
  /** Who may not send it sees what the form would hold, where this is true; else they are refused. */
  readonly readable?: boolean;
};

/** A form at a path: shown by GET, sent by POST to the same. */
export function formRoutes<Kept extends object>(
  { path, needs, read, sets, page, submit, cancel, send, readable = false }: FormRoutes<Kept>,
): readonly Route[] {
  const shown = async (
    visit: Visit,
    kept: Kept,
    values: (sets: readonly Fieldset[]) => Values,
    refused?: Refusal & { readonly status: number },
  ): Promise<Shown> => {
    const all = sets(visit, kept);
    const form = visit.may(needs)
      ? (
        <Form
          visit={visit}
          action={visit.url.pathname + visit.url.search}
          sets={all}
          values={values(all)}
          submit={submit(visit)}
          cancel={cancel?.(visit)}
          refused={refused}
        />
      )
      : <FieldFacts sets={all} values={values(all)} say={visit.say} />;
    return { ...await page(visit, kept, form), ...(refused && { status: refused.status }) };
  };
  const flat = (all: readonly Fieldset[]) => all.flatMap(({ fields }) => fields);
  return [
    {
      method: "get",
      path,
      ...(!readable && { needs }),
      answer: async (visit) => {
        const kept = await read(visit);
        return await shown(visit, kept, (all) => valuesOf(flat(all), kept));
      },
    },
    {
      method: "post",
      path,
      async answer(visit) {
        const kept = await read(visit);
        try {
          return await send(visit, bodyOf(flat(sets(visit, kept)), visit.form), kept);
        } catch (error) {
          if (!(error instanceof Refused) || !isAnswerable(error.status)) throw error;
          const { message: detail, faults, status } = error;
          return await shown(visit, kept, (all) => valuesSent(flat(all), visit.form), {
            detail,
            faults,
            status,
          });
        }
      },
    },
  ];
}

/** Whether whoever sent it can mend it: not where they may not do it at all. */
export function isAnswerable(status: number): boolean {
  return [400, 409, 413, 415, 429, 503].includes(status);
}

/** A page that asks first, and then does it. */
export function confirmRoutes(
  { path, needs, title, warning, submit, back, send }: {
    readonly path: string;
    readonly needs: string;
    readonly title: (visit: Visit) => string;
    /** What will be, and what is lost. */
    readonly warning: (visit: Visit) => Child | Promise<Child>;
    readonly submit: (visit: Visit) => string;
    readonly back: (visit: Visit) => string;
    readonly send: (visit: Visit) => Promise<Sent>;
  },
): readonly Route[] {
  return [
    {
      method: "get",
      path,
      needs,
      answer: async (visit) => ({
        title: title(visit),
        body: (
          <div class="confirm">
            {await warning(visit)}
            <ConfirmForm
              visit={visit}
              action={visit.url.pathname + visit.url.search}
              submit={submit(visit)}
              back={back(visit)}
            />
          </div>
        ),
      }),
    },
    { method: "post", path, answer: send, back },
  ];
}
