// The SQLite files, zipped. That of all catalogs is filled by series id, so that its tables grow at their ends;
// those of single catalogs are copied out of it by the engine.

import type { DumpDatabase } from "../core/dump_database.ts";
import { type SourceTally, sourceTally } from "../core/dump_rows.ts";
import { type DumpRun, openContent } from "./dump_run.ts";
import { datesOf, type KnownCatalog, seriesById } from "./dump_source.ts";

export async function dumpSqlite(run: DumpRun): Promise<void> {
  const database = run.newDatabase();
  try {
    const tallies = await fill(run, database);
    for (const { id } of run.catalogs) {
      const copy = database.copyOf(id);
      try {
        await pack(run, id, copy, tallies.own.get(id)!);
      } finally {
        copy.remove();
      }
    }
    if (run.whole) await pack(run, null, database, tallies.all);
  } finally {
    database.remove();
  }
}

type Tallies = { readonly all: SourceTally; readonly own: ReadonlyMap<string, SourceTally> };

async function fill(run: DumpRun, database: DumpDatabase): Promise<Tallies> {
  const all = sourceTally();
  const own = new Map(run.catalogs.map(({ id }: KnownCatalog) => [id, sourceTally()]));
  for await (const some of seriesById(run.store, run.catalogs, run.today)) {
    for (const { facts, observations } of some) {
      database.addSeries(facts, datesOf(observations), observations.values);
      all.add(facts);
      own.get(facts.catalogo_id as string)!.add(facts);
      run.wrote(observations.values.length);
    }
  }
  return { all, own };
}

async function pack(
  run: DumpRun,
  catalogId: string | null,
  database: DumpDatabase,
  tally: SourceTally,
): Promise<void> {
  database.addSources(tally.rows());
  const content = await openContent(run, catalogId, "sqlite", "all");
  for await (const piece of database.pieces()) {
    content.add(piece);
    await content.drain();
  }
  await content.finish();
}
