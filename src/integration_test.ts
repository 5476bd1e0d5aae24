// `deno task integration_test`: holds what any running API answers against the files of its publishers. Needs no store.

import fs from "node:fs";
import { runCommand, UsageProblem } from "./command.ts";
import { compareApi } from "./compare_api.ts";
import { readEnv } from "./config.ts";
import { Problem } from "./core/problem.ts";
import { SOURCE_KEYS } from "./harvest_and_publish.ts";
import { mismatchesCsv } from "./ingest/integration_test.ts";
import { progressLine } from "./progress.ts";

const SECONDS = 1_000;

await runCommand({
  usage: "deno task integration_test",
  forms: ["URL [ARCHIVO]"],
  summary: [
    "Compara lo que una API responde con los archivos de los publicadores, y escribe como CSV las series que no",
    "coinciden, en la salida o en ARCHIVO. URL es la dirección del servidor, hasta antes de /series/api.",
  ].join("\n"),
  options: {
    catalog: { value: "ID", description: "Sólo las series de ese catálogo" },
    timeout: { value: "SEGUNDOS", description: `Cuánto puede tardar (por defecto ${SECONDS})` },
  },
  run: async ({ catalog, timeout }, [url, file, ...others]) => {
    if (url === undefined) throw new UsageProblem("Falta la dirección del servidor");
    if (others.length > 0) throw new UsageProblem(`Sobra "${others[0]}"`);
    if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
      throw new UsageProblem(`"${url}" no es una dirección http o https`);
    }
    if (timeout !== undefined && !/^[1-9]\d{0,5}$/.test(timeout)) {
      throw new UsageProblem(`--timeout espera segundos, no "${timeout}"`);
    }
    const settings = readEnv(SOURCE_KEYS);
    const base = url.replace(/\/+$/, "");
    const line = progressLine();
    const report = await compareApi({
      base,
      own: base,
      seconds: Number(timeout ?? SECONDS),
      node: catalog,
      onProgress: (done, series) => line.show(`Comparando: ${done}/${series} series`),
    }, settings).finally(line.end);
    const { series, mismatches, skipped, unfinished } = report;
    writeCsv(mismatchesCsv(mismatches), file);
    for (const { seriesId, reason } of skipped) console.error(`Salteada ${seriesId}: ${reason}`);
    console.error(
      `Series: ${series}; distintas de su archivo: ${mismatches.length}; salteadas: ${skipped.length}`,
    );
    if (unfinished > 0) {
      throw new Problem("unavailable", `La comparación no terminó a tiempo: faltaron ${unfinished} series`);
    }
    if (mismatches.length > 0) Deno.exit(1);
  },
});

function writeCsv(text: string, file: string | undefined): void {
  if (file === undefined) {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
    return;
  }
  try {
    fs.writeFileSync(file, text);
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new Problem("unavailable", `No se puede escribir "${file}": ${reason}`, [], { cause });
  }
}
