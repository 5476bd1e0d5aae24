// Replays series API cases over HTTP: a fresh instance for each data set, or a server that runs already.

import type { PriceGiven, PriceInstance } from "./price_instance.ts";
import { buenosAiresDay } from "../../src/core/time.ts";
import { compareAnswer, type Difference, type SeriesCase } from "./compare.ts";
import type { SearchEngine } from "./engines.ts";
import { type Instance, startInstance } from "./instance.ts";
import { type Given, loadGiven } from "./load_given.ts";

export type CaseResult = { readonly name: string; readonly differences: readonly Difference[] };

export type FileResult = {
  readonly title: string;
  readonly results: readonly CaseResult[];
  /** Cases of a part that a later issue builds: told, neither passed nor failed. */
  readonly notBuilt: number;
};

export type CaseFile = {
  readonly title: string;
  readonly folder: string;
  readonly cases: readonly SeriesCase[];
};

/** Where requests go, by data set. */
export type Target = {
  /** Of a server that runs already. */
  readonly url?: string;
  /** Where data sets of prices are, when not in the server's own process. */
  readonly prices?: (given: PriceGiven) => Promise<PriceInstance>;
  base(folder: string, given: SeriesCase["given"]): Promise<string>;
  /** Sees to it that the files for download of a data set are there. */
  generateDumps(folder: string, given: SeriesCase["given"]): Promise<void>;
  close(): Promise<void>;
};

/** A server of somebody else's: it holds its own data. */
export function urlTarget(address: string): Target {
  const url = address.replace(/\/+$/, "");
  return {
    url,
    base: () => Promise.resolve(url),
    generateDumps: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/** Instances of our own, one for each data set. */
export function serverTarget(
  now: () => number = Date.now,
  engine?: SearchEngine,
): Target & { instanceOf(folder: string, given: SeriesCase["given"]): Promise<Instance> } {
  const instances = new Map<string, Promise<Instance>>();
  const instanceOf = (folder: string, given: SeriesCase["given"]) => {
    const path = given ? `${folder}/${given.ref}` : "";
    let instance = instances.get(path);
    if (!instance) {
      instance = startInstance(now, async (store) => {
        const text = given ? await Deno.readTextFile(path) : '{"series":[]}';
        await loadGiven(store, JSON.parse(text) as Given, buenosAiresDay(now()));
      }, engine);
      instances.set(path, instance);
    }
    return instance;
  };
  return {
    instanceOf,
    base: async (folder, given) => (await instanceOf(folder, given)).base,
    generateDumps: async (folder, given) => (await instanceOf(folder, given)).generateDumps(),
    async close() {
      for (const instance of await Promise.allSettled(instances.values())) {
        if (instance.status === "fulfilled") await instance.value.close();
      }
    },
  };
}

/** Runs the cases of one file whose name or request holds `only`. */
export async function runCases(file: CaseFile, target: Target, only = ""): Promise<FileResult> {
  const wanted = file.cases.filter(({ name, request }) =>
    [file.title, name, request].some((text) => text.includes(only))
  );
  const results: CaseResult[] = [];
  for (const testCase of wanted) {
    const { name, request } = testCase;
    results.push({
      name: `${name} · ${request}`,
      differences: await runCase(testCase, file.folder, target).catch(faultDifference),
    });
  }
  return { title: file.title, results, notBuilt: 0 };
}

/** A request that broke instead of being answered is a failed case like any other. */
export function faultDifference(error: unknown): Difference[] {
  return [{ path: "pedido", expected: "una respuesta", got: String(error) }];
}

async function runCase(testCase: SeriesCase, folder: string, target: Target): Promise<Difference[]> {
  const base = await target.base(folder, testCase.given);
  const { request, body } = testCase;
  const blank = request.indexOf(" ");
  const [path, ...query] = request.slice(blank + 1).split("?") as [string, ...string[]];
  const search = query.length > 0 ? `?${query.join("?")}` : "";
  if (path.startsWith("/dump/")) await target.generateDumps(folder, testCase.given);
  const response = await fetch(`${base}/series/api${path}${search}`, {
    method: request.slice(0, blank),
    ...(body !== undefined && { body, headers: { "content-type": "application/json" } }),
  });
  const answer = { status: response.status, headers: response.headers, body: await response.text() };
  return compareAnswer(testCase, answer);
}
