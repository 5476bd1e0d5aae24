/// <reference lib="dom" />
// The chart of a series: uPlot with the axes of the drawn one, the value under the cursor in words, zoom by
// dragging, and the arrow keys.

import uPlot from "uplot";
import { timeMarks, valueMarks } from "../core/chart_scale.ts";
import { type Frequency, periodOf } from "../core/frequency.ts";
import type { Language } from "../core/language.ts";
import { markText, periodText } from "../core/period_text.ts";
import { markLabels, valueWriter } from "../core/value_text.ts";
import type { Row } from "./series_rows.ts";

const VALUE_MARKS = 6;

/** Pixels that a label of the time axis takes, and that one of its characters does. */
const TIME_LABEL = 85, CHARACTER = 7.2;

/** Puts the chart in the place of the drawn one. */
export function drawChart(figure: HTMLElement, rows: readonly Row[]): void {
  const { frequency: frequencyName, digits, percent, hint = "", zoomOut = "" } = figure.dataset;
  const frequency = frequencyName as Frequency;
  const language = document.documentElement.lang as Language;
  const plot = figure.querySelector<HTMLElement>(".plot")!;
  const drawn = plot.querySelector("svg")!;
  const days = rows.map(([day]) => day), values = rows.map(([, value]) => value);
  const isAlone = (i: number) =>
    values[i] !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null;
  const alone = values.flatMap((_, i) => isAlone(i) ? [i] : []);

  const timeMarksOf = ({ width }: uPlot, from: number, to: number) =>
    timeMarks(frequency, Math.ceil(from), Math.floor(to), Math.max(2, Math.floor(width / TIME_LABEL)));
  const look: uPlot.Axis = {
    stroke: () => colour("--quiet"),
    font: `13px ${getComputedStyle(figure).fontFamily}`,
    ticks: { stroke: () => colour("--line"), size: 6, width: 1 },
    grid: { stroke: () => colour("--line"), width: 1 },
    gap: 4,
  };
  const chart = new uPlot(
    {
      width: plot.clientWidth,
      height: plot.clientHeight,
      padding: [8, 30, null, null],
      legend: { show: false },
      cursor: { y: false, points: { size: 9, fill: () => colour("--accent") } },
      scales: {
        x: { time: false, range: (_, from, to) => from === to ? [from - 1, to + 1] : [from, to] },
        y: { range: (_, least, most) => outer(valueMarks(least ?? 0, most ?? 0, VALUE_MARKS)) },
      },
      axes: [
        {
          ...look,
          size: 34,
          grid: { show: false },
          splits: (chart, _, from, to) => [...timeMarksOf(chart, from, to).days],
          values: (chart, splits) => {
            const { unit } = timeMarksOf(chart, chart.scales.x!.min!, chart.scales.x!.max!);
            return splits.map((day) => markText(language, frequency, unit, day));
          },
        },
        {
          ...look,
          ticks: { show: false },
          splits: (_, __, least, most) => valueMarks(least, most, VALUE_MARKS),
          values: (_, splits) => markLabels(language, splits, percent !== undefined),
          size: (_, labels) => 12 + CHARACTER * Math.max(...(labels ?? [""]).map(({ length }) => length)),
        },
      ],
      series: [{}, {
        stroke: () => colour("--accent"),
        width: 2,
        points: {
          size: 5,
          fill: () => colour("--accent"),
          show: ({ width }, _, from, to) => to - from < width / 14,
          // Hidden points would leave a value between two gaps without any line.
          filter: (_, __, show) => show ? null : alone,
        },
      }],
    },
    [days, values],
    (chart, start) => {
      drawn.replaceWith(chart.root);
      start();
    },
  );

  const write = valueWriter(language, { digits: Number(digits), percent: percent !== undefined });
  const tell = (i: number) =>
    [
      write(values[i] ?? NaN),
      periodText(language, frequency, periodOf(frequency, days[i]!, days[i]!)),
    ] as const;
  addTip(chart, tell);
  addZoomOut(chart, figure, { hint, zoomOut });
  addKeys(
    chart,
    figure,
    tell,
    `${drawn.querySelector("title")?.textContent}. ${drawn.querySelector("desc")?.textContent}`,
  );
  new ResizeObserver(() => chart.setSize({ width: plot.clientWidth, height: plot.clientHeight })).observe(
    plot,
  );
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.redraw());
}

/** A colour of the page's stylesheet. */
function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name);
}

function outer(marks: readonly number[]): [number, number] {
  return [marks[0]!, marks.at(-1)!];
}

type Tell = (i: number) => readonly [value: string, period: string];

/** Says what is under the cursor, at the side of it that has room. */
function addTip(chart: uPlot, tell: Tell): void {
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  const value = document.createElement("strong");
  const period = document.createElement("span");
  tip.append(value, period);
  chart.over.append(tip);
  const follow = () => {
    const { idx, left = -1 } = chart.cursor;
    tip.hidden = idx === null || idx === undefined || left < 0;
    if (tip.hidden) return;
    [value.textContent, period.textContent] = tell(idx!);
    const at = chart.valToPos(chart.data[0][idx!]!, "x");
    const room = chart.over.clientWidth;
    const x = at < room / 2
      ? Math.min(at + 12, room - tip.offsetWidth)
      : Math.max(0, at - 12 - tip.offsetWidth);
    const height = chart.over.clientHeight;
    const isHigh = chart.valToPos(chart.data[1]![idx!] ?? NaN, "y") < height / 2;
    tip.style.transform = `translate(${Math.round(x)}px, ${isHigh ? height - tip.offsetHeight - 8 : 8}px)`;
  };
  (chart.hooks.setCursor ??= []).push(follow);
}

/** Words that say how to zoom, and where zoomed a button that goes back. */
function addZoomOut(chart: uPlot, figure: HTMLElement, words: { hint: string; zoomOut: string }): void {
  const line = document.createElement("span");
  line.className = "quiet zoom";
  const hint = document.createElement("span");
  hint.className = "hint";
  hint.textContent = words.hint;
  const back = document.createElement("button");
  back.type = "button";
  back.textContent = words.zoomOut;
  back.hidden = true;
  const [days] = chart.data;
  const [first, last] = [days[0]!, days[days.length - 1]!];
  back.addEventListener("click", () => chart.setScale("x", { min: first, max: last }));
  line.append(hint, back);
  figure.querySelector("figcaption")!.prepend(line);
  (chart.hooks.setScale ??= []).push((chart, scale) => {
    const { min, max } = chart.scales.x!;
    if (scale === "x") hint.hidden = !(back.hidden = min! <= first && max! >= last);
  });
}

/** The arrow keys go from value to value, and say each. */
function addKeys(chart: uPlot, figure: HTMLElement, tell: Tell, label: string): void {
  const spoken = document.createElement("p");
  spoken.className = "unseen";
  spoken.setAttribute("role", "status");
  figure.append(spoken);
  const [days] = chart.data;
  let at = days.length;
  const { root } = chart;
  root.tabIndex = 0;
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", label);
  root.addEventListener("keydown", (event) => {
    const steps: Record<string, number> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: days.length - 1,
    };
    const next = steps[event.key];
    if (next === undefined) return;
    event.preventDefault();
    at = Math.min(Math.max(next, 0), days.length - 1);
    chart.setCursor({ left: chart.valToPos(days[at]!, "x"), top: 0 });
    spoken.textContent = tell(at).join(", ");
  });
  root.addEventListener("blur", () => chart.setCursor({ left: -10, top: -10 }));
}
