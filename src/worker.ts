// `deno task worker`: only the long-running work, beside any number of `serve`s.

import { runCommand } from "./command.ts";
import { readEnv } from "./config.ts";
import { SOURCE_KEYS } from "./harvest_and_publish.ts";
import { createLog, faultFields } from "./log.ts";
import { etlHere } from "./etl_here.ts";
import { ETL_KEYS } from "./open_etl.ts";
import { MAIL_KEYS, openMail } from "./open_mail.ts";
import { openSharedCounts, REDIS_KEYS } from "./open_redis.ts";
import { PLACE_KEYS, publishingPlaces } from "./places.ts";
import { drainHere } from "./popularity.ts";
import { PRICE_KEYS, pricesHere } from "./prices_here.ts";
import { tasksHere } from "./tasks.ts";
import { workHere } from "./work_here.ts";

/** How long a task under way may still take once the process is told to stop; steps have a time of their own. */
const GRACE_MS = 10_000;

await runCommand({
  usage: "deno task worker",
  summary:
    "Hace el trabajo periódico y el que se pide por /api/ops, hasta que se lo detenga. Si otro proceso ya lo " +
    "hace, queda a la espera.",
  options: { data: { value: "CARPETA", description: "Carpeta del almacén (por defecto ./.caudal)" } },
  run: async ({ data }) => {
    const env = readEnv([
      ...SOURCE_KEYS,
      ...PLACE_KEYS,
      ...MAIL_KEYS,
      ...REDIS_KEYS,
      ...ETL_KEYS,
      ...PRICE_KEYS,
      "CONSOLE_USERS",
      "LOG_LEVEL",
      "PUBLIC_URL",
      "TZ_SCHEDULE",
    ]);
    const places = publishingPlaces(env, data);
    const log = createLog(env.LOG_LEVEL);
    const end = new AbortController();
    const tasksOver = Promise.withResolvers<void>();
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.addSignalListener(signal, () => {
        log("info", "worker.stopped", { signal });
        end.abort();
        setTimeout(tasksOver.resolve, GRACE_MS);
      });
    }
    const counts = openSharedCounts(env, log)?.counts;
    const drain = counts &&
      drainHere(places, counts, (error) => log("warn", "counts.delayed", faultFields(error)));
    const post = openMail(env);
    const onError = (error: unknown) => log("error", "work.failed", faultFields(error));
    const sequences = etlHere({ places, settings: env, mail: post.mail, onError }, end.signal);
    const prices = pricesHere({ places, settings: env, log }, end.signal).catch(onError);
    const tasks = tasksHere(places, {
      ...env,
      post,
      apiUrl: () => env.PUBLIC_URL,
      signal: end.signal,
    });
    console.log(`Caudal trabaja; los horarios son de ${env.TZ_SCHEDULE}`);
    const working = workHere(
      places,
      { tasks, zone: env.TZ_SCHEDULE, onError },
      end.signal,
      () => console.log("Otro proceso hace este trabajo: queda a la espera"),
    );
    await Promise.race([working, tasksOver.promise]);
    await Promise.all([sequences, prices]);
    await drain?.close();
    Deno.exit(0);
  },
});
