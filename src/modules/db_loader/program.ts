#!/usr/bin/env -S deno run -A
// The module `db_loader` as a program: `--input`, `--output`, `--conf`. Progress goes to standard error, the last line
// of standard output is a summary in JSON. Ends with 0; with 1 where data, folders or the database failed; with 2 where
// arguments or configuration are wrong, so that trying again makes no sense.

import { runCommand, UsageProblem } from "../../command.ts";
import { ConfigurationFault } from "../data_refine/configuration.ts";
import { loadFolder } from "./load_folder.ts";

let discard = () => {};
// Windows knows the first alone.
for (const signal of Deno.build.os === "windows" ? ["SIGINT"] as const : ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    discard();
    Deno.exit(1);
  });
}

await runCommand({
  usage: "db_loader",
  summary: "Carga los archivos CSV de una carpeta en tablas de SQLite o PostgreSQL, en una sola transacción.",
  options: {
    input: { value: "CARPETA", description: "Archivos de entrada (obligatoria)" },
    output: {
      value: "DIRECCIÓN",
      description: "sqlite:///archivo o postgresql://usuario:clave@servidor:puerto/base (obligatoria)",
    },
    conf: { value: "ARCHIVO", description: "Configuración en JSON (obligatoria)" },
    config: { value: "ARCHIVO", description: "Otro nombre de --conf" },
  },
  run: async ({ input, output, conf, config }) => {
    if (conf !== undefined && config !== undefined && conf !== config) {
      throw new UsageProblem(`--conf y --config dicen cosas distintas: "${conf}" y "${config}"`);
    }
    const file = conf ?? config;
    for (const [name, value] of Object.entries({ input, output, conf: file })) {
      if (!value) throw new UsageProblem(`Falta --${name}`);
    }
    try {
      const summary = await loadFolder(
        { input: input!, output: output!, conf: file! },
        { tell: (line) => console.error(line), onDiscard: (how) => discard = how },
      );
      console.log(JSON.stringify(summary));
    } catch (error) {
      if (!(error instanceof ConfigurationFault)) throw error;
      console.error(`Error: ${error.message}`);
      Deno.exit(2);
    }
  },
});
Deno.exit(0);
