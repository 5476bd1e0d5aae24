// Operations over rows: removing, keeping, sorting, adding, marking.

import { numberOf } from "../grel/texts.ts";
import { type CellValue, GrelDate, hasData, isError, isNumber } from "../grel/value.ts";
import type { Json } from "../json.ts";
import { keyText } from "./cell_operations.ts";
import {
  heldRows,
  newRow,
  type Operation,
  OperationFault,
  type Row,
  slotOf,
  type Surroundings,
  tooManyRows,
} from "./operation.ts";
import { Parameters } from "./parameters.ts";
import { readSelection, type Visit, visiting } from "./selection.ts";

const selecting = (parameters: Parameters, makeVisit: (around: Surroundings) => () => Visit): Operation => {
  const selection = readSelection(parameters);
  return (around) => ({ after: around.layout, stage: visiting(selection, around, false, makeVisit(around)) });
};

export const rowRemoval = (parameters: Parameters): Operation =>
  selecting(parameters, () => () => (_, __, touched) => !touched);

export const rowKeepMatched = (parameters: Parameters): Operation =>
  selecting(parameters, () => () => (_, __, touched) => touched);

export function rowStar(parameters: Parameters): Operation {
  const starred = parameters.flag("starred");
  return selecting(parameters, () => () => (row, _, touched) => {
    if (touched) row.starred = starred;
    return true;
  });
}

export function rowFlag(parameters: Parameters): Operation {
  const flagged = parameters.flag("flagged");
  return selecting(parameters, () => () => (row, _, touched) => {
    if (touched) row.flagged = flagged;
    return true;
  });
}

/** Keeps the first of the rows that agree in the columns of `criteria`; remembers a key of each. */
export function rowDuplicateRemoval(parameters: Parameters): Operation {
  const names = parameters.texts("criteria");
  return selecting(parameters, ({ layout, maxRows }) => {
    const slots = names.map((name) => slotOf(layout, name));
    return () => {
      const seen = new Set<string>();
      return (row, _, touched) => {
        if (!touched) return true;
        const key = JSON.stringify(slots.map((slot) => duplicateKey(row.cells[slot] ?? null)));
        if (seen.has(key)) return false;
        if (seen.size >= maxRows) throw tooManyRows(maxRows);
        seen.add(key);
        return true;
      };
    };
  });
}

const duplicateKey = (value: CellValue): string | null => hasData(value) ? keyText(value) : null;

const VALUE_TYPES = ["string", "number", "date", "boolean"] as const;

type Criterion = {
  readonly column: string;
  readonly valueType: typeof VALUE_TYPES[number];
  readonly reverse: boolean;
  readonly blankPosition: number;
  readonly errorPosition: number;
  readonly caseSensitive: boolean;
};

function readCriterion(parameters: Parameters): Criterion {
  return {
    column: parameters.text("column"),
    valueType: parameters.choice("valueType", VALUE_TYPES, "string"),
    reverse: parameters.flag("reverse"),
    blankPosition: parameters.integer("blankPosition", 2),
    errorPosition: parameters.integer("errorPosition", 1),
    caseSensitive: parameters.flag("caseSensitive"),
  };
}

/** What a cell counts as where rows are sorted: a value, or a place outside of the values. */
type Key = { readonly rank: number; readonly value: string | number };

const collator = new Intl.Collator("en");

function keyOf(value: CellValue, { valueType, blankPosition, errorPosition, caseSensitive }: Criterion): Key {
  if (isError(value)) return { rank: errorPosition, value: 0 };
  // As a text a blank one is a value like others.
  if (value === null || (value === "" && valueType !== "string")) return { rank: blankPosition, value: 0 };
  const key = sortValue(value, valueType, caseSensitive);
  return key === undefined ? { rank: errorPosition, value: 0 } : { rank: 0, value: key };
}

function sortValue(
  value: CellValue,
  type: Criterion["valueType"],
  caseSensitive: boolean,
): string | number | undefined {
  switch (type) {
    case "string":
      return caseSensitive ? keyText(value) : keyText(value).toLowerCase();
    case "number": {
      const number = isNumber(value) ? value : typeof value === "string" ? numberOf(value) : undefined;
      return number === undefined ? undefined : Number(number);
    }
    case "date":
      return value instanceof GrelDate ? value.at : undefined;
    case "boolean":
      return typeof value === "boolean" ? Number(value) : /^true$/i.test(keyText(value)) ? 1 : 0;
  }
}

function compareKeys(a: Key, b: Key, reverse: boolean): number {
  if (a.rank !== b.rank || a.rank !== 0) return a.rank - b.rank;
  const order = typeof a.value === "string" && typeof b.value === "string"
    ? collator.compare(a.value, b.value)
    : a.value < b.value
    ? -1
    : a.value > b.value
    ? 1
    : 0;
  return reverse ? -order : order;
}

/** Sorts rows, or in record mode records by the first of their values; equal ones keep their order. */
export function rowReorder(parameters: Parameters): Operation {
  const byRecord = parameters.choice("mode", ["row-based", "record-based"], "row-based") === "record-based";
  const criteria = parameters.nested("sorting")?.objects("criteria", false).map(readCriterion) ?? [];
  return ({ layout, maxRows }) => {
    const columns = criteria.map((criterion) => ({ criterion, slot: slotOf(layout, criterion.column) }));
    const keySlot = layout.columns.values().next().value ?? 0;
    const keysOf = (rows: readonly Row[]): Key[] =>
      columns.map(({ criterion, slot }) =>
        rows.map((row) => keyOf(row.cells[slot] ?? null, criterion))
          .reduce((a, b) =>
            (b.rank === 0 && a.rank !== 0) ||
              (a.rank === 0 && b.rank === 0 && compareKeys(b, a, criterion.reverse) < 0)
              ? b
              : a
          )
      );
    return {
      after: layout,
      wholeTable: true,
      stage(emit) {
        const { rows, hold } = heldRows(maxRows);
        return {
          push: hold,
          end() {
            const groups: Row[][] = [];
            for (const row of rows) {
              const last = groups.at(-1);
              if (byRecord && last !== undefined && !hasData(row.cells[keySlot] ?? null)) last.push(row);
              else groups.push([row]);
            }
            const keyed = groups.map((group) => ({ group, keys: keysOf(group) }));
            keyed.sort((a, b) => {
              for (const [i, { criterion }] of columns.entries()) {
                const order = compareKeys(a.keys[i]!, b.keys[i]!, criterion.reverse);
                if (order !== 0) return order;
              }
              return 0;
            });
            for (const { group } of keyed) group.forEach(emit);
          },
        };
      },
    };
  };
}

/** Puts rows in at a place; past the end they come last. */
export function rowAddition(parameters: Parameters): Operation {
  const index = parameters.integer("index", 0);
  if (index < 0) throw new OperationFault('"index" no puede ser negativo');
  const added = parameters.objects("addedRows").map((row) => ({
    cells: (Array.isArray(row.object.cells) ? row.object.cells : []).map(addedCell),
    starred: row.flag("starred"),
    flagged: row.flag("flagged"),
  }));
  return ({ layout }) => {
    const slots = [...layout.columns.values()];
    return {
      after: layout,
      stage(emit) {
        let at = 0;
        const add = () => {
          for (const { cells, starred, flagged } of added) {
            const row = newRow(layout.width);
            cells.slice(0, slots.length).forEach((cell, i) => row.cells[slots[i]!] = cell);
            emit(Object.assign(row, { starred, flagged }));
          }
        };
        return {
          push(row) {
            if (at++ === index) add();
            emit(row);
          },
          end: () => at <= index && add(),
        };
      },
    };
  };
}

function addedCell(cell: Json): CellValue {
  const value = typeof cell === "object" && cell !== null && !Array.isArray(cell) ? cell.v ?? null : cell;
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : value;
  throw new OperationFault('Una celda de "addedRows" no es un texto, un número ni true o false');
}
