/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// What a run changed, as its steps told of themselves: which series, how many values, and some of them before and after.

import { isJsonObject } from "../../core/json.ts";
import { LOCALES } from "../../core/language.ts";
import type { Attempt } from "./etl_words.tsx";
import { runHref } from "./runs.tsx";
import { List } from "./tables.tsx";
import type { Visit } from "./visit.ts";

type Counts = { readonly new: number; readonly changed: number; readonly removed: number };

type Sample = { readonly period: string; readonly before: number | null; readonly after: number | null };

type SeriesChange = Counts & { readonly id: string; readonly samples: readonly Sample[] };

type Published = {
  readonly catalog: string;
  readonly distribution: string;
  readonly run: number;
  readonly series: { readonly new: number; readonly changed: number; readonly unchanged: number };
  readonly values: Counts;
  readonly changes: readonly SeriesChange[];
  readonly changes_left_out: number;
};

/** Series of a step that are told at once; the others are there to be opened. */
const SHOWN = 5;

/** Whether a step told what a publication tells: a summary is whatever a program printed. */
function isPublished(summary: unknown): summary is Published {
  if (!isJsonObject(summary) || !isJsonObject(summary.series) || !isJsonObject(summary.values)) return false;
  const numbers = [...Object.values(summary.series), ...Object.values(summary.values), summary.run];
  return typeof summary.catalog === "string" && typeof summary.distribution === "string" &&
    numbers.every((number) => typeof number === "number") && Array.isArray(summary.changes) &&
    summary.changes.every((one) =>
      isJsonObject(one) && typeof one.id === "string" && Array.isArray(one.samples) &&
      one.samples.every((sample) => isJsonObject(sample) && typeof sample.period === "string")
    );
}

export function Changes(
  { visit, attempts }: { readonly visit: Visit; readonly attempts: readonly Attempt[] },
) {
  const { say } = visit;
  const told = attempts.filter(({ summary }) => summary !== null);
  if (told.length === 0) return null;
  return (
    <section aria-labelledby="changes">
      <h2 id="changes">{say("Qué cambió", "What changed")}</h2>
      {told.map(({ step_id, summary }) =>
        isPublished(summary)
          ? <PublishedChanges visit={visit} stepId={step_id} published={summary} />
          : (
            <details data-key={`summary-${step_id}`}>
              <summary>{`${say("Lo que dice el paso", "What the step tells:")} ${step_id}`}</summary>
              <pre class="log" tabindex={0}>{JSON.stringify(summary, null, 2)}</pre>
            </details>
          )
      )}
    </section>
  );
}

function PublishedChanges(
  { visit, stepId, published }: {
    readonly visit: Visit;
    readonly stepId: string;
    readonly published: Published;
  },
) {
  const { say } = visit;
  const { catalog, distribution, run, series, values, changes, changes_left_out } = published;
  const number = (value: number) => valueText(visit, value);
  return (
    <div data-key={`published-${stepId}`}>
      <h3>{`${stepId}: ${catalog} / ${distribution}`}</h3>
      <p>
        {say(
          `${number(series.new)} series nuevas, ${number(series.changed)} cambiadas, ${
            number(series.unchanged)
          } iguales. ` +
            `${number(values.new)} valores nuevos, ${number(values.changed)} cambiados, ${
              number(values.removed)
            } quitados. `,
          `${number(series.new)} new series, ${number(series.changed)} changed, ${
            number(series.unchanged)
          } the same. ` +
            `${number(values.new)} new values, ${number(values.changed)} changed, ${
              number(values.removed)
            } removed. `,
        )}
        <a href={runHref(run)}>
          {say("Su\u00a0cosecha", "Its\u00a0harvest")}
        </a>
      </p>
      {changes.length > 0 && <SeriesList visit={visit} changes={changes.slice(0, SHOWN)} />}
      {changes.length > SHOWN && (
        <details data-key={`more-${stepId}`}>
          <summary>
            {say(`Otras ${changes.length - SHOWN} series`, `Another ${changes.length - SHOWN} series`)}
          </summary>
          <SeriesList visit={visit} changes={changes.slice(SHOWN)} />
        </details>
      )}
      {changes_left_out > 0 && (
        <p class="quiet">
          {say(
            `Y ${changes_left_out} series más, que no se cuentan una por una.`,
            `And ${changes_left_out} more series, not told one by one.`,
          )}
        </p>
      )}
    </div>
  );
}

function valueText({ say, language }: Visit, value: number | null): string {
  return typeof value === "number"
    ? value.toLocaleString(LOCALES[language], { maximumFractionDigits: 6 })
    : say("sin valor", "none");
}

function SeriesList(
  { visit, changes }: { readonly visit: Visit; readonly changes: readonly SeriesChange[] },
) {
  const { say } = visit;
  const number = (value: number | null) => valueText(visit, value);
  return (
    <List
      visit={visit}
      caption={say("Series que cambiaron", "Series that changed")}
      rows={changes}
      empty=""
      columns={[
        {
          title: say("Serie", "Series"),
          cell: ({ id }) => <a href={`/serie/${encodeURIComponent(id)}`}>{id}</a>,
        },
        { title: say("Nuevos", "New"), kind: "number", cell: (one) => number(one.new) },
        { title: say("Cambiados", "Changed"), kind: "number", cell: ({ changed }) => number(changed) },
        { title: say("Quitados", "Removed"), kind: "number", cell: ({ removed }) => number(removed) },
        {
          title: say("Antes → después", "Before → after"),
          cell: ({ samples }) => (
            <ul class="samples">
              {samples.map(({ period, before, after }) => (
                <li>{`${period}: ${number(before)} → ${number(after)}`}</li>
              ))}
            </ul>
          ),
        },
      ]}
    />
  );
}
