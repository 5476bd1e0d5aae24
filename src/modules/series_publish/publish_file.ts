// Publishes a CSV as a distribution of a catalog, and tells what became of its series.

import { Problem } from "../../core/problem.ts";
import { feedDistribution, harvestLimits } from "../../feed_distribution.ts";
import type { Places } from "../../open.ts";
import { ConfigurationFault } from "../configuration.ts";
import { checkFile } from "./check_file.ts";
import { readPublishConfiguration } from "./configuration.ts";
import { type SeriesChange, seriesChange, type ValueCounts } from "./series_changes.ts";

export type PublishFiles = {
  readonly input: string;
  readonly conf: string;
  /** Where the summary is written, too. */
  readonly output?: string | undefined;
};

export type PublishSummary = {
  readonly catalog: string;
  readonly dataset: string;
  readonly distribution: string;
  /** Of the harvest, in the journal. */
  readonly run: number;
  readonly series: {
    readonly new: number;
    /** In their values. */
    readonly changed: number;
    readonly unchanged: number;
  };
  readonly values: ValueCounts;
  /** Series whose values differ, in the order of the columns' metadata. */
  readonly changes: readonly SeriesChange[];
  /** Further ones that are not told one by one. */
  readonly changes_left_out: number;
  readonly snapshot: string;
  /** Whether readers were sent to another snapshot. */
  readonly published: boolean;
};

type Surroundings = {
  readonly places: Places;
  /** A larger file is refused. */
  readonly maxBytes: number;
  /** A line for who watches. */
  readonly tell: (line: string) => void;
};

/** Series told one by one. */
const TOLD_SERIES = 20;

/**
 * Publishes a file.
 * Errors: ConfigurationFault (nothing was read), Problem for content, files and another writer; what was published
 * before goes on being served.
 */
export async function publishFile(
  { input, conf, output }: PublishFiles,
  { places, maxBytes, tell }: Surroundings,
): Promise<PublishSummary> {
  const { fed, waitSeconds } = await readPublishConfiguration(conf);
  if (output !== undefined && (await sameFile(output, input) || await sameFile(output, conf))) {
    throw new ConfigurationFault(`El resumen tomaría el lugar de "${output}"`);
  }
  const bytes = await readInput(input, maxBytes);
  checkFile(input, bytes, fed.distribution, await harvestLimits(places));
  const { harvest, publish, before, after } = await feedDistribution(places, {
    fed,
    bytes,
    waitMs: waitSeconds * 1000,
    tell,
  });
  const old = new Map(before.map(({ id, observations }) => [id, observations]));
  const changes = after.flatMap(({ id, observations }) => seriesChange(id, old.get(id), observations) ?? []);
  const sum = (count: keyof ValueCounts) => changes.reduce((total, change) => total + change[count], 0);
  const newSeries = after.filter(({ id }) => !old.has(id)).length;
  const changedSeries = changes.filter(({ id }) => old.has(id)).length;
  const summary: PublishSummary = {
    catalog: fed.catalogId,
    dataset: fed.dataset.id,
    distribution: fed.distribution.id,
    run: harvest.run,
    series: {
      new: newSeries,
      changed: changedSeries,
      unchanged: after.length - newSeries - changedSeries,
    },
    values: { new: sum("new"), changed: sum("changed"), removed: sum("removed") },
    changes: changes.slice(0, TOLD_SERIES),
    changes_left_out: Math.max(0, changes.length - TOLD_SERIES),
    snapshot: publish.snapshot,
    published: publish.switched,
  };
  if (output !== undefined) await writeWhole(output, `${JSON.stringify(summary, null, 2)}\n`);
  const { series, values } = summary;
  tell(`${input}: ${series.new} series nuevas, ${series.changed} cambiadas y ${series.unchanged} iguales`);
  tell(`${values.new} valores nuevos, ${values.changed} cambiados y ${values.removed} quitados`);
  tell(
    publish.switched
      ? `publicado: ${publish.snapshot.slice(0, 12)}`
      : `sin cambios que publicar: sigue ${publish.snapshot.slice(0, 12)}`,
  );
  return summary;
}

async function readInput(input: string, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  let size: number;
  try {
    const { isFile, size: found } = await Deno.stat(input);
    if (!isFile) throw new Problem("invalid", `"${input}" no es un archivo`);
    size = found;
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (error instanceof Deno.errors.NotFound) {
      throw new Problem("not_found", `No existe el archivo "${input}"`);
    }
    throw unreadable(input, error);
  }
  if (size > maxBytes) {
    throw new Problem("invalid", `${input}: tiene más de ${maxBytes / 1024 / 1024} MB (MAX_SOURCE_MB)`);
  }
  try {
    return await Deno.readFile(input);
  } catch (error) {
    throw unreadable(input, error);
  }
}

const unreadable = (file: string, cause: unknown) =>
  new Problem("unavailable", `No se pudo leer el archivo "${file}": ${(cause as Error).message}`, [], {
    cause,
  });

async function sameFile(a: string, b: string): Promise<boolean> {
  const real = (file: string) => Deno.realPath(file).catch(() => undefined);
  const [one, other] = await Promise.all([real(a), real(b)]);
  return one !== undefined && one === other;
}

/** Errors: Problem `unavailable`; the summary is there whole or not at all. */
async function writeWhole(file: string, text: string): Promise<void> {
  const temporary = `${file}.${crypto.randomUUID()}.part`;
  try {
    await Deno.writeTextFile(temporary, text);
    await Deno.rename(temporary, file);
  } catch (cause) {
    await Deno.remove(temporary).catch(() => {});
    throw new Problem(
      "unavailable",
      `No se pudo escribir el resumen en "${file}": ${(cause as Error).message}`,
      [],
      { cause },
    );
  }
}
