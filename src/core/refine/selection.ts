// `engineConfig`: which rows an operation touches. Facets that select nothing do not filter; several must all hold.
// In record mode a record (a row whose first column is not blank, and those after it up to the next) is touched as
// a whole.

import type { Place } from "../grel/compiled.ts";
import { compileExpression, type Expression } from "../grel/expression.ts";
import { compilePattern } from "../grel/pattern.ts";
import { RegexFault } from "../grel/regex_sets.ts";
import { SyntaxFault } from "../grel/syntax.ts";
import { GrelDate, hasData, isArray, isError, isNumber, type Value, valueText } from "../grel/value.ts";
import type { Json } from "../json.ts";
import {
  type Emit,
  OperationFault,
  type Row,
  slotOf,
  type Stage,
  type Surroundings,
  tooManyRows,
} from "./operation.ts";
import type { Parameters } from "./parameters.ts";

type Facet = {
  readonly columnName: string;
  readonly expression: string;
  /** Undefined where nothing is selected. */
  readonly holds: ((value: Value) => boolean) | undefined;
  /** Over a record: all of its rows, instead of any. */
  readonly inverted: boolean;
};

export type Selection = { readonly recordMode: boolean; readonly facets: readonly Facet[] };

/** Reads `engineConfig`; without it every row is touched. */
export function readSelection(parameters: Parameters): Selection {
  const config = parameters.nested("engineConfig");
  if (config === undefined) return { recordMode: false, facets: [] };
  const mode = config.choice("mode", ["row-based", "record-based"], "row-based");
  return { recordMode: mode === "record-based", facets: config.objects("facets", false).map(readFacet) };
}

function readFacet(facet: Parameters): Facet {
  const type = facet.text("type", "list");
  const read = Object.hasOwn(FACETS, type) ? FACETS[type] : undefined;
  if (read === undefined) {
    throw new OperationFault(
      type === "scatterplot"
        ? 'La faceta "scatterplot" no se admite'
        : `No existe la faceta "${type}" (se admiten ${Object.keys(FACETS).join(", ")})`,
    );
  }
  return {
    columnName: facet.text("columnName", ""),
    expression: facet.text("expression", "value"),
    inverted: facet.flag("invert"),
    holds: read(facet),
  };
}

type FacetReader = (facet: Parameters) => ((value: Value) => boolean) | undefined;

const listFacet: FacetReader = (facet) => {
  const selected = facet.objects("selection", false).map((choice) => choice.nested("v")?.object.v ?? null);
  const [blank, error] = [facet.flag("selectBlank"), facet.flag("selectError")];
  if (selected.length === 0 && !blank && !error) return undefined;
  return (value) =>
    isError(value) ? error : hasData(value) ? selected.some((one) => isChoice(value, one)) : blank;
};

/** Dates are never a choice: OpenRefine writes them as texts and compares them as dates. */
const isChoice = (value: Value, choice: Json): boolean =>
  isNumber(value) ? typeof choice === "number" && Number(value) === choice : value === choice;

const textFacet: FacetReader = (facet) => {
  const query = facet.text("query", "");
  if (query === "") return undefined;
  const caseSensitive = facet.flag("caseSensitive");
  if (facet.choice("mode", ["text", "regex"], "text") === "text") {
    const wanted = caseSensitive ? query : query.toLowerCase();
    return (value) => {
      if (value === null) return false;
      const text = valueText(value);
      return (caseSensitive ? text : text.toLowerCase()).includes(wanted);
    };
  }
  try {
    const pattern = compilePattern(query, { ignoreCase: !caseSensitive });
    return (value) => value !== null && pattern.find(valueText(value), 0) !== undefined;
  } catch (error) {
    if (error instanceof RegexFault) {
      throw new OperationFault(`La expresión regular de la faceta ${error.message}`);
    }
    throw error;
  }
};

/** A number line or a time line: `from` to `to`, and what is to become of everything else. */
const rangeFacet = (
  [selectInside, selectOther]: readonly [string, string],
  includesEnd: boolean,
  positionOf: (value: Value) => number | undefined,
): FacetReader =>
(facet) => {
  const flags = [selectInside, selectOther, "selectBlank", "selectError"].map((key) => facet.flag(key, true));
  if (!facet.has("from") && !facet.has("to") && flags.every(Boolean)) return undefined;
  const [from, to] = [facet.number("from", 0), facet.number("to", 0)];
  const [inside, other, blank, error] = flags;
  return (value) => {
    if (isError(value)) return error!;
    if (!hasData(value)) return blank!;
    const position = positionOf(value);
    if (position === undefined) return other!;
    if (!Number.isFinite(position)) return error!;
    return inside! && position >= from && (includesEnd ? position <= to : position < to);
  };
};

const FACETS: Readonly<Record<string, FacetReader>> = {
  list: listFacet,
  text: textFacet,
  range: rangeFacet(
    ["selectNumeric", "selectNonNumeric"],
    false,
    (value) => isNumber(value) ? Number(value) : undefined,
  ),
  timerange: rangeFacet(
    ["selectTime", "selectNonTime"],
    true,
    (value) => value instanceof GrelDate ? value.at : undefined,
  ),
};

/** Compiles an expression of an operation over one column ("" for none); its fault tells the place. */
export function expressionAt(
  { layout, now, counts }: Surroundings,
  columnName: string,
  text: string,
  what = "expresión",
): Expression {
  try {
    return compileExpression(text, { ...layout, columnName, now, ...(counts && { counts }) });
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
    throw new OperationFault(`${error.message} (${what} ${JSON.stringify(shown)}, carácter ${error.at + 1})`);
  }
}

/** What is done to a row: whether it is touched, and whether it begins a record. Answers whether it stays. */
export type Visit = (row: Row, place: Place, touched: boolean, beginsRecord: boolean) => boolean;

/**
 * A stage that visits every row with what the facets say of it. `usesRecord` and record mode hold a record at a
 * time; everything else goes row by row.
 */
export function visiting(
  selection: Selection,
  around: Surroundings,
  usesRecord: boolean,
  makeVisit: () => Visit,
): (emit: Emit) => Stage {
  const facets = selection.facets.filter(({ holds }) => holds !== undefined).map((facet) => {
    const slot = facet.columnName === "" ? undefined : slotOf(around.layout, facet.columnName);
    const expression = expressionAt(around, facet.columnName, facet.expression, "expresión de la faceta");
    const { holds, inverted } = facet;
    const holdsFor = (value: Value) => isArray(value) ? value.some(holds!) : holds!(value);
    return {
      inverted,
      usesRecord: expression.usesRecord,
      test(place: Place, row: Row): boolean {
        place.value = slot === undefined ? null : row.cells[slot] ?? null;
        return holdsFor(expression.evaluate(place)) !== inverted;
      },
    };
  });
  const byRecord = selection.recordMode || usesRecord || facets.some((facet) => facet.usesRecord);
  return byRecord
    ? recordStage(
      around,
      (place, rows) => {
        if (!selection.recordMode) return undefined;
        const testAll = (facet: typeof facets[number]) => (row: Row, i: number) =>
          facet.test(placed(place, row, i, rows), row);
        return facets.every((facet) =>
          facet.inverted ? rows.every(testAll(facet)) : rows.some(testAll(facet))
        );
      },
      (place, row) => facets.every((facet) => facet.test(place, row)),
      makeVisit,
    )
    : (emit) => {
      const visit = makeVisit();
      const place = newPlace();
      let index = 0;
      return {
        push(row) {
          place.cells = row.cells;
          place.rowIndex = index++;
          place.starred = row.starred;
          place.flagged = row.flagged;
          let touched = true;
          for (const facet of facets) if (!(touched &&= facet.test(place, row))) break;
          if (visit(row, place, touched, false)) emit(row);
        },
      };
    };
}

export const newPlace = (): Place => ({
  value: null,
  cells: [],
  rowIndex: 0,
  starred: false,
  flagged: false,
  record: undefined,
});

function placed(place: Place, row: Row, offset: number, rows: readonly Row[]): Place {
  place.record ??= { index: 0, fromRowIndex: place.rowIndex, rows: rows.map(({ cells }) => cells) };
  place.cells = row.cells;
  place.rowIndex = place.record.fromRowIndex + offset;
  place.starred = row.starred;
  place.flagged = row.flagged;
  return place;
}

function recordStage(
  { layout, maxRows }: Surroundings,
  testRecord: (place: Place, rows: readonly Row[]) => boolean | undefined,
  testRow: (place: Place, row: Row) => boolean,
  makeVisit: () => Visit,
): (emit: Emit) => Stage {
  const keySlot = layout.columns.values().next().value ?? 0;
  return (emit) => {
    const visit = makeVisit();
    const place = newPlace();
    let rows: Row[] = [];
    let recordIndex = 0;
    let keyed = false;
    let fromRowIndex = 0;
    const flush = () => {
      if (rows.length === 0) return;
      place.record = { index: recordIndex++, fromRowIndex, rows: rows.map(({ cells }) => [...cells]) };
      const touched = testRecord(place, rows);
      const held = rows;
      rows = [];
      held.forEach((row, i) => {
        placed(place, row, i, held);
        if (visit(row, place, touched ?? testRow(place, row), i === 0)) emit(row);
      });
      fromRowIndex += held.length;
    };
    return {
      push(row) {
        // Rows before the first key are records of their own.
        const begins = hasData(row.cells[keySlot] ?? null);
        if (begins || !keyed) flush();
        keyed ||= begins;
        if (rows.length >= maxRows) throw tooManyRows(maxRows);
        rows.push(row);
      },
      end: flush,
    };
  };
}
