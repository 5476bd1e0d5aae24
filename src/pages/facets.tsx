/** @jsxImportSource hono/jsx */
// What the results of a search can be narrowed by: the values of each facet, counted, each a link that puts the
// filter in or takes it out.

import { type Facet, FACETS, type FacetValue } from "../core/search.ts";
import { LOCALES } from "../core/language.ts";
import { FACET_NAMES, SEARCH } from "./explorer_text.ts";
import { type SearchAddress, searchHref, toggled } from "./search_address.ts";
import { sayIn } from "./text.ts";

/** Values shown at once, and those behind a fold; the rest is only counted. */
const SHOWN = 6;
const FOLDED = 60;

type FacetsProps = {
  readonly address: SearchAddress;
  readonly facets: Readonly<Record<Facet, readonly FacetValue[]>>;
  readonly catalogTitle: (id: string) => string;
};

export function Facets({ address, facets, catalogTitle }: FacetsProps) {
  const say = sayIn(address.language);
  return (
    <nav class="facets" id="filters" aria-labelledby="filters-title" tabindex={-1}>
      <h2 id="filters-title">{say(SEARCH.filters)}</h2>
      {FACETS.filter((facet) => facets[facet].length > 0).map((facet) => {
        const values = facets[facet];
        const rest = values.slice(SHOWN, SHOWN + FOLDED);
        const list = (some: readonly FacetValue[]) => (
          <ul>
            {some.map((value) => (
              <li>
                <Value
                  facet={facet}
                  value={value}
                  address={address}
                  name={facet === "catalog_id" ? catalogTitle(value.label) : value.label}
                />
              </li>
            ))}
          </ul>
        );
        const unlisted = values.length - SHOWN - FOLDED;
        return (
          <section aria-labelledby={`by-${facet}`}>
            <h3 id={`by-${facet}`}>{say(FACET_NAMES[facet])}</h3>
            {list(values.slice(0, SHOWN))}
            {rest.length > 0 && (
              <details>
                <summary>{`${rest.length} ${say(SEARCH.moreValues)}`}</summary>
                {list(rest)}
                {unlisted > 0 && <p class="quiet">{`${unlisted} ${say(SEARCH.notListed)}`}</p>}
              </details>
            )}
          </section>
        );
      })}
    </nav>
  );
}

function Value(
  { facet, value: { label, count }, address, name }: {
    readonly facet: Facet;
    readonly value: FacetValue;
    readonly address: SearchAddress;
    readonly name: string;
  },
) {
  const say = sayIn(address.language);
  const chosen = address.filters[facet]?.includes(label) ?? false;
  return (
    <a
      href={searchHref(address, { filters: toggled(address.filters, facet, label) })}
      {...(chosen ? { "aria-current": "true" } : {})}
    >
      {chosen && <span class="unseen">{`${say(SEARCH.remove)} `}</span>}
      <span class="name">{name}</span>
      <span class="number">{new Intl.NumberFormat(LOCALES[address.language]).format(count)}</span>
    </a>
  );
}
