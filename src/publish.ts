// `deno task publish`: changed series → segments → snapshot, switched last.

import { runCommand } from "./command.ts";
import { readEnv } from "./config.ts";
import { publishStore } from "./harvest_and_publish.ts";
import { withWriterLock } from "./host/writer_lock.ts";
import { openStore } from "./open.ts";
import { progressLine } from "./progress.ts";

await runCommand({
  usage: "deno task publish",
  summary: "Publica lo que cambió en el almacén desde la última vez.",
  options: {
    full: { description: "Escribe todo de nuevo en lugar de lo que cambió" },
    json: { description: "Escribe el resultado como JSON" },
    data: { value: "CARPETA", description: "Carpeta del almacén (por defecto ./.caudal)" },
  },
  run: async ({ full, json, data }) => {
    const env = readEnv(["DATA_DIR", "SNAPSHOT_URL"]);
    const places = { dataDir: data ?? env.DATA_DIR, snapshotUrl: env.SNAPSHOT_URL };
    const report = await withWriterLock(places.dataDir, async () => {
      const opened = openStore(places);
      const line = progressLine();
      try {
        return await publishStore(places, opened, { full: full ?? false }, line.show);
      } finally {
        line.end();
        await opened.store.close();
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
