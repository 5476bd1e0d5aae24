// What each text of a series counts for in its score. Operators may decide otherwise; it is applied when a text is
// asked for, so no index depends on it.

import { Problem } from "./problem.ts";

/** Weights of the contract (catalog-harvest 6). The description is the series' own, the others are its dataset's. */
export const DEFAULT_BOOSTS = {
  description: 1.5,
  dataset_title: 1,
  dataset_source: 1,
  dataset_description: 1,
} as const;

export type TextField = keyof typeof DEFAULT_BOOSTS;

/** Factor of the score of each text; 0 leaves it out. */
export type SearchBoosts = Readonly<Record<TextField, number>>;

/** What is searched, the description of a series first. */
export const TEXT_FIELDS = Object.keys(DEFAULT_BOOSTS) as readonly TextField[];

/** Larger ones, or finer ones, would be lost in scores of single precision. */
export const BOOST_LIMITS = { most: 1_000, step: 0.001 } as const;

/** Errors: Problem `invalid` where one is out of bounds, or all are 0. */
export function checkBoosts(boosts: SearchBoosts): void {
  const wrong = TEXT_FIELDS.find((field) => !(boosts[field] >= 0 && boosts[field] <= BOOST_LIMITS.most));
  if (wrong) throw new Problem("invalid", `El peso de ${wrong} debe ser de 0 a ${BOOST_LIMITS.most}`);
  if (TEXT_FIELDS.some((field) => boosts[field] > 0)) return;
  throw new Problem("invalid", "Algún peso debe ser mayor que 0: sin ninguno, la búsqueda no encuentra nada");
}
