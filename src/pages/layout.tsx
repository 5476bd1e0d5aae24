/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// The frame of every page: head, header, navigation, footer, and the small pieces that pages share. Pure
// functions of their props; JSX escapes whatever comes from publishers.

import type { Child } from "hono/jsx";
import { FRAME, type Language, sayIn } from "./text.ts";

/** What every page is told. */
export type PageProps = {
  readonly language: Language;
  /** Version of the program. */
  readonly version: string;
  /** Address of the stylesheet. */
  readonly style: string;
  /** Addresses of what makes the page livelier; it works without. */
  readonly script?: { readonly code: string; readonly style: string } | undefined;
};

type LayoutProps = PageProps & {
  readonly path: "/" | "/docs" | "/serie" | "/precios";
  /** The same page in a language; that of `path` unless told. */
  readonly addressIn?: (language: Language) => string;
  readonly title: string;
  readonly description: string;
  /** Seconds after which the page asks for itself again. */
  readonly refresh?: number;
  readonly children?: Child;
};

/** Address of a page in a language; Spanish is the plain one. */
export function pageHref(path: string, language: Language): string {
  return language === "es" ? path : `${path}?lang=${language}`;
}

export function Layout(
  { language, version, style, script, path, addressIn, title, description, refresh, children }: LayoutProps,
) {
  const say = sayIn(language);
  const other = language === "es" ? "en" : "es";
  const current = (to: string) => to === path ? { "aria-current": "page" } : {};
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        {refresh !== undefined && <meta http-equiv="refresh" content={String(refresh)} />}
        <title>{`${title} · Caudal`}</title>
        <meta name="description" content={description} />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href={style} />
        {script && (
          <>
            <link rel="stylesheet" href={script.style} />
            <script type="module" src={script.code}></script>
          </>
        )}
        <link rel="alternate" hreflang={other} href={addressIn?.(other) ?? pageHref(path, other)} />
      </head>
      <body>
        <a class="skip" href="#main">{say(FRAME.skip)}</a>
        <header class="top">
          <div class="bar">
            <a class="brand" href={pageHref("/", language)}>
              <img src="/favicon.svg" alt="" width="30" height="30" />
              <span>Caudal</span>
            </a>
            <nav aria-label={say(FRAME.menu)}>
              <ul>
                <li>
                  <a href={pageHref("/", language)} {...current("/")}>{say(FRAME.home)}</a>
                </li>
                <li>
                  <a href={pageHref("/docs", language)} {...current("/docs")}>{say(FRAME.docs)}</a>
                </li>
                <li>
                  <a href="/openapi.json">{say(FRAME.openapi)}</a>
                </li>
                <li>
                  <a href={addressIn?.(other) ?? `${path}?lang=${other}`} hreflang={other} lang={other}>
                    {say(FRAME.otherLanguage)}
                  </a>
                </li>
              </ul>
            </nav>
          </div>
        </header>
        <main id="main" tabindex={-1}>{children}</main>
        <footer>
          <p>{`Caudal, ${say(FRAME.version)} ${version} · ${say(FRAME.licence)}`}</p>
          <p>{say(FRAME.data)}</p>
        </footer>
      </body>
    </html>
  );
}

/** Text with code between backticks. */
export function Prose({ text }: { text: string }) {
  return <>{text.split("`").map((part, i) => i % 2 === 0 ? part : <code>{part}</code>)}</>;
}

/**
 * A table that scrolls inside its own box where it is too wide, and on a telephone shows each row as a block.
 * The first cell of a row is its header.
 */
export function Table(
  { caption, columns, rows, total, class: kind }: {
    readonly caption: string;
    readonly columns: readonly string[];
    readonly rows: readonly (readonly Child[])[];
    readonly total?: readonly Child[] | undefined;
    readonly class?: string;
  },
) {
  // Roles are spelled out because some browsers forget them where the style shows a cell as a block.
  const row = ([first, ...cells]: readonly Child[]) => (
    <tr role="row">
      <th role="rowheader" scope="row">{first}</th>
      {cells.map((cell, i) => <td role="cell" data-label={columns[i + 1]}>{cell}</td>)}
    </tr>
  );
  return (
    <div class="scroll" tabindex={0} role="group" aria-label={caption}>
      <table role="table" class={kind}>
        <caption>{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">{columns.map((column) => <th role="columnheader" scope="col">{column}</th>)}</tr>
        </thead>
        <tbody role="rowgroup">{rows.map(row)}</tbody>
        {total && <tfoot role="rowgroup">{row(total)}</tfoot>}
      </table>
    </div>
  );
}
