/** @jsxImportSource hono/jsx */
// The line of a day of prices that needs no script, drawn as that of a series (line_chart.tsx), with hours below.

import { valueMarks } from "../core/chart_scale.ts";
import type { Language } from "../core/language.ts";
import { markLabels } from "../core/value_text.ts";
import { hourText } from "./hour_text.ts";
import { roomFor } from "./line_chart.tsx";
import { dotsPath, EXTENT, linePath, scaleOf } from "./line_path.ts";

/** The part of the height that the line has, from the top on, in percent: the rest is for the labels of time. */
const LINE = { top: 3, height: 86 } as const;
const BOTTOM = LINE.top + LINE.height;

const VALUE_MARKS = 6;
/** Marks of time are at multiples of one of these: the narrowest of which there are not too many. */
const TIME_STEPS_MS = [5, 15, 30, 60, 120, 240].map((minutes) => minutes * 60_000);
const MOST_TIME_MARKS = 6;

/** A moment in epoch ms, and its price; NaN where there is none. */
export type Moment = { readonly at: number; readonly price: number };

export function DayChart({ language, moments, title, description }: {
  readonly language: Language;
  /** Ascending; at least one of them with a price. */
  readonly moments: readonly Moment[];
  readonly title: string;
  readonly description: string;
}) {
  const points = moments.map(({ at, price }) => ({ day: at, value: price }));
  const values = points.map(({ value }) => value).filter((value) => !Number.isNaN(value));
  const marks = valueMarks(Math.min(...values), Math.max(...values), VALUE_MARKS);
  const labels = markLabels(language, marks, false);
  const first = points[0]!.day, last = points.at(-1)!.day;
  const scale = scaleOf(first, last, marks[0]!, marks.at(-1)!);
  const step = TIME_STEPS_MS.find((step) => (last - first) / step <= MOST_TIME_MARKS) ??
    TIME_STEPS_MS.at(-1)!;
  const hours: number[] = [];
  for (let at = Math.ceil(first / step) * step; at <= last; at += step) hours.push(at);

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
        {hours.map((at, i) => {
          const across = scale.x(at) / EXTENT * 100;
          const x = percentage(across);
          return (
            <g class={i % 2 === 1 ? "second" : undefined}>
              <line class="tick" x1={x} x2={x} y1={percentage(BOTTOM)} y2={percentage(BOTTOM + 2)} />
              <text x={x} y="98%" text-anchor={across > 95 ? "end" : "middle"}>{hourText(language, at)}</text>
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
          <path class="line" vector-effect="non-scaling-stroke" d={linePath(points, scale)} />
          <path class="alone" vector-effect="non-scaling-stroke" d={dotsPath(points, scale)} />
        </svg>
      </g>
    </svg>
  );
}

function percentage(value: number): string {
  return `${Number(value.toFixed(2))}%`;
}
