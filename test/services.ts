// Real services for tests, started when the first test asks for them. `deno task test` takes down what its tests
// started; those of a single file run by hand stay up until `deno task services down`.
// What tests share they share for the whole run: each makes databases, keys or indices of its own in it.

import path from "node:path";
import { type Addresses, SERVICE_NAMES, type ServiceName } from "../scripts/services/kinds.ts";
import { killUnit, remove, startUnit, status, up } from "../scripts/services/stack.ts";
import { endDeadRuns, runFolder } from "../scripts/services/test_runs.ts";

/** For `beforeAll`: a first start may have to install and download. */
export const START_TIMEOUT_MS = 900_000;

export type Reached = {
  /** As a setting of Caudal takes it: several addresses are separated by commas. */
  readonly url: string;
  readonly urls: readonly string[];
};

const SETTING = {
  postgres: "DIRECT_DATABASE_URL",
  pgbouncer: "DATABASE_URL",
  redis: "REDIS_URL",
  opensearch: "OPENSEARCH_URL",
} as const satisfies Record<ServiceName, keyof Addresses>;

/** Set by scripts/test.ts. */
const RUN = Deno.env.get("CAUDAL_TEST_RUN");

const SHARED = RUN === undefined
  ? path.resolve(import.meta.dirname!, "../.caudal/services")
  : path.join(RUN, "shared");

const tell = (text: string) => console.error(text);

/** The service that all tests of the run share, started where it does not run yet. */
export async function service(name: ServiceName): Promise<Reached> {
  return reached(name, await up(SHARED, [name], { fsync: RUN === undefined, tell }));
}

function reached(name: ServiceName, addresses: Addresses): Reached {
  const url = addresses[SETTING[name]];
  if (url === undefined) throw new Error(`${name} has no address`);
  return { url, urls: url.split(",") };
}

export type PrivateServices = {
  readonly folder: string;
  at(name: ServiceName): Reached;
  /** Pids of the units that run: postgres, pgbouncer, redis, opensearch-1, -2, -3. */
  pids(): Promise<Readonly<Record<string, number>>>;
  /** Sends a signal to a unit; SIGKILL, the default, is waited for. */
  kill(unit: string, signal?: NodeJS.Signals): Promise<void>;
  /** Starts one unit that does not run, on its own port with its own data; does not wait for its answer. */
  start(unit: string): Promise<void>;
  /** Starts all that does not run and waits until everything answers. */
  up(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Services of a test's own, with ports and data of their own, for it to hurt. Whoever starts them disposes of them. */
export async function startPrivate(...names: readonly ServiceName[]): Promise<PrivateServices> {
  if (RUN === undefined) await endDeadRuns();
  const folder = path.join(RUN ?? runFolder(Deno.pid), `private_${crypto.randomUUID().slice(0, 8)}`);
  const start = () => up(folder, names, { fsync: false, tell });
  let addresses: Addresses;
  try {
    addresses = await start();
  } catch (error) {
    await remove(folder, tell);
    throw error;
  }
  return {
    folder,
    at: (name) => reached(name, addresses),
    pids: async () => Object.assign({}, ...(await status(folder, SERVICE_NAMES)).map(({ pids }) => pids)),
    kill: (unit, signal = "SIGKILL") => killUnit(folder, unit, signal),
    start: (unit) => startUnit(folder, unit, tell),
    async up() {
      addresses = await start();
    },
    async [Symbol.asyncDispose]() {
      await remove(folder, () => {});
      // The folder of a run by hand goes with the last instance in it.
      if (RUN === undefined) await Deno.remove(path.dirname(folder)).catch(() => {});
    },
  };
}
