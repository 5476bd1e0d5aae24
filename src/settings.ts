// `deno task settings`: the settings that change while the program runs, written out as one document or taken in.

import fs from "node:fs";
import { runCommand, UsageProblem } from "./command.ts";
import { readEnv } from "./config.ts";
import { Problem } from "./core/problem.ts";
import { openStore } from "./open.ts";
import { readSettings, saveSettings, SettingsDocument } from "./operation/settings.ts";
import { PLACE_KEYS, placesOf } from "./places.ts";

const KEYS = Object.entries(SettingsDocument.shape)
  .map(([key, { description }]) => `  ${key}: ${description ?? ""}`);

await runCommand({
  usage: "deno task settings",
  forms: ["export [ARCHIVO]", "import ARCHIVO"],
  summary: [
    "Escribe los ajustes como un documento JSON, o toma los de uno: todos o ninguno. Los que el documento no tenga",
    "quedan como están. Lo que se publica llega con la próxima publicación.",
    "",
    "Ajustes:",
    ...KEYS,
  ].join("\n"),
  options: { data: { value: "CARPETA", description: "Carpeta del almacén (por defecto ./.caudal)" } },
  run: async ({ data }, [action, file, ...others]) => {
    if (action !== "export" && action !== "import") {
      throw new UsageProblem(`Falta decir export o import${action === undefined ? "" : `, no "${action}"`}`);
    }
    if (others.length > 0) throw new UsageProblem(`Sobra "${others[0]}"`);
    if (action === "import" && file === undefined) throw new UsageProblem("Falta el archivo que se importa");
    const document = action === "import" ? readDocument(file!) : undefined;
    const { store, records } = openStore(placesOf(readEnv(PLACE_KEYS), data));
    try {
      if (action === "export") return writeDocument(await readSettings({ store, records }), file);
      await saveSettings({ store, records }, document);
      console.log(`Ajustes importados de "${file}"`);
    } catch (error) {
      if (!(error instanceof Problem) || error.issues.length === 0) throw error;
      for (const { path, message } of error.issues) console.error(`${path || "/"}: ${message}`);
      throw new Problem(error.code, `Los ajustes de "${file}" no son válidos: no se cambió nada`, [], {
        cause: error,
      });
    } finally {
      await store.close();
    }
  },
});

function writeDocument(document: unknown, file: string | undefined): void {
  const text = JSON.stringify(document, null, 2);
  if (file === undefined) return console.log(text);
  try {
    fs.writeFileSync(file, `${text}\n`);
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new Problem("unavailable", `No se puede escribir "${file}": ${reason}`, [], { cause });
  }
  console.log(`Ajustes escritos en "${file}"`);
}

function readDocument(file: string): unknown {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (cause) {
    throw new Problem("unavailable", `No se puede leer "${file}": ${(cause as Error).message}`, [], {
      cause,
    });
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new Problem("invalid", `"${file}" no es JSON válido: ${(cause as Error).message}`, [], { cause });
  }
}
