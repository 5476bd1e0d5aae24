// Operations of histories as OpenRefine writes them, for tests: the parameters that matter are given.

const ENGINE = { mode: "row-based", facets: [] };
export const transform = (columnName: string, expression: string, more = {}) => ({
  op: "core/text-transform",
  columnName,
  expression,
  onError: "keep-original",
  repeat: false,
  repeatCount: 10,
  engineConfig: ENGINE,
  ...more,
});
export const rename = (oldColumnName: string, newColumnName: string) => ({
  op: "core/column-rename",
  oldColumnName,
  newColumnName,
});
export const remove = (columnName: string) => ({ op: "core/column-removal", columnName });
export const split = (columnName: string, more = {}) => ({
  op: "core/column-split",
  columnName,
  mode: "separator",
  separator: ",",
  regex: false,
  maxColumns: 0,
  guessCellType: false,
  removeOriginalColumn: true,
  engineConfig: ENGINE,
  ...more,
});
export const facet = (more: object) => ({
  mode: "row-based",
  facets: [{ type: "list", name: "f", columnName: "a", expression: "value", selection: [], ...more }],
});
export const removeRows = (engineConfig: object) => ({ op: "core/row-removal", engineConfig });
