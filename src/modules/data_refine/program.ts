#!/usr/bin/env -S deno run -A
// The module `data_refine` as a program.

import { runModule } from "../run_module.ts";
import { refineFolder } from "./refine_folder.ts";

await runModule({
  usage: "data_refine",
  summary: "Aplica historias de OpenRefine a los archivos CSV de una carpeta, sin OpenRefine.",
  options: {
    input: { value: "CARPETA", description: "Archivos de entrada (obligatoria)" },
    output: { value: "CARPETA", description: "Donde se escriben los resultados; debe existir (obligatoria)" },
    conf: { value: "CARPETA", description: "conf.json y filters/ con las historias (obligatoria)" },
  },
  required: ["input", "output", "conf"],
  work: (asked, told) => refineFolder(asked, { now: Date.now(), ...told }),
});
