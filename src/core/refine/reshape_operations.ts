// Operations that change the shape of the table: cells of several values, rows into columns and columns into rows.

import { type CellValue, hasData, valueText } from "../grel/value.ts";
import { keyText } from "./cell_operations.ts";
import { readSplitter } from "./column_operations.ts";
import {
  type Emit,
  heldRows,
  type Layout,
  newRow,
  type Operation,
  OperationFault,
  passing,
  refuseExisting,
  type Row,
  slotOf,
  type Step,
  tooManyRows,
  withColumns,
} from "./operation.ts";
import type { Parameters } from "./parameters.ts";

/** The parts of a cell go into the blank rows below it, and into new ones where there are none. */
export function multivaluedCellSplit(parameters: Parameters): Operation {
  const [name, keyName] = [parameters.text("columnName"), parameters.text("keyColumnName")];
  const split = readSplitter(parameters, true);
  return ({ layout }) => {
    const [slot, keySlot] = [slotOf(layout, name), slotOf(layout, keyName)];
    return {
      after: layout,
      stage(emit) {
        let left: readonly string[] = [];
        const flush = () => {
          for (const part of left) {
            const row = newRow(layout.width);
            row.cells[slot] = part;
            emit(row);
          }
          left = [];
        };
        return {
          push(row) {
            const value = row.cells[slot] ?? null;
            if (left.length > 0 && !hasData(value) && !hasData(row.cells[keySlot] ?? null)) {
              row.cells[slot] = left[0]!;
              left = left.slice(1);
              return emit(row);
            }
            flush();
            if (hasData(value)) {
              const parts = split(valueText(value));
              if (parts.length > 1) {
                row.cells[slot] = parts[0]!;
                left = parts.slice(1);
              }
            }
            emit(row);
          },
          end: flush,
        };
      },
    };
  };
}

/** The values of a record become one cell; rows that have nothing left go. */
export function multivaluedCellJoin(parameters: Parameters): Operation {
  const [name, keyName] = [parameters.text("columnName"), parameters.text("keyColumnName")];
  const separator = parameters.text("separator");
  return ({ layout, maxRows }) => {
    const [slot, keySlot] = [slotOf(layout, name), slotOf(layout, keyName)];
    const slots = [...layout.columns.values()];
    return {
      after: layout,
      stage(emit) {
        let record: Row[] = [];
        const flush = () => {
          const [first, ...rest] = record;
          record = [];
          if (first === undefined) return;
          if (rest.length > 0 && hasData(first.cells[keySlot] ?? null)) {
            const values = [first, ...rest].map(({ cells }) => cells[slot] ?? null).filter(hasData);
            for (const row of rest) row.cells[slot] = null;
            first.cells[slot] = values.map(keyText).join(separator);
            emit(first);
            for (const row of rest) if (slots.some((one) => hasData(row.cells[one] ?? null))) emit(row);
          } else [first, ...rest].forEach(emit);
        };
        return {
          push(row) {
            if (hasData(row.cells[keySlot] ?? null)) flush();
            if (record.length >= maxRows) throw tooManyRows(maxRows);
            record.push(row);
          },
          end: flush,
        };
      },
    };
  };
}

/** A shape that follows from columns which are not known yet: anything may come of it. */
function unknownYet(layout: Layout, name: string): Step {
  slotOf(layout, name);
  return { after: { ...layout, mayExist: () => true }, stage: passing };
}

/** Cells of neighbouring columns below each other, with their column's name before them or beside them. */
export function transposeColumnsIntoRows(parameters: Parameters): Operation {
  const startName = parameters.text("startColumnName");
  const asked = parameters.integer("columnCount");
  const ignoresBlank = parameters.flag("ignoreBlankCells", true);
  const fillsDown = parameters.flag("fillDown");
  const combined = parameters.has("keyColumnName") ? undefined : {
    name: parameters.text("combinedColumnName", ""),
    separator: parameters.flag("prependColumnName") ? parameters.text("separator", "") : undefined,
  };
  const pair = combined === undefined
    ? [parameters.text("keyColumnName"), parameters.text("valueColumnName")]
    : [];
  return ({ layout }) => {
    const start = [...layout.columns.keys()].indexOf(startName);
    if (start < 0) return unknownYet(layout, startName);
    const columns = [...layout.columns];
    const count = asked < 0 ? columns.length - start : asked;
    if (count < 1 || (start + count > columns.length && layout.mayExist === undefined)) {
      throw new OperationFault(
        `No hay ${asked} columnas desde "${startName}": la tabla tiene ${columns.length}`,
      );
    }
    const taken = columns.slice(start, start + count);
    const kept = columns.toSpliced(start, count);
    const names = combined === undefined ? pair : [combined.name || startName];
    const free = combined?.name === "" ? withColumns(layout, kept) : layout;
    for (const name of names) refuseExisting(free, name);
    // Without the column's name nothing would tell a blank cell from none.
    const takesBlank = !ignoresBlank && (combined === undefined || combined.separator !== undefined);
    const slots = names.map((_, i) => layout.width + i);
    const after = {
      ...withColumns(
        layout,
        kept.toSpliced(start, 0, ...names.map((name, i): [string, number] => [name, slots[i]!])),
      ),
      width: layout.width + names.length,
    };
    const fill = (row: Row, name: string, value: CellValue) => {
      if (combined === undefined) {
        row.cells[slots[0]!] = name;
        row.cells[slots[1]!] = value;
      } else if (combined.separator === undefined) row.cells[slots[0]!] = value;
      else row.cells[slots[0]!] = `${name}${combined.separator}${value === null ? "" : keyText(value)}`;
    };
    return {
      after,
      stage: (emit) => ({
        push(row) {
          const found = taken.map(([name, slot]) => [name, row.cells[slot] ?? null] as const)
            .filter(([, value]) => takesBlank || hasData(value));
          const first = copied(row, kept, after.width);
          first.starred = row.starred;
          first.flagged = row.flagged;
          found.forEach(([name, value], i) => {
            const target = i === 0 ? first : fillsDown ? copied(row, kept, after.width) : newRow(after.width);
            fill(target, name, value);
            if (i > 0) emit(target);
            else emit(first);
          });
          if (found.length === 0) emit(first);
        },
      }),
    };
  };
}

function copied(row: Row, columns: readonly (readonly [string, number])[], width: number): Row {
  const copy = newRow(width);
  for (const [, slot] of columns) copy.cells[slot] = row.cells[slot] ?? null;
  return copy;
}

/** Every so many rows become columns of the first; the other cells of the others stay below. */
export function transposeRowsIntoColumns(parameters: Parameters): Operation {
  const name = parameters.text("columnName");
  const count = parameters.integer("rowCount");
  if (count < 1 || count > 10_000) throw new OperationFault('"rowCount" va de 1 a 10000');
  return ({ layout }) => {
    const slot = slotOf(layout, name);
    if (slot < 0) return unknownYet(layout, name);
    const columns = [...layout.columns];
    const at = columns.findIndex(([one]) => one === name);
    const kept = columns.toSpliced(at, 1);
    const added = Array.from(
      { length: count },
      (_, i): [string, number] => [`${name} ${i + 1}`, layout.width + i],
    );
    for (const [one] of added) refuseExisting(withColumns(layout, kept), one);
    const after = {
      ...withColumns(layout, kept.toSpliced(at, 0, ...added)),
      width: layout.width + count,
    };
    return {
      after,
      stage(emit) {
        let group: Row[] = [];
        const flush = () => {
          group.forEach((row, i) => {
            if (i === 0) {
              const first = copied(row, kept, after.width);
              group.forEach((one, n) => first.cells[layout.width + n] = one.cells[slot] ?? null);
              emit(first);
            } else if (kept.some(([, one]) => (row.cells[one] ?? null) !== null)) {
              emit(copied(row, kept, after.width));
            }
          });
          group = [];
        };
        return {
          push(row) {
            group.push(row);
            if (group.length === count) flush();
          },
          end: flush,
        };
      },
    };
  };
}

/** Rows of keys and values become columns named by the keys. */
export function keyValueColumnize(parameters: Parameters): Operation {
  const [keyName, valueName] = [parameters.text("keyColumnName"), parameters.text("valueColumnName")];
  const noteName = parameters.has("noteColumnName") ? parameters.text("noteColumnName") : undefined;
  return ({ layout, maxRows }) => {
    const keySlot = slotOf(layout, keyName);
    const valueSlot = slotOf(layout, valueName);
    const noteSlot = noteName === undefined || noteName === "" ? undefined : slotOf(layout, noteName);
    const gone = new Set([keySlot, valueSlot, noteSlot]);
    const kept = [...layout.columns].filter(([, slot]) => !gone.has(slot));
    return {
      after: { columns: new Map(kept), width: layout.width, mayExist: () => true },
      measure() {
        const keys = new Set<string>();
        const noted = new Set<string>();
        return {
          see({ cells }) {
            const key = cells[keySlot] ?? null;
            if (!hasData(key)) return;
            keys.add(keyText(key));
            if (noteSlot !== undefined && hasData(cells[noteSlot] ?? null)) noted.add(keyText(key));
            if (keys.size > MOST_KEYS) {
              throw new OperationFault(`La columna "${keyName}" tiene más de ${MOST_KEYS} claves distintas`);
            }
          },
          done(): Step {
            const names = freeNames(layout, [...keys], (key) => key);
            const noteNames = freeNames(layout, [...noted], (key) => `${noteName} : ${key}`);
            const slots = new Map([...keys].map((key, i) => [key, layout.width + i]));
            const noteSlots = new Map([...noted].map((key, i) => [key, layout.width + keys.size + i]));
            const after = {
              columns: new Map([
                ...kept,
                ...names.map((name, i) => [name, layout.width + i] as const),
                ...noteNames.map((name, i) => [name, layout.width + keys.size + i] as const),
              ]),
              width: layout.width + keys.size + noted.size,
            };
            return {
              after,
              wholeTable: true,
              stage: (emit) =>
                columnizing({ emit, after, kept, slots, noteSlots, keySlot, valueSlot, noteSlot, maxRows }),
            };
          },
        };
      },
    };
  };
}

const MOST_KEYS = 10_000;

/** Names that no column has yet: a repeated one gets a number. */
function freeNames(layout: Layout, keys: readonly string[], nameOf: (key: string) => string): string[] {
  const used = new Set(layout.columns.keys());
  return keys.map((key) => {
    const base = nameOf(key);
    let name = base;
    for (let number = 2; used.has(name); number++) name = `${base}${number}`;
    used.add(name);
    return name;
  });
}

type Columnizing = {
  readonly emit: Emit;
  readonly after: Layout;
  readonly kept: readonly (readonly [string, number])[];
  readonly slots: ReadonlyMap<string, number>;
  readonly noteSlots: ReadonlyMap<string, number>;
  readonly keySlot: number;
  readonly valueSlot: number;
  readonly noteSlot: number | undefined;
  readonly maxRows: number;
};

function columnizing(
  { emit, after, kept, slots, noteSlots, keySlot, valueSlot, noteSlot, maxRows }: Columnizing,
) {
  const { rows, hold } = heldRows(maxRows);
  const byOthers = new Map<string, Row>();
  let firstKey: string | undefined;
  let current: Row[] = [];
  const add = (row: Row): Row => {
    hold(row);
    return row;
  };
  const blankRow = () => add(newRow(after.width));
  return {
    push(row: Row) {
      const cell = row.cells[keySlot] ?? null;
      if (!hasData(cell)) {
        if (kept.length === 0) current = [blankRow()];
        else if (kept.some(([, slot]) => hasData(row.cells[slot] ?? null))) {
          add(copied(row, kept, after.width));
        }
        return;
      }
      const key = keyText(cell);
      const slot = slots.get(key)!;
      let target: Row | undefined;
      if (kept.length === 0) {
        if (firstKey === undefined || key === firstKey) current = [blankRow()];
        target = current.find((one) => one.cells[slot] == null);
        if (target === undefined) current.push(target = blankRow());
      } else {
        const others = JSON.stringify(kept.map(([, one]) => {
          const value = row.cells[one] ?? null;
          return value === null ? "" : keyText(value);
        }));
        target = byOthers.get(others);
        if (target === undefined) byOthers.set(others, target = add(copied(row, kept, after.width)));
      }
      firstKey ??= key;
      target.cells[slot] = row.cells[valueSlot] ?? null;
      const note = noteSlot === undefined ? null : row.cells[noteSlot] ?? null;
      if (hasData(note)) {
        const into = noteSlots.get(key)!;
        const before = target.cells[into] ?? null;
        target.cells[into] = hasData(before) ? `${keyText(before)};${keyText(note)}` : note;
      }
    },
    end: () => rows.forEach(emit),
  };
}
