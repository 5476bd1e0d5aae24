// What the worker's tasks do on this machine. Those that write are the only writer while they do; the dump is a process
// of its own, with the flags of its task, so that neither its memory nor its work is felt by who serves.

import config from "../deno.json" with { type: "json" };
import { compareApi } from "./compare_api.ts";
import type { CanonicalStore } from "./core/canonical_store.ts";
import type { FedDistribution } from "./core/fed_distribution.ts";
import { Problem } from "./core/problem.ts";
import { reportText } from "./core/report.ts";
import { harvestStore, publishStore, type SourceSettings } from "./harvest_and_publish.ts";
import { openPublishedDumps, openStore, type Places } from "./open.ts";
import type { MailPlace } from "./open_mail.ts";
import { openAccounts } from "./ops.ts";
import { reportPage } from "./pages/report_page.tsx";
import { popularityTasks } from "./popularity.ts";
import { readFed } from "./operation/fed_distributions.ts";
import type { FixedAccount } from "./operation/accounts.ts";
import { integrationTestTask } from "./operation/integration_test_task.ts";
import { mailingAsSet } from "./operation/report_mails.ts";
import { reportTask } from "./operation/report_task.ts";
import { type IntegrationTestSettings, readIntegrationTestSettings } from "./operation/settings.ts";
import type { Task, Tasks, Tell } from "./work/worker.ts";
import { withWriter } from "./writer.ts";

export type TaskSettings = SourceSettings & {
  readonly CONSOLE_USERS: readonly FixedAccount[];
  /** Address of the API, for the integration test. */
  readonly apiUrl: () => string | undefined;
  readonly post: MailPlace;
  /** Ends what runs as a process of its own, or for long. */
  readonly signal: AbortSignal;
};

const quiet = () => {};

/** All of them. */
export function tasksHere(places: Places, settings: TaskSettings): Tasks {
  const harvest: Task = async ({ force, only_metadata, node }, tell) => {
    const options = { force: force === true, onlyMetadata: only_metadata === true };
    const report = await withWriter(
      places,
      (writer) => harvestStore(writer, settings, { only: nodeOf(node) }, options, quiet),
    );
    await tellLines(reportText(report), tell);
    return { run: report.run, counts: report.counts, observations: report.observations };
  };

  const publish: Task = async ({ full }, tell) => {
    const report = await withWriter(
      places,
      (writer) => publishStore(places, writer, { full: full === true }, quiet),
    );
    await tell(
      `${report.switched ? "Publicado" : "Sin cambios"}: ${
        report.snapshot.slice(0, 12)
      }, ${report.series} series`,
    );
    return { snapshot: report.snapshot, switched: report.switched, series: report.series };
  };

  const dump: Task = async ({ formats, node }, tell) => {
    const args = [
      ...(Array.isArray(formats) ? ["--format", formats.join(",")] : []),
      ...(typeof node === "string" ? ["--catalog", node] : []),
      "--json",
      "--data",
      places.dataDir,
    ];
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", ...DUMP_FLAGS, new URL("./dump.ts", import.meta.url).href, ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      signal: settings.signal,
    }).output();
    const told = new TextDecoder().decode(stderr).trim();
    if (!success) throw new Problem("unavailable", told.split("\n").at(-1) || "La generación se interrumpió");
    await tellLines(told, tell);
    const { files, series, values } = JSON.parse(new TextDecoder().decode(stdout));
    await tell(`${files.length} archivos de ${series} series y ${values} filas`);
    return { files: files.length, series, values };
  };

  const integration: Task = async (about, tell) => {
    const { accounts, records, close } = openAccounts(places, settings.CONSOLE_USERS);
    try {
      return await integrationTestTask({
        accounts,
        ...await mailingAsSet(settings.post, records),
        hasDump: async () => await openPublishedDumps(places).find(null, METADATA_DUMP) !== undefined,
        compare: async (node) =>
          await compareWithFiles(
            places,
            settings,
            { ...await readIntegrationTestSettings(records), fed: await readFed(records) },
            node,
          ),
      })(about, tell);
    } finally {
      close();
    }
  };

  const report: Task = async (about, tell) => {
    const { store, journal, records } = openStore(places);
    const { accounts, close } = openAccounts(places, settings.CONSOLE_USERS);
    try {
      return await reportTask({
        store,
        journal,
        records,
        accounts,
        ...await mailingAsSet(settings.post, records),
        now: Date.now,
        writePage: reportPage,
        queriesOn: async (day) =>
          (await store.dailyHits({ from: day, to: day }, { offset: 0, limit: 1 })).hits,
      })(about, tell);
    } finally {
      close();
      await store.close();
    }
  };

  return {
    harvest,
    publish,
    dump,
    integration_test: integration,
    report,
    ...popularityTasks(places, settings.signal),
  };
}

const METADATA_DUMP = "series-tiempo-metadatos.csv";

/** Asks the API of this installation, or the one that operators say, and the publishers. */
async function compareWithFiles(
  places: Places,
  settings: TaskSettings,
  { endpoint, timeout, fed }: IntegrationTestSettings & { readonly fed: readonly FedDistribution[] },
  node: string | undefined,
) {
  const own = settings.apiUrl();
  const base = endpoint ?? own;
  if (base === undefined) {
    throw new Problem(
      "unavailable",
      'No se sabe a qué dirección preguntar: falta PUBLIC_URL, o "endpoint" en el ajuste integration_test',
    );
  }
  const { store } = openStore(places);
  try {
    return await compareApi(
      { base, own, seconds: timeout, node, fed, nodeUrls: await catalogUrls(store) },
      settings,
    );
  } finally {
    await store.close();
  }
}

/** Where each catalog was last read from, which relative addresses in it count from. */
async function catalogUrls(store: CanonicalStore): Promise<Map<string, string>> {
  const urls = new Map<string, string>();
  for (const { id } of await store.catalogStates()) {
    const url = (await store.catalog(id))?.source?.url;
    if (url !== undefined) urls.set(id, url);
  }
  return urls;
}

/** Flags of the dump's own task. */
const DUMP_FLAGS = config.tasks.dump.command.split(" ").filter((word) => word.startsWith("--v8-flags"));

const nodeOf = (node: unknown) => typeof node === "string" ? node : undefined;

async function tellLines(text: string, tell: Tell): Promise<void> {
  for (const line of text.split("\n")) if (line.trim() !== "") await tell(line);
}
