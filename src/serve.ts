// `deno task serve`: only the HTTP application over the published snapshot.

import { runCommand } from "./command.ts";
import { readEnv } from "./config.ts";
import { PLACE_KEYS, placesOf } from "./places.ts";
import { portOption, SERVER_KEYS, startServer } from "./server.ts";

await runCommand({
  usage: "deno task serve",
  summary: "Sirve lo publicado, sin cosechar.",
  options: {
    port: { value: "N", description: "Puerto (por defecto 8000)" },
    host: { value: "DIRECCIÓN", description: "Dirección en que se escucha (por defecto 127.0.0.1)" },
    data: { value: "CARPETA", description: "Carpeta del almacén (por defecto ./.caudal)" },
  },
  run: async ({ port, host, data }) => {
    const env = readEnv(["PORT", "HOST", ...PLACE_KEYS, ...SERVER_KEYS]);
    const places = placesOf(env, data);
    const server = await startServer(
      places,
      { host: host ?? env.HOST, port: portOption(port, env.PORT) },
      env,
    );
    console.log(`Caudal sirve en ${server.url}`);
    await server.finished;
  },
});
