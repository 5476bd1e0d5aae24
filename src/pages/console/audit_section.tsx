/** @jsxImportSource hono/jsx */
// The audit: who changed what, or tried to, the newest first.

import { Badge, Moment } from "./frame.tsx";
import type { Route, Section } from "./route.ts";
import { Filters, List } from "./tables.tsx";
import { consoleHref } from "./visit.ts";

type Entry = {
  readonly id: number;
  readonly account: string;
  readonly at: string;
  readonly operation: string;
  readonly address: string;
  readonly how: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly status: number;
  readonly problem?: string;
};

const list: Route = {
  method: "get",
  path: "/auditoria",
  needs: "audit.list",
  async answer(visit) {
    const { say, language, url: { searchParams } } = visit;
    const account = searchParams.get("account")?.trim() ?? "";
    const before = searchParams.get("before") ?? "";
    const { entries, next } = await visit.ask<{ entries: Entry[]; next?: number }>("audit.list", {
      query: { account, before },
    });
    return {
      title: say("Auditoría", "Audit"),
      body: (
        <>
          <Filters
            visit={visit}
            filters={[{ name: "account", label: say("Cuenta (exacta)", "Account (exact)") }]}
          />
          <List
            visit={visit}
            caption={say("Lo que se hizo, lo último primero", "What was done, the newest first")}
            rows={entries}
            empty={say("No hay nada.", "There is nothing.")}
            columns={[
              {
                title: say("Qué", "What"),
                cell: ({ operation, params, problem }) => (
                  <>
                    {operation}
                    {params && <small>{Object.values(params).join(" · ")}</small>}
                    {problem && <small class="fault">{problem}</small>}
                  </>
                ),
              },
              {
                title: say("Quién", "Who"),
                cell: ({ account, address, how }) => (
                  <>
                    {account}
                    <small>{[address, how].filter(Boolean).join(" · ")}</small>
                  </>
                ),
              },
              { title: say("Cuándo", "When"), cell: ({ at }) => <Moment at={at} language={language} /> },
              {
                title: say("Respuesta", "Answer"),
                cell: ({ status }) => <Badge kind={status < 400 ? "good" : "wrong"}>{String(status)}</Badge>,
              },
              {
                title: say("Lo enviado", "What was sent"),
                cell: ({ query, body }) => {
                  const sent = [query, body].filter((one) => one !== undefined);
                  return sent.length > 0 && (
                    <details>
                      <summary>{say("ver", "show")}</summary>
                      <pre
                        class="log"
                        tabindex={0}
                      >{sent.map((one) => JSON.stringify(one, null, 1)).join("\n")}</pre>
                    </details>
                  );
                },
              },
            ]}
          />
          {next !== undefined && (
            <p>
              <a href={consoleHref("/auditoria", {}, { account, before: next })} rel="next">
                {say("Anteriores →", "Earlier →")}
              </a>
            </p>
          )}
        </>
      ),
    };
  },
};

export const AUDIT: Section = {
  path: "/auditoria",
  title: ["Auditoría", "Audit"],
  group: "accounts",
  role: "admin",
  routes: [list],
};
