#!/usr/bin/env -S deno run -A
// The module `series_publish` as a program. It writes to the store of this installation, which the settings of
// `harvest` name.

import { readEnv } from "../../config.ts";
import { PLACE_KEYS, publishingPlaces } from "../../places.ts";
import { runModule } from "../run_module.ts";
import { publishFile } from "./publish_file.ts";

await runModule({
  usage: "series_publish",
  summary:
    "Publica un CSV como distribución de un catálogo: valida, guarda versiones de sus series y publica.",
  options: {
    input: { value: "ARCHIVO", description: "CSV con la columna de tiempo y una por serie (obligatorio)" },
    output: { value: "ARCHIVO", description: "Donde queda también el resumen, en JSON" },
    conf: {
      value: "ARCHIVO",
      description: "Catálogo, dataset y distribución como en un data.json, o cuál es en uno (obligatorio)",
    },
  },
  required: ["input", "conf"],
  async work({ input, output, conf }, { tell }) {
    const { MAX_SOURCE_MB, ...env } = readEnv([...PLACE_KEYS, "MAX_SOURCE_MB"]);
    const places = publishingPlaces(env, undefined);
    return await publishFile({ input, output, conf }, {
      places,
      maxBytes: MAX_SOURCE_MB * 1024 * 1024,
      tell,
    });
  },
});
