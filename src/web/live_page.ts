/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// A page that tells what happens keeps itself up to date: when the server says that something changed, or after a
// while, it is asked for again and only what differs is changed. What the visitor opened, where they scrolled to and
// what has the focus stay as they are. Without this script browsers ask for the page again by themselves.

/** Between two looks, however much happens; and where events do not come. */
const REST_MS = 1_000;
const POLL_MS = 2_000;
/** Lines of a log that is followed; older ones are on pages of their own. */
const MOST_LINES = 2_000;

/** Whether the visitor has marked a text: an update could take it away under their hands. */
const isMarking = () => document.getSelection()?.isCollapsed === false;

/** Takes over attributes, but for what the visitor changes. */
function takeAttributes(from: Element, to: Element): void {
  for (const { name } of [...to.attributes]) {
    if (!from.hasAttribute(name) && !(name === "open" && to.localName === "details")) {
      to.removeAttribute(name);
    }
  }
  for (const { name, value } of from.attributes) {
    if (name === "open" && to.localName === "details") continue;
    if (to.getAttribute(name) !== value) to.setAttribute(name, value);
  }
}

/** What a node is known by among its siblings. */
const keyOf = (node: Node): string =>
  node instanceof Element ? node.getAttribute("data-key") || node.id || node.localName : `#${node.nodeType}`;

/** Makes the children of `to` those of `from`, keeping each that is the same thing. */
function takeChildren(from: Element, to: Element): void {
  const left = [...to.childNodes];
  let place: ChildNode | null = to.firstChild;
  for (const wanted of [...from.childNodes]) {
    const i = left.findIndex((node) => keyOf(node) === keyOf(wanted));
    const [kept] = i < 0 ? [] : left.splice(i, 1);
    if (!kept) {
      to.insertBefore(document.importNode(wanted, true), place);
      continue;
    }
    take(wanted, kept);
    // Moved only where it is elsewhere: what moves loses the focus.
    while (place !== null && place !== kept && left.includes(place) && !isWanted(from, place)) {
      place = place.nextSibling;
    }
    if (kept === place) place = place.nextSibling;
    else to.insertBefore(kept, place);
  }
  for (const node of left) {
    // What was just done is told until the visitor goes on.
    if (!(node instanceof Element && node.matches("p.notice[role]"))) node.remove();
  }
}

const isWanted = (from: Element, node: Node): boolean =>
  [...from.childNodes].some((one) => keyOf(one) === keyOf(node));

function take(from: Node, to: Node): void {
  if (!(from instanceof Element) || !(to instanceof Element)) {
    if (to.nodeValue !== from.nodeValue) to.nodeValue = from.nodeValue;
    return;
  }
  if (from.isEqualNode(to)) return;
  if (to.matches("ol.lines")) return takeLines(from, to);
  takeAttributes(from, to);
  // What was typed stays.
  if (to instanceof HTMLSelectElement || to instanceof HTMLTextAreaElement) return;
  takeChildren(from, to);
}

const lineOf = (line: Element | null | undefined): number => Number(line?.getAttribute("data-line") ?? -1);

/** Adds what a log has more, and follows it where that is wanted and the visitor had not scrolled away. */
function takeLines(from: Element, to: Element): void {
  const isSame = to.getAttribute("data-attempt") === from.getAttribute("data-attempt");
  const isAtEnd = !isSame || to.scrollTop + to.clientHeight >= to.scrollHeight - 8;
  takeAttributes(from, to);
  const last = isSame ? lineOf(to.lastElementChild) : -1;
  const more = [...from.children].filter((line) => lineOf(line) > last);
  if (!isSame || (more.length > 0 && lineOf(more[0]) > last + 1)) to.replaceChildren();
  to.append(...more.map((line) => document.importNode(line, true)));
  if (!to.hasAttribute("data-follow") || !isAtEnd) return;
  while (to.childElementCount > MOST_LINES) to.firstElementChild!.remove();
  to.scrollTop = to.scrollHeight;
}

async function update(): Promise<void> {
  const main = document.querySelector("main");
  const answer = await fetch(location.href, { headers: { accept: "text/html" }, redirect: "manual" });
  if (!answer.ok || !main) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("main");
  if (!fresh || isMarking()) return;
  const [x, y] = [scrollX, scrollY];
  const focused = document.activeElement;
  takeChildren(fresh, main);
  document.title = page.title;
  if (scrollX !== x || scrollY !== y) scrollTo(x, y);
  // What had the focus may be gone: then the keyboard goes on from the page, not from its beginning.
  if (focused && !focused.isConnected) main.focus({ preventScroll: true });
}

/** Goes on for as long as the page says that it lives. */
export function followLivePage(): void {
  const live = () => document.querySelector<HTMLElement>("[data-live]");
  const first = live();
  if (!first) return;
  for (const lines of document.querySelectorAll("ol.lines[data-follow]")) {
    lines.scrollTop = lines.scrollHeight;
  }
  let restMs = Number(first.dataset.every ?? 0) * 1_000 || POLL_MS;
  let isTold = false;
  let wakeUp = () => {};
  const tell = () => {
    isTold = true;
    wakeUp();
  };
  /** A page that nobody looks at holds no connection: browsers have few of them. */
  let source: EventSource | undefined;
  const listen = () => {
    const events = live()?.dataset.events;
    if (events === undefined || document.hidden) return;
    try {
      source = new EventSource(events);
    } catch {
      restMs = Math.min(restMs, POLL_MS);
      return;
    }
    for (const event of ["open", "run", "log"]) source.addEventListener(event, tell);
    source.addEventListener("end", () => {
      source?.close();
      tell();
    });
    source.addEventListener("error", () => {
      if (source?.readyState === EventSource.CLOSED) restMs = Math.min(restMs, POLL_MS);
    });
  };
  document.addEventListener("visibilitychange", () => {
    source?.close();
    listen();
    tell();
  });
  listen();
  void (async () => {
    while (live()) {
      await new Promise<void>((resolve) => {
        wakeUp = resolve;
        if (isTold) resolve();
        else setTimeout(resolve, restMs);
      });
      isTold = false;
      // Where the server does not answer, what is there stays.
      if (!document.hidden) await update().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
    }
    source?.close();
  })();
}
