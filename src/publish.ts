// `deno task publish`: changed series → segments → snapshot, switched last.

import { runCommand } from "./command.ts";
import { readEnv } from "./config.ts";
import { publishStore } from "./harvest_and_publish.ts";
import { PLACE_KEYS, publishingPlaces } from "./places.ts";
import { progressLine } from "./progress.ts";
import { withWriter } from "./writer.ts";

await runCommand({
  usage: "deno task publish",
  summary: "Publica lo que cambió en el almacén desde la última vez.",
  options: {
    full: { description: "Escribe todo de nuevo en lugar de lo que cambió" },
    json: { description: "Escribe el resultado como JSON" },
    data: { value: "CARPETA", description: "Carpeta del almacén (por defecto ./.caudal)" },
  },
  run: async ({ full, json, data }) => {
    const env = readEnv(PLACE_KEYS);
    const places = publishingPlaces(env, data);
    const report = await withWriter(places, async (writer) => {
      const line = progressLine();
      try {
        return await publishStore(places, writer, { full: full ?? false }, line.show);
      } finally {
        line.end();
      }
    });
    if (json) return console.log(JSON.stringify(report, null, 2));
    console.log(
      `${report.switched ? "publicado" : "sin cambios"}: ${
        report.snapshot.slice(0, 12)
      }, ${report.series} series, ` +
        `${report.filesWritten} archivos escritos, ${report.filesRemoved} quitados`,
    );
  },
});
