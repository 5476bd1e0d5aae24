// The scheduler over driven time: fires become runs once, whoever plans them; edits, pauses, recovery.

import { describe, expect, test } from "vitest";
import type { EtlStore } from "../../src/core/etl/store.ts";
import type { SequenceSnapshot } from "../../src/core/etl/sequence.ts";
import { etlScheduler, SCHEDULER_LEASE } from "../../src/etl/scheduler.ts";
import { LEASE_PERIOD_MS } from "../../src/etl/lease_keeper.ts";
import { MINUTE, NOON, schedule, snapshot } from "./example_sequences.ts";
import { SILENT_MS, world } from "./scheduler_world.ts";

const minutely = (name: string, rest: Partial<SequenceSnapshot["sequence"]> = {}) =>
  snapshot(undefined, { name, schedules: [schedule("* * * * *")], overlap: "allow", ...rest });

type Here = Awaited<ReturnType<typeof world>>;
const runsOf = async ({ store }: Here, name: string) => (await store.runs({ name, limit: 1_000 })).reverse();
const instantsOf = async (here: Here, name: string) =>
  (await runsOf(here, name)).map(({ scheduledAt }) => (scheduledAt! - NOON) / MINUTE);

/** Lets minutes pass, half a minute at a time. */
async function minutes(here: Here, count: number): Promise<void> {
  for (let half = 0; half < 2 * count; half++) {
    here.pass(MINUTE / 2);
    await here.tick();
  }
}

describe("a schedule", () => {
  test("fires from when it is first seen on", async () => {
    const here = await world();
    here.edit(minutely("one"));
    await here.tick();
    expect(await instantsOf(here, "one")).toEqual([]);
    await minutes(here, 3);
    expect(await instantsOf(here, "one")).toEqual([1, 2, 3]);
    expect((await runsOf(here, "one"))[0]).toMatchObject({ trigger: "schedule", status: "STARTED" });
  });

  test("is edited, added and taken away without a restart", async () => {
    const here = await world();
    here.edit(minutely("one"));
    await here.tick();
    await minutes(here, 1);
    here.edit(minutely("one", { schedules: [schedule("*/5 * * * *")] }), minutely("two"));
    await minutes(here, 5);
    here.edit(minutely("two"));
    await minutes(here, 5);
    expect(await instantsOf(here, "one")).toEqual([1, 5]);
    // The edit is seen half a minute after the first minute.
    expect(await instantsOf(here, "two")).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  test("keeps the run's sequence as it was when it fired", async () => {
    const here = await world({ slots: () => Promise.resolve(0) });
    here.edit(minutely("one"));
    await here.tick();
    await minutes(here, 1);
    here.edit(snapshot([{ id: "other" }], { name: "one", schedules: [schedule("* * * * *")] }));
    await minutes(here, 1);
    const [before, after] = await runsOf(here, "one");
    expect(before!.snapshot.sequence.steps[0]!.id).toBe("a");
    expect(after!.snapshot.sequence.steps[0]!.id).toBe("other");
  });

  test("rests while its sequence is not enabled, and does not make up for it", async () => {
    const here = await world();
    here.edit(minutely("one", { enabled: false }));
    await here.tick();
    await minutes(here, 3);
    here.edit(minutely("one"));
    await minutes(here, 2);
    expect(await instantsOf(here, "one")).toEqual([4, 5]);
  });

  test("rests while it is paused, and does not make up for it", async () => {
    const here = await world();
    const { key } = schedule("* * * * *");
    here.edit(minutely("one", { schedules: [schedule("* * * * *", { misfire: "run_all" })] }));
    await here.tick();
    await minutes(here, 1);
    await here.store.pauseSchedule("one", key, "ana", here.now());
    await minutes(here, 60);
    await here.store.pauseSchedule("one", key, null, here.now());
    await minutes(here, 2);
    expect(await instantsOf(here, "one")).toEqual([1, 62, 63]);
  });

  test("goes on with the last valid version while its file is wrong, through a restart too", async () => {
    const kept = new Map<string, SequenceSnapshot>();
    let names = ["one", "two"];
    let snapshots = [minutely("one"), minutely("two")];
    const parts = {
      files: {
        stamp: () => Promise.resolve(JSON.stringify([names, snapshots])),
        read: () =>
          Promise.resolve({
            names: new Set(names),
            snapshots: new Map(snapshots.map((one) => [one.sequence.name, one])),
          }),
      },
      kept: {
        load: () => Promise.resolve(new Map(kept)),
        save: (name: string, one: SequenceSnapshot) => Promise.resolve(void kept.set(name, one)),
        forget: (name: string) => Promise.resolve(void kept.delete(name)),
      },
    };
    const here = await world(parts);
    await here.tick();
    await minutes(here, 1);
    snapshots = [minutely("two")];
    await minutes(here, 1);
    const again = etlScheduler({ ...here.parts, holder: "two" });
    await here.store.releaseLease(here.lease);
    const { tick } = again.under((await here.store.takeLease(SCHEDULER_LEASE, "two", 1e12))!);
    here.pass(MINUTE);
    await tick();
    expect(await instantsOf(here, "one")).toEqual([1, 2, 3]);
    // The file is gone: so is the sequence.
    names = ["two"];
    here.pass(MINUTE);
    await tick();
    expect(await instantsOf(here, "one")).toEqual([1, 2, 3]);
    expect(await instantsOf(here, "two")).toEqual([1, 2, 3, 4]);
    expect([...kept.keys()]).toEqual(["two"]);
  });

  test("goes on while the files cannot be read", async () => {
    let isBroken = false;
    const here = await world();
    const files = {
      ...here.parts.files,
      stamp: () => isBroken ? Promise.reject(new Error("disk")) : here.parts.files.stamp(),
    };
    const { tick } = etlScheduler({ ...here.parts, files }).under(here.lease);
    here.edit(minutely("one"));
    await tick();
    isBroken = true;
    here.pass(MINUTE);
    await tick();
    expect(await instantsOf(here, "one")).toEqual([1]);
    expect(here.errors).toEqual([new Error("disk")]);
  });
});

describe("an attempt that was handed out", () => {
  test("is offered again by the next scheduler, whose queue knows nothing of it", async () => {
    const here = await world();
    const id = await here.start(snapshot());
    await here.tick();
    expect(here.offered.splice(0)).toHaveLength(1);
    await here.tick();
    expect(here.offered).toEqual([]);
    await etlScheduler(here.parts).under(here.lease).tick();
    expect(await here.begin()).toEqual([`${id} a`]);
  });

  test("is offered again after half a minute: a queue may lose it", async () => {
    const here = await world();
    const id = await here.start(snapshot());
    await here.tick();
    here.offered.splice(0);
    here.pass(29_999);
    await here.tick();
    expect(here.offered).toEqual([]);
    here.pass(1);
    await here.tick();
    expect(await here.begin()).toEqual([`${id} a`]);
  });
});

describe("recovery", () => {
  test("ends processes of this host whose worker is gone, once, and tries their steps again after that", async () => {
    const reaped: unknown[] = [];
    const here = await world({
      processes: {
        reap: (left) => {
          reaped.push(left);
          return Promise.resolve(true);
        },
      },
    });
    const id = await here.start(snapshot([{ id: "load" }]));
    await here.tick();
    await here.begin();
    const { id: attemptId } = await here.last(id, "load");
    await here.store.notePid(attemptId, "w1", 4_242, "start 1");
    await here.tick();
    here.pass(SILENT_MS);
    await here.tick();
    expect(reaped).toEqual([]);
    here.pass(2_000);
    await here.tick();
    expect(reaped).toEqual([{ pid: 4_242, processStart: "start 1", stepId: "load" }]);
    expect(await here.status(id)).toBe("FAILURE");
    here.pass(10_000);
    await here.tick();
    expect(reaped).toHaveLength(1);
  });

  test("leaves processes of other hosts to whoever is there", async () => {
    const reaped: unknown[] = [];
    const here = await world({
      host: "elsewhere",
      processes: { reap: (left) => Promise.resolve(reaped.push(left) > 0) },
    });
    const id = await here.start(snapshot());
    await here.tick();
    await here.begin();
    await here.store.notePid((await here.last(id, "a")).id, "w1", 4_242, "start 1");
    here.pass(SILENT_MS + 1);
    await here.tick();
    expect(reaped).toEqual([]);
    expect(await here.status(id)).toBe("FAILURE");
  });
});

describe("workers", () => {
  test("that give no sign of life while others do are forgotten", async () => {
    const here = await world();
    here.live(false);
    const worker = { host: "machine", pid: 1, startedAt: NOON, slots: 4 };
    const beat = (id: string) => here.store.beat({ ...worker, id }, []);
    const ids = async () => (await here.store.workers()).map(({ id }) => id);
    await beat("killed");
    here.pass(SILENT_MS);
    await beat("alive");
    await here.tick();
    expect(await ids()).toEqual(["alive", "killed"]);
    here.pass(2_000);
    await beat("alive");
    await here.tick();
    expect(await ids()).toEqual(["alive"]);
    // Nobody knows better of the only one.
    here.pass(10 * SILENT_MS);
    await here.tick();
    expect(await ids()).toEqual(["alive"]);
  });
});

describe("several schedulers", () => {
  /** A store that answers so many calls and is dead then: its process was killed. */
  const dying = (store: EtlStore, calls: number): EtlStore => {
    let left = calls;
    return new Proxy(store, {
      get: (target, name: keyof EtlStore) => (...args: never[]) => {
        if (left-- <= 0) return Promise.reject(new Error("killed"));
        return (target[name] as (...args: never[]) => Promise<unknown>)(...args);
      },
    });
  };

  test("plan every fire once, whichever is killed at whatever moment", async () => {
    const here = await world();
    await here.store.releaseLease(here.lease);
    const snapshots = ["one", "two", "three"].map((name) =>
      minutely(name, { schedules: [schedule("* * * * * *")], overlap: "allow" })
    );
    here.edit(...snapshots);
    const first = etlScheduler(here.parts).under((await here.store.takeLease(SCHEDULER_LEASE, "0", 1))!);
    await first.tick();
    here.pass(1);

    const SECONDS = 600;
    const until = NOON + SECONDS * 1_000;
    let holder = 0;
    for (let calls = 5; here.now() < until; calls = (calls * 7) % 83 + 5) {
      // Whoever was killed holds its lease until it runs out; nobody plans meanwhile.
      const lease = await here.store.takeLease(SCHEDULER_LEASE, `holder ${++holder}`, LEASE_PERIOD_MS);
      if (!lease) {
        here.pass(1_000);
        continue;
      }
      const { tick } = etlScheduler({ ...here.parts, store: dying(here.store, calls), onError: () => {} })
        .under(lease);
      for (let isAlive = true; isAlive && here.now() < until;) {
        here.pass(500);
        isAlive = await tick().then(() => true, () => false);
        await here.store.renewLease(lease, LEASE_PERIOD_MS);
      }
    }
    expect(holder).toBeGreaterThan(10);
    here.pass(LEASE_PERIOD_MS + 1);
    const last = (await here.store.takeLease(SCHEDULER_LEASE, "last", LEASE_PERIOD_MS))!;
    await etlScheduler(here.parts).under(last).tick();

    for (const { sequence: { name } } of snapshots) {
      const fires = (await here.store.runs({ name, limit: 10_000 }))
        .filter(({ scheduledAt }) => scheduledAt! <= until)
        .map(({ scheduledAt }) => (scheduledAt! - NOON) / 1_000).sort((a, b) => a - b);
      expect(fires).toEqual(Array.from({ length: SECONDS }, (_, index) => index + 1));
    }
  });

  test("change nothing any more once another has the lease", async () => {
    const here = await world();
    here.edit(minutely("one"));
    await here.tick();
    await here.store.releaseLease(here.lease);
    await here.store.takeLease(SCHEDULER_LEASE, "two", LEASE_PERIOD_MS);
    here.pass(MINUTE);
    await expect(here.tick()).rejects.toMatchObject({ code: "conflict" });
    expect(await instantsOf(here, "one")).toEqual([]);
  });
});
