// Redis on loopback. It keeps what it holds when it is stopped in good order, as a development server should.

import { connect } from "node:net";
import path from "node:path";
import { homeOf, type Service, settledPort } from "./kinds.ts";
import { findOrInstall, findProgram } from "./packages.ts";
import type { Folder } from "./state.ts";

const UNIT = "redis";

export const redisService: Service = {
  title: "Redis",
  needs: [],
  units: { [UNIT]: [UNIT] },
  stopSignal: "SIGTERM",
  stopMs: 30_000,
  readyMs: 30_000,

  async launch(folder, _unit, tell) {
    const program = await findOrInstall("Redis", () => findProgram("redis-server"), ["redis-server"], tell);
    return {
      program,
      args: ["redis.conf"],
      files: {
        "redis.conf": `port ${settledPort(folder, UNIT)}
bind 127.0.0.1
daemonize no
dir .
save 60 1
`,
      },
      home: await homeOf(folder, UNIT, undefined),
      log: path.join(folder.path, `${UNIT}.log`),
      user: undefined,
    };
  },

  image: "redis:7",
  container: () => ({
    args: ["redis-server", "--save", "60", "1"],
    ports: { [UNIT]: 6379 },
    volumes: { [UNIT]: "/data" },
    env: {},
    secrets: {},
    files: {},
  }),

  probe: async (folder) => {
    const told = await converse(settledPort(folder, UNIT), "PING\r\nINFO server\r\nQUIT\r\n");
    const version = /^\+PONG\r\n[^]*^redis_version:(\S+)/m.exec(told)?.[1];
    if (version === undefined) throw new Error(`Redis says ${told}`);
    return version;
  },

  addresses: (folder: Folder) => ({ REDIS_URL: `redis://127.0.0.1:${settledPort(folder, UNIT)}/0` }),
};

/** What the server says until it hangs up. */
function converse(port: number, text: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let told = "";
  const socket = connect({ host: "127.0.0.1", port });
  socket.setTimeout(5_000, () => socket.destroy(new Error("Redis does not answer")));
  socket.once("connect", () => socket.write(text));
  socket.on("data", (bytes) => told += bytes);
  socket.once("error", reject);
  socket.once("close", () => resolve(told));
  return promise;
}
