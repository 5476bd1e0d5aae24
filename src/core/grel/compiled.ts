// What a compiled expression is made of, shared by the compiler and by what it compiles to.

import type { CellValue, Value } from "./value.ts";

/** What an expression is evaluated over; one object serves all rows. */
export type Place = {
  value: CellValue;
  /** By slot; columns that were removed may still be there. */
  cells: readonly CellValue[];
  rowIndex: number;
  starred: boolean;
  flagged: boolean;
  /** Only where `usesRecord`. */
  record: RecordView | undefined;
};

export type RecordView = {
  readonly index: number;
  readonly fromRowIndex: number;
  readonly rows: readonly (readonly CellValue[])[];
};

/** What a compiled node is: a function of the place and of the names that controls bind. */
export type Compiled = (place: Place, locals: Value[]) => Value;

export type Control = {
  /** How many arguments, and which of them are names to bind. */
  readonly arity: number;
  readonly names: readonly number[];
  readonly usage: string;
  /** Of the arguments: names are slots of locals. */
  readonly make: (args: readonly Compiled[], slots: readonly number[]) => Compiled;
};
