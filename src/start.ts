// `deno task start`: the main job in one command. Listens at once, harvests the network, publishes, serves.

import { runCommand } from "./command.ts";
import { readEnv } from "./config.ts";
import { Problem } from "./core/problem.ts";
import { reportText } from "./core/report.ts";
import { harvestAndPublish, SOURCE_KEYS } from "./harvest_and_publish.ts";
import { portOption, SERVER_KEYS, startServer } from "./server.ts";

await runCommand({
  usage: "deno task start",
  summary: "Cosecha la red incluida (o la del almacén), la publica y la sirve.",
  options: {
    port: { value: "N", description: "Puerto (por defecto 8000)" },
    host: { value: "DIRECCIÓN", description: "Dirección en que se escucha (por defecto 127.0.0.1)" },
    data: { value: "CARPETA", description: "Carpeta del almacén (por defecto ./.caudal)" },
  },
  run: async ({ port, host, data }) => {
    const env = readEnv([
      ...SOURCE_KEYS,
      "PORT",
      "HOST",
      "DATA_DIR",
      "SNAPSHOT_URL",
      ...SERVER_KEYS,
    ]);
    const places = { dataDir: data ?? env.DATA_DIR, snapshotUrl: env.SNAPSHOT_URL };
    const server = startServer(places, { host: host ?? env.HOST, port: portOption(port, env.PORT) }, env);
    console.log(`Caudal escucha en ${server.url} (los datos llegan al terminar la cosecha)`);
    try {
      const { harvest, publish } = await harvestAndPublish(places, env, {});
      console.log(reportText(harvest));
      console.log(
        `\nInstantánea ${publish.snapshot.slice(0, 12)}: ${publish.series} series${
          publish.switched ? "" : ", sin cambios"
        }`,
      );
      console.log(`Listo: ${server.url}/   ·   ${server.url}/series/api/series/?ids=sol_manchas&limit=2`);
    } catch (error) {
      // What was published before goes on being served.
      if (!(error instanceof Problem)) throw error;
      console.error(`Error en la cosecha: ${error.message}. Se sigue sirviendo lo ya publicado`);
    }
    await server.finished;
  },
});
