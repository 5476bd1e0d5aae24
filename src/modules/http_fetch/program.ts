#!/usr/bin/env -S deno run -A --v8-flags=--max-semi-space-size=1
// The module `http_fetch` as a program: `--input`, `--output`, `--conf`. Progress goes to standard error, the last line
// of standard output is a summary in JSON. Ends with 0, also where nothing changed; with 1 where the download or its
// content failed; with 2 where arguments or configuration are wrong, so that trying again makes no sense.
// The flag has what was written collected soon: without it the memory grows with the file.

import { runCommand, UsageProblem } from "../../command.ts";
import { readEnv } from "../../config.ts";
import { ConfigurationFault } from "../data_refine/configuration.ts";
import { readFetchConfiguration } from "./configuration.ts";
import { fetchFile } from "./fetch_file.ts";

let discard = () => {};
// Windows knows the first alone.
for (const signal of Deno.build.os === "windows" ? ["SIGINT"] as const : ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    discard();
    Deno.exit(1);
  });
}

await runCommand({
  usage: "http_fetch",
  summary: "Descarga un archivo por HTTP si cambió, y comprueba que sea el esperado.",
  options: {
    input: { value: "URL", description: 'Dirección http o https (obligatoria aquí o en --conf, como "url")' },
    output: { value: "ARCHIVO", description: "Donde queda; su carpeta debe existir (obligatorio)" },
    conf: { value: "ARCHIVO", description: "Encabezados, límites y suma esperada, en JSON" },
    config: { value: "ARCHIVO", description: "Otro nombre de --conf" },
  },
  run: async ({ input, output, conf, config }) => {
    if (conf !== undefined && config !== undefined && conf !== config) {
      throw new UsageProblem(`--conf y --config dicen cosas distintas: "${conf}" y "${config}"`);
    }
    const file = conf ?? config;
    if (!output) throw new UsageProblem("Falta --output");
    if (!input && !file) throw new UsageProblem("Falta --input");
    try {
      const configuration = await readFetchConfiguration(input, file, (name) => Deno.env.get(name));
      const { ALLOW_INTERNAL_SOURCES: allowInternal } = readEnv(["ALLOW_INTERNAL_SOURCES"]);
      const summary = await fetchFile(configuration, output, {
        allowInternal,
        tell: (line) => console.error(line),
        onDiscard: (how) => discard = how,
      });
      console.log(JSON.stringify(summary));
    } catch (error) {
      if (!(error instanceof ConfigurationFault)) throw error;
      console.error(`Error: ${error.message}`);
      Deno.exit(2);
    }
  },
});
Deno.exit(0);
