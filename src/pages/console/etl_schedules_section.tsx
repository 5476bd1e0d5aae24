/** @jsxImportSource hono/jsx */
// Schedules of all sequences, with their next times where they are and in UTC; pausing and resuming.

import { textOf } from "./fields.ts";
import { type EtlSchedule, zonedText } from "./etl_words.tsx";
import { Button } from "./forms.tsx";
import { Badge, Moment } from "./frame.tsx";
import type { Route, Section } from "./route.ts";
import { List } from "./tables.tsx";
import { consoleHref, type Visit } from "./visit.ts";

const LIST = consoleHref("/horarios");

const MISFIRE_WORDS: Readonly<Record<string, readonly [string, string]>> = {
  skip: ["lo que se perdió no corre", "what was missed does not run"],
  run_once: ["de lo que se perdió corre lo último", "of what was missed the last runs"],
  run_all: ["lo que se perdió corre todo", "all that was missed runs"],
};

/** `back` is where a button returns to. */
export function ScheduleList(
  { visit, schedules, back }: {
    readonly visit: Visit;
    readonly schedules: readonly EtlSchedule[];
    readonly back: string;
  },
) {
  const { say, language } = visit;
  return (
    <List
      visit={visit}
      caption={say("Horarios", "Schedules")}
      rows={schedules}
      empty={say("Ninguna secuencia tiene horarios.", "No sequence has a schedule.")}
      columns={[
        {
          title: say("Secuencia", "Sequence"),
          cell: ({ name }) => <a href={consoleHref("/secuencias/:name", { name })}>{name}</a>,
        },
        {
          title: say("Cuándo", "When"),
          cell: ({ cron, timezone, misfire }) => (
            <>
              <code>{cron}</code>
              <small>{timezone}</small>
              <small>{say(...MISFIRE_WORDS[misfire] ?? [misfire, misfire])}</small>
            </>
          ),
        },
        {
          title: say("Estado", "State"),
          cell: ({ enabled, paused_by, paused_at }) =>
            paused_by !== null
              ? (
                <>
                  <Badge kind="busy">{say("en pausa", "paused")}</Badge>
                  <small>
                    {`${paused_by}, `}
                    <Moment at={paused_at} language={language} />
                  </small>
                </>
              )
              : enabled
              ? <Badge kind="good">{say("activo", "active")}</Badge>
              : <Badge kind="quiet">{say("apagado en el archivo", "off in the file")}</Badge>,
        },
        {
          title: say("Próximas veces", "Next times"),
          cell: ({ next, timezone, enabled, paused_by }) =>
            !enabled || paused_by !== null
              ? <span class="quiet">{say("ninguna mientras tanto", "none meanwhile")}</span>
              : (
                <ol class="fires">
                  {next.map((at) => (
                    <li>
                      <time datetime={at}>{zonedText(visit, at, timezone)}</time>{" "}
                      <small>{`${at.slice(0, 16).replace("T", " ")} UTC`}</small>
                    </li>
                  ))}
                </ol>
              ),
        },
        ...(visit.may("etl.schedules.pause")
          ? [{
            title: say("Acciones", "Actions"),
            cell: ({ name, schedule, paused_by }: EtlSchedule) => (
              <Button
                visit={visit}
                action={consoleHref(paused_by === null ? "/horarios/pausar" : "/horarios/reanudar")}
                kept={{ name, schedule, back }}
                kind="plain"
              >
                {paused_by === null ? say("Pausar", "Pause") : say("Reanudar", "Resume")}
                <span class="unseen">{` ${name}, ${schedule}`}</span>
              </Button>
            ),
          }]
          : []),
      ]}
    />
  );
}

const list: Route = {
  method: "get",
  path: "/horarios",
  needs: "etl.schedules",
  async answer(visit) {
    const { schedules } = await visit.ask<{ schedules: EtlSchedule[] }>("etl.schedules", {
      query: { next: 3 },
    });
    return {
      title: visit.say("Horarios", "Schedules"),
      body: (
        <>
          <p class="quiet">
            {visit.say(
              "Cada horario corre en su propia zona; al lado, la misma vez en UTC. Lo que toque durante una pausa no se recupera.",
              "Each schedule runs in its own zone; beside it, the same time in UTC. What falls into a pause is not made up for.",
            )}
          </p>
          <ScheduleList visit={visit} schedules={schedules} back={LIST} />
        </>
      ),
    };
  },
};

/** Where the button was: only pages of ours. */
function backOf({ form }: Visit): string {
  const back = textOf(form, "back");
  return /^\/consola\/[\w%./-]*$/.test(back) ? back : LIST;
}

function pausing(path: string, operation: string, told: (visit: Visit) => string): Route {
  return {
    method: "post",
    path: `/horarios/${path}`,
    back: backOf,
    async answer(visit) {
      const body = { name: textOf(visit.form, "name"), schedule: textOf(visit.form, "schedule") };
      await visit.ask(operation, { body });
      return { to: backOf(visit), told: told(visit) };
    },
  };
}

export const SCHEDULES: Section = {
  path: "/horarios",
  title: ["Horarios", "Schedules"],
  group: "work",
  role: "viewer",
  routes: [
    list,
    pausing(
      "pausar",
      "etl.schedules.pause",
      ({ say }) => say("El horario está en pausa.", "The schedule is paused."),
    ),
    pausing(
      "reanudar",
      "etl.schedules.resume",
      ({ say }) => say("El horario sigue.", "The schedule goes on."),
    ),
  ],
};
