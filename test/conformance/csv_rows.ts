// Reads CSV text the plain way, one character at a time: for what is expected and what came back, and for the
// naive reading of fixtures. Knows nothing of src/ingest/csv.ts, whose work it helps to judge.

export type CsvRows = {
  readonly rows: readonly (readonly string[])[];
  /** Line ends outside quotes that are not CRLF, and a last line without any. */
  readonly otherLineEnds: number;
};

/** RFC 4180 with any one-character separator; lone LF and CR end a line too, and are counted. */
export function readCsvRows(text: string, separator = ","): CsvRows {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  let otherLineEnds = 0;
  const endRow = () => {
    rows.push([...row, cell]);
    row = [];
    cell = "";
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') cell += text[++at];
      else quoted = false;
    } else if (character === '"' && cell === "") quoted = true;
    else if (character === separator) {
      row.push(cell);
      cell = "";
    } else if (character === "\n" || character === "\r") {
      if (character === "\r" && text[at + 1] === "\n") at++;
      else otherLineEnds++;
      endRow();
    } else cell += character;
  }
  if (row.length > 0 || cell !== "") {
    otherLineEnds++;
    endRow();
  }
  return { rows, otherLineEnds };
}
