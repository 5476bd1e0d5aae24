// The part of the stylesheet that the explorer's pages use.

/** Characters that labels of a chart's values may take, in the steps of line_chart.tsx. */
const ROOMS = [3, 5, 7, 9, 12, 15, 18];

export const EXPLORER_STYLE = `
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
button, input, select { font: inherit; color: inherit; }
input, select { min-width: 0; padding: 0.45rem 0.6rem; background: var(--page); border: 1px solid var(--edge); border-radius: 4px; }
button { padding: 0.45rem 1.1rem; background: var(--accent); color: var(--accent-ink); border: 1px solid var(--accent); border-radius: 4px; font-weight: 600; cursor: pointer; }
button:hover { text-decoration: underline; }
.number, .hits, .values td { font-variant-numeric: tabular-nums; }

.search { margin: 0 0 1.5rem; }
.search label { display: block; margin-bottom: 0.3rem; font-weight: 600; }
.search .field { display: flex; max-width: 46rem; gap: 0.5rem; }
.search input[type="search"] { flex: 1; padding: 0.6rem 0.8rem; font-size: 1.1rem; }
.search p { margin: 0.4rem 0 0; }
.themes ul { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 0; padding: 0; list-style: none; }
.themes a { display: inline-block; padding: 0.3rem 0.8rem; border: 1px solid var(--line); border-radius: 999px; background: var(--panel); text-decoration: none; }
.themes a:hover { text-decoration: underline; }
.themes .number { color: var(--quiet); }

.found { display: grid; gap: 2.5rem; }
.results { min-width: 0; margin-top: 0; }
.count { margin-bottom: 0.75rem; font-size: 1.35rem; letter-spacing: 0; }
.count q { overflow-wrap: anywhere; }
.chosen { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1rem; margin-bottom: 0.75rem; }
.chosen ul { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 0; padding: 0; list-style: none; }
.chosen li a { display: inline-block; padding: 0.2rem 0.75rem; border: 1px solid var(--accent); border-radius: 999px; text-decoration: none; overflow-wrap: anywhere; }
.chosen .facet { color: var(--quiet); }
.cross { margin-left: 0.4rem; font-weight: 700; }
.order { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0.25rem 1.5rem; padding-bottom: 0.6rem; border-bottom: 1px solid var(--line); font-size: 0.95rem; }
.order nav, .order ul { display: flex; flex-wrap: wrap; gap: 0 1rem; margin: 0; padding: 0; list-style: none; }
.order span { color: var(--quiet); }
.order [aria-current] { color: inherit; font-weight: 600; text-decoration: none; }
.hits { margin: 0; padding: 0; list-style: none; }
.hits > li { max-width: none; padding: 0.9rem 0; border-bottom: 1px solid var(--line); }
.hits h2 { margin: 0 0 0.15rem; font-size: 1.1rem; font-weight: 600; }
.hits p { margin: 0; color: var(--quiet); font-size: 0.95rem; }
.facts { display: flex; flex-wrap: wrap; margin: 0.15rem 0 0; padding: 0; list-style: none; font-size: 0.95rem; }
.facts li:not(:last-child)::after { content: "·"; margin: 0 0.5rem; color: var(--quiet); }
.pages { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1rem; margin-top: 1.25rem; }
.pages ol { display: flex; flex-wrap: wrap; gap: 0.25rem; margin: 0; padding: 0; list-style: none; }
.pages a { display: inline-block; min-width: 2.25rem; padding: 0.3rem 0.5rem; border-radius: 4px; text-align: center; }
.pages [aria-current] { background: var(--accent); color: var(--accent-ink); text-decoration: none; }
.facets { min-width: 0; font-size: 0.95rem; }
.facets:focus { outline: none; }
.facets section { margin: 0 0 1.25rem; }
.facets h2 { margin: 0 0 0.75rem; color: var(--quiet); font-size: 1rem; font-weight: 400; }
.facets h3 { margin: 0 0 0.3rem; font-size: 1rem; }
.facets ul { margin: 0; padding: 0; list-style: none; }
.facets li a { display: flex; justify-content: space-between; gap: 0.75rem; padding: 0.25rem 0.5rem; margin-inline: -0.5rem; border-radius: 4px; text-decoration: none; }
.facets li a:hover .name { text-decoration: underline; }
.facets .name { min-width: 0; overflow-wrap: anywhere; }
.facets .number { color: var(--quiet); }
.facets [aria-current] { background: var(--panel); box-shadow: inset 3px 0 var(--accent); color: inherit; font-weight: 600; }
.facets [aria-current] .number::after { content: " ×"; color: var(--accent); }
summary { padding: 0.25rem 0; color: var(--accent); cursor: pointer; }

h1.name { font-size: clamp(1.4rem, 1.1rem + 1.4vw, 1.9rem); }
.origin { color: var(--quiet); }
.controls { display: flex; flex-wrap: wrap; align-items: end; gap: 0.75rem 1rem; padding: 0.9rem 1.1rem; background: var(--panel); border-radius: 6px; }
.controls > div { display: grid; min-width: 0; max-width: 100%; gap: 0.15rem; }
.controls label { color: var(--quiet); font-size: 0.9rem; }
.controls :is(select, input, button) { height: 2.5rem; }
.controls select { width: 100%; max-width: 13.5rem; }
.controls input { width: 7rem; }
.controls p { flex: 1 0 100%; margin: 0; }
.faults { margin: 0 0 1rem; padding: 0.6rem 0.9rem; border-left: 4px solid var(--wrong); background: var(--panel); list-style: none; }
[aria-invalid] { border-color: var(--wrong); border-width: 2px; }
.empty { margin: 1.5rem 0; padding: 1.5rem; border: 1px dashed var(--edge); border-radius: 6px; }
main > .facts { margin: -0.6rem 0 1.25rem; }
:is(.facts, .faults) + section { margin-top: 0; }
.chart { margin: 0 0 1.25rem; }
.chart figcaption { margin-bottom: 0.5rem; font-weight: 600; }
.chart figcaption .quiet { font-weight: 400; }
.plot { position: relative; height: 20rem; }
.line-chart { display: block; height: 100%; overflow: visible; }
${ROOMS.map((room) => `.room-${room} { --room: ${(room * 0.45 + 0.9).toFixed(2)}rem; }`).join("\n")}
.line-chart { width: calc(100% - var(--room)); margin-left: var(--room); }
.line-chart text { fill: var(--quiet); font-size: 0.8125rem; font-variant-numeric: tabular-nums; }
.line-chart :is(.mark, .tick) { stroke: var(--line); }
.line-chart .zero { stroke: var(--edge); }
.line-chart path { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.line-chart .alone { stroke-width: 5; }
.line-chart .newest { stroke-width: 8; }
.chart .zoom { float: right; margin-left: 1rem; }
.chart .zoom button { padding: 0.05rem 0.8rem; }
@media (hover: none), (max-width: 40rem) { .chart .zoom .hint { display: none; } }
.chart + .figures dd { overflow-wrap: break-word; white-space: normal; }
.chart + .figures dt span { display: block; font-size: 0.88rem; }
.downloads { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); gap: 0.75rem; margin: 0 0 1rem; padding: 0; list-style: none; }
.downloads li { display: grid; max-width: none; align-content: start; gap: 0.3rem; }
.downloads a { padding: 0.6rem 1rem; background: var(--accent); color: var(--accent-ink); border-radius: 4px; font-weight: 600; text-align: center; text-decoration: none; }
.downloads a:hover { text-decoration: underline; }
.downloads span { color: var(--quiet); font-size: 0.92rem; text-align: center; }
.parts { font-variant-numeric: tabular-nums; }
.ready { position: relative; }
.ready h3 { margin-bottom: 0.25rem; font-size: 1rem; }
.ready .copy { position: absolute; top: -0.35rem; right: 0; padding: 0.1rem 0.8rem; background: none; color: var(--accent); }
.below { display: grid; gap: 0 3rem; }
.below > section { min-width: 0; }
.values tbody th { white-space: nowrap; }
.values td, .values thead th:last-child { text-align: right; }
.metadata h3 { margin: 1.25rem 0 0.4rem; padding-bottom: 0.2rem; border-bottom: 1px solid var(--line); }
.metadata h3:first-of-type { margin-top: 0; }
.metadata dl { margin: 0; }
.metadata dl > div { display: grid; grid-template-columns: minmax(7rem, 11rem) minmax(0, 1fr); gap: 0 1rem; padding: 0.2rem 0; }
.metadata dt { color: var(--quiet); }
.metadata dd { margin: 0; overflow-wrap: anywhere; }

@media (min-width: 56.01rem) {
  .found { grid-template-columns: minmax(0, 1fr) 18rem; }
  .to-filters { display: none; }
  .below { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); }
}
@media (max-width: 56rem) {
  .values { display: table; }
  .values :is(tbody) { display: table-row-group; }
  .values thead { display: table-header-group; position: static; width: auto; height: auto; clip-path: none; }
  .values tr { display: table-row; }
  .values caption { display: table-caption; }
  .values :is(th, td) { display: table-cell; padding: 0.45rem 0.8rem; border-top: 1px solid var(--line); }
  .values tbody th { font-weight: 500; }
  .values td::before { content: none; }
}
@media (max-width: 40rem) {
  .plot { height: 16rem; }
  .line-chart .second { display: none; }
  .controls > div { flex: 1 0 100%; }
  .controls :is(select, input) { width: 100%; max-width: none; }
  .controls > .date { flex: 1 0 7rem; }
  .controls button { flex: 1 0 100%; }
  .metadata dl > div { grid-template-columns: minmax(0, 1fr); padding: 0.3rem 0; }
}
`;
