/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// The reference page: parameters, errors and differences from the tables it is given, rules from docs_text.ts.

import type { Child } from "hono/jsx";
import { type Aggregation, AGGREGATIONS } from "../core/collapse.ts";
import { type Mode, MODES } from "../core/transform.ts";
import {
  AGGREGATION_MEANINGS,
  CACHING_RULES,
  CSV_RULES,
  DATE_FORMS,
  DATES_RULES,
  DOCS,
  ERRORS_RULES,
  GRAMMAR,
  IDS_EXAMPLES,
  IDS_RULES,
  JSON_KEYS,
  MODE_FORMULAS,
  MODES_NOTE,
  PAGING_NOTE,
  XLSX_RULES,
} from "./docs_text.ts";
import { Downloads } from "./docs_downloads.tsx";
import { FRESHNESS_FIELDS, FRESHNESS_KEYS } from "./docs_freshness_text.ts";
import { VALIDATE_CHECKS, VALIDATE_REQUEST, VALIDATE_RULES } from "./docs_validate_text.ts";
import { SEARCH_KEYS, SEARCH_RULES, SEARCH_TEXT } from "./docs_search_text.ts";
import { PRICES_RULES, PRICES_TEXT } from "./docs_prices_text.ts";
import { Layout, type PageProps, Prose, Table } from "./layout.tsx";
import { type Bilingual, type Say, sayIn } from "./text.ts";

/** A parameter as the reference shows it. */
type ReferenceParam = {
  readonly name: string;
  readonly description: Bilingual;
  readonly required?: boolean;
  readonly schema: {
    readonly type: string;
    readonly enum?: readonly string[];
    readonly minimum?: number;
    readonly maximum?: number;
    readonly default?: string | number;
  };
  readonly example?: string;
};

type ReferenceError = {
  readonly stage: string;
  readonly when: Bilingual;
  readonly text: string;
  readonly bare?: boolean;
};

type DocsProps = PageProps & {
  readonly params: readonly ReferenceParam[];
  readonly errors: readonly ReferenceError[];
  readonly search: {
    readonly params: readonly ReferenceParam[];
    readonly errors: readonly ReferenceError[];
    /** Filter by the name of its list. */
    readonly lists: Readonly<Record<string, string>>;
  };
  readonly prices: {
    readonly params: readonly ReferenceParam[];
    readonly routes: readonly {
      readonly path: string;
      readonly summary: Bilingual;
      readonly params: readonly string[];
    }[];
  };
  readonly differences: readonly {
    readonly name: string;
    readonly outcome: Bilingual;
    readonly before: Bilingual;
    readonly now: Bilingual;
  }[];
  readonly cacheControl: string;
  /** A series that exists, for the examples; percent-encoded where it is part of an address. */
  readonly exampleId: string;
};

const SECTIONS = [
  "params",
  "ids",
  "dates",
  "json",
  "csv",
  "xlsx",
  "search",
  "freshness",
  "dumps",
  "validate",
  "prices",
  "errors",
  "caching",
  "differences",
] as const;

export function Docs(props: DocsProps) {
  const { language, params, errors, search, prices, differences, cacheControl, exampleId } = props;
  const say = sayIn(language);
  const columns = (...names: (keyof typeof DOCS)[]) => names.map((name) => say(DOCS[name]));
  const prose = (text: Bilingual) => <Prose text={say(text)} />;
  const rules = (texts: readonly Bilingual[]) => <ul>{texts.map((text) => <li>{prose(text)}</li>)}</ul>;

  const sections: Record<(typeof SECTIONS)[number], Child> = {
    params: <ParamTable caption={say(DOCS.paramsCaption)} params={params} say={say} />,
    ids: (
      <>
        <pre tabindex={0} role="group" aria-label={say(DOCS.ids)}><code>{say(GRAMMAR)}</code></pre>
        {rules(IDS_RULES)}
        <Table
          class="examples"
          caption={say(DOCS.idsExamples)}
          columns={columns("request", "answer")}
          rows={IDS_EXAMPLES.map(({ ids, answer }) => [
            <a
              href={`/series/api/series/?ids=${
                ids.replaceAll("@", () => encodeURIComponent(exampleId))
              }&last=5`}
            >
              <code>{`ids=${ids.replaceAll("@", () => exampleId)}`}</code>
            </a>,
            prose(answer),
          ])}
        />
        <Table
          caption={say(DOCS.modesCaption)}
          columns={columns("mode", "formula", "titleSuffix", "descriptionSuffix")}
          rows={(Object.keys(MODES) as Mode[]).map((mode) => [
            <code>{mode}</code>,
            say(MODE_FORMULAS[mode]),
            <Suffix text={MODES[mode].title} />,
            <Suffix text={MODES[mode].description} />,
          ])}
        />
        <p>{prose(MODES_NOTE)}</p>
        <Table
          caption={say(DOCS.aggregationsCaption)}
          columns={columns("aggregation", "description")}
          rows={AGGREGATIONS.map((name: Aggregation) => [
            <code>{name}</code>,
            say(AGGREGATION_MEANINGS[name]),
          ])}
        />
      </>
    ),
    dates: (
      <>
        <Table
          caption={say(DOCS.datesCaption)}
          columns={columns("form", "asStart", "asEnd")}
          rows={DATE_FORMS.map(({ form, start, end }) => [
            <code>{say(form)}</code>,
            <Reading of={start} />,
            <Reading of={end} />,
          ])}
        />
        {rules(DATES_RULES)}
      </>
    ),
    json: (
      <>
        <Table
          caption={say(DOCS.jsonCaption)}
          columns={columns("key", "description")}
          rows={JSON_KEYS.map(({ key, meaning }) => [<code>{key}</code>, prose(meaning)])}
        />
        <p>{prose(PAGING_NOTE)}</p>
      </>
    ),
    csv: rules(CSV_RULES),
    xlsx: rules(XLSX_RULES),
    search: (
      <>
        <p>{prose(SEARCH_TEXT.lead)}</p>
        <ParamTable caption={say(SEARCH_TEXT.paramsCaption)} params={search.params} say={say} />
        {rules(SEARCH_RULES)}
        <Table
          caption={say(SEARCH_TEXT.keysCaption)}
          columns={columns("key", "description")}
          rows={SEARCH_KEYS.map(({ key, meaning }) => [<code>{key}</code>, prose(meaning)])}
        />
        <Table
          caption={say(SEARCH_TEXT.listsCaption)}
          columns={[say(SEARCH_TEXT.list), say(SEARCH_TEXT.listOf)]}
          rows={Object.entries(search.lists).map(([name, facet]) => [
            <a href={`/series/api/search/${name}/`}>
              <code>{`/series/api/search/${name}/`}</code>
            </a>,
            <code>{facet}</code>,
          ])}
        />
        <ErrorTable caption={say(SEARCH_TEXT.errorsCaption)} errors={search.errors} say={say} />
      </>
    ),
    freshness: (
      <>
        <p>{prose(DOCS.freshnessLead)}</p>
        {[
          { caption: DOCS.freshnessFieldsCaption, keys: FRESHNESS_FIELDS },
          { caption: DOCS.freshnessCaption, keys: FRESHNESS_KEYS },
        ].map(({ caption, keys }) => (
          <Table
            caption={say(caption)}
            columns={columns("key", "description")}
            rows={keys.map(({ key, meaning }) => [<code>{key}</code>, prose(meaning)])}
          />
        ))}
      </>
    ),
    dumps: <Downloads say={say} />,
    validate: (
      <>
        <p>{prose(DOCS.validateLead)}</p>
        <pre tabindex={0} role="group" aria-label={say(DOCS.request)}><code>{VALIDATE_REQUEST}</code></pre>
        {rules(VALIDATE_RULES)}
        <Table
          caption={say(DOCS.validateCaption)}
          columns={columns("check", "errorText")}
          rows={VALIDATE_CHECKS.map(({ check, text }) => [prose(check), <code>{text}</code>])}
        />
      </>
    ),
    prices: (
      <>
        <p>{prose(PRICES_TEXT.lead)}</p>
        <Table
          caption={say(PRICES_TEXT.routesCaption)}
          columns={[say(PRICES_TEXT.route), say(DOCS.description), say(PRICES_TEXT.params)]}
          rows={prices.routes.map(({ path, summary, params }) => [
            <code>{path}</code>,
            prose(summary),
            <>
              {params.map((name, i) => (
                <>
                  {i > 0 && ", "}
                  <code>{name}</code>
                </>
              ))}
            </>,
          ])}
        />
        <ParamTable caption={say(PRICES_TEXT.paramsCaption)} params={prices.params} say={say} />
        {rules(PRICES_RULES)}
      </>
    ),
    errors: (
      <>
        <p>{prose(DOCS.errorsLead)}</p>
        <ErrorTable caption={say(DOCS.errorsCaption)} errors={errors} say={say} />
        {rules(ERRORS_RULES)}
      </>
    ),
    caching: (
      <>
        {rules(CACHING_RULES)}
        <pre
          tabindex={0}
          role="group"
          aria-label="Cache-Control"
        ><code>{`Cache-Control: ${cacheControl}`}</code></pre>
      </>
    ),
    differences: (
      <>
        <p>{say(DOCS.differencesLead)}</p>
        <Table
          caption={say(DOCS.differencesCaption)}
          columns={columns("name", "before", "now")}
          rows={differences.map(({ name, outcome, before, now }) => [
            <code>{name}</code>,
            prose(before),
            <>
              <strong>{say(outcome)}.</strong> {prose(now)}
            </>,
          ])}
        />
      </>
    ),
  };

  return (
    <Layout {...props} path="/docs" title={say(DOCS.title)} description={say(DOCS.lead).replaceAll("`", "")}>
      <h1>{say(DOCS.title)}</h1>
      <p class="lead">{prose(DOCS.lead)}</p>
      <p>{prose(DOCS.aliases)}</p>
      <p>
        <a href="/openapi.json">{say(DOCS.openapi)}</a>
      </p>
      <nav class="contents" aria-label={say(DOCS.contents)}>
        <ol>
          {SECTIONS.map((id) => (
            <li>
              <a href={`#${id}`}>{say(DOCS[id])}</a>
            </li>
          ))}
        </ol>
      </nav>
      {SECTIONS.map((id) => (
        <section aria-labelledby={id}>
          <h2 id={id}>{say(DOCS[id])}</h2>
          {sections[id]}
        </section>
      ))}
    </Layout>
  );
}

/** Props of a table that a section shows of what it is given. */
type Shown<K extends string, T> = Record<K, readonly T[]> & { readonly caption: string; readonly say: Say };

function ParamTable({ caption, params, say }: Shown<"params", ReferenceParam>) {
  return (
    <Table
      caption={caption}
      columns={[DOCS.name, DOCS.description, DOCS.allowed, DOCS.fallback].map(say)}
      rows={params.map((param) => [
        <code>{param.name}</code>,
        <Prose text={say(param.description)} />,
        <Allowed param={param} say={say} />,
        <Fallback param={param} say={say} />,
      ])}
    />
  );
}

function ErrorTable({ caption, errors, say }: Shown<"errors", ReferenceError>) {
  return (
    <Table
      caption={caption}
      columns={[DOCS.stage, DOCS.when, DOCS.errorText].map(say)}
      rows={errors.map(({ stage, when, text, bare }) => [
        <code>{stage}</code>,
        <Prose text={say(when)} />,
        <>
          <code>{text}</code>
          {bare && " ▪"}
        </>,
      ])}
    />
  );
}

function Allowed({ param: { schema, example }, say }: { param: ReferenceParam; say: Say }) {
  if (schema.enum) {
    return (
      <ul class="words">
        {schema.enum.map((word) => (
          <li>
            <code>{word}</code>
          </li>
        ))}
      </ul>
    );
  }
  if (schema.type === "integer") {
    return <>{`${say(DOCS.integer)} ${schema.minimum} ${say(DOCS.upTo)} ${schema.maximum}`}</>;
  }
  return (
    <>
      {say(DOCS.text)}
      {example !== undefined && (
        <>
          , {say(DOCS.forExample)} <code>{example}</code>
        </>
      )}
    </>
  );
}

function Fallback({ param: { required, schema }, say }: { param: ReferenceParam; say: Say }) {
  if (required) return <strong>{say(DOCS.required)}</strong>;
  return schema.default === undefined ? <>{say(DOCS.none)}</> : <code>{String(schema.default)}</code>;
}

function Suffix({ text }: { text: string }) {
  return text === "" ? <>—</> : <code>{text}</code>;
}

/** What is written, and the day it means. */
function Reading({ of: [written, day] }: { of: readonly [string, string] }) {
  return (
    <>
      <code>{written}</code> → {day}
    </>
  );
}
