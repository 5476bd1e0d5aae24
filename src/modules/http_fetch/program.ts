#!/usr/bin/env -S deno run -A --v8-flags=--max-semi-space-size=1
// The module `http_fetch` as a program; where nothing changed is a success too.
// The flag has what was written collected soon: without it the memory grows with the file.

import { UsageProblem } from "../../command.ts";
import { readEnv } from "../../config.ts";
import { runModule } from "../run_module.ts";
import { readFetchConfiguration } from "./configuration.ts";
import { fetchFile } from "./fetch_file.ts";

await runModule({
  usage: "http_fetch",
  summary: "Descarga un archivo por HTTP si cambió, y comprueba que sea el esperado.",
  options: {
    input: { value: "URL", description: 'Dirección http o https (obligatoria aquí o en --conf, como "url")' },
    output: { value: "ARCHIVO", description: "Donde queda; su carpeta debe existir (obligatorio)" },
    conf: { value: "ARCHIVO", description: "Encabezados, límites y suma esperada, en JSON" },
  },
  required: ["output"],
  async work({ input, output, conf }, told) {
    if (!input && !conf) throw new UsageProblem("Falta --input");
    const configuration = await readFetchConfiguration(input, conf, (name) => Deno.env.get(name));
    const { ALLOW_INTERNAL_SOURCES: allowInternal } = readEnv(["ALLOW_INTERNAL_SOURCES"]);
    return await fetchFile(configuration, output, { allowInternal, ...told });
  },
});
