// Equivalent terms, of one word or several: "ipc" and "índice de precios al consumidor". Each list has a term
// of its own, its key, which takes the place of its members when series are indexed and when they are asked for.

import { Problem } from "./problem.ts";
import { words } from "./search_text.ts";

/**
 * What a new store begins with: abbreviations of official statistics, mostly Argentine, with what they stand for.
 * Operators replace the whole list.
 */
export const DEFAULT_SYNONYMS: readonly string[] = [
  "ipc,índice de precios al consumidor,índices de precios al consumidor,inflación",
  "pib,pbi,producto interno bruto,producto bruto interno",
  "eeuu,ee uu,usa,estados unidos",
  "dólar,dólares,usd",
  "euro,euros,eur",
  "tipo de cambio,tipos de cambio,cotización,cotizaciones",
  "desempleo,desocupación",
  "caba,ciudad autónoma de buenos aires,capital federal",
  "emae,estimador mensual de actividad económica",
  "ipi,índice de producción industrial",
  "ipim,índice de precios internos al por mayor",
  "isac,indicador sintético de la actividad de la construcción",
  "ripte,remuneración imponible promedio de los trabajadores estables",
  "smvm,salario mínimo vital y móvil",
  "cer,coeficiente de estabilización de referencia",
  "uva,unidad de valor adquisitivo",
  "eph,encuesta permanente de hogares",
  "ied,inversión extranjera directa",
  "iva,impuesto al valor agregado",
  "indec,instituto nacional de estadística y censos",
  "bcra,banco central de la república argentina",
  "bna,banco de la nación argentina,banco nación",
  "smn,servicio meteorológico nacional",
  "co2,dióxido de carbono",
  "tsm,temperatura superficial del mar",
];

/** Begins the keys: no word has it. */
const MARK = "=";

export const isSynonymKey = (term: string): boolean => term.startsWith(MARK);

type Member = { readonly words: readonly string[]; readonly key: string };

export type Synonyms = {
  readonly byFirstWord: ReadonlyMap<string, readonly Member[]>;
  /** Keys of members of one word. */
  readonly keyOfWord: ReadonlyMap<string, string>;
};

/** Members of a list, folded, by their text. */
function membersOf(list: string): Map<string, readonly string[]> {
  const members = new Map(list.split(",").map((text) => words(text)).map((one) => [one.join(" "), one]));
  members.delete("");
  return members;
}

/** Errors: Problem `invalid` at the first list that has no two different terms. */
export function checkSynonyms(lists: readonly string[]): void {
  const wrong = lists.find((list) => membersOf(list).size < 2);
  if (wrong === undefined) return;
  throw new Problem("invalid", `Sinónimos inválidos "${wrong}": hacen falta dos términos distintos`);
}

/** Reads lists of synonyms. Lists that share a member are one: what is equivalent to the same is equivalent. */
export function readSynonyms(lists: readonly string[]): Synonyms {
  const groups: Map<string, readonly string[]>[] = [];
  for (const list of lists) {
    const members = membersOf(list);
    for (let i = groups.length - 1; i >= 0; i--) {
      if (![...members.keys()].some((member) => groups[i]!.has(member))) continue;
      for (const [member, found] of groups.splice(i, 1)[0]!) members.set(member, found);
    }
    groups.push(members);
  }
  const byFirstWord = new Map<string, Member[]>();
  const keyOfWord = new Map<string, string>();
  for (const group of groups) {
    const key = MARK + [...group.keys()].sort()[0]?.replaceAll(" ", "_");
    for (const found of group.values()) {
      const first = found[0]!;
      byFirstWord.set(first, [...byFirstWord.get(first) ?? [], { words: found, key }]);
      if (found.length === 1) keyOfWord.set(first, key);
    }
  }
  return { byFirstWord, keyOfWord };
}

/** Members that occur in a text, each with its first word and the number of its words. */
export function membersIn(
  found: readonly string[],
  { byFirstWord }: Synonyms,
): { readonly key: string; readonly at: number; readonly length: number }[] {
  return found.flatMap((word, at) =>
    (byFirstWord.get(word) ?? [])
      .filter(({ words }) => words.every((other, i) => found[at + i] === other))
      .map(({ key, words }) => ({ key, at, length: words.length }))
  );
}

/** What a text is found by: its words and the keys of the synonyms in it. */
export function termsOf(
  text: string | null,
  synonyms: Synonyms,
): { readonly words: readonly string[]; readonly keys: readonly string[] } {
  if (text === null) return { words: [], keys: [] };
  const found = words(text);
  return { words: found, keys: membersIn(found, synonyms).map(({ key }) => key) };
}
