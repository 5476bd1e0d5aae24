/** @jsxImportSource hono/jsx */
// Stands in the place of results that cannot be had now.

import { SEARCH } from "./explorer_text.ts";
import { Layout, type PageProps } from "./layout.tsx";
import { type SearchAddress, searchHref } from "./search_address.ts";
import { SearchBox } from "./search_box.tsx";
import { sayIn } from "./text.ts";

export function SearchUnavailable({ address, ...props }: PageProps & { readonly address: SearchAddress }) {
  const say = sayIn(props.language);
  return (
    <Layout
      {...props}
      path="/"
      addressIn={(to) => searchHref(address, { language: to, page: address.page })}
      title={say(SEARCH.unavailable)}
      description={say(SEARCH.hint)}
    >
      <SearchBox language={props.language} address={address} />
      <h1 class="count">{say(SEARCH.unavailable)}</h1>
    </Layout>
  );
}
