// Steps whose worker is gone: lost after its silence, and what becomes of their runs.

import { describe, expect, test } from "vitest";
import { NO_RETRIES } from "../../src/core/etl/sequence.ts";
import { snapshot } from "./example_sequences.ts";
import { SILENT_MS, world } from "./scheduler_world.ts";

describe("a step whose worker is gone", () => {
  test("is lost after its silence, and fails its run", async () => {
    const here = await world();
    const id = await here.start(snapshot([{ id: "a" }, { id: "b" }]));
    await here.tick();
    await here.begin();
    here.pass(SILENT_MS);
    await here.tick();
    expect(await here.steps(id)).toEqual({ a: "STARTED", b: "PENDING" });
    here.pass(1);
    await here.tick();
    expect(await here.steps(id)).toEqual({ a: "FAILURE", b: "SKIPPED" });
    expect((await here.last(id, "a")).reason).toBe("lost");
    expect(await here.run(id)).toMatchObject({ status: "FAILURE", reason: "lost" });
  });

  test("is waited for where all signs of life are old: the clock was set, or the machine slept", async () => {
    const here = await world();
    const id = await here.start(snapshot());
    await here.tick();
    await here.begin();
    const attempt = await here.last(id, "a");
    await here.beat([attempt.id]);
    here.pass(3_600_000);
    here.live(false);
    await here.tick();
    expect(await here.steps(id)).toEqual({ a: "STARTED" });
    // Its worker is the first to wake.
    await here.beat([attempt.id]);
    here.live(true);
    await here.tick();
    expect(await here.steps(id)).toEqual({ a: "STARTED" });
    here.pass(SILENT_MS + 1);
    await here.tick();
    expect(await here.steps(id)).toEqual({ a: "FAILURE" });
  });

  test("is tried again where it may be, also where only exit codes are named", async () => {
    const here = await world();
    const retries = { ...NO_RETRIES, max: 1, onExitCodes: [75] };
    const id = await here.start(snapshot([{ id: "a", retries }]));
    await here.tick();
    await here.begin();
    here.pass(SILENT_MS + 1);
    await here.tick();
    expect(await here.last(id, "a")).toMatchObject({ status: "RETRYING", attempt: 2 });
  });

  test("ends a run that was asked to end as CANCELLED", async () => {
    const here = await world();
    const id = await here.start(snapshot());
    await here.tick();
    await here.begin();
    await here.store.askCancel(id, null, here.now());
    here.pass(SILENT_MS + 1);
    await here.tick();
    expect(await here.status(id)).toBe("CANCELLED");
  });
});
