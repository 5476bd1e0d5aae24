/// <reference lib="dom" />
// Reads the rows of the chart from the API, in as many requests as they take.

import { LIMITS } from "../core/series_request.ts";
import { dayOfIso, type EpochDay, weekday } from "../core/time.ts";

export type Row = readonly [day: EpochDay, value: number | null];

/** All rows of the request that a figure names, ascending; weekends of series of working days left out. */
export async function readRows({ rows, count, workdays }: DOMStringMap): Promise<Row[]> {
  const starts: number[] = [];
  for (let start = 0; start < Number(count) && start <= LIMITS.start; start += LIMITS.rows) {
    starts.push(start);
  }
  const pages = await Promise.all(starts.map(async (start): Promise<Row[]> => {
    const response = await fetch(`${rows}&start=${start}&limit=${LIMITS.rows}`, {
      // What a cache may still show for a while would disagree with the values that the page lists.
      cache: "no-cache",
      headers: { "x-source": "caudal-explorer" },
    });
    if (!response.ok) throw new Error(`${response.status} ${rows}`);
    const { data } = await response.json() as { data: [string, number | null][] };
    return data.map(([date, value]) => [dayOfIso(date)!, value]);
  }));
  const all = pages.flat();
  return workdays ? all.filter(([day, value]) => value !== null || weekday(day) < 5) : all;
}
