#!/usr/bin/env -S deno run -A
// The module `data_refine` as a program: `--input`, `--output`, `--conf`. Progress goes to standard error, the last
// line of standard output is a summary in JSON. Ends with 0; with 1 where data or folders failed; with 2 where
// arguments, configuration or a history are wrong, so that trying again makes no sense.

import { runCommand, UsageProblem } from "../../command.ts";
import { ConfigurationFault } from "./configuration.ts";
import { refineFolder } from "./refine_folder.ts";

let discard = () => {};
// Windows knows the first alone.
for (const signal of Deno.build.os === "windows" ? ["SIGINT"] as const : ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    discard();
    Deno.exit(1);
  });
}

await runCommand({
  usage: "data_refine",
  summary: "Aplica historias de OpenRefine a los archivos CSV de una carpeta, sin OpenRefine.",
  options: {
    input: { value: "CARPETA", description: "Archivos de entrada (obligatoria)" },
    output: { value: "CARPETA", description: "Donde se escriben los resultados; debe existir (obligatoria)" },
    conf: { value: "CARPETA", description: "conf.json y filters/ con las historias (obligatoria)" },
    config: { value: "CARPETA", description: "Otro nombre de --conf" },
  },
  run: async ({ input, output, conf, config }) => {
    if (conf !== undefined && config !== undefined && conf !== config) {
      throw new UsageProblem(`--conf y --config dicen cosas distintas: "${conf}" y "${config}"`);
    }
    const folder = conf ?? config;
    for (const [name, value] of Object.entries({ input, output, conf: folder })) {
      if (!value) throw new UsageProblem(`Falta --${name}`);
    }
    try {
      const summary = await refineFolder(
        { input: input!, output: output!, conf: folder! },
        { now: Date.now(), tell: (line) => console.error(line), onDiscard: (how) => discard = how },
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
