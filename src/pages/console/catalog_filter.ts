// The filter by catalog that lists share: a choice of those there are.

import type { Filter } from "./tables.tsx";
import type { Visit } from "./visit.ts";

export async function catalogFilter(visit: Visit): Promise<Filter> {
  const { rows } = await visit.ask<{ rows: readonly { readonly catalog_id: string }[] }>("catalogs.list", {
    query: { limit: 1_000, sort: "catalog_id" },
  });
  const ids = rows.map(({ catalog_id }) => catalog_id);
  // One that is gone, or was mistyped, is what is filtered by all the same.
  const asked = visit.url.searchParams.get("catalog_id") ?? "";
  const all = asked === "" || ids.includes(asked) ? ids : [...ids, asked];
  return {
    name: "catalog_id",
    label: visit.say("Catálogo", "Catalog"),
    options: [["", visit.say("Todos", "All")], ...all.map((id) => [id, id] as const)],
  };
}
