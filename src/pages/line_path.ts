// The line of a chart as an SVG path: thinned where there are more points than can be told apart, broken where
// values are missing.

import { nextWorkday } from "../core/frequency.ts";

/** A value of the line, NaN where it is missing, and its time: epoch days of a series, epoch ms of prices. */
export type Point = { readonly at: number; readonly value: number };

/** Both axes of the drawing go from 0 to this. */
export const EXTENT = 1000;

/** Columns that a dense line is thinned to: a screen tells hardly more apart. */
const COLUMNS = 500;

/** Points of days without the weekends that a series of working days has no values for: they are no gaps. */
export function withoutWeekends(points: readonly Point[]): Point[] {
  return points.filter(({ at, value }) => !Number.isNaN(value) || nextWorkday(at - 1, 1) === at);
}

/**
 * The points that a drawing shows: all of a short line; of a dense one the least and the most of each column, in
 * their order, and one missing point for each column without any value.
 */
export function thinned(points: readonly Point[]): readonly Point[] {
  if (points.length <= 2 * COLUMNS) return points;
  const first = points[0]!.at;
  const width = (points.at(-1)!.at - first + 1) / COLUMNS;
  const kept: Point[] = [];
  for (let from = 0; from < points.length;) {
    const column = Math.floor((points[from]!.at - first) / width);
    let least: number | undefined, most: number | undefined;
    let to = from;
    for (; to < points.length && Math.floor((points[to]!.at - first) / width) === column; to++) {
      const { value } = points[to]!;
      if (Number.isNaN(value)) continue;
      if (least === undefined || value < points[least]!.value) least = to;
      if (most === undefined || value > points[most]!.value) most = to;
    }
    if (least === undefined || most === undefined) kept.push(points[from]!);
    else for (const at of new Set([Math.min(least, most), Math.max(least, most)])) kept.push(points[at]!);
    from = to;
  }
  return kept;
}

/** Places of a drawing, from 0 to EXTENT: time to the right, values upwards. */
export type Scale = { readonly x: (at: number) => number; readonly y: (value: number) => number };

export function scaleOf(first: number, last: number, least: number, most: number): Scale {
  // Halves first: the distance of two doubles may be no double.
  const height = most / 2 - least / 2;
  return {
    x: (at) => first === last ? EXTENT / 2 : (at - first) / (last - first) * EXTENT,
    y: (value) => EXTENT - (value / 2 - least / 2) / height * EXTENT,
  };
}

/** The line, without the values that have none beside them. */
export function linePath(points: readonly Point[], scale: Scale): string {
  let path = "";
  points.forEach((point, i) => {
    if (Number.isNaN(point.value) || isAlone(points, i)) return;
    path += `${isMissing(points[i - 1]) ? "M" : " "}${place(point, scale)}`;
  });
  return path;
}

/** Those values, as dots: lines of no length, which a round cap makes visible. */
export function dotsPath(points: readonly Point[], scale: Scale): string {
  return points.filter((_, i) => isAlone(points, i)).map((point) => `M${place(point, scale)}h0`).join("");
}

function place({ at, value }: Point, { x, y }: Scale): string {
  return `${Number(x(at).toFixed(1))} ${Number(y(value).toFixed(1))}`;
}

function isMissing(point: Point | undefined): boolean {
  return point === undefined || Number.isNaN(point.value);
}

function isAlone(points: readonly Point[], i: number): boolean {
  return !isMissing(points[i]) && isMissing(points[i - 1]) && isMissing(points[i + 1]);
}
