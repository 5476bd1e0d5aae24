// `deno task dump`: the files that people download, out of what the store has. What was generated before is
// served until the last of them is written.

import { runCommand, UsageProblem } from "./command.ts";
import { readEnv } from "./config.ts";
import { DUMP_FORMATS, type DumpFormat } from "./core/dump_files.ts";
import { buenosAiresDay } from "./core/time.ts";
import { compression } from "./host/compression.ts";
import { runningSha256 } from "./host/hash.ts";
import { dumpScratch, openBlobs, type Places } from "./open.ts";
import { PLACE_KEYS, publishingPlaces } from "./places.ts";
import { progressLine } from "./progress.ts";
import { dump, type DumpReport } from "./publish/dump.ts";
import { withWriter, type Writer } from "./writer.ts";

await runCommand({
  usage: "deno task dump",
  summary: "Genera los archivos que se descargan: los de todos los catálogos y los de cada uno.",
  options: {
    format: {
      value: "LISTA",
      description: `Formatos, separados por comas (por defecto ${DUMP_FORMATS.join(",")})`,
    },
    catalog: { value: "ID", description: "Sólo los archivos de ese catálogo" },
    json: { description: "Escribe el resultado como JSON" },
    data: { value: "CARPETA", description: "Carpeta del almacén (por defecto ./.caudal)" },
  },
  run: async ({ format, catalog, json, data }) => {
    const formats = chosenFormats(format);
    const env = readEnv(PLACE_KEYS);
    const places = publishingPlaces(env, data);
    const begun = performance.now();
    const report = await withWriter(places, (writer) => dumpStore(places, writer, formats, catalog));
    for (const { catalogId, distributionId, fault } of report.faults) {
      console.error(`Sin la distribución "${distributionId}" del catálogo "${catalogId}": ${fault}`);
    }
    if (json) return console.log(JSON.stringify(report, null, 2));
    const megabytes = report.files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
    console.log(
      `${report.files.length} archivos de ${report.series} series y ${report.values} filas: ` +
        `${megabytes.toFixed(1)} MB en ${((performance.now() - begun) / 1000).toFixed(1)} s`,
    );
  },
});

function chosenFormats(text: string | undefined): readonly DumpFormat[] {
  if (text === undefined) return DUMP_FORMATS;
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !(DUMP_FORMATS as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new UsageProblem(`--format no admite "${unknown}": los que hay son ${DUMP_FORMATS.join(", ")}`);
  }
  return DUMP_FORMATS.filter((format) => names.includes(format));
}

/** Generates and notes it in the journal; the caller holds the writer's lock. */
async function dumpStore(
  places: Places,
  { store, journal, confirm }: Writer,
  formats: readonly DumpFormat[],
  catalog: string | undefined,
): Promise<DumpReport> {
  const scratch = dumpScratch(places);
  const line = progressLine();
  try {
    // A run that was cut off may have left something.
    scratch.clear();
    const at = Date.now();
    await journal.abandonRuns("dump", at);
    const run = await journal.startRun("dump", at);
    try {
      const report = await dump({
        store,
        blobs: openBlobs(places),
        compression,
        runningSha256,
        newDatabase: scratch.newDatabase,
        at,
        today: buenosAiresDay(at),
        formats,
        ...(catalog !== undefined && { catalog }),
        beforeSwitch: confirm,
        onProgress: (format, share) => line.show(`Generando ${format}: ${Math.floor(100 * share)} %`),
      });
      await journal.finishRun(run.id, "SUCCESS", Date.now(), report);
      return report;
    } catch (error) {
      const fault = { error: (error as Error).message };
      await journal.finishRun(run.id, "FAILURE", Date.now(), fault).catch(() => {});
      throw error;
    }
  } finally {
    line.end();
    scratch.clear();
  }
}
