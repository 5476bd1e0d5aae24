/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// The page of prices, livelier: the line of the last day by minute in the place of the drawn one, which goes on with
// prices as they come. Whatever fails, the page stays as the server wrote it.

import uPlot from "uplot";
import { clockMarks, PRICE_GAP_MS, valueMarks } from "../core/chart_scale.ts";
import { type Language, LOCALES } from "../core/language.ts";
import { markLabels, valueWriter } from "../core/value_text.ts";

const ZONE = "America/Argentina/Buenos_Aires";
const DAY = 86_400, MINUTE = 60;
const VALUE_MARKS = 6;
const TIME_MARKS = 12;

/** Beginnings of minutes in epoch seconds, ascending, and their prices; null breaks the line. */
type Minutes = { readonly times: number[]; readonly prices: (number | null)[] };

for (const figure of document.querySelectorAll<HTMLElement>("figure.chart[data-market]")) {
  void start(figure).catch(() => {
    // The drawing of the server is still there.
  });
}

async function start(figure: HTMLElement): Promise<void> {
  const query = new URLSearchParams({ market: figure.dataset.market! });
  const newest = await fetch(`/api/ticker-list/?${query}&page=last&page_size=1`, { cache: "no-cache" });
  const { results: [last] } = await newest.json() as { results: { timestamp: number }[] };
  if (!last) return;
  const range = `since=${last.timestamp - DAY}&bucket=minute`;
  const answer = await fetch(`/api/ticker-stats/?${query}&${range}`, { cache: "no-cache" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const { data } = await answer.json() as { data: { timestamp: number; close: number }[] };
  const minutes: Minutes = { times: [], prices: [] };
  for (const { timestamp, close } of data) add(minutes, timestamp, close);
  const chart = draw(figure, minutes);
  follow(query, (timestamp, price) => {
    add(minutes, timestamp, price);
    chart.setData([minutes.times, minutes.prices]);
    tell(timestamp, price);
  });
}

/** The last price of each minute of a day. */
function add({ times, prices }: Minutes, timestamp: number, price: number): void {
  const minute = Math.floor(timestamp / MINUTE) * MINUTE;
  const last = times.at(-1);
  if (last !== undefined && minute < last) return;
  if (minute === last) prices[prices.length - 1] = price;
  else {
    if (last !== undefined && (minute - last) * 1000 > PRICE_GAP_MS) {
      times.push(last + MINUTE);
      prices.push(null);
    }
    times.push(minute);
    prices.push(price);
  }
  while (times[0]! < minute - DAY) {
    times.shift();
    prices.shift();
  }
}

function follow(query: URLSearchParams, hear: (timestamp: number, price: number) => void): void {
  const source = new EventSource(`/api/ticker-stream/?${query}`);
  source.addEventListener("message", ({ data }) => {
    const { timestamp, price } = JSON.parse(data) as { timestamp: number; price: number };
    hear(timestamp, price);
  });
}

const language = () => document.documentElement.lang as Language;

function tell(timestamp: number, price: number): void {
  const put = (name: string, text: string) => {
    const place = document.querySelector(`[data-newest="${name}"]`);
    if (place) place.textContent = text;
  };
  put("price", valueWriter(language(), { digits: 2, percent: false })(price));
  put(
    "at",
    new Intl.DateTimeFormat(LOCALES[language()], {
      dateStyle: "long",
      timeStyle: "medium",
      hourCycle: "h23",
      timeZone: ZONE,
    }).format(timestamp * 1000),
  );
}

function draw(figure: HTMLElement, { times, prices }: Minutes): uPlot {
  const plot = figure.querySelector<HTMLElement>(".plot")!;
  const drawn = plot.querySelector("svg")!;
  const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name);
  const look: uPlot.Axis = {
    stroke: () => colour("--quiet"),
    font: `13px ${getComputedStyle(figure).fontFamily}`,
    ticks: { stroke: () => colour("--line"), size: 6, width: 1 },
    grid: { stroke: () => colour("--line"), width: 1 },
    gap: 4,
  };
  const hour = new Intl.DateTimeFormat(LOCALES[language()], {
    timeStyle: "short",
    hourCycle: "h23",
    timeZone: ZONE,
  });
  const chart = new uPlot(
    {
      width: plot.clientWidth,
      height: plot.clientHeight,
      padding: [8, 30, null, null],
      legend: { show: false },
      cursor: { y: false },
      tzDate: (second) => uPlot.tzDate(new Date(second * 1000), ZONE),
      scales: {
        x: { time: true },
        y: {
          range: (_, least, most) => {
            const marks = valueMarks(least ?? 0, most ?? 0, VALUE_MARKS);
            return [marks[0]!, marks.at(-1)!];
          },
        },
      },
      axes: [
        {
          ...look,
          size: 34,
          grid: { show: false },
          splits: (_, __, first, last) =>
            clockMarks(first * 1000, last * 1000, TIME_MARKS).map((at) => at / 1000),
          values: (_, splits) => splits.map((at) => hour.format(at * 1000)),
        },
        {
          ...look,
          ticks: { show: false },
          splits: (_, __, least, most) => valueMarks(least, most, VALUE_MARKS),
          values: (_, splits) => markLabels(language(), splits, false),
          size: (_, labels) => 12 + 7.2 * Math.max(...(labels ?? [""]).map(({ length }) => length)),
        },
      ],
      series: [{}, { stroke: () => colour("--accent"), width: 2, points: { show: false } }],
    },
    [times, prices],
    (chart, begin) => {
      drawn.replaceWith(chart.root);
      chart.root.setAttribute("role", "img");
      chart.root.setAttribute("aria-label", drawn.querySelector("title")?.textContent ?? "");
      begin();
    },
  );
  new ResizeObserver(() => chart.setSize({ width: plot.clientWidth, height: plot.clientHeight })).observe(
    plot,
  );
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.redraw());
  return chart;
}
