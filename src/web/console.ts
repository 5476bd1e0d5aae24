/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// The console, livelier: a code that came in the address is put into its field, and the log of a run that goes on
// grows. Without it people type the code and pages ask for themselves again.

import { followLivePage } from "./live_page.ts";

/** Milliseconds between looks at a run. */
const LOOK_AGAIN_MS = 2_000;

/** The fragment of an address goes to no server; once read it leaves the history too. */
function takeCode(field: HTMLInputElement): void {
  const code = decodeURIComponent(location.hash.slice(1));
  if (code === "" || code.startsWith("f-")) return;
  field.value = code;
  history.replaceState(null, "", location.pathname + location.search);
  document.querySelector<HTMLInputElement>("input:not([type=hidden]):placeholder-shown, input[type=password]")
    ?.focus();
}

type Lines = {
  readonly lines: readonly { readonly id: number; readonly at: string; readonly text: string }[];
};
type Run = { readonly status: string };

async function read<T>(path: string): Promise<T> {
  const answer = await fetch(path, { headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return await answer.json();
}

/** Adds what a run says, until it ends; then the page has more to tell. */
async function follow(log: HTMLElement, run: string): Promise<void> {
  const time = new Intl.DateTimeFormat("es-AR", {
    timeStyle: "medium",
    hourCycle: "h23",
    timeZone: "America/Argentina/Buenos_Aires",
  });
  let after = Number(log.dataset.after);
  for (;;) {
    const { status } = await read<Run>(`/api/ops/runs/${run}`);
    const { lines } = await read<Lines>(`/api/ops/runs/${run}/log?after=${after}`);
    const isAtEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 5;
    log.append(...lines.map(({ at, text }) => `${time.format(Date.parse(at))}  ${text}\n`));
    if (isAtEnd) log.scrollTop = log.scrollHeight;
    after = lines.at(-1)?.id ?? after;
    if (status !== "PENDING" && status !== "STARTED") return location.reload();
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

followLivePage();

const code = document.querySelector<HTMLInputElement>("input[name=token]");
if (code) takeCode(code);

for (const log of document.querySelectorAll<HTMLElement>("pre.log[data-run]")) {
  // Where the server does not answer, what is there stays.
  follow(log, log.dataset.run!).catch(() => {});
}
