/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// Who plans, who works, and what waits.

import { etlRunHref } from "./etl_run_page.tsx";
import { ageText, type EtlRun, triggerText } from "./etl_words.tsx";
import { Facts } from "./forms.tsx";
import { Badge } from "./frame.tsx";
import type { Route, Section } from "./route.ts";
import { type Column, List } from "./tables.tsx";
import { consoleHref, type Visit } from "./visit.ts";

type Workers = {
  readonly scheduler: {
    readonly holder: string;
    readonly token: number;
    readonly taken_at: string;
    readonly renewed_at: string;
    readonly expires_at: string;
  } | null;
  readonly workers: readonly {
    readonly id: string;
    readonly host: string;
    readonly pid: number;
    readonly started_at: string;
    readonly heartbeat_at: string;
    readonly slots: number;
  }[];
};

type QueuedStep = {
  readonly run_id: number;
  readonly name: string;
  readonly step_id: string;
  readonly attempt_id: number;
  readonly module_name: string;
  readonly worker: string | null;
  readonly since: string | null;
};

type Queue = {
  readonly running: readonly QueuedStep[];
  readonly waiting: readonly QueuedStep[];
  readonly runs: readonly EtlRun[];
};

const LOOK_AGAIN_SECONDS = 5;
/** Without a sign of life for so long a worker counts as gone. */
const SILENT_MS = 15_000;
/** Runs that wait are told up to here. */
const SHOWN = 50;

const list: Route = {
  method: "get",
  path: "/trabajadores",
  needs: "etl.workers",
  async answer(visit) {
    const { say, now } = visit;
    const { scheduler, workers } = await visit.ask<Workers>("etl.workers");
    const { running, waiting, runs } = await visit.ask<Queue>("etl.queue");
    const isHeld = scheduler !== null && Date.parse(scheduler.expires_at) > now;
    const stepColumns: readonly Column<QueuedStep>[] = [
      {
        title: say("Paso", "Step"),
        cell: ({ run_id, name, step_id, module_name }) => (
          <>
            <a href={etlRunHref(run_id)}>{`${name} #${run_id}, ${step_id}`}</a>
            <small>{module_name}</small>
          </>
        ),
      },
      { title: say("Dónde", "Where"), cell: ({ worker }) => worker ?? "–" },
      { title: say("Desde", "Since"), cell: ({ since }) => since === null ? "–" : ageText(visit, since) },
    ];
    return {
      title: say("Trabajadores", "Workers"),
      refresh: LOOK_AGAIN_SECONDS,
      body: (
        <div data-live="" data-every={String(LOOK_AGAIN_SECONDS)}>
          <section aria-labelledby="scheduler">
            <h2 id="scheduler">{say("Quién planifica", "Who plans")}</h2>
            {scheduler === null
              ? (
                <p class="notice wrong">
                  {say("Nadie: nada empieza solo.", "Nobody: nothing begins by itself.")}
                </p>
              )
              : (
                <Facts
                  rows={[
                    [
                      say("Turno", "Lease"),
                      isHeld
                        ? <Badge kind="good">{say("tomado", "held")}</Badge>
                        : <Badge kind="wrong">{say("vencido", "expired")}</Badge>,
                    ],
                    [say("Quién", "Who"), scheduler.holder],
                    [say("Ficha", "Token"), String(scheduler.token)],
                    [say("Lo tomó", "Took it"), ageText(visit, scheduler.taken_at)],
                    [say("Lo renovó", "Renewed it"), ageText(visit, scheduler.renewed_at)],
                  ]}
                />
              )}
          </section>
          <section aria-labelledby="workers">
            <h2 id="workers">{say("Quiénes trabajan", "Who works")}</h2>
            <List
              visit={visit}
              caption={say("Quiénes trabajan", "Who works")}
              rows={workers}
              keyOf={({ id }) => id}
              empty={say("Nadie trabaja.", "Nobody works.")}
              columns={[
                {
                  title: say("Trabajador", "Worker"),
                  cell: ({ id, host, pid }) => (
                    <>
                      {id}
                      <small>{`${host}, pid ${pid}`}</small>
                    </>
                  ),
                },
                {
                  title: say("Pasos", "Steps"),
                  cell: ({ id, slots }) =>
                    `${running.filter(({ worker }) => worker === id).length} ${say("de", "of")} ${slots}`,
                },
                { title: say("Desde", "Since"), cell: ({ started_at }) => ageText(visit, started_at) },
                {
                  title: say("Última señal", "Last sign"),
                  cell: ({ heartbeat_at }) =>
                    now - Date.parse(heartbeat_at) > SILENT_MS
                      ? <Badge kind="wrong">{ageText(visit, heartbeat_at)}</Badge>
                      : ageText(visit, heartbeat_at),
                },
              ]}
            />
          </section>
          <section aria-labelledby="running">
            <h2 id="running">{say("En curso", "Under way")}</h2>
            <List
              visit={visit}
              caption={say("Pasos en curso", "Steps under way")}
              rows={running}
              keyOf={({ attempt_id }) => `r${attempt_id}`}
              empty={say("Nada.", "Nothing.")}
              columns={stepColumns}
            />
          </section>
          <section aria-labelledby="queue">
            <h2 id="queue">{say("En espera", "Waiting")}</h2>
            {waiting.length > 0 && (
              <List
                visit={visit}
                caption={say("Pasos que esperan", "Steps that wait")}
                rows={waiting.slice(0, SHOWN)}
                keyOf={({ attempt_id }) => `q${attempt_id}`}
                empty=""
                columns={stepColumns}
              />
            )}
            <List
              visit={visit}
              caption={say("Corridas que esperan", "Runs that wait")}
              rows={runs.slice(0, SHOWN)}
              keyOf={({ id }) => `e${id}`}
              empty={say("Ninguna corrida espera.", "No run waits.")}
              columns={[
                {
                  title: say("Lugar", "Place"),
                  cell: (run) => String(runs.indexOf(run) + 1),
                },
                {
                  title: say("Corrida", "Run"),
                  cell: ({ id, name }) => <a href={etlRunHref(id)}>{`${name} #${id}`}</a>,
                },
                { title: say("Cómo empezó", "How it came to be"), cell: (run) => triggerText(visit, run) },
                { title: say("Espera", "Waits"), cell: ({ requested_at }) => ageText(visit, requested_at) },
              ]}
            />
            {runs.length > SHOWN && (
              <p>
                <a href={consoleHref("/corridas", {}, { status: "PENDING", kind: "etl" })}>
                  {say(`Y ${runs.length - SHOWN} más`, `And ${runs.length - SHOWN} more`)}
                </a>
              </p>
            )}
          </section>
          <Modules visit={visit} modules={(await visit.ask<{ modules: Module[] }>("etl.modules")).modules} />
        </div>
      ),
    };
  },
};

type Module = {
  readonly name: string;
  readonly command: readonly string[];
  readonly timeout_seconds: number;
  readonly secrets: readonly string[];
};

function Modules({ visit, modules }: { readonly visit: Visit; readonly modules: readonly Module[] }) {
  const { say } = visit;
  return (
    <section aria-labelledby="modules">
      <h2 id="modules">{say("Módulos", "Modules")}</h2>
      <List
        visit={visit}
        caption={say("Módulos", "Modules")}
        rows={modules}
        empty={say("Ninguno.", "None.")}
        columns={[
          { title: say("Nombre", "Name"), cell: ({ name }) => name },
          { title: say("Comando", "Command"), cell: ({ command }) => <code>{command.join(" ")}</code> },
          {
            title: say("Tiempo máximo", "Longest time"),
            cell: ({ timeout_seconds }) => `${timeout_seconds} s`,
          },
          { title: say("Secretos", "Secrets"), cell: ({ secrets }) => secrets.join(", ") || "–" },
        ]}
      />
    </section>
  );
}

export const WORKERS: Section = {
  path: "/trabajadores",
  title: ["Trabajadores", "Workers"],
  group: "work",
  role: "viewer",
  routes: [list],
};
