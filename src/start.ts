// `deno task start`: the main job in one command. Listens at once, harvests the network, publishes, serves.

import { runCommand } from "./command.ts";
import { readEnv } from "./config.ts";
import { createLog, faultFields } from "./log.ts";
import { Problem } from "./core/problem.ts";
import { reportText } from "./core/report.ts";
import { harvestAndPublish, SOURCE_KEYS } from "./harvest_and_publish.ts";
import { etlHere } from "./etl_here.ts";
import { ETL_KEYS } from "./open_etl.ts";
import { openMail } from "./open_mail.ts";
import { PLACE_KEYS, publishingPlaces } from "./places.ts";
import { openSharedCounts } from "./open_redis.ts";
import { drainHere } from "./popularity.ts";
import { PRICE_KEYS, pricesHere } from "./prices_here.ts";
import { memoryCounts } from "./store/memory_counts.ts";
import { tasksHere } from "./tasks.ts";
import { workHere } from "./work_here.ts";
import { portOption, SERVER_KEYS, type Serving, startServer } from "./server.ts";

await runCommand({
  usage: "deno task start",
  summary: "Cosecha la red incluida (o la del almacén), la publica, la sirve y hace el trabajo periódico.",
  options: {
    port: { value: "N", description: "Puerto (por defecto 8000)" },
    host: { value: "DIRECCIÓN", description: "Dirección en que se escucha (por defecto 127.0.0.1)" },
    data: { value: "CARPETA", description: "Carpeta del almacén (por defecto ./.caudal)" },
    "simulate-prices": {
      description: "Además inventa los precios de un mercado, simulacion, que no es de nadie",
    },
  },
  run: async ({ port, host, data, "simulate-prices": simulates = false }) => {
    const env = readEnv([
      ...SOURCE_KEYS,
      "PORT",
      "HOST",
      ...PLACE_KEYS,
      ...SERVER_KEYS,
      ...ETL_KEYS,
      ...PRICE_KEYS,
    ]);
    const places = publishingPlaces(env, data);
    const log = createLog(env.LOG_LEVEL);
    const counting = drainHere(
      places,
      openSharedCounts(env, log)?.counts ?? memoryCounts(),
      (error) => log("warn", "counts.delayed", faultFields(error)),
    );
    const listen = { host: host ?? env.HOST, port: portOption(port, env.PORT) };
    const end = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => end.abort());
    let sequences = Promise.resolve(), prices = Promise.resolve();
    const beforeExit = () => Promise.all([sequences, prices]);
    const server = await startServer(places, listen, env, { own: counting, beforeExit });
    const post = openMail(env);
    const onError = (error: unknown) => log("error", "work.failed", faultFields(error));
    sequences = etlHere({ places, settings: env, mail: post.mail, onError }, end.signal);
    const harvested = Promise.withResolvers<void>();
    prices = pricesHere(
      { places, settings: env, simulates, seriesAfter: harvested.promise, log },
      end.signal,
    ).catch(onError);
    console.log(`Caudal escucha en ${server.url} (los datos llegan al terminar la cosecha)`);
    try {
      if (Deno.stdout.isTerminal()) await tellFirstAccount(server);
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
    harvested.resolve();
    const tasks = tasksHere(places, {
      ...env,
      post,
      apiUrl: () => env.PUBLIC_URL ?? server.url,
      signal: end.signal,
    });
    const standBy = () =>
      console.log("Otro proceso hace el trabajo periódico de este almacén: aquí sólo se sirve");
    await Promise.all([
      server.finished,
      workHere(places, { tasks, zone: env.TZ_SCHEDULE, onError }, end.signal, standBy),
    ]);
  },
});

/** With no account at all: how to make one, by the command or with a token that serves once. */
async function tellFirstAccount({ url, inviteFirst }: Serving): Promise<void> {
  const token = await inviteFirst();
  if (token === undefined) return;
  console.log(
    `Para operarlo no hay ninguna cuenta. Cree una con "deno task console user NOMBRE admin", o aquí, durante una hora y una vez:\n` +
      `  ${url}/consola/primera-cuenta#${token}`,
  );
}
