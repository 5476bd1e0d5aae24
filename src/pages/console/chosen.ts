// What a list sends: the rows that were chosen, and the state of the list to go back to.

import { textOf } from "./fields.ts";
import { Refused, type Visit } from "./visit.ts";

/** Values of the chosen rows. Errors: Refused 400 where there is none. */
export function chosenRows({ form, say }: Visit): string[] {
  const chosen = form.getAll("chosen").map(String);
  if (chosen.length === 0) throw new Refused(400, say("No eligió ninguna fila", "You chose no row"));
  return chosen;
}

/** What a chosen row names, where that is JSON; the operation refuses what is none. */
export function namedRow(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The page of the console that a form came from, else another. */
export function backOr(fallback: string): (visit: Visit) => string {
  return ({ form, url }) => {
    const back = URL.parse(textOf(form, "back") || fallback, url.origin);
    const isOurs = back?.origin === url.origin && /^\/consola(\/|$)/.test(back.pathname);
    return isOurs ? back.pathname + back.search : fallback;
  };
}
