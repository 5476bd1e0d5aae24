// The checks that a tester of the contract runs (etl-scheduler 5.8), over processes of Caudal as people start them.
// Check 6, changes of clock, is in fires.test.ts: it needs years.

import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { eventually, LONG, type Running, sleep } from "../slow/process.ts";
import { type EtlWorld, filesWith, lastOf, peakMemoryMB, processesWith } from "./etl_world.ts";

const FIXTURES = path.resolve(import.meta.dirname!, "../fixtures/etl");
const FIRES = LONG ? 300 : 60;
const KILLS = LONG ? 12 : 2;
/** By the contract, from the start of the next scheduler on. */
const RECOVERED_MS = 25_000;
const PRINTED_MB = LONG ? 1024 : 256;
const TIMEOUT_MS = 240_000;
const PASSWORD = "s3cr3t-de-la-base";

export type Engine = {
  readonly open: () => Promise<EtlWorld>;
  /** Processes that stand by as schedulers, and perform steps where steps are shared. */
  readonly processes: number;
  /** Where iris is loaded, as a step names it. */
  readonly output: (world: EtlWorld) => Promise<string>;
  readonly countIris: (world: EtlWorld) => Promise<number | undefined>;
  readonly irisTypes: (world: EtlWorld) => Promise<Record<string, string>>;
  readonly types: { readonly Float: string; readonly Text: string };
  /** Everything that is stored, as text. */
  readonly everythingStored: (world: EtlWorld) => Promise<string>;
};

const fixture = (file: string) => readFileSync(path.join(FIXTURES, file), "utf8");

export function checksSuite(name: string, engine: Engine): void {
  describe(`checks of the contract, ${name}`, () => {
    describe("1. the sample sequences", () => {
      it(
        "dummy is refused with the fixture's map, which lacks its three programs, and runs with the shipped one",
        async () => {
          await using world = await engine.open();
          await world.write("modules.json", fixture("modules.json"));
          await world.sequence("dummy", fixture("etl_sequences/dummy.json"));
          const refused = await world.etl("run", "dummy", "--wait");
          expect(refused.code).toBe(1);
          for (const program of ["./dummy_extractor.sh", "./dummy_transformer.sh", "./dummy_loader.sh"]) {
            expect(refused.stderr).toContain(program);
          }
          const [kept] = await world.runs("dummy");
          expect(kept).toMatchObject({ status: "FAILURE", reason: "validation" });

          await world.modules({});
          expect(await world.etl("run", "dummy", "--wait")).toMatchObject({ code: 0 });
          expect((await world.runs("dummy")).map(({ status }) => status)).toEqual(["FAILURE", "SUCCESS"]);
        },
        TIMEOUT_MS,
      );

      it("test fails at its second step and skips the third", async () => {
        await using world = await engine.open();
        await world.modules({});
        await world.sequence("test", fixture("etl_sequences/test.json"));
        expect((await world.etl("run", "test", "--wait")).code).toBe(1);
        const [run] = await world.runs("test");
        const { attempts } = await world.found(run!.id);
        expect(run!.status).toBe("FAILURE");
        expect(attempts.map(({ status }) => status)).toEqual(["SUCCESS", "FAILURE", "SKIPPED"]);
        expect(attempts[0]!.input).toBe("None");
      }, TIMEOUT_MS);

      it("sample_sequence refines and loads the contracts", async () => {
        await using world = await engine.open();
        await world.modules({});
        const place = path.join(world.folder, "scheduler_sample");
        const text = fixture("etl_sequences/sample_sequence.json");
        await world.sequence("sample_sequence", text.replaceAll("/tmp/scheduler_sample", place));
        await world.write(
          "scheduler_sample/input/Contrataciones.csv",
          fixture("contrataciones/Contrataciones.csv"),
        );
        await world.write("scheduler_sample/refine_conf/conf.json", fixture("data_refine/conf.json"));
        await world.write(
          "scheduler_sample/refine_conf/filters/Contrataciones.json",
          fixture("data_refine/filters/Contrataciones.json"),
        );
        await world.write("scheduler_sample/db_loader.conf", fixture("db_loader/contrataciones.conf.json"));
        await Deno.mkdir(path.join(place, "refine_output"));
        const ran = await world.etl("run", "sample_sequence", "--wait");
        expect(ran).toMatchObject({ code: 0 });
        const [made] = [...Deno.readDirSync(path.join(place, "refine_output"))];
        expect(readFileSync(path.join(place, "refine_output", made!.name), "utf8")).toBe(
          fixture("contrataciones/Contrataciones.expected.csv"),
        );
      }, TIMEOUT_MS);
    });

    it(
      "2. a scheduler killed during a step leaves, soon after the next one starts, neither an open run nor a process",
      async () => {
        await using world = await engine.open();
        const seconds = `7${Deno.pid}.${Math.floor(performance.now())}`;
        await world.write(
          "slow.sh",
          `#!/bin/sh\nsleep ${seconds} &\nsetsid sleep ${seconds} &\nwait\n`,
          0o755,
        );
        await world.modules({ slow: { cmd: "./slow.sh" } }, { alone: true });
        await world.sequence("slow", [{ module_name: "slow" }]);
        const first = world.worker();
        await using _ = first;
        const id = await world.ask("slow");
        await eventually(() => Promise.resolve(processesWith(`sleep ${seconds}`).length === 2));
        first.kill("SIGKILL");
        await first.finished;
        expect(processesWith(`sleep ${seconds}`)).toHaveLength(2);

        await using _next = world.worker();
        const since = Date.now();
        const ended = await world.ended(id);
        await eventually(() => Promise.resolve(processesWith(`sleep ${seconds}`).length === 0));
        expect(Date.now() - since).toBeLessThan(RECOVERED_MS);
        expect(ended.run.status).toBe("FAILURE");
        expect(ended.attempts).toMatchObject([{ status: "FAILURE", reason: "lost" }]);
      },
      TIMEOUT_MS,
    );

    it(
      `3. of ${FIRES} fires, a second apart, each has exactly one run, while the active scheduler is killed at random`,
      async () => {
        await using world = await engine.open();
        await world.modules({ quick: { cmd: "true" } }, { alone: true });
        await world.sequence("ticks", {
          steps: [{ module_name: "quick" }],
          schedule: [{ cron: "* * * * * *", misfire: "run_all" }],
          overlap: "allow",
        });
        const running = new Map<number, Running>();
        await using all = new AsyncDisposableStack();
        const start = () => {
          const worker = all.use(world.worker());
          running.set(worker.pid, worker);
        };
        for (let i = 0; i < engine.processes; i++) start();
        const fires = async () => (await world.runs("ticks")).length;
        for (let kill = 1; kill <= KILLS; kill++) {
          const least = FIRES * kill / (KILLS + 1) * (0.5 + Math.random());
          await eventuallyLong(async () => await fires() >= least);
          // The one that was killed before may hold the lease for a while yet.
          const active = async () => {
            const lease = await world.store.lease("etl_scheduler");
            return running.get(Number(lease?.holder.split(":")[1]));
          };
          await eventuallyLong(async () => await active() !== undefined);
          const killed = (await active())!;
          killed.kill("SIGKILL");
          await killed.finished;
          running.delete(killed.pid);
          start();
        }
        await eventuallyLong(async () => await fires() >= FIRES);
        await eventuallyLong(async () => {
          const runs = (await world.runs("ticks")).slice(0, FIRES);
          return runs.every(({ end }) => end !== null);
        });
        const runs = (await world.runs("ticks")).slice(0, FIRES);
        const instants = runs.map(({ scheduledAt }) => scheduledAt!).toSorted((a, b) => a - b);
        expect(instants).toEqual(Array.from({ length: FIRES }, (_, i) => instants[0]! + i * 1_000));
        // What was under way when its process was killed is lost; nothing else is anything but done.
        const odd = runs.filter(({ status, reason }) => status !== "SUCCESS" && reason !== "lost");
        expect(odd).toEqual([]);
      },
      LONG ? 900_000 : TIMEOUT_MS,
    );

    it(
      "4. of a module that ignores SIGTERM, with children that do too, nothing is left soon after its time",
      async () => {
        await using world = await engine.open();
        const seconds = `8${Deno.pid}.${Math.floor(performance.now())}`;
        const stubborn =
          `trap "" TERM\nsh -c 'trap "" TERM; setsid sleep ${seconds} & sleep ${seconds}' &\nsleep ${seconds}\n`;
        await world.write("stubborn.sh", `#!/bin/sh\n${stubborn}`, 0o755);
        await world.modules(
          { stubborn: { cmd: "./stubborn.sh", timeoutSeconds: 2, killGraceSeconds: 1 } },
          { alone: true },
        );
        await world.sequence("stubborn", [{ module_name: "stubborn" }]);
        await using _ = world.worker();
        const id = await world.ask("stubborn");
        await eventually(() => Promise.resolve(processesWith(`sleep ${seconds}`).length >= 3));
        const { attempts: [attempt] } = await world.ended(id);
        expect(processesWith(`sleep ${seconds}`)).toEqual([]);
        expect(attempt).toMatchObject({ status: "FAILURE", reason: "timeout" });
        expect(attempt!.end! - attempt!.start!).toBeLessThan(5_000);
      },
      TIMEOUT_MS,
    );

    it(
      `5. a module that prints ${PRINTED_MB} MB costs no memory, has its log cut and its status told`,
      async () => {
        await using world = await engine.open();
        await world.write(
          "loud.sh",
          `#!/bin/sh\nhead -c ${PRINTED_MB}M /dev/zero | tr '\\0' 'x' | fold -w 1000\nexit 3\n`,
          0o755,
        );
        await world.modules({ loud: { cmd: "./loud.sh", maxOutputMB: 1 } }, { alone: true });
        await world.sequence("quiet", [{ module_name: "loud" }]);
        await world.sequence("loud", [{ module_name: "loud" }]);
        await using worker = world.worker();
        await worker.printed(/(trabaja)/);
        await sleep(2_000);
        const before = peakMemoryMB(worker.pid);
        const { attempts: [attempt] } = await world.ended(await world.ask("loud"));
        expect(peakMemoryMB(worker.pid) - before).toBeLessThan(100);
        expect(attempt).toMatchObject({ status: "FAILURE", reason: "exit_code", exitCode: 3, logCut: true });
        const { total } = await world.store.log(attempt!.id, 0, 1);
        expect(total).toBeGreaterThan(900);
        expect(total).toBeLessThan(1_200);
      },
      TIMEOUT_MS,
    );

    it("7. a password in an output is nowhere: not stored, not logged, not told", async () => {
      await using world = await engine.open();
      await world.write("echo.sh", '#!/bin/sh\necho "$@"\necho "$@" >&2\nexit 1\n', 0o755);
      await world.modules({ echo: { cmd: "./echo.sh" } }, { alone: true });
      const output = `postgresql://ana:${PASSWORD}@127.0.0.1:9/base`;
      await world.sequence("secret", [{ module_name: "echo", output }]);
      await using worker = world.worker({ LOG_LEVEL: "debug" });
      const { attempts: [attempt] } = await world.ended(await world.ask("secret"));
      const { lines } = await world.store.log(attempt!.id, 0, 100);
      // The program itself was told, and what it said of it was masked.
      expect(lines.filter(({ text }) => text === "--output postgresql://ana:***@127.0.0.1:9/base"))
        .toHaveLength(2);
      expect(attempt!.output).toBe("postgresql://ana:***@127.0.0.1:9/base");
      const told = await Promise.all([
        world.etl("runs"),
        world.etl("runs", "--json"),
        world.etl("logs", String(attempt!.runId)),
        world.etl("list", "--json"),
        world.etl("run", "secret", "--dry-run"),
        world.etl("retry", String(attempt!.runId), "--wait", "--json"),
      ]);
      worker.kill("SIGTERM");
      const { stdout, stderr } = await worker.finished;
      const texts = [...told.flatMap((one) => [one.stdout, one.stderr]), stdout, stderr];
      expect(texts.filter((text) => text.includes(PASSWORD))).toEqual([]);
      expect(filesWith(world.dataDir, PASSWORD)).toEqual([]);
      const stored = await engine.everythingStored(world);
      expect(stored).toContain("ana:***@");
      expect(stored).not.toContain(PASSWORD);
    }, TIMEOUT_MS);

    it(
      "8. iris is loaded with its types, twice to the same, and a reader meanwhile always counts 150",
      async () => {
        await using world = await engine.open();
        await world.modules({});
        await world.write("iris/iris.csv", fixture("iris.csv"));
        await world.write("iris.json", fixture("db_loader/iris.conf.json"));
        await world.sequence("iris", [{
          module_name: "db_loader",
          input: "iris",
          output: await engine.output(world),
          conf: "iris.json",
        }]);
        expect(await world.etl("run", "iris", "--wait")).toMatchObject({ code: 0 });
        expect(await engine.countIris(world)).toBe(150);
        expect(await engine.irisTypes(world)).toMatchObject({
          sepal_length: engine.types.Float,
          petal_width: engine.types.Float,
          flower_class: engine.types.Text,
        });
        let isOver = false;
        const again = world.etl("run", "iris", "--wait").finally(() => isOver = true);
        const counts = new Set<number | undefined>();
        while (!isOver) {
          counts.add(await engine.countIris(world));
          await sleep(1);
        }
        expect(await again).toMatchObject({ code: 0 });
        expect([...counts]).toEqual([150]);
        const [, second] = await world.runs("iris");
        expect(lastOf(await world.found(second!.id), "1").summary).toMatchObject({
          tables: { iris: { rows: 150 } },
        });
      },
      TIMEOUT_MS,
    );
  });
}

/** For what takes as long as the fires of a schedule. */
async function eventuallyLong(what: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + TIMEOUT_MS; !await what(); await sleep(200)) {
    if (Date.now() > end) throw new Error(`It never was so: ${what}`);
  }
}
