/** @jsxImportSource hono/jsx */
// Sequences: which there are and what is wrong with their files; one with its steps as they would run, its times and
// its history, to be started, or to fill in past days.

import { DAY_MS } from "../../core/time.ts";
import { beginningOf, dayAt } from "./days.ts";
import { textOf } from "./fields.ts";
import { formRoutes } from "./form_routes.tsx";
import { etlRunHref } from "./etl_run_page.tsx";
import { Faults, type Sequence, sequenceHref, sequencePage, StartButton } from "./etl_sequence_page.tsx";
import { type EtlRun, EtlState, isEnding, type SequenceFault } from "./etl_words.tsx";
import { Badge, Moment } from "./frame.tsx";
import type { Route, Section } from "./route.ts";
import { List } from "./tables.tsx";
import { Refused } from "./visit.ts";

type Listed = {
  readonly name: string;
  readonly enabled: boolean;
  readonly steps: number;
  readonly schedules: number;
  readonly last_run: EtlRun | null;
};

const list: Route = {
  method: "get",
  path: "/secuencias",
  needs: "etl.sequences",
  async answer(visit) {
    const { say, language } = visit;
    const { sequences, faults } = await visit.ask<{ sequences: Listed[]; faults: SequenceFault[] }>(
      "etl.sequences",
    );
    const may = visit.may("etl.runs.start");
    return {
      title: say("Secuencias", "Sequences"),
      body: (
        <>
          {faults.length > 0 && (
            <section aria-labelledby="faults">
              <h2 id="faults">{say("Archivos con problemas", "Files with problems")}</h2>
              <Faults visit={visit} faults={faults} />
            </section>
          )}
          <section aria-labelledby="usable">
            <h2 id="usable">{say("Las que se pueden usar", "Those that can be used")}</h2>
            <List
              visit={visit}
              caption={say("Secuencias", "Sequences")}
              rows={sequences}
              empty={say(
                "No hay ninguna que se pueda usar en etl_sequences.",
                "There is none to use in etl_sequences.",
              )}
              columns={[
                {
                  title: say("Nombre", "Name"),
                  cell: ({ name, steps }) => (
                    <>
                      <a href={sequenceHref(name)}>{name}</a>
                      <small>{`${steps} ${steps === 1 ? say("paso", "step") : say("pasos", "steps")}`}</small>
                    </>
                  ),
                },
                {
                  title: say("Horarios", "Schedules"),
                  cell: ({ schedules, enabled }) =>
                    schedules === 0
                      ? "–"
                      : enabled
                      ? String(schedules)
                      : <Badge kind="quiet">{say("apagados", "off")}</Badge>,
                },
                {
                  title: say("Última corrida", "Last run"),
                  cell: ({ last_run }) =>
                    last_run === null ? "–" : (
                      <a href={etlRunHref(last_run.id)}>
                        <EtlState visit={visit} status={last_run.status} isEnding={isEnding(last_run)} />{" "}
                        <Moment at={last_run.requested_at} language={language} />
                      </a>
                    ),
                },
                ...(may
                  ? [{
                    title: say("Acciones", "Actions"),
                    cell: ({ name }: Listed) => <StartButton visit={visit} name={name} kind="plain" />,
                  }]
                  : []),
              ]}
            />
          </section>
        </>
      ),
    };
  },
};

const starting: Route = {
  method: "post",
  path: "/secuencias/:name/correr",
  back: ({ params }) => sequenceHref(params.name!),
  async answer(visit) {
    const key = textOf(visit.form, "key");
    const run = await visit.ask<EtlRun>("etl.runs.start", {
      body: { name: visit.params.name! },
      ...(key !== "" && { key }),
    });
    return {
      to: etlRunHref(run.id),
      told: visit.say("Pedida: empieza en cuanto le toque.", "Asked for: it begins when its turn comes."),
      ...(run.status === "FAILURE" &&
        { kind: "wrong" as const, told: visit.say("No se puede correr.", "It cannot run.") }),
    };
  },
};

const filling = formRoutes<
  Sequence & { readonly schedule: string; readonly from: string; readonly to: string }
>({
  path: "/secuencias/:name/completar",
  needs: "etl.backfill",
  async read(visit) {
    const sequence = await visit.ask<Sequence>("etl.sequence", { params: { name: visit.params.name! } });
    return {
      ...sequence,
      schedule: sequence.schedules[0]?.schedule ?? "",
      from: dayAt(visit.now - 7 * DAY_MS),
      to: dayAt(visit.now - DAY_MS),
    };
  },
  sets: ({ say }, { schedules }) => [{
    fields: [
      {
        name: "schedule",
        label: say("Horario", "Schedule"),
        kind: "select",
        options: schedules.map(({ schedule }) => [schedule, schedule] as const),
      },
      { name: "from", label: say("Desde el día", "From the day"), kind: "date", required: true },
      {
        name: "to",
        label: say("Hasta el día, incluido", "To the day, included"),
        kind: "date",
        required: true,
      },
    ],
  }],
  page: ({ say, params }, _, form) => ({
    title: say(`Completar días pasados de ${params.name}`, `Fill in past days of ${params.name}`),
    above: [{ href: sequenceHref(params.name!), text: params.name! }],
    body: (
      <>
        <p>
          {say(
            "Se pide una corrida por cada vez que el horario tuvo en esos días (de Buenos Aires), las más viejas primero. Las que ya corrieron no se repiten.",
            "A run is asked for each time of the schedule in those days (of Buenos Aires), the oldest first. Those that ran already are not repeated.",
          )}
        </p>
        {form}
      </>
    ),
  }),
  submit: ({ say }) => say("Pedir las corridas", "Ask for the runs"),
  cancel: ({ params }) => sequenceHref(params.name!),
  async send(visit, body) {
    const day = (name: string, more: number) => {
      const at = beginningOf(String(body[name]));
      if (Number.isNaN(at)) {
        const message = visit.say("No es un día", "It is no day");
        throw new Refused(400, message, [{ path: name, message }]);
      }
      return new Date(at + more).toISOString();
    };
    const { added, existing } = await visit.ask<{ added: number; existing: number }>("etl.backfill", {
      params: { name: visit.params.name! },
      body: { schedule: body.schedule, from: day("from", 0), to: day("to", DAY_MS) },
    });
    return {
      to: sequenceHref(visit.params.name!),
      told: visit.say(
        `${added} corridas pedidas; ${existing} ya estaban.`,
        `${added} runs asked for; ${existing} were there already.`,
      ),
    };
  },
});

export const SEQUENCES: Section = {
  path: "/secuencias",
  title: ["Secuencias", "Sequences"],
  group: "work",
  role: "viewer",
  routes: [list, sequencePage, starting, ...filling],
};
