// What operators decide, on PostgreSQL. The last of two that decide at once stands, whole.

import type { SettingsStore } from "../../core/canonical_store.ts";
import { checkAliases } from "../../core/search.ts";
import { checkBoosts } from "../../core/search_boosts.ts";
import { checkSynonyms } from "../../core/synonyms.ts";
import type { Database, Statements } from "./database.ts";
import { textsIn } from "./rows.ts";

export function settingsStore(db: Database): SettingsStore {
  return {
    savePercentageUnits: (units) =>
      db.write(async (tx) => {
        await tx.run("LOCK TABLE caudal.percentage_unit IN SHARE ROW EXCLUSIVE MODE");
        await tx.run("DELETE FROM caudal.percentage_unit");
        await tx.run(
          "INSERT INTO caudal.percentage_unit SELECT DISTINCT value FROM json_array_elements_text($1::json)",
          units,
        );
      }),

    saveSynonyms: (synonyms) =>
      Promise.try(() => {
        checkSynonyms(synonyms);
        return db.write((tx) => saveSetting(tx, "synonyms", synonyms));
      }),

    saveCatalogAliases: (aliases) =>
      db.write(async (tx) => {
        const rows = await tx.all(
          `SELECT id FROM caudal.catalog WHERE id = ANY (${textsIn("$1")})`,
          Object.keys(aliases),
        );
        const taken = new Set(rows.map(({ id }) => id));
        checkAliases(Object.keys(aliases), (id) => taken.has(id));
        await saveSetting(tx, "catalog_aliases", aliases);
      }),

    saveBoosts: (boosts) =>
      Promise.try(() => {
        checkBoosts(boosts);
        return db.write((tx) => saveSetting(tx, "search_boosts", boosts));
      }),

    saveMinScore: (minScore) => db.write((tx) => saveSetting(tx, "search_min_score", minScore ?? null)),
  };
}

async function saveSetting(tx: Statements, name: string, value: unknown): Promise<void> {
  await tx.run(
    "INSERT INTO caudal.setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2",
    name,
    JSON.stringify(value),
  );
}
