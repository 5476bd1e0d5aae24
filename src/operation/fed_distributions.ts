// Which distributions this installation feeds itself, as records: harvests take their entries from here, and leave
// their files alone.

import type { DistributionKey } from "../core/catalog.ts";
import { type FedDistribution, fedKey } from "../core/fed_distribution.ts";
import type { Records } from "../core/records.ts";
import { removeRecord } from "./removal.ts";

const KIND = "fed_distribution";

const idOf = ({ catalogId, datasetId, distributionId }: DistributionKey) =>
  JSON.stringify([catalogId, datasetId, distributionId]);

const ordered = (fed: FedDistribution[]) => fed.sort((a, b) => idOf(fedKey(a)) < idOf(fedKey(b)) ? -1 : 1);

/** All of them, always in the same order. */
export async function readFed(records: Records): Promise<FedDistribution[]> {
  return ordered((await records.records(KIND)).map(({ value }) => value as FedDistribution));
}

/** Whether that distribution is fed here. */
export async function isFed(records: Records, key: DistributionKey): Promise<boolean> {
  return await records.record(KIND, idOf(key)) !== undefined;
}

/** `all` with one of them as it is now. */
export function replacedFed(all: readonly FedDistribution[], fed: FedDistribution): FedDistribution[] {
  return ordered([...all.filter((one) => idOf(fedKey(one)) !== idOf(fedKey(fed))), fed]);
}

/** Remembers one; what is known already is not written. Errors: Problem `conflict` where another does so meanwhile. */
export async function keepFed(records: Records, fed: FedDistribution): Promise<void> {
  const id = idOf(fedKey(fed));
  const known = await records.record(KIND, id);
  if (JSON.stringify(known?.value) === JSON.stringify(fed)) return;
  await records.write([{ kind: KIND, id, version: known?.version ?? 0, value: fed }]);
}

/** The distribution is its publisher's again, from the next harvest on. */
export async function forgetFed(records: Records, key: DistributionKey): Promise<void> {
  await removeRecord(records, KIND, idOf(key));
}
