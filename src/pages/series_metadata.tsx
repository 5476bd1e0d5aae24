/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// What is known of a series: how late it is, and what its publisher declares of it and of the levels above. What
// publishers declare may be anything: only text and numbers are shown, only web addresses are links.

import type { Child } from "hono/jsx";
import type { Freshness } from "../core/enriched.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { LOCALES } from "../core/language.ts";
import { periodAt } from "../core/observations.ts";
import { dayText, frequencyText, periodText } from "../core/period_text.ts";
import type { SeriesTimes } from "../core/render_series.ts";
import type { Facet } from "../core/search.ts";
import type { SeriesContext, SeriesRecord } from "../core/snapshot.ts";
import { dayOfIso } from "../core/time.ts";
import { SERIES } from "./explorer_text.ts";
import type { PageProps } from "./layout.tsx";
import { momentText } from "./moment_text.ts";
import { facetHref } from "./search_address.ts";
import { type Language, sayIn } from "./text.ts";

/** Text of a declared value; undefined where it is none, or blank. */
export function declaredText(value: Json | undefined): string | undefined {
  const text = typeof value === "number" ? String(value) : typeof value === "string" ? value.trim() : "";
  return text === "" ? undefined : text;
}

type Row = readonly [label: string, value: Child | undefined];

export function SeriesMetadata(
  { language, record, context: { catalog, dataset, distribution }, fresh, times }:
    & Pick<PageProps, "language">
    & {
      readonly record: SeriesRecord;
      readonly context: SeriesContext;
      readonly fresh: Freshness | undefined;
      readonly times: SeriesTimes;
    },
) {
  const say = sayIn(language);
  const { field, observations, catalogId } = record;
  const { frequency, workdays } = observations;
  const of = (facet: Facet, value: string | undefined) =>
    value === undefined ? undefined : <a href={facetHref(language, facet, value)}>{value}</a>;
  const days = new Intl.NumberFormat(LOCALES[language]);

  const freshness: Row[] = [
    [
      say(SERIES.state),
      fresh && (
        <>
          <strong>{say(fresh.isUpdated ? SERIES.updated : SERIES.late)}</strong>
          {fresh.daysWithoutData > 0 && ` (${days.format(fresh.daysWithoutData)} ${say(SERIES.days)})`}
        </>
      ),
    ],
    [say(SERIES.expected), fresh && dayText(language, fresh.nextExpected)],
    [
      say(SERIES.changed),
      times.lastChange === undefined ? undefined : momentText(language, times.lastChange),
    ],
    [
      say(SERIES.harvested),
      times.lastHarvest === undefined ? undefined : momentText(language, times.lastHarvest),
    ],
  ];
  const series: Row[] = [
    [say(SERIES.id), <code>{record.id}</code>],
    [say(SERIES.title), declaredText(field.title)],
    [say(SERIES.description), declaredText(field.description)],
    [say(SERIES.units), of("units", declaredText(field.units))],
    [
      say(SERIES.frequency),
      frequencyText(language, frequency) + (workdays ? ` (${say(SERIES.workdays)})` : ""),
    ],
    [
      say(SERIES.range),
      [observations.start, periodAt(observations, observations.values.length - 1)]
        .map((period) => periodText(language, frequency, period)).join(" – "),
    ],
  ];
  const distributions: Row[] = [
    [say(SERIES.title), declaredText(distribution.title)],
    [say(SERIES.description), declaredText(distribution.description)],
    [say(SERIES.id), code(record.distributionId)],
    [say(SERIES.file), address(distribution.downloadURL)],
    [say(SERIES.issued), date(distribution.issued, language)],
    [say(SERIES.modified), date(distribution.modified, language)],
  ];
  const datasets: Row[] = [
    [say(SERIES.title), declaredText(dataset.title)],
    [say(SERIES.description), declaredText(dataset.description)],
    [say(SERIES.source), of("dataset_source", declaredText(dataset.source))],
    [say(SERIES.publisher), of("dataset_publisher_name", publisherOf(dataset.publisher))],
    [say(SERIES.theme), of("dataset_theme", themeOf(dataset.theme))],
    [say(SERIES.id), code(record.datasetId)],
    [say(SERIES.landingPage), address(dataset.landingPage)],
    [say(SERIES.licence), declaredText(dataset.license)],
    [say(SERIES.issued), date(dataset.issued, language)],
    [say(SERIES.modified), date(dataset.modified, language)],
  ];
  const catalogs: Row[] = [
    [
      say(SERIES.title),
      catalogId && (
        <a href={facetHref(language, "catalog_id", catalogId)}>{declaredText(catalog.title) ?? catalogId}</a>
      ),
    ],
    [say(SERIES.description), declaredText(catalog.description)],
    [say(SERIES.id), code(catalogId)],
    [say(SERIES.publisher), publisherOf(catalog.publisher)],
    [say(SERIES.landingPage), address(catalog.homepage)],
    [say(SERIES.licence), declaredText(catalog.license)],
  ];

  return (
    <section class="metadata" aria-labelledby="metadata">
      <h2 id="metadata">{say(SERIES.metadata)}</h2>
      {([
        [SERIES.freshness, freshness],
        [SERIES.series, series],
        [SERIES.distribution, distributions],
        [SERIES.dataset, datasets],
        [SERIES.catalog, catalogs],
      ] as const).map(([title, rows]) => {
        const told = rows.filter(([, value]) => value !== undefined && value !== null && value !== "");
        return told.length > 0 && (
          <>
            <h3>{say(title)}</h3>
            <dl>
              {told.map(([label, value]) => (
                <div>
                  <dt>{label}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
          </>
        );
      })}
    </section>
  );
}

function code(id: string | null) {
  return id === null || id === "" ? undefined : <code>{id}</code>;
}

function publisherOf(publisher: Json | undefined): string | undefined {
  return isJsonObject(publisher) ? declaredText(publisher.name) : undefined;
}

/** Label of the first theme, which the search counts by; ids stand alone where no taxonomy is known. */
function themeOf(theme: Json | undefined): string | undefined {
  const first = Array.isArray(theme) ? theme[0] : undefined;
  return isJsonObject(first) ? declaredText(first.label) : undefined;
}

/** A link to a web address, elsewhere; anything else is text. */
function address(value: Json | undefined) {
  const text = declaredText(value);
  if (text === undefined || !/^https?:\/\//i.test(text) || !URL.canParse(text)) return text;
  return <a href={text} rel="external noreferrer">{text}</a>;
}

function date(value: Json | undefined, language: Language): string | undefined {
  const text = declaredText(value);
  const day = /^\d{4}-\d{2}-\d{2}/.test(text ?? "") ? dayOfIso(text!.slice(0, 10)) : undefined;
  return day === undefined ? text : dayText(language, day);
}
