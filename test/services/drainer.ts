// A drainer that takes the first claim, says so, and is never done with it.

import { connectRedis } from "../../src/store/redis/connection.ts";
import { redisCounts } from "../../src/store/redis/counts.ts";

const redis = connectRedis({ url: Deno.args[0]! }, (error) => console.error(error.message));
redis.once("ready", () => {
  void redisCounts(redis).drain(({ id }) => {
    console.log(`taken ${id}`);
    return new Promise(() => {});
  });
});
