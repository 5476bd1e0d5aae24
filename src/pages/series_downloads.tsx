/** @jsxImportSource hono/jsx */
// What a reader takes away from the page of a series: files, and a request to copy.

import { LOCALES } from "../core/language.ts";
import { LIMITS } from "../core/series_request.ts";
import { SERIES } from "./explorer_text.ts";
import type { PageProps } from "./layout.tsx";
import { controlParams, type SeriesControls } from "./series_address.ts";
import { sayIn } from "./text.ts";

/** Path of the request of the API for the series of the page, with further parameters. */
export type RequestHref = (params: readonly (readonly [string, string])[]) => string;

const FORMATS = [
  { format: "csv", name: "CSV", note: SERIES.csvNote },
  { format: "xlsx", name: "Excel (XLSX)", note: SERIES.xlsxNote },
  { format: "json", name: "JSON", note: SERIES.jsonNote },
] as const;

export function Downloads(
  { language, origin, controls, requestHref, rows, percent }: Pick<PageProps, "language"> & {
    readonly origin: string;
    readonly controls: SeriesControls;
    readonly requestHref: RequestHref | undefined;
    readonly rows: number;
    readonly percent: boolean;
  },
) {
  const say = sayIn(language);
  if (!requestHref) return <p class="note">{say(SERIES.notAddressable)}</p>;
  const number = new Intl.NumberFormat(LOCALES[language]);
  const isLong = rows > LIMITS.rows;
  const most = [isLong ? "last" : "limit", String(LIMITS.rows)] as const;
  const formatted = (format: string) => format === "json" ? [] : [["format", format] as const];
  const whole = (format: string) => requestHref([...controlParams(controls), ...formatted(format), most]);
  const part = (format: string, start: number) =>
    requestHref([
      ...controlParams(controls),
      ...formatted(format),
      ["start", String(start)],
      ["limit", String(LIMITS.rows)],
    ]);
  const starts = Array.from({ length: Math.ceil(rows / LIMITS.rows) }, (_, i) => i * LIMITS.rows)
    .filter((start) => start <= LIMITS.start);
  const request = `${origin}${whole("json")}`;

  return (
    <>
      <section aria-labelledby="download">
        <h2 id="download">{say(SERIES.download)}</h2>
        <p>{say(isLong ? SERIES.downloadNewest : SERIES.downloadLead)}</p>
        <ul class="downloads">
          {FORMATS.map(({ format, name, note }) => (
            <li>
              <a href={whole(format)}>{name}</a> <span>{say(note)}</span>
            </li>
          ))}
        </ul>
        {isLong && (
          <details>
            <summary>{say(SERIES.parts)}</summary>
            <ul class="parts">
              {FORMATS.map(({ format, name }) => (
                <li>
                  {name}: {starts.map((start, i) => (
                    <>
                      {i > 0 && " · "}
                      <a href={part(format, start)}>
                        {`${number.format(start + 1)}–${number.format(Math.min(start + LIMITS.rows, rows))}`}
                      </a>
                    </>
                  ))}
                </li>
              ))}
            </ul>
          </details>
        )}
        {percent && <p class="quiet">{say(SERIES.fraction)}</p>}
      </section>
      <section aria-labelledby="request" data-copy={say(SERIES.copy)} data-copied={say(SERIES.copied)}>
        <h2 id="request">{say(SERIES.request)}</h2>
        <p>{say(SERIES.requestLead)}</p>
        {([[SERIES.address, request], [SERIES.terminal, `curl '${request}'`]] as const).map((
          [label, line],
        ) => (
          <div class="ready">
            <h3>{say(label)}</h3>
            <pre class="line"><code>{line}</code></pre>
          </div>
        ))}
      </section>
    </>
  );
}
