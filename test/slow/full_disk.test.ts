// A disk that fills up under a harvest: in the store, and in the folder of what is published. It ends with a sentence
// that names the file, readers keep what they had, and with space again the next harvest goes through.

import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyFolder, type Published, publishedFiles, readPublished, readStored } from "./data_folder.ts";
import { type NetworkStates, writeStates } from "./network_states.ts";
import { type Finished, runWell, type Settings, startCommand, startProgram } from "./process.ts";

/** A disk of which little is left while a command runs. */
type SmallDisk = {
  readonly folder: string;
  run(leftKb: number, command: string, args: readonly string[], env?: Settings): Promise<Finished>;
  remove(): Promise<void>;
};

const ROOT = `${import.meta.dirname}/../..`;
const DISK_MB = 24;

/** A file system in memory, filled up by a file of ours; undefined where mounting is not allowed. */
async function mountDisk(): Promise<SmallDisk | undefined> {
  const folder = await Deno.makeTempDir({ prefix: "caudal_disk_" });
  const mounting = new Deno.Command("mount", {
    args: ["-t", "tmpfs", "-o", `size=${DISK_MB}m`, "caudal", folder],
    stderr: "null",
  });
  const isMounted = await mounting.output().then(({ success }) => success, () => false);
  if (!isMounted) {
    await Deno.remove(folder);
    return undefined;
  }
  return {
    folder,
    async run(leftKb, command, args, env) {
      const ballast = path.join(folder, "ballast");
      await fill(ballast, leftKb * 1024);
      await using running = startCommand(command, args, env);
      const finished = await running.finished;
      await Deno.remove(ballast);
      return finished;
    },
    async remove() {
      await new Deno.Command("umount", { args: ["-l", folder] }).output();
      await Deno.remove(folder);
    },
  };
}

async function fill(file: string, left: number): Promise<void> {
  using ballast = await Deno.open(file, { create: true, write: true });
  const block = new Uint8Array(4_096);
  for (;;) {
    try {
      await ballast.write(block);
    } catch {
      const { size } = await ballast.stat();
      return await ballast.truncate(size - left);
    }
  }
}

/** Everywhere else: files of the process may not grow past what is left. */
async function limitedFiles(): Promise<SmallDisk> {
  const folder = await Deno.makeTempDir({ prefix: "caudal_disk_" });
  return {
    folder,
    async run(leftKb, command, args, env) {
      const script = `trap '' XFSZ; ulimit -f ${leftKb}; exec "$0" "$@"`;
      const program = ["-c", script, Deno.execPath(), "run", "-A", `${ROOT}/src/${command}.ts`, ...args];
      await using running = startProgram("bash", program, env);
      return await running.finished;
    },
    remove: () => Deno.remove(folder, { recursive: true }),
  };
}

const mounted = await mountDisk();
const DISKS: readonly { kind: string; disk: SmallDisk }[] = [
  ...(mounted ? [{ kind: "a disk that is full", disk: mounted }] : []),
  { kind: "a limit on files", disk: await limitedFiles() },
];

/** Why nothing more could be written, in whatever words the place of it has. */
const REASON = "(el disco está lleno|falla la lectura o la escritura del disco \\(¿está lleno\\?\\)|" +
  "supera el tamaño de archivo que se permite al proceso)";

let folder: string;
let network: NetworkStates;
let published: { a: Published; b: Published };
const at = (name: string) => path.join(folder, name);

beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_full_" });
  network = await writeStates(at("sources"), { series: 500, values: 100_000 });
  for (const state of ["a", "b"] as const) {
    await network.show(state);
    await runWell("harvest", ["--network", network.register, "--data", at(state)]);
  }
  const read = (state: string) => readPublished(at(`${state}/snapshots`), network.ids);
  published = { a: (await read("a"))!, b: (await read("b"))! };
});
afterAll(async () => {
  for (const { disk } of DISKS) await disk.remove();
  await Deno.remove(folder, { recursive: true });
});

/** What a command says of a file that cannot be written to: one line, no stack. */
function expectRefused({ code, stdout, stderr }: Finished, file: string): void {
  const name = file.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  // A slow machine shows progress first.
  expect(stderr.replace(/^(Cosechando|Publicando): .*\n/gm, "")).toMatch(
    new RegExp(
      `^Error: No se puede (abrir el almacén|usar el almacén|escribir) "${name}[^"]*": ${REASON}\n$`,
    ),
  );
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
}

describe.each(DISKS)("harvest onto $kind", ({ disk }) => {
  test("ends with 1 where the store cannot grow, serves what it had, and goes through later", async () => {
    const data = path.join(disk.folder, "data");
    const snapshots = path.join(data, "snapshots");
    await copyFolder(at("a"), data);
    for (const leftKb of [0, 60, 200, 500]) {
      const ended = await disk.run(leftKb, "harvest", ["--data", data, "--json"]);
      expectRefused(ended, path.join(data, "caudal.sqlite"));
      expect(await readPublished(snapshots, network.ids)).toEqual(published.a);
      await publishedFiles(snapshots);
    }
    await runWell("harvest", ["--data", data]);
    expect(await readPublished(snapshots, network.ids)).toEqual(published.b);
    const { integrity, runs, versions } = readStored(data);
    expect(integrity).toBe("ok");
    expect(runs.filter((run) => run.endsWith("STARTED"))).toEqual([]);
    expect(runs).toContain("harvest FAILURE");
    expect(Math.max(...Array.from(versions.values(), ({ length }) => length))).toBe(2);
    expect(versions.size).toBe(network.ids.length);
  });

  test("ends with 1 where nothing can be published, serves what it had, and publishes later", async () => {
    const data = at(`store_${path.basename(disk.folder)}`);
    const snapshots = path.join(disk.folder, "published");
    await copyFolder(at("a"), data);
    await copyFolder(at("a/snapshots"), snapshots);
    // The store is at B, the small disk at A.
    await runWell("harvest", ["--data", data]);

    const env = { SNAPSHOT_URL: snapshots };
    expectRefused(await disk.run(64, "publish", ["--data", data], env), `${snapshots}/segment/`);
    expect(await readPublished(snapshots, network.ids)).toEqual(published.a);
    expect(readStored(data).runs.at(-1)).toBe("publish FAILURE");
    await runWell("publish", ["--data", data], env);
    expect(await readPublished(snapshots, network.ids)).toEqual(published.b);
    expect((await publishedFiles(snapshots)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});
