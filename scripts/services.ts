// PostgreSQL, PgBouncer, Redis and OpenSearch for development: started, told and stopped by hand. Tests start theirs
// by test/services.ts.

import { parseArgs } from "node:util";
import { Problem } from "../src/core/problem.ts";
import { type Addresses, SERVICE_NAMES, type ServiceName } from "./services/kinds.ts";
import { down, type ServiceStatus, status, up } from "./services/stack.ts";

const FOLDER = `${import.meta.dirname}/../.caudal/services`;

const USAGE = `Uso: deno task services up|down|status [opciones] [nombre …]

Arranca, detiene y muestra servicios reales para desarrollo y pruebas, en puertos propios de 127.0.0.1 y con datos
en una carpeta propia. Usa Docker o Podman si responde; si no, los programas de la máquina, que instala si faltan.

  up                 arranca lo que no corre y escribe las direcciones como variables de entorno
  down               detiene, sin borrar los datos
  status             muestra qué corre, si responde, su versión y sus direcciones
  nombre             ${SERVICE_NAMES.join(", ")}; sin nombres, todos. pgbouncer arranca también postgres

      --folder DIR   carpeta de los datos y del estado (.caudal/services)
      --no-fsync     al crear la carpeta: PostgreSQL sin fsync, solo para pruebas
      --json         escribe el resultado como JSON
  -h, --help         muestra esta ayuda

Sale con 0 si se hizo, con 1 si algo falló, con 2 si se usó mal.`;

const ACTIONS = ["up", "down", "status"] as const;

type Options = {
  readonly action: typeof ACTIONS[number];
  readonly names: readonly ServiceName[];
  readonly folder: string;
  readonly fsync: boolean;
  readonly json: boolean;
};

function parseOptions(args: string[]): Options {
  const options = {
    folder: { type: "string" },
    "no-fsync": { type: "boolean" },
    json: { type: "boolean" },
  } as const;
  const { values, positionals, tokens } = parseArgs({
    args,
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    if (!Object.hasOwn(options, name)) refuse(`Opción desconocida "${rawName}"`);
    if (name === "folder" && (!value || !inlineValue && value.startsWith("-"))) {
      refuse('A "--folder" le falta la carpeta');
    }
    if (name !== "folder" && value !== undefined) refuse(`"${rawName}" no lleva valor`);
  }
  const [word, ...rest] = positionals;
  const action = ACTIONS.find((one) => one === word);
  if (action === undefined) {
    refuse(
      word === undefined
        ? `Falta qué hacer: ${ACTIONS.join(", ")}`
        : `No se puede "${word}": ${ACTIONS.join(", ")}`,
    );
  }
  const names = rest.map((name) =>
    SERVICE_NAMES.find((one) => one === name) ??
      refuse(`No hay un servicio "${name}": los que hay son ${SERVICE_NAMES.join(", ")}`)
  );
  return {
    action,
    names: names.length > 0 ? names : SERVICE_NAMES,
    folder: values.folder === undefined ? FOLDER : String(values.folder),
    fsync: values["no-fsync"] !== true,
    json: values.json === true,
  };
}

function refuse(reason: string): never {
  console.error(`${reason}\n\n${USAGE}`);
  Deno.exit(2);
}

const environmentLines = (addresses: Addresses) =>
  Object.entries(addresses).map(([key, value]) => `${key}=${value}`);

function describe({ title, pids, units, version, memory, addresses }: ServiceStatus): string {
  const running = Object.keys(pids).length;
  if (running === 0) return `${title}: detenido`;
  const many = units > 1 ? ` (${running} de ${units} nodos)` : "";
  const used = memory === undefined ? "" : `, ${Math.round(memory / 1_048_576)} MB`;
  const state = version === undefined ? "corre, pero no responde" : `responde, versión ${version}`;
  return [
    `${title}: ${state}${many}${used}, pid ${Object.values(pids).join(", ")}`,
    ...environmentLines(addresses).map((line) => `  ${line}`),
  ].join("\n");
}

async function run({ action, names, folder, fsync, json }: Options): Promise<void> {
  const tell = (text: string) => console.error(text);
  if (action === "down") {
    await down(folder, names, tell);
    if (json) console.log(JSON.stringify({ stopped: names }));
  } else if (action === "up") {
    const addresses = await up(folder, names, { fsync, tell });
    console.log(json ? JSON.stringify(addresses) : environmentLines(addresses).join("\n"));
  } else {
    const all = await status(folder, names);
    console.log(json ? JSON.stringify(all) : all.map(describe).join("\n"));
  }
}

if (Deno.args.includes("--help") || Deno.args.includes("-h")) {
  console.log(USAGE);
} else {
  try {
    await run(parseOptions(Deno.args));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    console.error(`Error: ${error.message}`);
    Deno.exitCode = 1;
  }
}
