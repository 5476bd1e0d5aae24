// Which distributions of a catalog name an id: the ground of the rule that an id is published once.

import { type DistributionReading, isTimeIndex } from "../core/catalog.ts";

/** Distributions that name each id, other than as a time index. */
export function namersOfIds(
  distributions: readonly DistributionReading[],
): Map<string, Set<DistributionReading>> {
  const namedBy = new Map<string, Set<DistributionReading>>();
  for (const distribution of distributions) {
    for (const { id, title, metadata } of distribution.fields) {
      // The replaced rule looks away from fields titled like the conventional time index.
      if (id === "" || isTimeIndex(metadata) || title === "indice_tiempo") continue;
      const namers = namedBy.get(id);
      if (namers) namers.add(distribution);
      else namedBy.set(id, new Set([distribution]));
    }
  }
  return namedBy;
}

/** Ids that each distribution may not publish because another of the same catalog names them. */
export function idsNamedElsewhere(
  distributions: readonly DistributionReading[],
): Map<DistributionReading, Set<string>> {
  const taken = new Map(distributions.map((distribution) => [distribution, new Set<string>()]));
  for (const [id, namers] of namersOfIds(distributions)) {
    if (namers.size > 1) { for (const namer of namers) taken.get(namer)!.add(id); }
  }
  return taken;
}
