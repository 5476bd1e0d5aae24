// A synthetic network in two states behind one address: catalogs name the same files before and after, so a
// harvest finds what a publisher changed in between.

import path from "node:path";
import { type NetworkSize, writeNetwork } from "../../scripts/bench/network.ts";
import { copyFolder } from "./data_folder.ts";

export type NetworkStates = {
  readonly register: string;
  /** Ids of both states; those of the new distribution are only in B. */
  readonly ids: readonly string[];
  /** A series whose values differ. */
  readonly changedId: string;
  /** Turns the address to a state. */
  show(state: "a" | "b"): Promise<void>;
};

/**
 * Writes both states below `folder` and shows A. In B half of the files have other values, one catalog has a
 * distribution more, and metadata differ at every level.
 */
export async function writeStates(folder: string, size: NetworkSize): Promise<NetworkStates> {
  const { ids } = writeNetwork(path.join(folder, "a"), size);
  await copyFolder(path.join(folder, "a"), path.join(folder, "b"));
  const catalogs = [...Deno.readDirSync(path.join(folder, "b"))].filter(({ isDirectory }) => isDirectory);
  for (const { name } of catalogs) {
    const catalogFolder = path.join(folder, "b", name);
    for (
      const file of [...Deno.readDirSync(catalogFolder)].filter(({ name }) => /[02468]\.csv$/.test(name))
    ) {
      await changeText(path.join(catalogFolder, file.name), withOtherValues);
    }
  }
  const first = path.join(folder, "b", "cat0");
  await Deno.copyFile(path.join(first, "1.csv"), path.join(first, "nueva.csv"));
  const newIds: string[] = [];
  await changeText(path.join(first, "data.json"), (text) => withOtherMetadata(text, newIds));

  const shown = path.join(folder, "net");
  const show = async (state: "a" | "b") => {
    await Deno.symlink(path.join(folder, state), `${shown}.next`);
    await Deno.rename(`${shown}.next`, shown);
  };
  await show("a");
  return { register: path.join(shown, "index.yaml"), ids: [...ids, ...newIds], changedId: ids[0]!, show };
}

async function changeText(file: string, change: (text: string) => string): Promise<void> {
  await Deno.writeTextFile(file, change(await Deno.readTextFile(file)));
}

/** The same rows, the last with larger values. */
function withOtherValues(csv: string): string {
  const lines = csv.trimEnd().split("\n");
  const [day, ...cells] = lines.at(-1)!.split(",");
  return [...lines.slice(0, -1), [day, ...cells.map((cell) => Number(cell) + 7)].join(",")].join("\n") + "\n";
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
