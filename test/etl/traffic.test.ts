// Runs of one sequence in each other's way, and steps that share what there is room for.

import { describe, expect, test } from "vitest";
import { memoryEtlStore } from "../../src/store/etl_memory.ts";
import { outcome, snapshot } from "./example_sequences.ts";
import { world } from "./scheduler_world.ts";

const cancelled = (end: number) => outcome(end, { status: "CANCELLED", exitCode: null, reason: "user" });

describe("overlap", () => {
  // Whoever asked: a schedule, a person, a retry.
  const triggers = ["schedule", "manual", "retry"] as const;

  test.each(triggers)("skip: a %s run is SKIPPED and names the one in progress", async (trigger) => {
    const here = await world();
    const first = await here.start(snapshot());
    await here.tick();
    const second = await here.start(snapshot(), { trigger });
    await here.tick();
    expect(await here.run(second)).toMatchObject({ status: "SKIPPED", end: here.now() });
    expect((await here.run(second)).message).toContain(` ${first} `);
    expect(await here.steps(second)).toEqual({ a: "SKIPPED" });
    await here.begin();
    await here.end(first, "a");
    const third = await here.start(snapshot(), { trigger });
    await here.tick();
    expect(await here.status(third)).toBe("STARTED");
  });

  test("skip: one that waits for room is in the way too", async () => {
    const here = await world({ slots: () => Promise.resolve(0) });
    const first = await here.start(snapshot());
    await here.tick();
    const second = await here.start(snapshot());
    await here.tick();
    expect([await here.status(first), await here.status(second)]).toEqual(["PENDING", "SKIPPED"]);
  });

  test.each(triggers)("queue: one %s run waits, a further one is SKIPPED", async (trigger) => {
    const here = await world();
    const queued = snapshot(undefined, { overlap: "queue" });
    const ids = [await here.start(queued)];
    await here.tick();
    for (let more = 0; more < 2; more++) ids.push(await here.start(queued, { trigger }));
    await here.tick();
    const statuses = () => Promise.all(ids.map((id) => here.status(id)));
    expect(await statuses()).toEqual(["STARTED", "PENDING", "SKIPPED"]);
    expect((await here.run(ids[2]!)).message).toContain(` ${ids[1]} `);
    await here.begin();
    await here.end(ids[0]!, "a");
    await here.tick();
    expect(await statuses()).toEqual(["SUCCESS", "STARTED", "SKIPPED"]);
  });

  test.each(triggers)(
    "cancel_previous: a %s run ends the one before, and begins after it",
    async (trigger) => {
      const here = await world();
      const replacing = snapshot(undefined, { overlap: "cancel_previous" });
      const first = await here.start(replacing);
      await here.tick();
      await here.begin();
      const second = await here.start(replacing, { trigger });
      await here.tick();
      expect(await here.run(first)).toMatchObject({ status: "STARTED", cancelAskedAt: here.now() });
      expect(await here.status(second)).toBe("PENDING");
      await here.end(first, "a", cancelled(here.now()));
      await here.tick();
      expect(await here.run(first)).toMatchObject({
        status: "CANCELLED",
        message: `La reemplazó la corrida ${second}`,
      });
      expect(await here.status(second)).toBe("STARTED");
    },
  );

  test("cancel_previous: of three only the newest is left", async () => {
    const here = await world({ slots: () => Promise.resolve(0) });
    const replacing = snapshot(undefined, { overlap: "cancel_previous" });
    const ids = [await here.start(replacing), await here.start(replacing), await here.start(replacing)];
    await here.tick();
    expect(await Promise.all(ids.map((id) => here.status(id)))).toEqual([
      "CANCELLED",
      "CANCELLED",
      "PENDING",
    ]);
  });

  test("allow: all run side by side", async () => {
    const here = await world();
    const free = snapshot(undefined, { overlap: "allow" });
    const ids = [await here.start(free), await here.start(free)];
    await here.tick();
    expect(await Promise.all(ids.map((id) => here.status(id)))).toEqual(["STARTED", "STARTED"]);
  });

  test.each(["skip", "queue", "cancel_previous"] as const)(
    "%s: the runs of a backfill come one after the other, and let others go first",
    async (overlap) => {
      const here = await world();
      const sequence = snapshot(undefined, { overlap });
      const backfill = [];
      for (let day = 0; day < 3; day++) {
        backfill.push(await here.start(sequence, { trigger: "backfill", scheduledAt: day }));
      }
      await here.tick();
      const statuses = (ids: number[]) => Promise.all(ids.map((id) => here.status(id)));
      expect(await statuses(backfill)).toEqual(["STARTED", "PENDING", "PENDING"]);
      await here.begin();
      await here.end(backfill[0]!, "a");
      const other = await here.start(sequence);
      await here.tick();
      expect(await statuses([...backfill, other])).toEqual(["SUCCESS", "PENDING", "PENDING", "STARTED"]);
      await here.begin();
      await here.end(other, "a");
      // Older runs are decided on before it ends: they see it a round later.
      await here.tick();
      await here.tick();
      expect(await statuses(backfill)).toEqual(["SUCCESS", "STARTED", "PENDING"]);
    },
  );

  test("decides nothing by a run that changes at that moment", async () => {
    let isChanged = true;
    const here = await world({
      open: (now) => {
        const store = memoryEtlStore(now);
        const decide: typeof store.decide = async (...decision) => {
          const wasChanged = isChanged;
          isChanged = false;
          return wasChanged ? false : await store.decide(...decision);
        };
        return { ...store, decide };
      },
    });
    const ids = [await here.start(snapshot()), await here.start(snapshot())];
    const statuses = () => Promise.all(ids.map((id) => here.status(id)));
    await here.tick();
    expect(await statuses()).toEqual(["PENDING", "PENDING"]);
    await here.tick();
    expect(await statuses()).toEqual(["STARTED", "SKIPPED"]);
  });

  test("does not let one sequence be in another's way", async () => {
    const here = await world();
    await here.start(snapshot());
    const other = await here.start(snapshot(undefined, { name: "other" }));
    await here.tick();
    expect(await here.status(other)).toBe("STARTED");
  });
});

describe("room", () => {
  test("is given to the oldest run first, and a run waits until it has some", async () => {
    const here = await world({ slots: () => Promise.resolve(2) });
    const wide = snapshot([{ id: "a", needs: [] }, { id: "b", needs: [] }, { id: "c", needs: [] }]);
    const first = await here.start(wide);
    const second = await here.start(snapshot(undefined, { name: "other" }));
    await here.tick();
    expect(await here.begin()).toEqual([`${first} a`, `${first} b`]);
    expect(await here.status(second)).toBe("PENDING");
    await here.end(first, "a");
    await here.tick();
    expect(await here.begin()).toEqual([`${first} c`]);
    await here.end(first, "b");
    await here.tick();
    expect(await here.begin()).toEqual([`${second} a`]);
  });

  test("of a concurrency group is one step, whatever the sequences", async () => {
    const here = await world();
    const of = (name: string) => snapshot(undefined, { name, concurrencyGroup: "database" });
    const first = await here.start(of("one"));
    const second = await here.start(of("two"));
    const free = await here.start(snapshot(undefined, { name: "three" }));
    await here.tick();
    expect(await here.begin()).toEqual([`${first} a`, `${free} a`]);
    await here.end(first, "a");
    await here.tick();
    expect(await here.begin()).toEqual([`${second} a`]);
  });

  test("of a module is what the module says", async () => {
    const here = await world();
    const steps = ["a", "b", "c"].map((id) => ({ id, needs: [], module: id === "c" ? "module" : "narrow" }));
    const id = await here.start(snapshot(steps, {}, [{ name: "narrow", maxRunning: 1 }]));
    await here.tick();
    expect(await here.begin()).toEqual([`${id} a`, `${id} c`]);
    await here.end(id, "a");
    await here.tick();
    expect(await here.begin()).toEqual([`${id} b`]);
  });
});
