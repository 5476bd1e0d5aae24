// What validation knows of the modules that are shipped: the options they need, and their configurations by their own
// readers.

import { Problem } from "./core/problem.ts";
import type { ModuleCheck, ModuleChecks } from "./etl/validate_steps.ts";
import { readPivotConfiguration } from "./modules/csv_pivot/configuration.ts";
import {
  readConfiguration as readRefineConfiguration,
  readFilter,
} from "./modules/data_refine/configuration.ts";
import { readConfiguration as readLoaderConfiguration } from "./modules/db_loader/configuration.ts";
import { readFetchConfiguration } from "./modules/http_fetch/configuration.ts";
import { readPublishConfiguration } from "./modules/series_publish/configuration.ts";

/** Checks of `modules.json`, by name of the module. */
export const MODULE_CHECKS: ModuleChecks = {
  data_refine: {
    needed: ["input", "output", "conf"],
    confKind: "folder",
    faultsOf: async ({ conf }) => {
      const faults = await faultsOf(() => readRefineConfiguration(conf!));
      return faults.length > 0 ? faults : await filterFaults(conf!);
    },
  },
  db_loader: byFile(["input", "output", "conf"], readLoaderConfiguration),
  csv_pivot: byFile(["input", "output", "conf"], readPivotConfiguration),
  series_publish: byFile(["input", "conf"], readPublishConfiguration),
  http_fetch: {
    needed: ["output"],
    confKind: "file",
    // Which secrets there are is known where it runs.
    faultsOf: ({ input, conf }) => faultsOf(() => readFetchConfiguration(input, conf, () => "secret")),
  },
};

function byFile(needed: ModuleCheck["needed"], read: (file: string) => Promise<unknown>): ModuleCheck {
  return { needed, confKind: "file", faultsOf: ({ conf }) => faultsOf(() => read(conf!)) };
}

/** Of every history there is, whichever files will come. */
async function filterFaults(folder: string): Promise<string[]> {
  const configuration = await readRefineConfiguration(folder);
  const { filtersName, filtersFormat, onMissingFilter } = configuration;
  const suffix = `.${filtersFormat}`;
  const names = await fileNames(`${folder}/filters`);
  const bases = names.filter((name) => name.startsWith(filtersName) && name.endsWith(suffix))
    .map((name) => name.slice(filtersName.length, -suffix.length));
  if (bases.length === 0 && onMissingFilter === "fail") {
    return [`${folder}/filters: no hay historias "${filtersName}…${suffix}"`];
  }
  const faults = [];
  for (const base of bases) faults.push(...await faultsOf(() => readFilter(configuration, base)));
  return faults;
}

async function fileNames(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
}

async function faultsOf(read: () => Promise<unknown>): Promise<string[]> {
  try {
    await read();
    return [];
  } catch (error) {
    if (error instanceof Problem) return [error.message];
    if (Object.values(Deno.errors).some((kind) => error instanceof kind)) {
      return ["No se puede leer la configuración"];
    }
    throw error;
  }
}
