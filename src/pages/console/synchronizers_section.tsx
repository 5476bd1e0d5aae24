/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// Synchronizers: when each runs, its stages in their order, pausing, running now, duplicating, the factory's.

import type { Child } from "hono/jsx";
import { type Stage, type Weekday, WEEKDAYS } from "../../core/synchronizer.ts";
import { textOf } from "./fields.ts";
import { confirmRoutes, formRoutes } from "./form_routes.tsx";
import { Button, Facts, LinkButton, Token } from "./forms.tsx";
import { Badge, Moment } from "./frame.tsx";
import type { Route, Section } from "./route.ts";
import { isUnderWay, type Run, runHref, RunList, RunState } from "./runs.tsx";
import { List } from "./tables.tsx";
import { daysText, stageValues, synchronizerBody, synchronizerFields } from "./synchronizer_fields.ts";
import { stageText } from "./task_words.ts";
import { consoleHref, type Visit } from "./visit.ts";

type Synchronizer = {
  readonly name: string;
  readonly days: readonly Weekday[];
  readonly time: string;
  readonly stages: readonly Stage[];
  readonly paused: boolean;
  readonly next_due: string | null;
  readonly last_run: Run | null;
};

const LIST = consoleHref("/synchronizers");
const oneHref = (name: string, rest = "") => consoleHref(`/synchronizers/:name${rest}`, { name });

function NextDue(
  { visit, of: { paused, next_due } }: { readonly visit: Visit; readonly of: Synchronizer },
): Child {
  return paused
    ? <Badge kind="quiet">{visit.say("en pausa", "paused")}</Badge>
    : <Moment at={next_due} language={visit.language} />;
}

const list: Route = {
  method: "get",
  path: "/synchronizers",
  needs: "synchronizers.list",
  async answer(visit) {
    const { say, language } = visit;
    const { synchronizers } = await visit.ask<{ synchronizers: Synchronizer[] }>("synchronizers.list");
    const may = visit.may("synchronizers.run");
    return {
      title: "Synchronizers",
      beside: (
        <>
          {visit.may("synchronizers.save") && (
            <LinkButton href={consoleHref("/nuevo/synchronizer")}>{say("Agregar uno", "Add one")}</LinkButton>
          )}
          {visit.may("synchronizers.restore") && (
            <LinkButton href={consoleHref("/synchronizers-de-fabrica")} kind="plain">
              {say("Volver a los de fábrica", "Restore the defaults")}
            </LinkButton>
          )}
        </>
      ),
      body: (
        <List
          visit={visit}
          caption="Synchronizers"
          rows={synchronizers}
          empty={say("No hay ninguno.", "There are none.")}
          columns={[
            {
              title: say("Nombre", "Name"),
              cell: ({ name, stages }) => (
                <>
                  <a href={oneHref(name)}>{name}</a>
                  <small>
                    {`${stages.length} ${
                      stages.length === 1 ? say("etapa", "stage") : say("etapas", "stages")
                    }`}
                  </small>
                </>
              ),
            },
            { title: say("Cuándo", "When"), cell: ({ days, time }) => `${time} · ${daysText(visit, days)}` },
            { title: say("Próxima vez", "Next time"), cell: (one) => <NextDue visit={visit} of={one} /> },
            {
              title: say("Última corrida", "Last run"),
              cell: ({ last_run }) =>
                last_run
                  ? (
                    <a href={runHref(last_run.id)}>
                      <RunState visit={visit} run={last_run} />{" "}
                      <Moment at={last_run.started_at} language={language} />
                    </a>
                  )
                  : "–",
            },
            ...(may
              ? [{
                title: say("Acciones", "Actions"),
                cell: ({ name, paused, last_run }: Synchronizer) => (
                  <span class="actions">
                    <Button
                      visit={visit}
                      action={oneHref(name, "/correr")}
                      kind="plain"
                      disabled={last_run !== null && isUnderWay(last_run)}
                    >
                      {say("Correr ahora", "Run now")}
                    </Button>
                    <Button
                      visit={visit}
                      action={oneHref(name, paused ? "/reanudar" : "/pausar")}
                      kind="plain"
                    >
                      {paused ? say("Reanudar", "Resume") : say("Pausar", "Pause")}
                    </Button>
                  </span>
                ),
              }]
              : []),
          ]}
        />
      ),
    };
  },
};

const adding = formRoutes<object>({
  path: "/nuevo/synchronizer",
  needs: "synchronizers.save",
  read: () => Promise.resolve({ days: WEEKDAYS.slice(0, 5), time: "08:00", ...stageValues([]) }),
  sets: (visit) => synchronizerFields(visit, [], true),
  page: ({ say }, _, form) => ({
    title: say("Agregar un synchronizer", "Add a synchronizer"),
    above: [{ href: LIST, text: "Synchronizers" }],
    body: form,
  }),
  submit: ({ say }) => say("Agregar", "Add"),
  cancel: () => LIST,
  async send(visit, body) {
    const name = String(body.name).trim() || " ";
    await visit.ask("synchronizers.save", { params: { name }, body: synchronizerBody(visit, body) });
    return {
      to: oneHref(name),
      told: visit.say("El synchronizer está agregado.", "The synchronizer is added."),
    };
  },
});

const one = formRoutes<Synchronizer & { readonly runs: readonly Run[] }>({
  path: "/synchronizers/:name",
  needs: "synchronizers.save",
  readable: true,
  async read(visit) {
    const name = visit.params.name!;
    const found = await visit.ask<Synchronizer>("synchronizers.get", { params: { name } });
    const { runs } = await visit.ask<{ runs: Run[] }>("runs.list", {
      query: { kind: "synchronizer", name, limit: 10 },
    });
    return { ...found, ...stageValues(found.stages), runs };
  },
  sets: (visit, { stages }) => synchronizerFields(visit, stages, false),
  page(visit, kept, form) {
    const { say } = visit;
    const { name, paused, days, time, stages, runs } = kept;
    return {
      title: name,
      above: [{ href: LIST, text: "Synchronizers" }],
      beside: (
        <>
          {visit.may("synchronizers.save") && (
            <Button visit={visit} action={oneHref(name, paused ? "/reanudar" : "/pausar")} kind="plain">
              {paused ? say("Reanudar", "Resume") : say("Pausar", "Pause")}
            </Button>
          )}
          {visit.may("synchronizers.remove") && (
            <LinkButton href={oneHref(name, "/eliminar")} kind="grave">
              {say("Eliminar", "Delete")}
            </LinkButton>
          )}
        </>
      ),
      body: (
        <>
          <Facts
            rows={[
              [say("Cuándo", "When"), `${time} · ${daysText(visit, days)}`],
              [say("Próxima vez", "Next time"), <NextDue visit={visit} of={kept} />],
              [say("Etapas", "Stages"), stages.map((stage) => stageText(say, stage)).join(" → ")],
            ]}
          />
          {visit.may("synchronizers.run") && (
            <div class="actions">
              <form class="filters" method="post" action={oneHref(name, "/correr")}>
                <Token visit={visit} />
                <div>
                  <label for="node">{say("Nodo (todos, si falta)", "Node (all, if not told)")}</label>
                  <input id="node" name="node" />
                </div>
                <button type="submit">{say("Correr ahora", "Run now")}</button>
              </form>
              <form class="filters" method="post" action={oneHref(name, "/duplicar")}>
                <Token visit={visit} />
                <div>
                  <label for="copy">{say("Nombre de la copia", "Name of the copy")}</label>
                  <input id="copy" name="copy" required />
                </div>
                <button type="submit" class="plain">{say("Duplicar", "Duplicate")}</button>
              </form>
            </div>
          )}
          <section>
            <h2>{say("Últimas corridas", "Last runs")}</h2>
            <RunList
              visit={visit}
              runs={runs}
              caption={say("Últimas corridas", "Last runs")}
              empty={say("Todavía no corrió.", "It has not run yet.")}
            />
          </section>
          {visit.may("synchronizers.save") && (
            <section>
              <h2>{say("Cambiarlo", "Change it")}</h2>
              {form}
            </section>
          )}
        </>
      ),
    };
  },
  submit: ({ say }) => say("Guardar", "Save"),
  async send(visit, body, { name }) {
    await visit.ask("synchronizers.save", { params: { name }, body: synchronizerBody(visit, body) });
    return {
      to: oneHref(name),
      told: visit.say("El synchronizer está guardado.", "The synchronizer is saved."),
    };
  },
});

/** A button of one synchronizer. */
function action(
  path: string,
  work: (visit: Visit, name: string) => Promise<{ to: string; told: string }>,
): Route {
  return {
    method: "post",
    path: `/synchronizers/:name${path}`,
    back: ({ params }) => oneHref(params.name!),
    answer: (visit) => work(visit, visit.params.name!),
  };
}

const pausing = (paused: boolean) => async (visit: Visit, name: string) => {
  const { days, time, stages } = await visit.ask<Synchronizer>("synchronizers.get", { params: { name } });
  await visit.ask("synchronizers.save", { params: { name }, body: { days, time, stages, paused } });
  const told = paused ? visit.say("En pausa.", "Paused.") : visit.say("Reanudado.", "Resumed.");
  return { to: oneHref(name), told };
};

const actions: readonly Route[] = [
  action("/pausar", pausing(true)),
  action("/reanudar", pausing(false)),
  action("/correr", async (visit, name) => {
    const node = textOf(visit.form, "node").trim();
    const body = node === "" ? {} : { node };
    const { id } = await visit.ask<Run>("synchronizers.run", { params: { name }, body });
    return {
      to: runHref(id),
      told: visit.say("Pedido: empieza en cuanto se pueda.", "Asked for: it begins as soon as it can."),
    };
  }),
  action("/duplicar", async (visit, name) => {
    const copy = textOf(visit.form, "copy").trim();
    await visit.ask("synchronizers.duplicate", { params: { name }, body: { name: copy } });
    return {
      to: oneHref(copy),
      told: visit.say(`Es una copia de "${name}".`, `This is a copy of "${name}".`),
    };
  }),
];

const removing = confirmRoutes({
  path: "/synchronizers/:name/eliminar",
  needs: "synchronizers.remove",
  title: ({ say, params }) => say(`¿Eliminar "${params.name}"?`, `Delete "${params.name}"?`),
  warning: ({ say }) => (
    <p>{say("No correrá más; sus corridas quedan.", "It runs no more; its runs are kept.")}</p>
  ),
  submit: ({ say }) => say("Eliminar", "Delete"),
  back: ({ params }) => oneHref(params.name!),
  async send(visit) {
    await visit.ask("synchronizers.remove", { params: { name: visit.params.name! } });
    return { to: LIST, told: visit.say("El synchronizer está eliminado.", "The synchronizer is deleted.") };
  },
});

const restoring = confirmRoutes({
  path: "/synchronizers-de-fabrica",
  needs: "synchronizers.restore",
  title: ({ say }) => say("¿Volver a los de fábrica?", "Restore the defaults?"),
  warning: ({ say }) => (
    <p class="notice wrong">
      {say(
        "Se eliminan todos los synchronizers y se crean los de fábrica.",
        "All synchronizers are deleted, and the defaults are made.",
      )}
    </p>
  ),
  submit: ({ say }) => say("Volver a los de fábrica", "Restore the defaults"),
  back: () => LIST,
  async send(visit) {
    await visit.ask("synchronizers.restore");
    return { to: LIST, told: visit.say("Están los de fábrica.", "The defaults are in place.") };
  },
});

export const SYNCHRONIZERS: Section = {
  path: "/synchronizers",
  title: ["Synchronizers", "Synchronizers"],
  group: "work",
  role: "viewer",
  routes: [list, ...adding, ...one, ...actions, ...removing, ...restoring],
};
