// Takes counts out of Redis into the store of a data folder, without a pause, until it is ended.

import { openStore } from "../../src/open.ts";
import { connectRedis } from "../../src/store/redis/connection.ts";
import { redisCounts } from "../../src/store/redis/counts.ts";
import { drainUntil } from "../../src/work/drain_hits.ts";

const [url, dataDir] = Deno.args as [string, string];
const redis = connectRedis({ url }, (error) => console.error(error.message));
await new Promise((ready) => redis.once("ready", ready));
const { store } = openStore({ dataDir });
const end = new AbortController();
Deno.addSignalListener("SIGTERM", () => end.abort());
console.log("drains");
await drainUntil(end.signal, {
  counts: redisCounts(redis),
  store,
  now: Date.now,
  onError: (error) => console.error((error as Error).message),
}, 5);
await store.close();
redis.disconnect();
