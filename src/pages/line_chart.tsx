/** @jsxImportSource hono/jsx */
// A line chart that needs no script: an SVG whose texts keep their size while the line takes whatever width there
// is. Places are percentages and the line is stretched, because a page's style may not hold any of them.

import { valueMarks } from "../core/chart_scale.ts";
import type { Language } from "../core/language.ts";
import { markLabels } from "../core/value_text.ts";
import { dotsPath, EXTENT, linePath, type Point, scaleOf, thinned } from "./line_path.ts";

/** The part of the height that the line has, from the top on, in percent: the rest is for the labels of time. */
const LINE = { top: 3, height: 86 } as const;
const BOTTOM = LINE.top + LINE.height;

const VALUE_MARKS = 6;

/** A label of the time axis, where its points are. */
export type TimeMark = { readonly at: number; readonly text: string };

type LineChartProps = {
  readonly language: Language;
  /** Ascending; at least one of them with a value. */
  readonly points: readonly Point[];
  /** Whether values are fractions shown as percentages. */
  readonly percent: boolean;
  /** Ascending, from the first point to the last. */
  readonly times: readonly TimeMark[];
  readonly title: string;
  /** The chart in words. */
  readonly description: string;
};

export function LineChart({ language, points, percent, times, title, description }: LineChartProps) {
  const shown = thinned(points);
  const values = shown.map(({ value }) => value).filter((value) => !Number.isNaN(value));
  const marks = valueMarks(Math.min(...values), Math.max(...values), VALUE_MARKS);
  const labels = markLabels(language, marks, percent);
  const scale = scaleOf(points[0]!.at, points.at(-1)!.at, marks[0]!, marks.at(-1)!);
  const lastValue = shown.findLast(({ value }) => !Number.isNaN(value))!;

  return (
    <svg
      class={`line-chart room-${roomFor(labels)}`}
      role="img"
      aria-labelledby="chart-title chart-description"
      width="100%"
      height="320"
    >
      <title id="chart-title">{title}</title>
      <desc id="chart-description">{description}</desc>
      <g aria-hidden="true">
        {marks.map((mark, i) => {
          const y = percentage(LINE.top + scale.y(mark) / EXTENT * LINE.height);
          return (
            <>
              <line class={mark === 0 ? "zero" : "mark"} x1="0" x2="100%" y1={y} y2={y} />
              <text x="-8" y={y} dy="0.33em" text-anchor="end">{labels[i]!}</text>
            </>
          );
        })}
        {times.map(({ at, text }, i) => {
          const across = scale.x(at) / EXTENT * 100;
          const x = percentage(across);
          return (
            <g class={i % 2 === 1 ? "second" : undefined}>
              <line class="tick" x1={x} x2={x} y1={percentage(BOTTOM)} y2={percentage(BOTTOM + 2)} />
              <text x={x} y="98%" text-anchor={across > 95 ? "end" : "middle"}>{text}</text>
            </g>
          );
        })}
        <svg
          x="0"
          y={percentage(LINE.top)}
          width="100%"
          height={percentage(LINE.height)}
          viewBox={`0 0 ${EXTENT} ${EXTENT}`}
          preserveAspectRatio="none"
          overflow="visible"
        >
          <path class="line" vector-effect="non-scaling-stroke" d={linePath(shown, scale)} />
          <path class="alone" vector-effect="non-scaling-stroke" d={dotsPath(shown, scale)} />
          <path class="newest" vector-effect="non-scaling-stroke" d={dotsPath([lastValue], scale)} />
        </svg>
      </g>
    </svg>
  );
}

function percentage(value: number): string {
  return `${Number(value.toFixed(2))}%`;
}

/** Characters kept free for the labels of values, in the steps that the stylesheet knows. */
function roomFor(labels: readonly string[]): number {
  const longest = Math.max(...labels.map((label) => label.length));
  return [3, 5, 7, 9, 12, 15].find((room) => longest <= room) ?? 18;
}
