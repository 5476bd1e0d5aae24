// What a list sends: the rows that were chosen, and the state of the list to go back to.

import { textOf } from "./fields.ts";
import { consoleAddress, Refused, type Visit } from "./visit.ts";

/** Values of the chosen rows. Errors: Refused 400 where there is none. */
export function chosenRows({ form, say }: Visit): string[] {
  const chosen = form.getAll("chosen").map(String);
  if (chosen.length === 0) throw new Refused(400, say("No eligió ninguna fila", "You chose no row"));
  return chosen;
}

/** The page of the console that a form came from, else another. */
export function backOr(fallback: string): (visit: Visit) => string {
  return ({ form, url }) => consoleAddress(textOf(form, "back"), url.origin) ?? fallback;
}
