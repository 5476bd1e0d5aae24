/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// The form of a series' page: what of the series to show. It asks for the page again, so it needs no script.

import { AGGREGATIONS } from "../core/collapse.ts";
import type { Frequency } from "../core/frequency.ts";
import { frequencyText } from "../core/period_text.ts";
import type { SeriesRecord } from "../core/snapshot.ts";
import { type Mode, MODES } from "../core/transform.ts";
import { AGGREGATION_NAMES, MODE_NAMES, SERIES } from "./explorer_text.ts";
import {
  type ControlFault,
  controlParams,
  type SeriesControls,
  seriesPageHref,
  type WrittenDates,
} from "./series_address.ts";
import { type Language, sayIn } from "./text.ts";

type SeriesFormProps = {
  readonly language: Language;
  readonly record: SeriesRecord;
  readonly controls: SeriesControls;
  readonly written: WrittenDates;
  readonly faults: readonly ControlFault[];
  /** Frequencies that the series can be brought to, its own first. */
  readonly offered: readonly Frequency[];
};

export function SeriesForm({ language, record, controls, written, offered, faults }: SeriesFormProps) {
  const say = sayIn(language);
  const [native] = offered;
  const plain = seriesPageHref(record.id, language);
  const isWrong = (name: ControlFault) =>
    faults.includes(name) || (faults.includes("range") && name.endsWith("_date"));
  return (
    <form class="controls" action={plain.split("?")[0]} method="get" aria-label={say(SERIES.controls)}>
      <Choice
        name="representation_mode"
        label={say(SERIES.mode)}
        chosen={controls.mode}
        options={Object.keys(MODES).map((mode) => [mode, say(MODE_NAMES[mode as Mode])])}
      />
      <Choice
        name="collapse"
        label={say(SERIES.frequency)}
        chosen={controls.collapse ?? ""}
        options={offered.map((one) =>
          one === native
            ? ["", `${frequencyText(language, one)} (${say(SERIES.asPublished)})`]
            : [one, frequencyText(language, one)]
        )}
      />
      {offered.length > 1 && (
        <Choice
          name="collapse_aggregation"
          label={say(SERIES.aggregation)}
          chosen={controls.aggregation}
          options={AGGREGATIONS.map((one) => [one, say(AGGREGATION_NAMES[one])])}
        />
      )}
      <DateField
        name="start_date"
        label={say(SERIES.from)}
        value={written.start}
        wrong={isWrong("start_date")}
      />
      <DateField name="end_date" label={say(SERIES.to)} value={written.end} wrong={isWrong("end_date")} />
      {language !== "es" && <input type="hidden" name="lang" value={language} />}
      <button type="submit">{say(SERIES.update)}</button>
      <p class="quiet" id="dates-hint">
        {say(SERIES.datesHint)}
        {controlParams(controls).length > 0 && (
          <>
            {". "}
            <a href={plain}>{say(SERIES.reset)}</a>
          </>
        )}
      </p>
    </form>
  );
}

function Choice(
  { name, label, chosen, options }: {
    readonly name: string;
    readonly label: string;
    readonly chosen: string;
    readonly options: readonly (readonly string[])[];
  },
) {
  return (
    <div>
      <label for={name}>{label}</label>
      <select id={name} name={name}>
        {options.map(([value, text]) => <option value={value} selected={value === chosen}>{text}</option>)}
      </select>
    </div>
  );
}

function DateField(
  { name, label, value, wrong }: {
    readonly name: string;
    readonly label: string;
    readonly value: string;
    readonly wrong: boolean;
  },
) {
  return (
    <div class="date">
      <label for={name}>{label}</label>
      <input
        type="text"
        id={name}
        name={name}
        value={value}
        maxlength={40}
        autocomplete="off"
        aria-describedby={wrong ? "faults dates-hint" : "dates-hint"}
        aria-invalid={wrong ? "true" : undefined}
      />
    </div>
  );
}
