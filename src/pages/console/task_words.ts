// Tasks and runs in words: what each does, what it may be asked, how it is told.

import { DUMP_FORMATS } from "../../core/dump_files.ts";
import type { JsonObject } from "../../core/json.ts";
import type { RunStatus } from "../../core/journal.ts";
import type { Stage, TaskName } from "../../core/synchronizer.ts";
import type { Field } from "./fields.ts";
import type { Words } from "./route.ts";
import type { Visit } from "./visit.ts";

export const TASK_WORDS: Readonly<Record<TaskName, { readonly title: Words; readonly about: Words }>> = {
  harvest: {
    title: ["Cosechar", "Harvest"],
    about: [
      "Lee los nodos federables, valida y guarda lo que cambió.",
      "Reads federable nodes, keeps what changed.",
    ],
  },
  publish: {
    title: ["Publicar", "Publish"],
    about: [
      "Publica lo que cambió en el almacén, con su búsqueda.",
      "Publishes what changed, with its search.",
    ],
  },
  dump: {
    title: ["Generar archivos", "Generate files"],
    about: [
      "Los archivos que se descargan, de todo y de cada catálogo.",
      "The files to download, of all and by catalog.",
    ],
  },
  integration_test: {
    title: ["Test de integración", "Integration test"],
    about: [
      "Compara lo que responde la API con los CSV de origen.",
      "Compares the API's answers with the sources.",
    ],
  },
  report: {
    title: ["Informar", "Report"],
    about: ["Informe de la última cosecha, también por correo.", "Report of the last harvest, by mail too."],
  },
  analytics: {
    title: ["Importar consultas", "Import queries"],
    about: ["Del registro del gateway, desde donde iba.", "From the gateway's log, where it was left."],
  },
  popularity: {
    title: ["Popularidad", "Popularity"],
    about: [
      "Suma las consultas de cada serie y las publica.",
      "Sums the queries of each series and publishes them.",
    ],
  },
};

/** What a task may be asked; `nodes` are those there are. */
export function taskFields({ say }: Visit, task: TaskName, nodes: readonly string[]): readonly Field[] {
  const own: Readonly<Record<TaskName, readonly Field[]>> = {
    harvest: [
      {
        name: "force",
        label: say(
          "Validar e indexar también lo que no cambió",
          "Validate and index what did not change too",
        ),
        kind: "flag",
      },
      {
        name: "only_metadata",
        label: say("Sólo los catálogos: los datos quedan como están", "Only catalogs: data stay as they are"),
        kind: "flag",
      },
    ],
    publish: [{
      name: "full",
      label: say("Rehacer todos los segmentos", "Write all segments anew"),
      kind: "flag",
    }],
    dump: [{
      name: "formats",
      label: say("Formatos", "Formats"),
      hint: say("Todos, si no se elige ninguno", "All of them, if none is chosen"),
      kind: "choices",
      empty: "omit",
      options: DUMP_FORMATS.map((format) => [format, format.toUpperCase()] as const),
    }],
    integration_test: [],
    report: [],
    analytics: [{
      name: "all",
      label: say(
        "Desde el principio, sin seguir por donde iba",
        "From the beginning, not from where it was left",
      ),
      kind: "flag",
    }],
    popularity: [{
      name: "date",
      label: say("Día del que se informa", "Day to report"),
      hint: say("Ayer, si falta", "Yesterday, if not told"),
      kind: "date",
      empty: "omit",
    }],
  };
  const node: Field = {
    name: "node",
    label: say("Sólo un nodo", "Only one node"),
    hint: say("Su identificador; todos, si falta", "Its identifier; all, if not told"),
    empty: "omit",
    suggestions: nodes,
  };
  return [...own[task], node];
}

/** Stages as schedules have them, to choose from. */
const USUAL_STAGES: readonly Stage[] = [
  { task: "harvest", about: {} },
  { task: "harvest", about: { force: true } },
  { task: "harvest", about: { only_metadata: true } },
  { task: "publish", about: {} },
  { task: "publish", about: { full: true } },
  { task: "dump", about: {} },
  ...DUMP_FORMATS.map((format): Stage => ({ task: "dump", about: { formats: [format] } })),
  { task: "integration_test", about: {} },
  { task: "report", about: {} },
  { task: "analytics", about: {} },
  { task: "analytics", about: { all: true } },
  { task: "popularity", about: {} },
];

const ABOUT_WORDS: Readonly<Record<string, Words>> = {
  force: ["también lo que no cambió", "what did not change too"],
  only_metadata: ["sólo metadatos", "metadata only"],
  full: ["todo de nuevo", "all anew"],
  all: ["desde el principio", "from the beginning"],
};

/** `Generar archivos: csv`. */
export function stageText(
  say: Visit["say"],
  { task, about }: { readonly task: string; readonly about: JsonObject },
) {
  const words = TASK_WORDS[task as TaskName]?.title;
  const options = Object.entries(about).map(([name, value]) => {
    if (name === "node") return `${say("nodo", "node")} ${String(value)}`;
    const known = ABOUT_WORDS[name];
    if (known && value === true) return say(...known);
    return Array.isArray(value) ? value.join(", ") : `${name} ${String(value)}`;
  });
  const title = words ? say(...words) : task;
  return options.length > 0 ? `${title}: ${options.join(", ")}` : title;
}

/** Stages to choose from, those of `own` among them; a value is the stage as JSON. */
export function stageOptions(
  say: Visit["say"],
  own: readonly Stage[],
): readonly (readonly [string, string])[] {
  const all = new Map([...USUAL_STAGES, ...own].map((stage) => [stageValue(stage), stageText(say, stage)]));
  return [...all];
}

export const stageValue = ({ task, about }: Stage) => JSON.stringify({ task, about });

export const RUN_WORDS: Readonly<
  Record<RunStatus, readonly ["good" | "wrong" | "busy" | "quiet", string, string]>
> = {
  PENDING: ["quiet", "espera", "waits"],
  STARTED: ["busy", "en curso", "running"],
  SUCCESS: ["good", "bien", "done"],
  FAILURE: ["wrong", "falló", "failed"],
};

export const KIND_WORDS: Readonly<Record<string, Words>> = {
  task: ["Tareas pedidas", "Tasks asked for"],
  synchronizer: ["Synchronizers", "Synchronizers"],
  harvest: ["Cosechas", "Harvests"],
  publish: ["Publicaciones", "Publications"],
  dump: ["Archivos generados", "Files generated"],
  report: ["Informes", "Reports"],
};
