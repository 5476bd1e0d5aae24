#!/usr/bin/env -S deno run -A
// The module `csv_pivot` as a program.

import { runModule } from "../run_module.ts";
import { pivotFile } from "./pivot_file.ts";

await runModule({
  usage: "csv_pivot",
  summary: "Pasa un CSV de una fila por fecha y clave a uno de una fila por fecha y una columna por clave.",
  options: {
    input: { value: "ARCHIVO", description: "CSV de entrada (obligatorio)" },
    output: { value: "ARCHIVO", description: "CSV que se escribe; su carpeta debe existir (obligatorio)" },
    conf: { value: "ARCHIVO", description: "Fecha, valores y títulos, en JSON (obligatorio)" },
  },
  required: ["input", "output", "conf"],
  work: pivotFile,
});
