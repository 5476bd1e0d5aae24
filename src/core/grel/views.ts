// What `cell`, `cells`, `row` and `row.record` answer to; made when an expression hands them around as values.

import type { Place, RecordView } from "./compiled.ts";
import { type CellValue, type Fielded, FieldedValue, GrelError, type Value } from "./value.ts";

type Columns = ReadonlyMap<string, number>;

const fielded = (typeName: string, field: Fielded["field"]): FieldedValue =>
  new FieldedValue({ typeName, field });

export const cellView = (value: CellValue): FieldedValue =>
  fielded(
    "cell",
    (name) =>
      name === "value" ? value : name === "errorMessage" && value instanceof GrelError ? value.message : null,
  );

export function cellsView(cells: readonly CellValue[], columns: Columns): Value {
  return fielded("cells", (name) => {
    const slot = columns.get(name);
    const value = slot === undefined ? null : cells[slot] ?? null;
    return value === null ? null : cellView(value);
  });
}

export function rowView(place: Place, columns: Columns): Value {
  return fielded("row", (name) => {
    switch (name) {
      case "index":
        return BigInt(place.rowIndex);
      case "starred":
        return place.starred;
      case "flagged":
        return place.flagged;
      case "cells":
        return cellsView(place.cells, columns);
      case "columnNames":
        return [...columns.keys()];
      case "record":
        return place.record === undefined ? null : recordView(place.record, columns);
    }
    return null;
  });
}

function recordView({ index, fromRowIndex, rows }: RecordView, columns: Columns): Value {
  return fielded("record", (name) => {
    switch (name) {
      case "index":
        return BigInt(index);
      case "fromRowIndex":
        return BigInt(fromRowIndex);
      case "toRowIndex":
        return BigInt(fromRowIndex + rows.length);
      case "rowCount":
        return BigInt(rows.length);
      case "cells":
        return fielded("cells", (column) => {
          const slot = columns.get(column);
          if (slot === undefined) return null;
          const present = rows.map((row) => row[slot] ?? null).filter((value) =>
            value !== null && value !== ""
          );
          return fielded("cells", (field) => field === "value" ? present : null);
        });
    }
    return null;
  });
}
