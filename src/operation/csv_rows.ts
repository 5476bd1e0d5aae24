// Small CSV files of identifiers, read and written: comma, quotes where needed, any end of line.

export type CsvRow = {
  /** Line where it begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
};

/** Rows of a text; blank lines are left out. A quote that is never closed closes at the end. */
export function readCsvRows(text: string): CsvRow[] {
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let cell = "";
  let quoted = false;
  let [line, begin] = [1, 1];
  const endRow = () => {
    cells.push(cell);
    if (cells.some((one) => one !== "") || cells.length > 1) rows.push({ line: begin, cells });
    [cells, cell] = [[], ""];
  };
  const source = text.replace(/^\uFEFF/, "");
  for (let at = 0; at < source.length; at++) {
    const sign = source[at]!;
    if (sign === "\n" || (sign === "\r" && source[at + 1] !== "\n")) line++;
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (source[at + 1] === '"') cell += source[at++];
      else quoted = false;
    } else if (sign === '"' && cell === "") quoted = true;
    else if (sign === ",") {
      cells.push(cell);
      cell = "";
    } else if (sign === "\n" || sign === "\r") {
      if (sign === "\r" && source[at + 1] === "\n") [at, line] = [at + 1, line + 1];
      endRow();
      begin = line;
    } else cell += sign;
  }
  endRow();
  return rows;
}

/** A table as CSV; every row ends with a line feed. */
export function csvText(rows: readonly (readonly string[])[]): string {
  const quotedCell = (cell: string) => /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  return rows.map((row) => `${row.map(quotedCell).join(",")}\n`).join("");
}
