// Runs a built worker under workerd, the platform's own runtime, on a port of this machine.

import { spawn } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { Problem } from "./core/problem.ts";
import { ASSETS_FOLDER, COMPATIBILITY_DATE, WORKER } from "./edge_bundle.ts";
import { isHttpOrigin } from "./open_blobs.ts";

export type Workerd = {
  readonly url: string;
  readonly pid: number;
  /** Ends with the runtime. */
  readonly finished: Promise<void>;
  stop(): Promise<void>;
};

export type WorkerdPlace = {
  /** Folder or HTTP address of published files; without it those that were built into the files of the site. */
  readonly snapshots?: string | undefined;
  /** Server that writes the pages. */
  readonly origin?: string | undefined;
  /** Address of an HTTP service that keeps the Cache API's answers; without it there is no Cache API. */
  readonly cache?: string | undefined;
};

/** What the worker tells. */
export type Tell = (line: string) => void;

/** Text of the configuration's language. */
const quoted = (text: string) => JSON.stringify(text);

/**
 * Starts `folder`'s worker and waits until it listens.
 * Errors: Problem `unavailable` where it cannot.
 */
export async function startWorkerd(
  folder: string,
  { host, port }: { readonly host: string; readonly port: number },
  place: WorkerdPlace,
  tell: Tell,
): Promise<Workerd> {
  return await startConfigured(writeConfiguration(folder, `${host}:${port}`, place), host, tell);
}

/** Writes what the runtime has to know of `folder`'s worker, which listens at `address`; answers the file. */
export function writeConfiguration(folder: string, address: string, place: WorkerdPlace): string {
  const file = path.join(folder, "workerd.capnp");
  fs.writeFileSync(file, configuration(folder, address, place));
  return file;
}

/** Starts what a configuration says, whose one socket is called `http`. */
export async function startConfigured(file: string, host: string, tell: Tell): Promise<Workerd> {
  const { default: program } = createRequire(import.meta.url)("workerd") as { default: string };
  const child = spawn(program, ["serve", "--control-fd=1", file], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const told: string[] = [];
  const { promise: listening, resolve: heard } = Promise.withResolvers<number>();
  createInterface({ input: child.stdout! }).on("line", (line) => {
    const listen = /^\{"event":"listen","socket":"http","port":(\d+)\}$/.exec(line);
    if (listen) heard(Number(listen[1]));
    else tell(line);
  });
  createInterface({ input: child.stderr! }).on("line", (line) => {
    told.push(line);
    tell(line);
  });
  // It would outlive a process that forgets it.
  const end = () => void process.kill(child.pid!, "SIGKILL");
  addEventListener("unload", end);
  const finished = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", ({ message }) => {
      told.push(message);
      resolve();
    });
  });
  void finished.then(() => removeEventListener("unload", end));
  const port = await Promise.race([listening, finished]);
  if (port === undefined) {
    throw new Problem("unavailable", `workerd no arranca: ${told.slice(-8).join("\n")}`);
  }
  const address = host.includes(":") ? `[${host}]` : host === "0.0.0.0" ? "localhost" : host;
  return {
    url: `http://${address}:${port}`,
    pid: child.pid!,
    finished,
    async stop() {
      child.kill("SIGKILL");
      await finished;
    },
  };
}

function configuration(folder: string, address: string, { snapshots, origin, cache }: WorkerdPlace): string {
  const isUrl = isHttpOrigin(snapshots);
  const isFolder = snapshots !== undefined && !isUrl;
  const bindings = [
    `(name = "ASSETS", service = "assets")`,
    ...(isUrl ? [`(name = "SNAPSHOT_URL", text = ${quoted(snapshots)})`] : []),
    ...(isFolder ? [`(name = "SNAPSHOT_FILES", service = "snapshots")`] : []),
    ...(origin === undefined ? [] : [`(name = "ORIGIN_URL", text = ${quoted(origin)})`]),
  ];
  const disk = (name: string, folder: string) =>
    `(name = ${quoted(name)}, disk = (path = ${quoted(path.resolve(folder))}, writable = false))`;
  const services = [
    `(name = "main", worker = (
      modules = [(name = "worker.js", esModule = embed ${quoted(WORKER)})],
      compatibilityDate = ${quoted(COMPATIBILITY_DATE)},
      bindings = [${bindings.join(", ")}],
      globalOutbound = "network"${cache === undefined ? "" : `,\n      cacheApiOutbound = "cache"`}
    ))`,
    disk("assets", path.join(folder, ASSETS_FOLDER)),
    // Places of tests and of closed networks are on this machine.
    `(name = "network", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true)))`,
    ...(isFolder ? [disk("snapshots", snapshots)] : []),
    ...(cache === undefined
      ? []
      : [`(name = "cache", external = (address = ${quoted(new URL(cache).host)}, http = ()))`]),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ${services.join(",\n    ")}
  ],
  sockets = [(name = "http", address = ${quoted(address)}, http = (), service = "main")]
);
`;
}
