// A synthetic network in several states behind one address: catalogs name the same files before and after, so a
// harvest finds what publishers changed in between.

import path from "node:path";
import { type NetworkSize, writeNetwork } from "../../scripts/bench/network.ts";
import { copyFolder } from "./data_folder.ts";

/** In their order; between the first three only values of half of the files differ. */
export const STATES = ["older", "old", "a", "b"] as const;
export type State = (typeof STATES)[number];

export type NetworkStates = {
  readonly register: string;
  /** Ids of all states; those of a new distribution are only in B. */
  readonly ids: readonly string[];
  /** A series whose last value is larger in B than in A, by 7. */
  readonly changedId: string;
  /** Turns the address to a state. */
  show(state: State): Promise<void>;
};

/**
 * Writes the states below `folder`. In B the other half of the files have other values, one catalog has a
 * distribution more, and metadata differ at every level.
 */
export async function writeStates(folder: string, size: NetworkSize): Promise<NetworkStates> {
  const { ids } = writeNetwork(path.join(folder, "a"), size);
  for (const [i, state] of (["older", "old", "b"] as const).entries()) {
    await copyFolder(path.join(folder, "a"), path.join(folder, state));
    const changed = state === "b" ? /[02468]\.csv$/ : /[13579]\.csv$/;
    for await (const file of filesBelow(path.join(folder, state))) {
      if (changed.test(file)) await changeText(file, (csv) => withOtherValues(csv, [3, 5, 7][i]!));
    }
  }
  const first = path.join(folder, "b", "cat0");
  await Deno.copyFile(path.join(first, "1.csv"), path.join(first, "nueva.csv"));
  const newIds: string[] = [];
  await changeText(path.join(first, "data.json"), (text) => withOtherMetadata(text, newIds));

  const shown = path.join(folder, "net");
  const show = async (state: State) => {
    await Deno.symlink(path.join(folder, state), `${shown}.next`);
    await Deno.rename(`${shown}.next`, shown);
  };
  return { register: path.join(shown, "index.yaml"), ids: [...ids, ...newIds], changedId: ids[0]!, show };
}

async function changeText(file: string, change: (text: string) => string): Promise<void> {
  await Deno.writeTextFile(file, change(await Deno.readTextFile(file)));
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  for (const { name, isDirectory } of [...Deno.readDirSync(folder)]) {
    if (isDirectory) yield* filesBelow(path.join(folder, name));
    else yield path.join(folder, name);
  }
}

/** The same rows, the last with larger values. */
function withOtherValues(csv: string, more: number): string {
  const lines = csv.trimEnd().split("\n");
  const [day, ...cells] = lines.pop()!.split(",");
  return [...lines, [day, ...cells.map((cell) => (Number(cell) + more).toFixed(3))].join(",")].join("\n") +
    "\n";
}

function withOtherMetadata(text: string, newIds: string[]): string {
  const catalog = JSON.parse(text);
  const [first, second] = catalog.dataset;
  catalog.title += " (corregido)";
  first.description += ", corregida";
  first.distribution[0].title += " corregidos";
  first.distribution[0].field[1].description += ", corregido";
  const [distribution] = second.distribution;
  const field = distribution.field.map((field: { id?: string }) =>
    field.id ? { ...field, id: `${field.id}_b` } : field
  );
  newIds.push(...field.flatMap(({ id }: { id?: string }) => id ?? []));
  second.distribution.push({ ...distribution, identifier: "1.2", downloadURL: "nueva.csv", field });
  return JSON.stringify(catalog);
}
