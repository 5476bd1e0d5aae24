#!/usr/bin/env -S deno run -A
// The module `csv_pivot` as a program: `--input`, `--output`, `--conf`. Progress goes to standard error, the last line
// of standard output is a summary in JSON. Ends with 0; with 1 where data or files failed; with 2 where arguments or
// configuration are wrong, so that trying again makes no sense.

import { runCommand, UsageProblem } from "../../command.ts";
import { ConfigurationFault } from "../data_refine/configuration.ts";
import { pivotFile } from "./pivot_file.ts";

let discard = () => {};
// Windows knows the first alone.
for (const signal of Deno.build.os === "windows" ? ["SIGINT"] as const : ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    discard();
    Deno.exit(1);
  });
}

await runCommand({
  usage: "csv_pivot",
  summary: "Pasa un CSV de una fila por fecha y clave a uno de una fila por fecha y una columna por clave.",
  options: {
    input: { value: "ARCHIVO", description: "CSV de entrada (obligatorio)" },
    output: { value: "ARCHIVO", description: "CSV que se escribe; su carpeta debe existir (obligatorio)" },
    conf: { value: "ARCHIVO", description: "Fecha, valores y títulos, en JSON (obligatorio)" },
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
      const summary = await pivotFile(
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
