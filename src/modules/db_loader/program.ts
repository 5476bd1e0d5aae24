#!/usr/bin/env -S deno run -A
// The module `db_loader` as a program.

import { runModule } from "../run_module.ts";
import { loadFolder } from "./load_folder.ts";

await runModule({
  usage: "db_loader",
  summary: "Carga los archivos CSV de una carpeta en tablas de SQLite o PostgreSQL, en una sola transacción.",
  options: {
    input: { value: "CARPETA", description: "Archivos de entrada (obligatoria)" },
    output: {
      value: "DIRECCIÓN",
      description: "sqlite:///archivo o postgresql://usuario:clave@servidor:puerto/base (obligatoria)",
    },
    conf: { value: "ARCHIVO", description: "Configuración en JSON (obligatoria)" },
  },
  required: ["input", "output", "conf"],
  work: loadFolder,
});
