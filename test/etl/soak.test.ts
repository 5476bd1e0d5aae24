// A thousand sequences that fire each minute, with driven time: every fire is one run that is done, and a minute reads
// and writes as much at the end as at the beginning. With CAUDAL_TEST_LONG a whole day: 1.44 million fires.

import { describe, expect, test } from "vitest";
import type { EtlStore } from "../../src/core/etl/store.ts";
import { sqliteEtlStore } from "../../src/store/sqlite/etl_store.ts";
import { ETL_MIGRATIONS } from "../../src/store/sqlite/etl_migrations.ts";
import { openDatabase } from "../../src/store/sqlite/database.ts";
import { memoryEtlStore } from "../../src/store/etl_memory.ts";
import { MINUTE, NOON, outcome, schedule, snapshot } from "./example_sequences.ts";
import { world } from "./scheduler_world.ts";

const LONG = Deno.env.get("CAUDAL_TEST_LONG") === "1";
const ZONES = ["UTC", "America/Argentina/Buenos_Aires", "Europe/Madrid", "Pacific/Kiritimati"];
const WORKER = { id: "w1", host: "machine" };

/** The store, and how often it is asked for what and how many rows it answers. */
function counted(store: EtlStore) {
  let counts: Record<string, number> = {};
  const add = (key: string, count: number) => counts[key] = (counts[key] ?? 0) + count;
  const seen = new Proxy(store, {
    get: (target, name: keyof EtlStore) => async (...args: never[]) => {
      add(name, 1);
      const answer = await (target[name] as (...args: never[]) => Promise<unknown>)(...args);
      if (Array.isArray(answer)) add(`${name} rows`, answer.length);
      return answer;
    },
  });
  const take = () => {
    const taken = counts;
    counts = {};
    return taken;
  };
  return { seen, take };
}

const memory = (now: () => number) => memoryEtlStore(now);
const sqlite = () => sqliteEtlStore(openDatabase(":memory:", ETL_MIGRATIONS));

const soaks = [
  { engine: "memory", open: memory, sequences: 1_000, minutes: LONG ? 1_440 : 20 },
  { engine: "sqlite", open: sqlite, sequences: 100, minutes: LONG ? 240 : 20 },
];

describe("soak", () => {
  test.each(soaks)(
    "$engine: $sequences sequences for $minutes minutes, each fire once, each minute at the same cost",
    { timeout: LONG ? 3_600_000 : 60_000 },
    async ({ open, sequences, minutes }) => {
      let take: () => Record<string, number> = () => ({});
      const here = await world({
        slots: () => Promise.resolve(2 * sequences),
        open: (now) => {
          const store = counted(open(now));
          take = store.take;
          return store.seen;
        },
      });
      const { store } = here;
      const names = Array.from({ length: sequences }, (_, index) => `sequence${index}`);
      here.edit(...names.map((name, index) =>
        snapshot([{ id: "a" }], {
          name,
          schedules: [schedule("* * * * *", { timezone: ZONES[index % ZONES.length] })],
        })
      ));
      await here.tick();

      const costs: Record<string, number>[] = [];
      for (let minute = 0; minute < minutes; minute++) {
        here.pass(MINUTE);
        take();
        await here.tick();
        for (const id of here.offered.splice(0)) {
          await store.begin(id, WORKER, here.now());
          await store.end(id, WORKER.id, outcome(here.now()));
        }
        await here.tick();
        costs.push(take());
      }

      expect(here.errors).toEqual([]);
      expect(costs[0]).toMatchObject({ "dueSchedules rows": sequences, plan: sequences });
      for (const cost of costs) expect(cost).toEqual(costs[0]);
      const counts = await store.countRuns();
      expect(counts).toMatchObject({ SUCCESS: sequences * minutes, PENDING: 0, STARTED: 0, SKIPPED: 0 });
      const every = Array.from({ length: minutes }, (_, minute) => NOON + (minutes - minute) * MINUTE);
      for (const name of names) {
        const runs = await store.runs({ name, limit: minutes + 1 });
        expect(runs.map(({ scheduledAt }) => scheduledAt)).toEqual(every);
      }
      await store.close();
    },
  );
});
