// The worker as it runs: what /api/ops asks for is done, one works while others stand by, what a killed one left is told
// and made up for.

import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openOperation, openStore } from "../../src/open.ts";
import { addressOf, eventually, startCommand, startProgram } from "./process.ts";

const NAME = "ana", PASSWORD = "ocho palmeras y un tucán";
const SERIES = 757;

let folder: string;
beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_worker_" });
});
afterAll(() => Deno.remove(folder, { recursive: true }));

async function makeAccount(dataDir: string): Promise<void> {
  const command = ["run", "-A", `${import.meta.dirname}/../../src/console_command.ts`];
  const args = ["user", NAME, "operator", "--data", dataDir];
  const piped = ["-c", 'printf "%s\\n" "$LINE" | "$0" "$@"', Deno.execPath(), ...command, ...args];
  await using made = startProgram("sh", piped, { LINE: PASSWORD });
  expect((await made.finished).code).toBe(0);
}

type RunAnswer = {
  readonly id: number;
  readonly status: string;
  readonly report:
    | { readonly stages: readonly { readonly status: string; readonly report: object }[] }
    | null;
};

function operator(url: string) {
  const authorization = `Basic ${new TextEncoder().encode(`${NAME}:${PASSWORD}`).toBase64()}`;
  const ask = async (method: string, place: string, body?: unknown) => {
    const response = await fetch(`${url}/api/ops${place}`, {
      method,
      headers: { authorization, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, json: await response.json() };
  };
  return {
    ask,
    /** Asks for a task and waits for its end. */
    async do(task: string, about: object = {}): Promise<RunAnswer> {
      const asked = await ask("POST", "/tasks", { task, about });
      expect(asked).toMatchObject({ status: 200, json: { status: "PENDING" } });
      let run: RunAnswer = asked.json;
      await eventually(async () => {
        run = (await ask("GET", `/runs/${run.id}`)).json;
        return run.status === "SUCCESS" || run.status === "FAILURE";
      });
      return run;
    },
  };
}

describe("start", () => {
  test("does what operators ask for, and tells of it", async () => {
    const dataDir = path.join(folder, "start");
    await makeAccount(dataDir);
    await using server = startCommand("start", ["--port", "0", "--data", dataDir]);
    const url = await addressOf(server);
    const { ask, do: perform } = operator(url);
    await server.printed(/(Listo)/);
    const file = `${url}/series/api/dump/series-tiempo-metadatos.csv`;
    expect((await fetch(file)).status).toBe(404);

    expect(await perform("dump", { formats: ["csv"] })).toMatchObject({
      status: "SUCCESS",
      report: { stages: [{ task: "dump", report: { series: SERIES } }] },
    });
    const lines = (await (await fetch(file)).text()).trimEnd().split("\r\n");
    expect(lines).toHaveLength(SERIES + 1);

    // Every series of the bundled network is what its file says.
    const { id, ...compared } = await perform("integration_test");
    expect(compared).toMatchObject({
      status: "SUCCESS",
      report: { stages: [{ report: { series: SERIES, mismatches: 0, skipped: 0 } }] },
    });
    const log = (await ask("GET", `/runs/${id}/log`)).json.lines.map(({ text }: { text: string }) => text);
    expect(log[0]).toBe("integration_test: empieza");
    expect(log.at(-1)).toBe("integration_test: terminó");

    expect(await perform("harvest")).toMatchObject({
      status: "SUCCESS",
      report: { stages: [{ report: { counts: { series: { unchanged: SERIES, failed: 0 } } } }] },
    });
    expect(await perform("publish")).toMatchObject({
      status: "SUCCESS",
      report: { stages: [{ report: { switched: false, series: SERIES } }] },
    });
    const report = await perform("report");
    expect(report.status).toBe("SUCCESS");
    const reports = (await ask("GET", "/reports")).json;
    expect(JSON.stringify(reports)).toContain('"series_disponibles_cant":757');
    expect(await perform("analytics")).toMatchObject({
      status: "FAILURE",
      report: { stages: [{ error: "Configuración de importación de analytics no inicializada" }] },
    });
    expect((await ask("POST", "/tasks", { task: "dump", about: { formats: ["pdf"] } })).status).toBe(400);
    expect((await ask("POST", "/tasks", { task: "nada" })).status).toBe(400);
  }, 180_000);
});

describe("worker", () => {
  test(
    "does what was due while nobody worked, once; another stands by and takes over when it is killed",
    async () => {
      const dataDir = path.join(folder, "worker");
      const { store, journal, records } = openStore({ dataDir });
      const synchronizer = {
        days: ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"],
        time: "12:00",
        stages: [{ task: "popularity", about: {} }],
        paused: false,
        since: Date.now() - 3 * 24 * 3600 * 1000,
      };
      await records.write([
        { kind: "setting", id: "synchronizers", version: 0, value: {} },
        { kind: "synchronizer", id: "Diario", version: 0, value: synchronizer },
      ]);
      try {
        await using first = startCommand("worker", ["--data", dataDir]);
        await first.printed(/(Caudal trabaja)/);
        await eventually(async () => (await journal.runs("synchronizer", 9))[0]?.status === "SUCCESS");
        await using second = startCommand("worker", ["--data", dataDir]);
        await second.printed(/(queda a la espera)/);
        expect(first.isRunning()).toBe(true);

        first.kill("SIGKILL");
        await first.finished;
        const { id } = await journal.requestRun("task", "popularity", {}, Date.now());
        await eventually(async () => (await journal.run(id))!.status === "SUCCESS");
        // Three days were missed: one run, not asked for again by the second.
        expect((await journal.runs("synchronizer", 9)).map(({ status }) => status)).toEqual(["SUCCESS"]);
        second.kill("SIGTERM");
        expect(await second.finished).toMatchObject({ code: 0 });
      } finally {
        await store.close();
      }
    },
    120_000,
  );

  test("tells of the run that a killed one was doing", async () => {
    const dataDir = path.join(folder, "killed");
    const { store, journal } = openStore({ dataDir });
    const { trail, close } = openOperation({ dataDir });
    try {
      const { id } = await journal.requestRun("task", "harvest", {}, Date.now());
      const begun = async () =>
        (await trail.entries("run", { subject: String(id), after: 0, limit: 9 })).length > 0;
      await using killed = startCommand("worker", ["--data", dataDir]);
      await eventually(begun);
      killed.kill("SIGKILL");
      await killed.finished;
      const left = (await journal.run(id))!.status;
      await using next = startCommand("worker", ["--data", dataDir]);
      await next.printed(/(Caudal trabaja)/);
      if (left === "STARTED") await eventually(async () => (await journal.run(id))!.status === "FAILURE");
      expect(["STARTED", "SUCCESS"]).toContain(left);
      const again = await journal.requestRun("task", "harvest", {}, Date.now());
      await eventually(async () => (await journal.run(again.id))!.status === "SUCCESS");
    } finally {
      close();
      await store.close();
    }
  }, 120_000);
});
