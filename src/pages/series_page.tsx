/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// The page of a series: what of it to show, its chart, its values, downloads, the request that answers the same,
// and its metadata. The chart is an SVG; the script, where there is one, puts a livelier one in its place.

import { timeMarks } from "../core/chart_scale.ts";
import type { Freshness } from "../core/enriched.ts";
import { type Frequency, periodOf } from "../core/frequency.ts";
import { LOCALES } from "../core/language.ts";
import { periodAt } from "../core/observations.ts";
import { frequencyText, markText, periodText, sentence, shortPeriodText } from "../core/period_text.ts";
import type { SeriesTimes } from "../core/render_series.ts";
import type { SeriesContext, SeriesRecord } from "../core/snapshot.ts";
import { isPercentMode, type Mode, MODES } from "../core/transform.ts";
import { type ValueForm, valueWriter } from "../core/value_text.ts";
import { AGGREGATION_NAMES, FAULTS, MODE_NAMES, SEARCH, SERIES } from "./explorer_text.ts";
import { Layout, type PageProps } from "./layout.tsx";
import { LineChart, type TimeMark } from "./line_chart.tsx";
import type { Point } from "./line_path.ts";
import { SearchBox } from "./search_box.tsx";
import {
  type ControlFault,
  controlParams,
  type SeriesControls,
  seriesPageHref,
  type WrittenDates,
} from "./series_address.ts";
import { Downloads, type RequestHref } from "./series_downloads.tsx";
import { SeriesForm } from "./series_form.tsx";
import { declaredText, SeriesMetadata } from "./series_metadata.tsx";
import { SeriesValues } from "./series_values.tsx";
import { type Language, sayIn } from "./text.ts";

const TIME_MARKS = 6;

export type SeriesPageProps = PageProps & {
  /** Scheme and host that the reader came to. */
  readonly origin: string;
  readonly record: SeriesRecord;
  readonly context: SeriesContext;
  readonly fresh: Freshness | undefined;
  readonly times: SeriesTimes;
  readonly controls: SeriesControls;
  readonly written: WrittenDates;
  readonly faults: readonly ControlFault[];
  /** Frequencies that the series can be brought to, its own first. */
  readonly offered: readonly Frequency[];
  /** Values for what was chosen, ascending; not those of days that a series of working days never has. */
  readonly points: readonly Point[];
  /** Rows that the API answers for what was chosen. */
  readonly rows: number;
  /** Whether the table shows all of them. */
  readonly all: boolean;
  /** Undefined where the API cannot name the series. */
  readonly requestHref: RequestHref | undefined;
};

export function SeriesPage(props: SeriesPageProps) {
  const { language, record, context, controls, faults, points, requestHref } = props;
  const say = sayIn(language);
  const native = record.observations.frequency;
  const frequency = controls.collapse ?? native;
  const name = nameOf(record);
  const form = valueForm(record, controls);
  const units = unitsText(record, controls.mode, language);
  const known = points.filter(({ value }) => !Number.isNaN(value));

  return (
    <Layout
      {...props}
      path="/serie"
      addressIn={(to) => seriesPageHref(record.id, to, controls, props.all)}
      title={name}
      description={`${name}. ${declaredText(context.dataset.title) ?? ""}`}
    >
      <SearchBox language={language} />
      <h1 class="name">{name}</h1>
      <p class="origin">
        {[declaredText(context.dataset.title), declaredText(context.dataset.source)].filter(Boolean).join(
          " · ",
        )}
      </p>
      <Facts {...props} />
      {faults.length > 0 && (
        <ul class="faults" id="faults" role="alert">
          {faults.map((fault) => <li>{say(FAULTS[fault])}</li>)}
        </ul>
      )}
      {known.length === 0
        ? (
          <p class="empty" role="status">
            {say(SERIES.empty)} {say(SERIES.emptyNext)}
          </p>
        )
        : (
          <>
            <section aria-labelledby="chart">
              <h2 id="chart" class="unseen">{say(SERIES.chart)}</h2>
              <figure
                class="chart"
                data-rows={requestHref?.([...controlParams(controls), ["metadata", "none"]])}
                data-count={props.rows}
                data-frequency={frequency}
                data-workdays={isOfWorkdays(record, frequency) ? "yes" : undefined}
                data-digits={form.digits}
                data-percent={form.percent ? "yes" : undefined}
                data-hint={say(SERIES.zoomHint)}
                data-zoom-out={say(SERIES.zoomOut)}
              >
                <figcaption>
                  {units}
                  <span class="quiet">{`, ${shownAs(controls, frequency, language)}`}</span>
                </figcaption>
                <div class="plot">
                  <LineChart
                    language={language}
                    points={points}
                    percent={form.percent}
                    times={timeLabels(language, frequency, points)}
                    title={`${say(SERIES.lineOf)}: ${name}`}
                    description={inWords({ language, frequency, known, units, form })}
                  />
                </div>
              </figure>
              <Figures language={language} frequency={frequency} points={points} known={known} form={form} />
            </section>
          </>
        )}
      <SeriesForm {...props} />
      {known.length > 0 && <Downloads {...props} percent={form.percent} />}
      <div class="below">
        {known.length > 0 && (
          <SeriesValues {...props} frequency={frequency} form={form} units={units} points={points} />
        )}
        <SeriesMetadata {...props} />
      </div>
    </Layout>
  );
}

function timeLabels(language: Language, frequency: Frequency, points: readonly Point[]): TimeMark[] {
  const { unit, days } = timeMarks(frequency, points[0]!.at, points.at(-1)!.at, TIME_MARKS);
  return days.map((day) => ({ at: day, text: markText(language, frequency, unit, day) }));
}

/** The series as it is published, in one line. */
function Facts({ language, record, fresh }: SeriesPageProps) {
  const say = sayIn(language);
  const { observations } = record;
  const { frequency, workdays } = observations;
  const ends = [observations.start, periodAt(observations, observations.values.length - 1)];
  const late = fresh?.daysWithoutData ?? 0;
  return (
    <ul class="facts">
      <li>{sentence(frequencyText(language, frequency)) + (workdays ? ` (${say(SERIES.workdays)})` : "")}</li>
      <li>{ends.map((period) => shortPeriodText(language, frequency, period)).join(" – ")}</li>
      {fresh && (
        <li>
          {fresh.isUpdated
            ? say(SERIES.updated)
            : `${say(SERIES.late)}: ${new Intl.NumberFormat(LOCALES[language]).format(late)} ${
              say(SERIES.days)
            }`}
        </li>
      )}
    </ul>
  );
}

/** What a series is called: its description, else its title, else its id. */
export function nameOf({ id, field }: SeriesRecord): string {
  return declaredText(field.description) ?? declaredText(field.title) ?? id;
}

/** Series of working days, as long as their days are shown: their weekends are no gaps. */
export function isOfWorkdays({ observations }: SeriesRecord, frequency: Frequency): boolean {
  return observations.workdays === true && frequency === "day";
}

function valueForm({ enriched }: SeriesRecord, { collapse, aggregation, mode }: SeriesControls): ValueForm {
  if (isPercentMode(mode)) return { digits: 2, percent: true };
  const published = Number(enriched.significant_figures ?? 2);
  // A mean has more decimals than what it is made of.
  return { digits: collapse && aggregation === "avg" ? Math.max(published, 2) : published, percent: false };
}

function unitsText({ field }: SeriesRecord, mode: Mode, language: Language): string {
  const units = declaredText(field.units) ?? "";
  if (mode === "value") return units;
  const change = language === "es" ? MODES[mode].units! : MODE_NAMES[mode][1];
  return isPercentMode(mode) || units === "" ? change : `${change} (${units})`;
}

/** Frequency and way of grouping, as an aside. */
function shownAs(
  { collapse, aggregation }: SeriesControls,
  frequency: Frequency,
  language: Language,
): string {
  const text = frequencyText(language, frequency);
  return collapse ? `${text} (${sayIn(language)(AGGREGATION_NAMES[aggregation])})` : text;
}

/** The chart for who cannot see it. */
function inWords(
  { language, frequency, known, units, form }: {
    readonly language: Language;
    readonly frequency: Frequency;
    readonly known: readonly Point[];
    readonly units: string;
    readonly form: ValueForm;
  },
): string {
  const say = sayIn(language);
  const write = valueWriter(language, form);
  const when = ({ at }: Point) => periodText(language, frequency, periodOf(frequency, at, at));
  const told = (label: string, point: Point) => `${label}: ${write(point.value)} (${when(point)})`;
  return [
    [units, frequencyText(language, frequency), `${when(known[0]!)} – ${when(known.at(-1)!)}`].filter(Boolean)
      .join(", "),
    told(say(SERIES.lowest), lowestOf(known)),
    told(say(SERIES.highest), highestOf(known)),
    told(say(SERIES.last), known.at(-1)!),
  ].join(". ");
}

const lowestOf = (known: readonly Point[]) => known.reduce((a, b) => b.value < a.value ? b : a);
const highestOf = (known: readonly Point[]) => known.reduce((a, b) => b.value > a.value ? b : a);

function Figures(
  { language, frequency, points, known, form }: {
    readonly language: Language;
    readonly frequency: Frequency;
    readonly points: readonly Point[];
    readonly known: readonly Point[];
    readonly form: ValueForm;
  },
) {
  const say = sayIn(language);
  const write = valueWriter(language, form);
  const count = new Intl.NumberFormat(LOCALES[language]);
  const figure = (label: string, { at, value }: Point) => (
    <div>
      <dt>
        {label} <span>{periodText(language, frequency, periodOf(frequency, at, at))}</span>
      </dt>
      <dd>{breakable(write(value))}</dd>
    </div>
  );
  const missing = points.length - known.length;
  return (
    <dl class="figures">
      {figure(say(SERIES.last), known.at(-1)!)}
      {figure(say(SERIES.highest), highestOf(known))}
      {figure(say(SERIES.lowest), lowestOf(known))}
      <div>
        <dt>
          {say(SERIES.count)}
          {missing > 0 && <span>{` ${count.format(missing)} ${say(SERIES.missing)}`}</span>}
        </dt>
        <dd>{count.format(known.length)}</dd>
      </div>
    </dl>
  );
}

/** A long number, which may go on in the next line after each of its groups. */
function breakable(number: string) {
  return number.split(/(?<=[.,])/).map((part, i) =>
    i === 0 ? part : (
      <>
        <wbr />
        {part}
      </>
    )
  );
}

/** Stands where a series was asked for that is not there. */
export function SeriesNotFound({ id, ...props }: PageProps & { readonly id: string }) {
  const say = sayIn(props.language);
  return (
    <Layout {...props} path="/serie" title={say(SERIES.notFound)} description={say(SEARCH.hint)}>
      <h1>{say(SERIES.notFound)}</h1>
      {id !== "" && (
        <p>
          {say(SERIES.asked)} <code>{id}</code>.
        </p>
      )}
      <p>{say(SERIES.notFoundNext)}</p>
      <SearchBox language={props.language} hint />
    </Layout>
  );
}
