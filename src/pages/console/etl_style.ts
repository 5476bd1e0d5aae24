// The part of the stylesheet that the pages of sequences and their runs use.

export const ETL_STYLE = `
.board { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 1rem; }
.console .board section { margin: 0; padding: 0.8rem 1rem; border: 1px solid var(--line); border-top: 4px solid var(--line); border-radius: 8px; }
.console .board .column-0 { border-top-color: var(--busy); }
.console .board .column-1 { border-top-color: var(--wrong); }
.console .board .column-2 { border-top-color: var(--good); }
.board h2 { margin-bottom: 0.3rem; }
.board ul { margin: 0; padding: 0; list-style: none; }
.board li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 0.6rem; align-items: baseline; padding: 0.45rem 0; border-top: 1px solid var(--line); }
.board li:first-child { border-top: 0; }
.board .card-name { font-weight: 600; overflow-wrap: anywhere; }
.board small { grid-column: 1 / -1; color: var(--quiet); font-size: 0.85rem; }
.one-line { white-space: nowrap; }
.clip { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; color: var(--quiet); font-size: 0.9rem; white-space: pre-line; }
.console section.notice { margin: 0 0 1.25rem; }
.notice h2 { margin: 0 0 0.3rem; }
.notice p + p, .notice pre + p { margin-top: 0.4rem; }
.notice .fault-text { color: inherit; }
.excerpt { max-height: 14rem; overflow: auto; margin: 0.5rem 0; padding: 0.6rem 0.8rem; border-radius: 5px; background: var(--page); white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.88rem; }
.waterfall { margin: 0; padding: 0; list-style: none; }
.console .waterfall li { display: grid; grid-template-columns: minmax(6rem, 12rem) minmax(8rem, 1fr) minmax(11rem, 15rem); gap: 0 1rem; align-items: center; padding: 0.2rem 0; }
.lane-name { overflow-wrap: anywhere; }
.lane-name small { color: var(--quiet); }
.lane { display: block; overflow: hidden; }
.lane-line { stroke: var(--line); }
.lane-wait { fill: var(--quiet); opacity: 0.5; }
.lane-bar { fill: var(--quiet); stroke: var(--quiet); stroke-width: 2px; }
.lane-bar.good { fill: var(--good); stroke: var(--good); }
.lane-bar.wrong { fill: var(--wrong); stroke: var(--wrong); }
.lane-bar.busy { fill: var(--busy); stroke: var(--busy); }
.lane-time { color: var(--quiet); font-size: 0.88rem; font-variant-numeric: tabular-nums; }
.lane-scale { font-size: 0.88rem; }
.samples, .fires { margin: 0; padding: 0; list-style: none; }
.console .fires small { display: inline-block; margin-left: 0.5rem; white-space: nowrap; }
.lines { max-height: 34rem; margin: 0 0 0.6rem; padding: 0.5rem 0; overflow: auto; border-radius: 6px; background: var(--panel); list-style: none; font-family: ui-monospace, monospace; font-size: 0.85rem; line-height: 1.5; }
.console .lines li { display: grid; grid-template-columns: 3.2rem 4.6rem 3.6rem minmax(0, 1fr); gap: 0 0.6rem; padding: 0 0.8rem; }
.lines .line-number { color: var(--quiet); text-align: right; user-select: none; }
.lines time, .lines .stream { color: var(--quiet); font-weight: 400; }
.lines code { padding: 0; background: none; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; }
.lines .stderr .stream { color: var(--wrong); }
.lines .caudal :is(.stream, code) { color: var(--busy); }
.places a[aria-current] { font-weight: 600; color: inherit; }
.step-name { display: inline-block; min-width: 10rem; }
.console td details > summary { white-space: nowrap; cursor: pointer; color: var(--accent); }
.console td details .about { min-width: 15rem; margin: 0.3rem 0 0; }
.console td details .about > div { grid-template-columns: minmax(0, 1fr); }
.console td code { overflow-wrap: anywhere; }
@media (max-width: 56rem) {
  .board { grid-template-columns: minmax(0, 1fr); }
  .console .waterfall li { grid-template-columns: minmax(0, 1fr) auto; padding: 0.4rem 0; }
  .waterfall .lane { grid-column: 1 / -1; grid-row: 2; }
}
@media (max-width: 40rem) {
  .console .waterfall li { grid-template-columns: minmax(0, 1fr); }
  .waterfall .lane { grid-row: auto; }
  .console .lines li { grid-template-columns: 2.6rem 4.2rem minmax(0, 1fr); }
  .lines code { grid-column: 1 / -1; }
}
`;
