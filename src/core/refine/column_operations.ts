// Operations over columns. Most only change the layout; additions and splits write cells as well.

import { compilePattern } from "../grel/pattern.ts";
import { RegexFault } from "../grel/regex_sets.ts";
import { splitByLengths, splitByPattern, splitBySeparator } from "../grel/splits.ts";
import { numberOf } from "../grel/texts.ts";
import { type CellValue, hasData, isError, storable, valueText } from "../grel/value.ts";
import { ON_ERROR } from "./cell_operations.ts";
import {
  type Layout,
  type Operation,
  OperationFault,
  passing,
  refuseExisting,
  slotOf,
  type Step,
  withColumns,
} from "./operation.ts";
import type { Parameters } from "./parameters.ts";
import { expressionAt, readSelection, visiting } from "./selection.ts";

/** An operation that leaves rows as they are. */
const relayout = (change: (layout: Layout) => Layout): Operation => ({ layout }) => ({
  after: change(layout),
  stage: passing,
});

export function columnRename(parameters: Parameters): Operation {
  const [from, to] = [parameters.text("oldColumnName"), parameters.text("newColumnName")];
  return relayout((layout) => {
    const slot = slotOf(layout, from);
    refuseExisting(layout, to);
    // A column that is still to come is not in its place yet: its new name is noted at the end.
    if (slot < 0) return withColumns(layout, [...layout.columns, [to, slot]]);
    return withColumns(layout, [...layout.columns].map(([name, of]) => [name === from ? to : name, of]));
  });
}

const removed = (layout: Layout, names: readonly string[]): Layout => {
  for (const name of names) slotOf(layout, name);
  return withColumns(layout, [...layout.columns].filter(([name]) => !names.includes(name)));
};

export function columnRemoval(parameters: Parameters): Operation {
  const name = parameters.text("columnName");
  return relayout((layout) => removed(layout, [name]));
}

export function columnMultiRemoval(parameters: Parameters): Operation {
  const names = parameters.texts("columnNames");
  return relayout((layout) => removed(layout, names));
}

/** A column to the place that `indexOf` tells from where it is and how many there are. */
const moving = (name: string, indexOf: (at: number, count: number) => number): Operation =>
  relayout((layout) => {
    const slot = slotOf(layout, name);
    if (slot < 0) return layout;
    const columns = [...layout.columns];
    const at = columns.findIndex(([one]) => one === name);
    const to = indexOf(at, columns.length);
    if (to < 0 || (to >= columns.length && layout.mayExist === undefined)) {
      throw new OperationFault(
        `No hay lugar ${to} para la columna "${name}": la tabla tiene ${columns.length}`,
      );
    }
    return withColumns(layout, columns.toSpliced(at, 1).toSpliced(to, 0, [name, slot]));
  });

export function columnMove(parameters: Parameters): Operation {
  const index = parameters.integer("index");
  return moving(parameters.text("columnName"), () => index);
}

export const columnMoveTo =
  (indexOf: (at: number, count: number) => number) => (parameters: Parameters): Operation =>
    moving(parameters.text("columnName"), indexOf);

export function columnReorder(parameters: Parameters): Operation {
  const names = parameters.texts("columnNames");
  return relayout((layout) => {
    const repeated = names.find((name, at) => names.indexOf(name) !== at);
    if (repeated !== undefined) throw new OperationFault(`"columnNames" tiene dos veces "${repeated}"`);
    return { columns: new Map(names.map((name) => [name, slotOf(layout, name)])), width: layout.width };
  });
}

export function columnAddition(parameters: Parameters): Operation {
  const base = parameters.text("baseColumnName");
  const name = parameters.text("newColumnName");
  const text = parameters.text("expression");
  const index = parameters.integer("columnInsertIndex", 0);
  const onError = parameters.choice("onError", ON_ERROR, "set-to-blank");
  const selection = readSelection(parameters);
  return (around) => {
    const { layout } = around;
    const baseSlot = slotOf(layout, base);
    refuseExisting(layout, name);
    const { evaluate, usesRecord } = expressionAt(around, base, text);
    const slot = layout.width;
    return {
      after: inserted(layout, index, [[name, slot]]),
      stage: visiting(selection, around, usesRecord, () => (row, place, touched) => {
        row.cells[slot] = null;
        if (!touched) return true;
        place.value = row.cells[baseSlot] ?? null;
        const value = storable(evaluate(place));
        if (!isError(value) || onError === "store-error") row.cells[slot] = value;
        return true;
      }),
    };
  };
}

/** New columns before the one at `index`, their slots after those in use. */
function inserted(layout: Layout, index: number, columns: readonly [string, number][]): Layout {
  const count = layout.columns.size;
  if (index < 0 || (index > count && layout.mayExist === undefined)) {
    throw new OperationFault(`No hay lugar ${index} para la columna nueva: la tabla tiene ${count}`);
  }
  return {
    ...withColumns(layout, [...layout.columns].toSpliced(index, 0, ...columns)),
    width: layout.width + columns.length,
  };
}

/** How the text of a cell is parted, by `mode` and its parameters; also for cells of several values. */
export function readSplitter(
  parameters: Parameters,
  unicodeClasses: boolean,
): (text: string) => readonly string[] {
  const mode = parameters.choice("mode", ["separator", "lengths"], "separator");
  if (mode === "lengths") {
    const lengths = parameters.integers("fieldLengths");
    return (text) => splitByLengths(text, lengths);
  }
  const separator = parameters.text("separator");
  const most = Math.max(0, parameters.integer("maxColumns", 0));
  if (!parameters.flag("regex")) return (text) => splitBySeparator(text, separator, true, most);
  try {
    const pattern = compilePattern(separator, { unicodeClasses });
    return (text) => splitByPattern(text, pattern, most);
  } catch (error) {
    if (error instanceof RegexFault) {
      throw new OperationFault(`El separador, como expresión regular, ${error.message}`);
    }
    throw error;
  }
}

/** Columns that a split may make of one cell. */
const MOST_PARTS = 10_000;

export function columnSplit(parameters: Parameters): Operation {
  const name = parameters.text("columnName");
  const split = readSplitter(parameters, false);
  const guesses = parameters.flag("guessCellType");
  const removesOriginal = parameters.flag("removeOriginalColumn", true);
  const selection = readSelection(parameters);
  return (around) => {
    const { layout } = around;
    const slot = slotOf(layout, name);
    const partsOf = (value: CellValue) => hasData(value) ? split(valueText(value)) : [];
    const newNames = (count: number): string[] => {
      const names: string[] = [];
      for (let number = 1; names.length < count; number++) {
        const candidate = `${name} ${number}`;
        if (!layout.columns.has(candidate)) names.push(candidate);
      }
      return names;
    };
    const at = [...layout.columns.keys()].indexOf(name);
    const step = (count: number): Step => ({
      after: splitLayout(layout, at, newNames(count), removesOriginal),
      stage: visiting(selection, around, false, () => (row, _, touched) => {
        for (let i = 0; i < count; i++) row.cells[layout.width + i] = null;
        if (!touched) return true;
        partsOf(row.cells[slot] ?? null).forEach((part, i) => {
          row.cells[layout.width + i] = guesses ? guessed(part) : part;
        });
        return true;
      }),
    });
    return {
      after: {
        ...(removesOriginal ? removed(layout, [name]) : layout),
        mayExist: (other) =>
          (/^ \d+$/.test(other.slice(name.length)) && other.startsWith(name)) ||
          layout.mayExist?.(other) === true,
      },
      measure() {
        let count = 0;
        const measuring = visiting(selection, around, false, () => (row, _, touched) => {
          if (touched) count = Math.max(count, partsOf(row.cells[slot] ?? null).length);
          if (count > MOST_PARTS) {
            throw new OperationFault(`Una celda de "${name}" se parte en más de ${MOST_PARTS} columnas`);
          }
          return false;
        })(() => {});
        return {
          see: (row) => measuring.push(row),
          done() {
            measuring.end?.();
            return step(count);
          },
        };
      },
    };
  };
}

function splitLayout(
  layout: Layout,
  at: number,
  names: readonly string[],
  removes: boolean,
): Layout {
  const added = names.map((one, i): [string, number] => [one, layout.width + i]);
  return {
    ...withColumns(layout, [...layout.columns].toSpliced(removes ? at : at + 1, removes ? 1 : 0, ...added)),
    width: layout.width + names.length,
  };
}

/** A part as a number where it is one. */
function guessed(part: string): CellValue {
  const value = numberOf(part.trim());
  return value === undefined || (typeof value === "number" && !Number.isFinite(value)) ? part : value;
}
