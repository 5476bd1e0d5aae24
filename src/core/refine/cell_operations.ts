// Operations that change cells where they are: transforms, mass edits, filling and blanking down.

import { isoDate } from "../grel/date_guess.ts";
import { numberOf } from "../grel/texts.ts";
import { type CellValue, GrelDate, hasData, isError, isoText, storable, valueText } from "../grel/value.ts";
import type { Json } from "../json.ts";
import { type Operation, OperationFault, slotOf } from "./operation.ts";
import { Parameters } from "./parameters.ts";
import { expressionAt, readSelection, visiting } from "./selection.ts";

export const ON_ERROR = ["keep-original", "set-to-blank", "store-error"] as const;

/** A cell as the keys of mass edits and of duplicates write it. */
export const keyText = (value: CellValue): string =>
  value instanceof GrelDate ? isoText(value) : valueText(value);

export const sameCell = (a: CellValue, b: CellValue): boolean =>
  a === b || (a instanceof GrelDate && b instanceof GrelDate && a.at === b.at) ||
  (isError(a) && isError(b) && a.message === b.message);

/** Repetitions beyond the first time that a transform may ask for. */
const MOST_REPEATS = 1000;

export function textTransform(parameters: Parameters): Operation {
  const columnName = parameters.text("columnName");
  const text = parameters.text("expression");
  const onError = parameters.choice("onError", ON_ERROR, "keep-original");
  const repeats = parameters.flag("repeat") ? parameters.integer("repeatCount", 10) : 0;
  if (repeats < 0 || repeats > MOST_REPEATS) {
    throw new OperationFault(`"repeatCount" va de 0 a ${MOST_REPEATS}`);
  }
  const selection = readSelection(parameters);
  return (around) => {
    const slot = slotOf(around.layout, columnName);
    const { evaluate, usesRecord } = expressionAt(around, columnName, text);
    return {
      after: around.layout,
      stage: visiting(selection, around, usesRecord, () => (row, place, touched) => {
        if (!touched) return true;
        const original = row.cells[slot] ?? null;
        place.value = original;
        let value = storable(evaluate(place));
        if (isError(value)) {
          if (onError === "store-error") row.cells[slot] = value;
          else if (onError === "set-to-blank") row.cells[slot] = null;
          return true;
        }
        for (let round = 0; round < repeats && !sameCell(value, place.value); round++) {
          place.value = value;
          const next = storable(evaluate(place));
          if (isError(next)) break;
          value = next;
        }
        if (value !== original) row.cells[slot] = value;
        return true;
      }),
    };
  };
}

/** The first edit that fits decides; what none fits stays. */
export function massEdit(parameters: Parameters): Operation {
  const columnName = parameters.text("columnName");
  const text = parameters.text("expression", "value");
  const selection = readSelection(parameters);
  const byText = new Map<string, CellValue>();
  let blankTo: CellValue | undefined;
  let errorTo: CellValue | undefined;
  for (const edit of parameters.objects("edits")) {
    const from = edit.has("from") ? edit.texts("from") : [];
    const to = editResult(edit);
    for (const one of from) if (!byText.has(one)) byText.set(one, to);
    if (edit.flag("fromBlank") || (from.length === 1 && from[0] === "")) blankTo ??= to;
    if (edit.flag("fromError")) errorTo ??= to;
  }
  return (around) => {
    const slot = slotOf(around.layout, columnName);
    const { evaluate, usesRecord } = expressionAt(around, columnName, text);
    return {
      after: around.layout,
      stage: visiting(selection, around, usesRecord, () => (row, place, touched) => {
        if (!touched) return true;
        place.value = row.cells[slot] ?? null;
        const value = evaluate(place);
        const to = isError(value)
          ? errorTo
          : hasData(value)
          ? byText.get(value instanceof GrelDate ? isoText(value) : valueText(value))
          : blankTo;
        if (to !== undefined) row.cells[slot] = to;
        return true;
      }),
    };
  };
}

/** `to` of an edit, as its `type` says. */
function editResult(edit: Parameters): CellValue {
  const to: Json = edit.object.to ?? null;
  const type = edit.text("type", "text");
  if (to === null || typeof to === "boolean") return to;
  if (typeof to === "number") return Number.isInteger(to) ? BigInt(to) : to;
  if (typeof to !== "string") throw new OperationFault('"to" debe ser un texto, un número o true o false');
  const value = type === "number"
    ? numberOf(to)
    : type === "date"
    ? isoDate(to)
    : type === "boolean"
    ? to.toLowerCase() === "true" ? true : to.toLowerCase() === "false" ? false : undefined
    : to;
  if (value === undefined) throw new OperationFault(`"to" no es del tipo "${type}": ${JSON.stringify(to)}`);
  return value;
}

/** A blank cell takes the last value above it; in record mode, above it in its record. */
export function fillDown(parameters: Parameters): Operation {
  return downTheColumn(parameters, (cells, slot, value, above) => {
    if (hasData(value)) return value;
    if (above !== null) cells[slot] = above;
    return above;
  });
}

/** A cell that repeats the value above it becomes blank; a blank one begins anew. */
export function blankDown(parameters: Parameters): Operation {
  return downTheColumn(parameters, (cells, slot, value, above) => {
    if (!hasData(value) || !sameCell(above, value)) return value;
    cells[slot] = null;
    return above;
  });
}

/** `visit` may change the cell, and answers what is above the next one. */
function downTheColumn(
  parameters: Parameters,
  visit: (cells: CellValue[], slot: number, value: CellValue, above: CellValue) => CellValue,
): Operation {
  const columnName = parameters.text("columnName");
  const selection = readSelection(parameters);
  return (around) => {
    const slot = slotOf(around.layout, columnName);
    return {
      after: around.layout,
      stage: visiting(selection, around, false, () => {
        let above: CellValue = null;
        return (row, _, touched, beginsRecord) => {
          if (!touched) return true;
          if (beginsRecord && selection.recordMode) above = null;
          above = visit(row.cells, slot, row.cells[slot] ?? null, above);
          return true;
        };
      }),
    };
  };
}
