// A Redis of a test's own, looked into from outside.

import { Redis } from "ioredis";
import { type PrivateServices, startPrivate } from "../services.ts";

export type LookedInto = AsyncDisposable & {
  readonly url: string;
  readonly services: PrivateServices;
  /** Says what it is told, also a value of INFO; connects by itself. */
  readonly client: Redis;
  info(name: string): Promise<number>;
  /** How often a command was called. */
  calls(command: string): Promise<number>;
};

export async function startRedis(): Promise<LookedInto> {
  const services = await startPrivate("redis");
  const { url } = services.at("redis");
  const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  client.on("error", () => {});
  const valueOf = async (section: string, pattern: RegExp) =>
    Number(pattern.exec(await client.info(section))?.[1] ?? 0);
  return {
    url,
    services,
    client,
    info: (name) => valueOf("stats", new RegExp(`^${name}:(\\d+)`, "m")),
    calls: (command) => valueOf("commandstats", new RegExp(`^cmdstat_${command}:calls=(\\d+)`, "m")),
    async [Symbol.asyncDispose]() {
      client.disconnect();
      await services[Symbol.asyncDispose]();
    },
  };
}
