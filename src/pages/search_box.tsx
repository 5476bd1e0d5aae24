/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// The search box, the same on every page that has one: a form that asks for the first page of an address.

import type { Language } from "../core/language.ts";
import { SEARCH } from "./explorer_text.ts";
import { type SearchAddress, searchParams } from "./search_address.ts";
import { sayIn } from "./text.ts";

/** With an address, what else it asks for is asked for again with the new words. */
export function SearchBox(
  { language, address, hint = false }: {
    readonly language: Language;
    readonly address?: SearchAddress | undefined;
    /** Whether it says what may be written. */
    readonly hint?: boolean;
  },
) {
  const say = sayIn(language);
  const others = address
    ? searchParams({ ...address, page: 1 }).filter(([name]) => name !== "q")
    : language === "es"
    ? []
    : [["lang", language] as const];
  return (
    <form class="search" role="search" action="/" method="get">
      <label for="q">{say(SEARCH.label)}</label>
      <div class="field">
        <input
          type="search"
          id="q"
          name="q"
          value={address?.text ?? ""}
          maxlength={400}
          autocomplete="off"
          enterkeyhint="search"
          aria-describedby={hint ? "q-hint" : undefined}
        />
        <button type="submit">{say(SEARCH.button)}</button>
      </div>
      {hint && <p class="quiet" id="q-hint">{say(SEARCH.hint)}</p>}
      {others.map(([name, value]) => <input type="hidden" name={name} value={value} />)}
    </form>
  );
}
