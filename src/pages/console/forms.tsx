/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// Forms of the console: fields with their labels, hints and faults, and buttons that do one thing.

import type { Child } from "hono/jsx";
import { faultsOf, type Field, type Fieldset, type Values } from "./fields.ts";
import type { FieldFault, Visit } from "./visit.ts";

/** What a form that was refused is shown with. */
export type Refusal = { readonly detail: string; readonly faults: readonly FieldFault[] };

const idOf = (name: string) => `f-${name}`;

/** Proves that the form is of this session. */
export function Token({ visit }: { visit: Pick<Visit, "who"> }) {
  return visit.who.csrf === null ? null : <input type="hidden" name="csrf" value={visit.who.csrf} />;
}

type FormProps = {
  readonly visit: Visit;
  /** Address it is sent to. */
  readonly action: string;
  readonly sets: readonly Fieldset[];
  readonly values: Values;
  readonly submit: string;
  readonly cancel?: string | undefined;
  readonly refused?: Refusal | undefined;
};

export function Form({ visit, action, sets, values, submit, cancel, refused }: FormProps) {
  const { say } = visit;
  return (
    <form class="form" method="post" action={action}>
      <Token visit={visit} />
      {refused && <FaultSummary sets={sets} refused={refused} say={say} />}
      {sets.map(({ legend, hint, kind, fields }) => {
        const inputs = <Inputs fields={fields} values={values} refused={refused} say={say} />;
        if (legend === undefined) return inputs;
        return (
          <fieldset>
            <legend>{legend}</legend>
            {hint !== undefined && <p class="quiet">{hint}</p>}
            {kind === undefined ? inputs : <div class={kind}>{inputs}</div>}
          </fieldset>
        );
      })}
      <p class="send">
        <button type="submit">{submit}</button>
        {cancel !== undefined && <a href={cancel}>{say("Cancelar", "Cancel")}</a>}
      </p>
    </form>
  );
}

/** What a form would hold, for who may not send it. */
export function FieldFacts(
  { sets, values, say }: {
    readonly sets: readonly Fieldset[];
    readonly values: Values;
    readonly say: Visit["say"];
  },
) {
  const shown = ({ name, kind, options = [] }: Field): string => {
    const value = values[name] ?? "";
    if (kind === "flag") return value === true ? say("sí", "yes") : "no";
    const words = (one: string) => options.find(([option]) => option === one)?.[1] ?? one;
    return Array.isArray(value) ? value.map(words).join(", ") : words(String(value));
  };
  return (
    <>
      {sets.map(({ legend, fields }) => (
        <section>
          {legend !== undefined && <h2>{legend}</h2>}
          <Facts
            rows={fields.filter(({ kind }) => kind !== "kept" && kind !== "password")
              .map((field) => [field.label, <span class="kept">{shown(field)}</span>] as const)}
          />
        </section>
      ))}
    </>
  );
}

/** Names with their values, in two columns. */
export function Facts(
  { rows }: { readonly rows: readonly (readonly [name: string, value: Child] | false | undefined)[] },
) {
  return (
    <dl class="about">
      {rows.filter((row) => !!row).map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value === "" || value === null || value === undefined ? "–" : value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What is wrong in all, with links to the fields. */
export function FaultSummary(
  { sets, refused, say }: {
    readonly sets: readonly Fieldset[];
    readonly refused: Refusal;
    readonly say: Visit["say"];
  },
) {
  const fields = sets.flatMap(({ fields }) => fields);
  const placed = fields.flatMap((field) =>
    field.kind === "kept" ? [] : faultsOf(field, refused.faults).map(({ message }) => ({ field, message }))
  );
  const others = refused.faults.filter((fault) =>
    !fields.some((field) => field.kind !== "kept" && faultsOf(field, [fault]).length > 0)
  );
  return (
    <div class="notice wrong" role="alert">
      <p>
        <b>{placed.length > 0 ? say("No se guardó: revise", "Not saved: check") : refused.detail}</b>
      </p>
      {refused.faults.length > 0 && (
        <ul>
          {placed.map(({ field, message }) => (
            <li>
              <a href={`#${idOf(field.name)}`}>{field.label}</a>: {message}
            </li>
          ))}
          {others.map(({ path, message }) => <li>{path === "" ? message : `${path}: ${message}`}</li>)}
        </ul>
      )}
    </div>
  );
}

/** The sentence of a fault; of a list it names the line. */
function faultText({ name, kind }: Field, { path, message }: FieldFault, say: Visit["say"]): string {
  const line = kind === "lines" ? /^\d+/.exec(path.slice(name.length + 1))?.[0] : undefined;
  return line === undefined ? message : `${say("línea", "line")} ${Number(line) + 1}: ${message}`;
}

export function Inputs(
  { fields, values, refused, say }: {
    readonly fields: readonly Field[];
    readonly values: Values;
    readonly refused?: Refusal | undefined;
    readonly say: Visit["say"];
  },
) {
  const firstWrong = fields.find((field) => faultsOf(field, refused?.faults ?? []).length > 0);
  return (
    <>
      {fields.map((field) => (
        <Input
          field={field}
          value={values[field.name] ?? ""}
          faults={faultsOf(field, refused?.faults ?? [])}
          isFirstWrong={field === firstWrong}
          say={say}
        />
      ))}
    </>
  );
}

function Input(
  { field, value, faults, isFirstWrong, say }: {
    readonly field: Field;
    readonly value: Values[string];
    readonly faults: readonly FieldFault[];
    readonly isFirstWrong: boolean;
    readonly say: Visit["say"];
  },
) {
  const {
    name,
    label,
    hint,
    kind = "text",
    options = [],
    required = false,
    autocomplete,
    step,
    suggestions,
  } = field;
  const id = idOf(name);
  const told = [...(hint === undefined ? [] : [`${id}-hint`]), ...(faults.length > 0 ? [`${id}-fault`] : [])];
  const shared = {
    id,
    name,
    required,
    autofocus: isFirstWrong,
    ...(faults.length > 0 && { "aria-invalid": "true" as const }),
    ...(told.length > 0 && { "aria-describedby": told.join(" ") }),
    ...(autocomplete !== undefined && { autocomplete }),
  };
  const text = typeof value === "string" ? value : "";
  const hints = hint !== undefined && <span class="hint" id={`${id}-hint`}>{hint}</span>;
  const wrong = faults.length > 0 && (
    <span class="fault" id={`${id}-fault`}>
      {faults.map((fault) => faultText(field, fault, say)).join("; ")}
    </span>
  );
  if (kind === "kept") return <input type="hidden" name={name} value={text} />;
  if (kind === "flag") {
    return (
      <div class="field flag">
        <input {...shared} type="checkbox" value="true" checked={value === true} />
        <label for={id}>{label}</label>
        {hints}
        {wrong}
      </div>
    );
  }
  if (kind === "choices") {
    const chosen = Array.isArray(value) ? value : [];
    return (
      <fieldset class="field choices" id={id} aria-describedby={shared["aria-describedby"]}>
        <legend>{label}</legend>
        {hints}
        {wrong}
        <div>
          {options.map(([option, text], i) => (
            <span>
              <input
                type="checkbox"
                id={`${id}-${i}`}
                name={name}
                value={option}
                checked={chosen.includes(option)}
              />
              <label for={`${id}-${i}`}>{text}</label>
            </span>
          ))}
        </div>
      </fieldset>
    );
  }
  return (
    <div class="field">
      <label for={id}>
        {label}
        {!required && kind !== "select" && <span class="optional">{say("opcional", "optional")}</span>}
      </label>
      {hints}
      {wrong}
      {kind === "select"
        ? (
          <select {...shared}>
            {options.map(([option, text]) => (
              <option value={option} selected={option === value}>{text}</option>
            ))}
          </select>
        )
        : kind === "area" || kind === "lines"
        ? <textarea {...shared} rows={kind === "area" ? 4 : 6} spellcheck={kind === "area"}>{text}</textarea>
        : (
          <input
            {...shared}
            type={kind === "words" ? "text" : kind}
            value={text}
            {...(kind === "number" && { step: step ?? "any", inputmode: "decimal" as const })}
            {...(suggestions && { list: `${id}-list` })}
          />
        )}
      {suggestions && (
        <datalist id={`${id}-list`}>{suggestions.map((one) => <option value={one} />)}</datalist>
      )}
    </div>
  );
}

/** A button that does one thing, by itself or with `kept` values. */
export function Button(
  { visit, action, kept = {}, kind, disabled = false, children }: {
    readonly visit: Visit;
    readonly action: string;
    readonly kept?: Readonly<Record<string, string>>;
    /** `plain` beside a more important one, `grave` for what cannot be undone. */
    readonly kind?: "plain" | "grave";
    readonly disabled?: boolean;
    readonly children?: Child;
  },
) {
  return (
    <form class="one" method="post" action={action}>
      <Token visit={visit} />
      {Object.entries(kept).map(([name, value]) => <input type="hidden" name={name} value={value} />)}
      <button type="submit" class={kind} disabled={disabled}>{children}</button>
    </form>
  );
}

/** Does what its page asked about; `children` go with it. */
export function ConfirmForm(
  { visit, action, submit, back, children }: {
    readonly visit: Visit;
    readonly action: string;
    readonly submit: string;
    /** Where who does not want it goes. */
    readonly back: string;
    readonly children?: Child;
  },
) {
  return (
    <form class="form" method="post" action={action}>
      <Token visit={visit} />
      {children}
      <p class="send">
        <button type="submit" class="grave">{submit}</button>
        <a href={back}>{visit.say("No, volver", "No, go back")}</a>
      </p>
    </form>
  );
}

/** A link that looks like a button: to a page where something is begun. */
export function LinkButton(
  { href, kind, children }: {
    readonly href: string;
    readonly kind?: "plain" | "grave";
    readonly children?: Child;
  },
) {
  return <a class={kind === undefined ? "button" : `button ${kind}`} href={href}>{children}</a>;
}
