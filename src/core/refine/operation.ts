// What operations of a history are made of. Rows go through stages one by one; a cell has its slot for good, and
// columns are names of slots, so that renaming, moving and removing columns costs rows nothing.
//
//   rows ─▶ stage ─▶ stage ─▶ … ─▶ cells in the order of the last layout
//
// An operation whose columns depend on the data (how many parts a cell has, which keys there are) is measured first:
// the rows go through the stages before it in a pass of their own.

import type { CountsOf } from "../grel/expression.ts";
import type { CellValue } from "../grel/value.ts";

export type Row = {
  /** By slot; a missing one is blank. */
  readonly cells: CellValue[];
  starred: boolean;
  flagged: boolean;
};

export type Layout = {
  /** Names in order, and the slots of their cells. */
  readonly columns: ReadonlyMap<string, number>;
  /** Slots in use: the next one is free. */
  readonly width: number;
  /** Whether a column may come to be once the data is known; absent where all are known. */
  readonly mayExist?: (name: string) => boolean;
};

export type Emit = (row: Row) => void;

/** Takes rows and gives them on, changed, fewer or more. */
export type Stage = {
  push(row: Row): void;
  /** No row follows. */
  end?(): void;
};

/** An operation that knows its columns. */
export type Step = {
  readonly after: Layout;
  readonly stage: (emit: Emit) => Stage;
  /** Holds rows back: all of them, or none. */
  readonly wholeTable?: true;
};

/** An operation that has to see the rows before it knows its columns. */
export type MeasuredStep = {
  /** What can be said before; its `mayExist` is there. */
  readonly after: Layout;
  readonly measure: () => { see(row: Row): void; done(): Step };
};

export type Surroundings = {
  readonly layout: Layout;
  /** Epoch ms, for `now()` and years of two digits. */
  readonly now: number;
  /** Rows that an operation may hold at once. */
  readonly maxRows: number;
  /** For `facetCount`; see counting.ts. */
  readonly counts?: CountsOf;
};

/** A parsed operation: its parameters are right, its columns are not looked at yet. Errors: OperationFault. */
export type Operation = (around: Surroundings) => Step | MeasuredStep;

/** What is wrong with an operation, without its place in the history. */
export class OperationFault extends Error {}

export const isMeasured = (step: Step | MeasuredStep): step is MeasuredStep => "measure" in step;

export const newRow = (width: number): Row => ({
  cells: new Array<CellValue>(width).fill(null),
  starred: false,
  flagged: false,
});

/** The slot of a column that must be there. A column that may still come to be has slot -1 until it is known. */
export function slotOf({ columns, mayExist }: Layout, name: string): number {
  const slot = columns.get(name);
  if (slot !== undefined) return slot;
  if (mayExist?.(name) === true) return -1;
  const names = [...columns.keys()];
  const shown = names.slice(0, 12).map((one) => `"${one}"`).join(", ") + (names.length > 12 ? ", …" : "");
  throw new OperationFault(`No hay columna "${name}" en este punto de la historia (columnas: ${shown})`);
}

export function refuseExisting({ columns }: Layout, name: string): void {
  if (columns.has(name)) throw new OperationFault(`Ya hay una columna "${name}"`);
}

/** The same columns and slots under other names or in another order. */
export function withColumns(layout: Layout, columns: Iterable<readonly [string, number]>): Layout {
  return { ...layout, columns: new Map(columns) };
}

/** Holds rows until the end, up to the limit. */
export function heldRows(maxRows: number): { readonly rows: Row[]; hold(row: Row): void } {
  const rows: Row[] = [];
  return {
    rows,
    hold(row) {
      if (rows.length >= maxRows) throw tooManyRows(maxRows);
      rows.push(row);
    },
  };
}

export const tooManyRows = (maxRows: number) =>
  new OperationFault(
    `Necesita la tabla entera en memoria y tiene más de ${maxRows} filas: suba "max_table_rows" en la configuración`,
  );

/** Passes rows on as they are. */
export const passing = (emit: Emit): Stage => ({ push: emit });
