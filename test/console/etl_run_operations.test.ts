// Rows of runs: history in pages, start, cancel and retry, one and many, logs by ranges.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type EtlWorld, etlWorld, START } from "./etl_world.ts";

let world: EtlWorld;
beforeEach(async () => {
  world = await etlWorld();
});
afterEach(() => world.remove());

const ids = (body: { runs: readonly { id: number }[] }) => body.runs.map(({ id }) => id);

/** A run of `two` whose second step failed. */
async function failedRun(): Promise<number> {
  const id = await world.start("two");
  await world.end(await world.begin(id), { fingerprint: null });
  await world.end(await world.begin(id), { status: "FAILURE", exitCode: 3, reason: "exit_code" });
  await world.close(id, "FAILURE");
  return id;
}

describe("history", () => {
  test("etl.runs gives pages, the newest first, without loss or doubling", async () => {
    const made: number[] = [];
    for (const _ of Array(7)) made.push(await world.start("two"));
    const seen: number[] = [];
    for (let before = ""; before !== "null";) {
      const { body } = await world.read(`/etl/runs?limit=3${before && `&before=${before}`}`);
      seen.push(...ids(body));
      before = String(body.next_before);
    }
    expect(seen).toEqual(made.toReversed());
  });

  test("etl.runs narrows by name, states and instants", async () => {
    const old = await failedRun();
    const waits = await world.start("two");
    const { run } = (await world.store.run(old))!;
    const at = Date.UTC(2031, 0, 1);
    const draft = { snapshot: run.snapshot, trigger: "manual", attempts: [] } as const;
    const { run: { id: next } } = await world.store.addRun({ ...draft, name: "daily", requestedAt: at });
    const found = async (query: string) => ids((await world.read(`/etl/runs?${query}`)).body);
    expect(await found("name=two")).toEqual([waits, old]);
    expect(await found("status=FAILURE")).toEqual([old]);
    expect(await found("status=FAILURE,%20PENDING&name=two")).toEqual([waits, old]);
    expect(await found("from=2031-01-01T00:00:00Z")).toEqual([next]);
    // The same instant.
    expect(await found("to=2030-12-31T21:00:00-03:00")).toEqual([waits, old]);
    expect(await found("trigger=manual")).toEqual([next, waits, old]);
    expect(await found("trigger=backfill")).toEqual([]);
    expect(await found("name=nothing")).toEqual([]);
  });

  test.each(["status=DONE", "from=ayer", "trigger=x", "limit=501", "before=0", "x=1"])(
    "etl.runs?%s is 400",
    async (query) => {
      expect((await world.read(`/etl/runs?${query}`)).status).toBe(400);
    },
  );

  test("etl.runs.get tells each attempt; of its summary no password of an address", async () => {
    const id = await world.start("two");
    const attempt = await world.begin(id);
    await world.end(attempt, {
      summary: { to: "postgresql://ana:s3cr3ta@db.example/x", list: [1, "mysql://a:otra@h/b"] },
    });
    const { body } = await world.read(`/etl/runs/${id}`);
    expect(body.attempts.map(({ status, summary, pid }: Record<string, unknown>) => [status, pid, summary]))
      .toEqual([
        ["SUCCESS", 4242, { to: "postgresql://ana:***@db.example/x", list: [1, "mysql://a:***@h/b"] }],
        ["PENDING", null, null],
      ]);
    expect(body).toMatchObject({
      id,
      name: "two",
      status: "STARTED",
      trigger: "manual",
      triggered_by: "ana",
    });
  });

  test.each(["999", "0", "x", "1e3", "-1", "9".repeat(40)])("etl.runs.get of %s is 404", async (id) => {
    await world.start("two");
    expect((await world.read(`/etl/runs/${id}`)).status).toBe(404);
  });
});

describe("start", () => {
  test("etl.runs.start asks for a run in the name of who asks, and wakes the scheduler", async () => {
    const { status, body } = await world.post("/etl/runs", { name: "two" });
    expect([status, body.status, body.triggered_by]).toEqual([200, "PENDING", "operator"]);
    expect(world.pokes).toHaveLength(1);
  });

  test("etl.runs.start with the same Idempotency-Key answers the same run", async () => {
    const once = await world.post("/etl/runs", { name: "two" }, { "idempotency-key": "k1" });
    const again = await world.post("/etl/runs", { name: "two" }, { "idempotency-key": "k1" });
    const other = await world.post("/etl/runs", { name: "two" }, { "idempotency-key": "k2" });
    expect(again.body).toEqual(once.body);
    expect(other.body.id).not.toBe(once.body.id);
    expect((await world.post("/etl/runs", { name: "two" }, { "idempotency-key": "a b" })).status).toBe(400);
  });

  test("etl.runs.start of a sequence with errors is a run that failed, with all of them", async () => {
    const { body } = await world.post("/etl/runs", { name: "broken" });
    expect(body).toMatchObject({ status: "FAILURE", reason: "validation" });
    expect(body.message).toContain("etl_sequences/broken.json#/0/module_name");
  });

  test("etl.runs.start from a step takes up the last run", async () => {
    const failed = await failedRun();
    const { body } = await world.post("/etl/runs", { name: "two", from_step: "2" });
    expect(body).toMatchObject({ parent_run_id: failed, trigger: "retry" });
    expect((await world.post("/etl/runs", { name: "two", from_step: "9" })).status).toBe(400);
    expect((await world.post("/etl/runs", { name: "nothing" })).status).toBe(404);
  });
});

describe("one run", () => {
  test("etl.runs.cancel notes who asked first; of one that has ended it changes nothing", async () => {
    const id = await world.start("two");
    const first = await world.post(`/etl/runs/${id}/cancel`);
    expect(first.body).toMatchObject({ cancel_asked_by: "operator" });
    world.pass(5_000);
    expect((await world.post(`/etl/runs/${id}/cancel`)).body).toEqual(first.body);
    const failed = await failedRun();
    expect((await world.post(`/etl/runs/${failed}/cancel`)).body.cancel_asked_at).toBeNull();
    expect((await world.post("/etl/runs/999/cancel")).status).toBe(404);
  });

  test("etl.runs.retry begins with what was done well, once for an Idempotency-Key", async () => {
    const failed = await failedRun();
    const retry = () => world.post(`/etl/runs/${failed}/retry`, {}, { "idempotency-key": "r" });
    const { body } = await retry();
    expect(body).toMatchObject({ parent_run_id: failed, trigger: "retry", triggered_by: "operator" });
    expect((await retry()).body.id).toBe(body.id);
    const { attempts } = (await world.read(`/etl/runs/${body.id}`)).body;
    expect(attempts.map(({ status }: { status: string }) => status)).toEqual(["REUSED", "PENDING"]);
  });

  test("etl.runs.retry with `latest` takes the files of now", async () => {
    const failed = await failedRun();
    await Deno.writeTextFile(`${world.folder}/etl_sequences/two.json`, '[{"module_name":"fail"}]');
    const { body } = await world.post(`/etl/runs/${failed}/retry`, { latest: true });
    const { attempts } = (await world.read(`/etl/runs/${body.id}`)).body;
    expect(attempts.map(({ module_name, status }: Record<string, string>) => [module_name, status])).toEqual([
      ["fail", "PENDING"],
    ]);
  });

  test("etl.runs.retry tells why it cannot be", async () => {
    const waits = await world.start("two");
    const { status, body } = await world.post(`/etl/runs/${waits}/retry`);
    expect([status, body.detail]).toEqual([409, expect.stringContaining("aún no terminó")]);
    await world.close(waits, "SUCCESS");
    expect((await world.post(`/etl/runs/${waits}/retry`)).status).toBe(409);
  });

  test("every change is audited with who and what", async () => {
    const failed = await failedRun();
    await world.post("/etl/runs", { name: "two" });
    await world.post(`/etl/runs/${failed}/retry`, { latest: true });
    await world.post("/etl/runs/999/cancel");
    const audited = (await world.audited()).map(({ account, operation, params, body, status }) => [
      account,
      operation,
      params,
      body,
      status,
    ]);
    expect(audited).toEqual([
      ["operator", "etl.runs.cancel", { id: "999" }, undefined, 404],
      ["operator", "etl.runs.retry", { id: String(failed) }, { latest: true }, 200],
      ["operator", "etl.runs.start", undefined, { name: "two" }, 200],
    ]);
  });
});

describe("all that match", () => {
  test("etl.runs.cancel_all asks for the end of those that have not ended", async () => {
    const failed = await failedRun();
    const [a, b, other] = [await world.start("two"), await world.start("two"), await world.start("daily")];
    const query = "name=two&action=cancel";
    expect((await world.read(`/etl/runs/matching?${query}`)).body).toEqual({ runs: 2 });
    expect((await world.post("/etl/runs/cancel", { name: "two" })).body).toEqual({
      done: [a, b],
      refused: [],
    });
    for (const [id, isAsked] of [[a, true], [b, true], [other, false], [failed, false]] as const) {
      expect([id, (await world.store.run(id))!.run.cancelAskedAt !== null]).toEqual([id, isAsked]);
    }
    // States that cannot be cancelled match nothing.
    expect((await world.post("/etl/runs/cancel", { status: "FAILURE" })).body).toEqual({
      done: [],
      refused: [],
    });
  });

  test("etl.runs.retry_all takes each up once, however often it is asked", async () => {
    const [a, b] = [await failedRun(), await failedRun()];
    const cancelled = await world.start("two");
    await world.close(cancelled, "CANCELLED");
    const broken = (await world.post("/etl/runs", { name: "broken" })).body.id;
    expect((await world.read("/etl/runs/matching?action=retry")).body).toEqual({ runs: 3 });
    for (const _ of [1, 2]) {
      expect((await world.post("/etl/runs/retry", {})).body).toEqual({
        done: [a, b],
        refused: [{ id: broken, reason: expect.stringContaining("no llegó a leer la secuencia") }],
      });
    }
    const { runs } = (await world.read("/etl/runs?status=PENDING")).body;
    expect(runs.map(({ parent_run_id }: { parent_run_id: number }) => parent_run_id)).toEqual([b, a]);
    expect((await world.post("/etl/runs/retry", { status: "CANCELLED" })).body.done).toEqual([cancelled]);
  });

  test("more than one page of runs is touched", async () => {
    const made: number[] = [];
    for (const _ of Array(501)) made.push(await world.start("fails"));
    expect((await world.post("/etl/runs/cancel", {})).body).toEqual({ done: made, refused: [] });
  });
});

describe("log", () => {
  const log = async (path: string, range?: string) => {
    const answer = await world.ask("GET", path, { as: "viewer", ...(range && { headers: { range } }) });
    const body = await answer.json();
    return {
      status: answer.status,
      place: answer.headers.get("content-range"),
      lines: (body.lines ?? []).map(({ line, text }: { line: number; text: string }) => `${line} ${text}`),
      total: body.total,
    };
  };

  test("etl.runs.log answers ranges of lines, both ends included", async () => {
    const id = await world.start("two");
    const attempt = await world.begin(id);
    await world.say(attempt, ["a", "b", "c"]);
    await world.say(attempt, ["d"], "stderr");
    const path = `/etl/runs/${id}/attempts/${attempt}/log`;
    expect(await log(path)).toEqual({
      status: 200,
      place: null,
      lines: ["0 a", "1 b", "2 c", "3 d"],
      total: 4,
    });
    expect((await log(`${path}?from=3`)).lines).toEqual(["3 d"]);
    expect(await log(path, "lines=1-2")).toEqual({
      status: 206,
      place: "lines 1-2/4",
      lines: ["1 b", "2 c"],
      total: 4,
    });
    expect(await log(path, "lines=2-")).toMatchObject({ status: 206, place: "lines 2-3/4" });
    expect(await log(path, "lines=0-99")).toMatchObject({ status: 206, place: "lines 0-3/4" });
    expect(await log(path, "lines=4-")).toMatchObject({ status: 416, place: "lines */4" });
    expect(await log(path, "lines=2-1")).toMatchObject({ status: 416 });
    // RFC 9110: another unit is passed over.
    expect(await log(path, "bytes=0-1")).toMatchObject({ status: 200, total: 4 });
    const { body } = await world.read(path);
    expect(body.lines[3]).toEqual({
      line: 3,
      at: new Date(START).toISOString(),
      stream: "stderr",
      text: "d",
    });
  });

  test("etl.runs.log of an attempt of another run is 404", async () => {
    const [one, other] = [await world.start("two"), await world.start("daily")];
    const attempt = await world.begin(one);
    expect((await log(`/etl/runs/${other}/attempts/${attempt}/log`)).status).toBe(404);
  });
});
