// The operations of OpenRefine, by the name that histories give them: how each is read, or why it is refused.

import { blankDown, fillDown, massEdit, textTransform } from "./cell_operations.ts";
import {
  columnAddition,
  columnMove,
  columnMoveTo,
  columnMultiRemoval,
  columnRemoval,
  columnRename,
  columnReorder,
  columnSplit,
} from "./column_operations.ts";
import type { Operation } from "./operation.ts";
import type { Parameters } from "./parameters.ts";
import {
  keyValueColumnize,
  multivaluedCellJoin,
  multivaluedCellSplit,
  transposeColumnsIntoRows,
  transposeRowsIntoColumns,
} from "./reshape_operations.ts";
import {
  rowAddition,
  rowDuplicateRemoval,
  rowFlag,
  rowKeepMatched,
  rowRemoval,
  rowReorder,
  rowStar,
} from "./row_operations.ts";

export const OPERATIONS: Readonly<Record<string, (parameters: Parameters) => Operation>> = {
  "text-transform": textTransform,
  "mass-edit": massEdit,
  "fill-down": fillDown,
  "blank-down": blankDown,
  "column-rename": columnRename,
  "column-removal": columnRemoval,
  "column-multi-removal": columnMultiRemoval,
  "column-addition": columnAddition,
  "column-split": columnSplit,
  "column-move": columnMove,
  "column-move-first": columnMoveTo(() => 0),
  "column-move-last": columnMoveTo((_, count) => count - 1),
  "column-move-left": columnMoveTo((at) => Math.max(0, at - 1)),
  "column-move-right": columnMoveTo((at, count) => Math.min(count - 1, at + 1)),
  "column-reorder": columnReorder,
  "row-removal": rowRemoval,
  "row-keep-matched": rowKeepMatched,
  "row-duplicate-removal": rowDuplicateRemoval,
  "row-reorder": rowReorder,
  "row-addition": rowAddition,
  "row-star": rowStar,
  "row-flag": rowFlag,
  "multivalued-cell-split": multivaluedCellSplit,
  "multivalued-cell-join": multivaluedCellJoin,
  "transpose-columns-into-rows": transposeColumnsIntoRows,
  "transpose-rows-into-columns": transposeRowsIntoColumns,
  "key-value-columnize": keyValueColumnize,
};

const RECONCILIATION = "necesita servicios de reconciliación, que aquí no se consultan";

/** Why an operation that OpenRefine has is not run; undefined for what it does not have. */
export function refusalOf(name: string): string | undefined {
  if (name === "denormalize") return "es de versiones antiguas y OpenRefine ya no la registra";
  if (name === "column-addition-by-fetching-urls") {
    return "consulta direcciones de la red, y una transformación no sale a la red";
  }
  if (/^recon(?:-|$)/.test(name) || name === "extend-reconciled-data") return RECONCILIATION;
  return undefined;
}
