// The part of the stylesheet that the console's pages use.

export const CONSOLE_STYLE = `
:root { --good: #1c6b3c; --busy: #8a5a00; --good-panel: #e9f5ee; --wrong-panel: #fdeeed; --busy-panel: #fdf4e1; }
@media (prefers-color-scheme: dark) {
  :root { --good: #7fd6a1; --busy: #f0c267; --good-panel: #16291f; --wrong-panel: #331a18; --busy-panel: #2d2413; }
}
.console { font-size: 0.97rem; }
.console :is(.bar, main, footer) { padding-inline: max(1.25rem, (100% - 76rem) / 2); }
.console .brand { font-size: 1.15rem; }
.console .brand small { color: var(--quiet); font-weight: 400; }
.console main { padding-block: 1.25rem 3rem; min-height: 60vh; }
.console main li { max-width: none; }
.console section { margin-top: 2rem; }
.console h1 { margin: 0; font-size: clamp(1.4rem, 1.15rem + 1vw, 1.8rem); overflow-wrap: anywhere; }
.console h2 { margin: 0 0 0.6rem; font-size: 1.15rem; }
.account { align-items: center; font-size: 0.93rem; }
.account .quiet { margin-left: 0.4rem; }
.account li { display: flex; align-items: center; }
button.link { padding: 0.35rem 0; background: none; border: 0; color: var(--accent); font-weight: 400; }
button.link:hover { text-decoration: underline; }
.groups { padding-block: 0; }
.top .groups ul { gap: 0 0.25rem; margin-inline: -0.7rem; }
.top .groups a { padding: 0.45rem 0.7rem; font-weight: 600; border-radius: 6px 6px 0 0; }
.top .groups a[aria-current] { background: var(--page); box-shadow: inset 0 3px var(--accent); }
.sections { padding-block: 0.35rem; background: var(--page); border-top: 1px solid var(--line); font-size: 0.93rem; }
.top .sections a[aria-current] { box-shadow: inset 0 -2px var(--accent); }
.above { display: flex; gap: 0.4rem; margin-bottom: 0.4rem; font-size: 0.9rem; }
.above a::before { content: "‹ "; }
.title { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.5rem 1.5rem; margin-bottom: 1rem; }
.beside { display: flex; flex-wrap: wrap; gap: 0.5rem; }
.notice { max-width: none; margin: 0 0 1.25rem; padding: 0.7rem 1rem; border-left: 4px solid var(--good); border-radius: 4px; background: var(--good-panel); white-space: pre-line; overflow-wrap: anywhere; }
.notice.wrong { border-color: var(--wrong); background: var(--wrong-panel); }
.notice.busy { border-color: var(--busy); background: var(--busy-panel); }
.notice :is(p, ul) { margin: 0; }
.notice ul { padding-left: 1.2rem; }
.badge { display: inline-block; padding: 0 0.55rem; border-radius: 999px; background: var(--panel); color: var(--quiet); font-size: 0.85rem; font-weight: 600; line-height: 1.6; white-space: nowrap; }
.badge.good { background: var(--good-panel); color: var(--good); }
.badge.wrong { background: var(--wrong-panel); color: var(--wrong); }
.badge.busy { background: var(--busy-panel); color: var(--busy); }
.console :is(button, .button) { display: inline-block; padding: 0.45rem 1rem; border: 1px solid var(--accent); border-radius: 5px; background: var(--accent); color: var(--accent-ink); font: inherit; font-weight: 600; line-height: 1.4; text-decoration: none; cursor: pointer; }
.console :is(button, .button).plain { background: none; color: var(--accent); }
.console :is(button, .button).grave { background: none; border-color: var(--wrong); color: var(--wrong); }
.console .confirm button.grave { background: var(--wrong); color: var(--page); }
.console button.link { display: inline; padding: 0.35rem 0; border: 0; background: none; color: var(--accent); font-weight: 400; }
.console button:disabled { opacity: 0.5; cursor: default; }
.one { display: inline-block; }
.console td :is(.one button, .button) { padding: 0.1rem 0.7rem; font-size: 0.9rem; }
.actions { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; }
.form { max-width: 44rem; }
.entry { max-width: 24rem; }
.field { margin: 0 0 1rem; }
.field label { display: block; font-weight: 600; }
.field .optional { margin-left: 0.5rem; color: var(--quiet); font-size: 0.87rem; font-weight: 400; }
.field .hint { display: block; color: var(--quiet); font-size: 0.9rem; }
.field .fault { display: block; color: var(--wrong); font-size: 0.93rem; font-weight: 600; }
.console :is(input, select, textarea) { padding: 0.45rem 0.6rem; border: 1px solid var(--edge); border-radius: 5px; background: var(--page); color: inherit; font: inherit; }
.field :is(input, select, textarea) { width: 100%; margin-top: 0.2rem; }
.console :is(input, select, textarea)[aria-invalid] { border-color: var(--wrong); border-width: 2px; }
.console input[type="checkbox"] { width: 1.1rem; height: 1.1rem; margin: 0; accent-color: var(--accent); }
.field:is(.flag) { display: grid; grid-template-columns: auto 1fr; gap: 0 0.6rem; align-items: center; }
.field.flag > .hint, .field.flag > .fault { grid-column: 2; }
.field input[type="number"], .field input[type="time"], .field input[type="date"] { max-width: 12rem; }
.pairs { display: grid; grid-template-columns: 5rem minmax(0, 1fr); gap: 0 0.75rem; }
.pairs .field { margin-bottom: 0.6rem; }
.pairs .field:nth-child(n + 3) label { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.form > fieldset:first-of-type { padding-top: 0; border-top: 0; }
.run { display: block; }
.run .badge { vertical-align: middle; }
.kept { white-space: pre-line; }
.fault-text { color: var(--wrong); white-space: pre-line; overflow-wrap: anywhere; }
textarea { resize: vertical; }
fieldset { min-width: 0; margin: 0 0 1.5rem; padding: 0; border: 0; }
.form > fieldset { padding-top: 1rem; border-top: 1px solid var(--line); }
legend { padding: 0; font-weight: 600; }
.form > fieldset > legend { float: left; width: 100%; margin-bottom: 0.7rem; font-size: 1.12rem; }
.form > fieldset > legend + * { clear: both; }
.choices > div { display: flex; flex-wrap: wrap; gap: 0.4rem 1.2rem; margin-top: 0.2rem; }
.choices span { display: inline-flex; align-items: center; gap: 0.4rem; }
.choices label { font-weight: 400; }
.form + p { margin-top: 1.25rem; }
.send { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem 1.25rem; margin: 1.25rem 0 0; }
.filters { display: flex; flex-wrap: wrap; align-items: end; gap: 0.6rem 0.9rem; margin: 0 0 1rem; padding: 0.75rem 1rem; background: var(--panel); border-radius: 6px; }
.filters > div { display: grid; gap: 0.1rem; min-width: 0; }
.filters label { color: var(--quiet); font-size: 0.87rem; }
.filters :is(input, select) { height: 2.3rem; max-width: 10rem; padding-block: 0.2rem; }
.filters button { height: 2.3rem; padding-block: 0; }
.filters > a { padding-block: 0.4rem; }
.console .scroll { margin-bottom: 0.75rem; }
.console table { font-size: 0.93rem; }
.console :is(th, td) { padding: 0.5rem 0.75rem; overflow-wrap: anywhere; }
.console :is(thead th, td > time, td.number) { overflow-wrap: normal; }
.console thead th { white-space: nowrap; }
.console .number { text-align: right; font-variant-numeric: tabular-nums; }
.console tbody tr:first-child > * { border-top: 0; }
.console thead + tbody tr:first-child > * { border-top: 1px solid var(--line); }
.console tbody tr:hover { background: var(--panel); }
.console td .fault { color: var(--wrong); }
.console tbody th small, .console td small { display: block; color: var(--quiet); font-size: 0.88rem; font-weight: 400; }
td.choose, th.choose { width: 2.2rem; }
time { white-space: nowrap; }
.sort { color: inherit; }
.bulk { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; max-width: none; }
.places { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; font-size: 0.93rem; }
.about { margin: 0 0 1.25rem; }
.about > div { display: grid; grid-template-columns: minmax(7rem, 13rem) minmax(0, 1fr); gap: 0 1rem; padding: 0.3rem 0; border-bottom: 1px solid var(--line); }
.about dt { color: var(--quiet); }
.about dd { margin: 0; overflow-wrap: anywhere; }
.log { max-height: 32rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.88rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); gap: 1rem; margin: 0 0 1.5rem; padding: 0; list-style: none; }
.cards > li { padding: 0.9rem 1.1rem; border: 1px solid var(--line); border-radius: 8px; }
.cards h2 { margin: 0 0 0.2rem; color: var(--quiet); font-size: 0.93rem; font-weight: 600; }
.cards p { margin: 0; }
.cards .big { font-size: 1.25rem; font-weight: 650; }
.steps { margin: 0; padding: 0; list-style: none; }
.steps li { padding: 0.6rem 0; border-bottom: 1px solid var(--line); }
@media (max-width: 56rem) {
  .console thead { display: none; }
  .console :is(th, td) { padding: 0.1rem 0; }
  .console thead + tbody tr:first-child > *, .console tbody tr > * { border: 0; }
  .console td.number { text-align: left; }
  .console td:has(> .actions, > .one)::before { content: none; }
  td.choose { float: right; width: auto; }
  td.choose input { width: 1.4rem; height: 1.4rem; }
  td.choose::before { content: none; }
  .filters > div, .filters :is(input, select) { flex: 1 1 9rem; width: 100%; max-width: none; }
}
@media (max-width: 40rem) {
  .about > div { grid-template-columns: minmax(0, 1fr); }
  .console .bar.groups { padding-inline: 0.9rem; }
  .top .groups ul { margin-inline: 0; }
  .top .groups a { padding-inline: 0.5rem; font-size: 0.95rem; }
}
`;
