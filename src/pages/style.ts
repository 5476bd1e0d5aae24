// The stylesheet of the pages: system fonts, one accent colour, light and dark by the reader's setting.
// Served from our own origin, because the content policy allows no style inside the pages.

import { EXPLORER_STYLE } from "./explorer_style.ts";

export const STYLE = `:root {
  color-scheme: light dark;
  --page: #ffffff;
  --panel: #f3f7f8;
  --line: #d3dde1;
  --edge: #74868f;
  --wrong: #b3261e;
  --ink: #16232a;
  --quiet: #4c5d66;
  --accent: #0a6478;
  --accent-ink: #ffffff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10181c;
    --panel: #182328;
    --line: #31424a;
  --edge: #7d919b;
  --wrong: #ffb4ab;
    --ink: #e4ecef;
    --quiet: #a5b5bd;
    --accent: #74cbe0;
    --accent-ink: #10181c;
  }
}
*, ::before, ::after { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0;
  background: var(--page);
  color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: break-word;
}
.bar, main, footer { padding-inline: max(1.25rem, (100% - 68rem) / 2); }
a { color: var(--accent); text-underline-offset: 0.18em; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
main:focus { outline: none; }
.skip { position: absolute; left: -100vw; padding: 0.5rem 1rem; background: var(--accent); color: var(--accent-ink); }
.skip:focus { left: 0; top: 0; z-index: 1; }
.top { border-bottom: 1px solid var(--line); background: var(--panel); }
.bar { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.25rem 1.5rem; padding-block: 0.6rem; }
.brand { display: inline-flex; align-items: center; gap: 0.6rem; color: inherit; font-size: 1.25rem; font-weight: 650; text-decoration: none; }
.top ul { display: flex; flex-wrap: wrap; gap: 0 clamp(0.75rem, 3vw, 1.25rem); margin: 0; padding: 0; list-style: none; }
.top li a { display: inline-block; padding-block: 0.35rem; text-decoration: none; }
.top li a:hover { text-decoration: underline; }
.top li a[aria-current] { color: inherit; font-weight: 600; box-shadow: inset 0 -2px var(--accent); }
main { padding-block: 2rem 3rem; }
h1 { margin: 0 0 0.75rem; font-size: clamp(1.7rem, 1.2rem + 2vw, 2.4rem); line-height: 1.15; letter-spacing: -0.01em; text-wrap: balance; }
h2 { margin: 0 0 0.9rem; font-size: 1.4rem; line-height: 1.25; }
h3 { margin: 0; font-size: 1.05rem; }
p, main li { max-width: 46rem; }
p { margin: 0 0 1rem; }
section { margin-top: 2.75rem; }
.lead { font-size: 1.15rem; }
.quiet, .note, footer { color: var(--quiet); font-size: 0.92rem; }
.note { display: block; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: 0.9em; }
pre { margin: 0 0 1rem; padding: 0.75rem 1rem; overflow-x: auto; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; line-height: 1.45; }
pre code { font-size: 0.88rem; }
p code, li code, td code, pre.line { overflow-wrap: anywhere; }
pre.line { white-space: pre-wrap; }
pre.line code { user-select: all; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, clamp(9rem, 24vw, 11rem)), 1fr)); gap: 1rem; margin: 0 0 1rem; }
.figures > div { display: flex; flex-direction: column-reverse; justify-content: flex-end; padding: 0.8rem clamp(0.7rem, 3vw, 1.1rem); background: var(--panel); border-left: 4px solid var(--accent); border-radius: 4px; }
.figures dt { color: var(--quiet); }
.figures dd { margin: 0; font-size: clamp(1.1rem, 0.95rem + 0.9vw, 1.4rem); font-weight: 650; font-variant-numeric: tabular-nums; line-height: 1.3; white-space: nowrap; }
.scroll { margin: 0 0 1.25rem; overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; }
table { width: 100%; border-collapse: collapse; font-size: 0.95rem; }
caption { padding: 0.6rem 0.8rem; color: var(--quiet); text-align: left; }
th, td { padding: 0.55rem 0.8rem; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { vertical-align: bottom; }
thead th, tfoot { background: var(--panel); }
tbody th { font-weight: 500; }
th code, .words code { white-space: nowrap; }
.catalogs th code { display: block; color: var(--quiet); }
.catalogs td { font-variant-numeric: tabular-nums; white-space: nowrap; }
.catalogs td:last-child { white-space: normal; }
.catalogs tfoot { font-weight: 600; }
.figures-table td { font-variant-numeric: tabular-nums; white-space: nowrap; }
.examples code { white-space: normal; overflow-wrap: anywhere; }
@media (min-width: 56.01rem) {
  .catalogs th:first-child { min-width: 11rem; }
  .catalogs td:last-child { min-width: 13rem; }
  .catalogs :is(th, td):is(:nth-child(2), :nth-child(3), :nth-child(6), :nth-child(7)) { text-align: right; }
  .figures-table :is(th, td):not(:first-child) { text-align: right; }
  .examples th { width: 60%; }
}
@media (max-width: 56rem) {
  table, caption, tbody, tfoot, tr, th, td { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { padding: 0.7rem 0.8rem; border-top: 1px solid var(--line); }
  th, td { padding: 0.1rem 0; border: 0; }
  tbody th { margin-bottom: 0.2rem; font-weight: 650; }
  td:empty { display: none; }
  td::before { content: attr(data-label) ": "; color: var(--quiet); }
  .words { display: inline; }
  .words li { display: inline; }
  .words li + li::before { content: ", "; }
  th code, .words code { white-space: normal; overflow-wrap: anywhere; }
}
.words { margin: 0; padding: 0; list-style: none; }
.requests { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr)); gap: 1rem; margin: 0; padding: 0; list-style: none; }
.requests > li { min-width: 0; max-width: none; padding: 1rem 1.1rem 0.25rem; border: 1px solid var(--line); border-radius: 6px; }
.requests p { margin: 0.2rem 0 0.7rem; color: var(--quiet); }
.contents ol { columns: 14rem; margin: 0; padding: 1rem 1rem 1rem 2.4rem; background: var(--panel); border-radius: 6px; }
footer { padding-block: 1.5rem 2.5rem; border-top: 1px solid var(--line); }
footer p { margin: 0 0 0.25rem; }
${EXPLORER_STYLE}`;

/** Our mark: three courses of water that become one line. */
export const LOGO =
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0a6478"/><g fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round"><path d="M5 9c5-4 8 5 13 2s6-4 9-4"/><path d="M5 17c5-4 8 5 13 2s6-4 9-4" stroke-opacity=".8"/><path d="M5 25c5-4 8 5 13 2s6-4 9-4" stroke-opacity=".55"/></g></svg>
`;
