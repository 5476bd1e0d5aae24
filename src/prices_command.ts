// `deno task prices`: observes markets, and takes over what an old Redis has of them.

import { runCommand, UsageProblem } from "./command.ts";
import { readEnv } from "./config.ts";
import { Problem } from "./core/problem.ts";
import type { PollStatus, PriceStore } from "./core/prices/store.ts";
import { type Market, ORIGINAL_MARKET } from "./core/prices/tick.ts";
import { createLog } from "./log.ts";
import { pause } from "./etl/pause.ts";
import { openPriceStore, type Places } from "./open.ts";
import { openLegacySet, REDIS_KEYS } from "./open_redis.ts";
import { PLACE_KEYS, publishingPlaces } from "./places.ts";
import type { LegacyImport } from "./prices/import_legacy.ts";
import { pollNow } from "./prices/poller.ts";
import {
  askReal,
  importLegacyHere,
  PRICE_KEYS,
  type PriceSettings,
  pricesHere,
  publishPricesHere,
  realMarkets,
} from "./prices_here.ts";

await runCommand({
  usage: "deno task prices",
  summary: "Consulta los precios de los mercados, o toma los que guardó el sistema anterior en Redis.",
  forms: ["poll", "import"],
  options: {
    once: { description: "poll: una vez, aunque otro proceso consulte, y termina" },
    json: { description: "Escribe el resultado como JSON" },
    data: { value: "CARPETA", description: "Carpeta del almacén (por defecto ./.caudal)" },
  },
  run: async ({ once = false, json = false, data }, [verb = "", ...rest]) => {
    if (verb === "") throw new UsageProblem("Falta qué hacer: poll o import");
    if (!["poll", "import"].includes(verb) || rest.length > 0) {
      throw new UsageProblem(`Se espera poll o import, no "${[verb, ...rest].join(" ")}"`);
    }
    if (once && verb !== "poll") throw new UsageProblem("--once es de poll");
    const env = readEnv([...PLACE_KEYS, ...REDIS_KEYS, ...PRICE_KEYS, "LOG_LEVEL"]);
    const places = publishingPlaces(env, data);
    const log = createLog(env.LOG_LEVEL);
    const markets = realMarkets(env);
    if (markets.length === 0) throw new Problem("invalid", "PRICE_MARKETS=no: no hay mercados que consultar");
    if (verb === "poll" && !once) {
      const end = new AbortController();
      for (const signal of ["SIGINT", "SIGTERM"] as const) {
        Deno.addSignalListener(signal, () => end.abort());
      }
      console.log(`Se consulta ${names(markets)} cada ${env.PRICE_PERIOD_SECONDS} s`);
      await pricesHere({ places, settings: env, log }, end.signal);
      Deno.exit(0);
    }
    const store = openPriceStore(places);
    try {
      if (verb === "poll") {
        const statuses = await pollOnce(store, places, env, markets);
        const failed = statuses.filter(({ consecutiveFailures }) => consecutiveFailures > 0);
        if (json) console.log(JSON.stringify(statuses, null, 2));
        else await tellPrices(store, statuses);
        if (failed.length === statuses.length) Deno.exitCode = 1;
        return;
      }
      const original = markets.find(({ name }) => name === ORIGINAL_MARKET);
      if (!original) {
        throw new Problem(
          "invalid",
          `PRICE_MARKETS no tiene ${ORIGINAL_MARKET}, el mercado que está en Redis`,
        );
      }
      const legacy = openLegacySet(env, log);
      if (!legacy) throw new Problem("invalid", "Falta REDIS_URL, o REDIS_HOST: no hay de dónde importar");
      try {
        await legacy.ready();
        const report = await importLegacyHere(store, legacy.set, original);
        await publishPricesHere(places, store);
        console.log(json ? JSON.stringify(report, null, 2) : importText(report, original));
      } finally {
        legacy.close();
      }
    } finally {
      await store.close();
    }
  },
});

function names(markets: readonly Market[]): string {
  return markets.map(({ title, name }) => `${title} (${name})`).join(", ");
}

async function pollOnce(
  store: PriceStore,
  places: Places,
  settings: PriceSettings,
  markets: readonly Market[],
): Promise<PollStatus[]> {
  for (const market of markets) await store.saveMarket(market);
  const statuses = await pollNow({
    store,
    markets,
    ask: askReal(settings, markets),
    now: Date.now,
    random: Math.random,
    pause,
    isSure: () => true,
    onPolled: () => {},
    onFailing: () => {},
    onRecovered: () => {},
    onError: () => {},
  }, new AbortController().signal);
  await publishPricesHere(places, store);
  return statuses;
}

async function tellPrices(store: PriceStore, statuses: readonly PollStatus[]): Promise<void> {
  for (const { market, lastError, consecutiveFailures } of statuses) {
    const newest = await store.newest(market);
    if (consecutiveFailures > 0) console.error(`${market}: ${lastError}`);
    else console.log(`${market}: ${newest?.price}${newest?.isOdd ? " (salto)" : ""}`);
  }
}

function importText({ read, added, known, refused, tooOld }: LegacyImport, { name }: Market): string {
  const lines = [`${name}: ${read} entradas leídas, ${added} precios nuevos, ${known} ya conocidos`];
  if (refused.count > 0) {
    lines.push(`${refused.count} no son números y quedan donde están: ${refused.examples.join(", ")}`);
  }
  if (tooOld > 0) lines.push(`${tooOld} son de un tiempo que ya se resumió`);
  return lines.join("\n");
}
