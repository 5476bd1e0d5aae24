/** @jsxImportSource hono/jsx */
// The values of a series as a table, newest first: the latest ones, or as many as one page takes.

import { type Frequency, periodOf } from "../core/frequency.ts";
import { periodText } from "../core/period_text.ts";
import { LIMITS } from "../core/series_request.ts";
import type { SeriesRecord } from "../core/snapshot.ts";
import { type ValueForm, valueWriter } from "../core/value_text.ts";
import { SERIES } from "./explorer_text.ts";
import { type PageProps, Table } from "./layout.tsx";
import type { Point } from "./line_path.ts";
import { type SeriesControls, seriesPageHref } from "./series_address.ts";
import { sayIn } from "./text.ts";

const LATEST = 12;

export function SeriesValues(
  { language, record, controls, all, frequency, form, units, points }: Pick<PageProps, "language"> & {
    readonly record: SeriesRecord;
    readonly controls: SeriesControls;
    readonly all: boolean;
    readonly frequency: Frequency;
    readonly form: ValueForm;
    readonly units: string;
    readonly points: readonly Point[];
  },
) {
  const say = sayIn(language);
  const write = valueWriter(language, form);
  const isLong = points.length > LIMITS.rows;
  const rows = points.slice(-(all ? LIMITS.rows : LATEST)).reverse();
  const more = points.length > LATEST;
  return (
    <section aria-labelledby="values">
      <h2 id="values">{say(SERIES.values)}</h2>
      <Table
        class="values"
        caption={say(all ? (isLong ? SERIES.newestValues : SERIES.allValues) : SERIES.latest)}
        columns={[say(SERIES.date), units ? `${say(SERIES.value)} (${units})` : say(SERIES.value)]}
        rows={rows.map(({ at, value }) => [
          periodText(language, frequency, periodOf(frequency, at, at)),
          write(value),
        ])}
      />
      {more && (
        <p>
          <a href={`${seriesPageHref(record.id, language, controls, !all)}#values`}>
            {say(all ? SERIES.seeLatest : isLong ? SERIES.seeNewest : SERIES.seeAll)}
          </a>
        </p>
      )}
    </section>
  );
}
