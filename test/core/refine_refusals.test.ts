// What of a history is refused before any row, with its place and its reason.

import { describe, expect, test } from "vitest";
import { checkHistory, HistoryFault, readHistory } from "../../src/core/refine/history.ts";
import { facet, remove, removeRows, rename, split, transform } from "./refine_operations.ts";
import { NOON } from "./refine_table.ts";

function check(operations: unknown, columns: readonly string[] = ["a", "b"]): void {
  checkHistory(readHistory(structuredClone(operations) as never), columns, { now: NOON, maxRows: 10 });
}

describe("readHistory and checkHistory refuse before any row", () => {
  const scatterplot = { mode: "row-based", facets: [{ type: "scatterplot", name: "s" }] };
  const cases: readonly {
    why: string;
    operations: unknown;
    index?: number;
    op?: string;
    says: string;
  }[] = [
    { why: "no list", operations: {}, says: "lista de operaciones" },
    { why: "no object", operations: [1], index: 0, says: "no es un objeto" },
    { why: "no name", operations: [{}], index: 0, says: '"op"' },
    {
      why: "unknown operation",
      operations: [{ op: "core/nothing" }],
      index: 0,
      op: "core/nothing",
      says: "no se conoce",
    },
    {
      why: "name of the language's own",
      operations: [{ op: "core/toString" }],
      index: 0,
      says: "no se conoce",
    },
    {
      why: "an extension",
      operations: [{ op: "extraction/named-entities" }],
      index: 0,
      op: "extraction/named-entities",
      says: "extensión",
    },
    {
      why: "retired operation",
      operations: [{ op: "core/denormalize" }],
      index: 0,
      says: "versiones antiguas",
    },
    {
      why: "network access",
      operations: [{ op: "core/column-addition-by-fetching-urls" }],
      index: 0,
      op: "core/column-addition-by-fetching-urls",
      says: "red",
    },
    ...["recon", "recon-match-best-candidates", "recon-use-values-as-identifiers", "extend-reconciled-data"]
      .map((
        name,
      ) => ({
        why: "reconciliation",
        operations: [{ op: `core/${name}` }],
        index: 0,
        says: "reconciliación",
      })),
    {
      why: "missing parameter",
      operations: [{ op: "core/column-rename" }],
      index: 0,
      says: '"oldColumnName"',
    },
    {
      why: "parameter of another type",
      operations: [{ op: "core/column-move", columnName: "a", index: "1" }],
      index: 0,
      says: '"index" debe ser un número entero',
    },
    {
      why: "value out of a closed set",
      operations: [transform("a", "value", { onError: "x" })],
      index: 0,
      says: "onError",
    },
    {
      why: "column that is not there",
      operations: [remove("zz")],
      index: 0,
      op: "core/column-removal",
      says: '"zz"',
    },
    { why: "column that is gone", operations: [remove("a"), transform("a", "value")], index: 1, says: '"a"' },
    { why: "column under its old name", operations: [rename("a", "c"), remove("a")], index: 1, says: '"a"' },
    { why: "name that is taken", operations: [rename("a", "b")], index: 0, says: 'Ya hay una columna "b"' },
    {
      why: "column of an expression",
      operations: [transform("a", "cells.zz.value")],
      index: 0,
      says: '"zz"',
    },
    {
      why: "expression, with its place",
      operations: [transform("b", "value"), transform("a", "value.trim(")],
      index: 1,
      op: "core/text-transform",
      says: "carácter 12",
    },
    { why: "another language", operations: [transform("a", "jython:return 1")], index: 0, says: "jython" },
    {
      why: "expression of a facet",
      operations: [removeRows(facet({ expression: "valu", selectBlank: true }))],
      index: 0,
      says: "faceta",
    },
    {
      why: "column of a facet",
      operations: [removeRows(facet({ columnName: "z", selectBlank: true }))],
      index: 0,
      says: '"z"',
    },
    { why: "facet that is refused", operations: [removeRows(scatterplot)], index: 0, says: "scatterplot" },
    {
      why: "separator that is no pattern",
      operations: [split("a", { regex: true, separator: "(" })],
      index: 0,
      says: "separador",
    },
    {
      why: "place beyond the columns",
      operations: [{ op: "core/column-move", columnName: "a", index: 2 }],
      index: 0,
      says: "lugar 2",
    },
    {
      why: "column dropped by a reorder",
      operations: [{ op: "core/column-reorder", columnNames: ["b"] }, remove("a")],
      index: 1,
      says: '"a"',
    },
    {
      why: "column that no split can make",
      operations: [split("a"), remove("a x")],
      index: 1,
      says: '"a x"',
    },
    {
      why: "columns beyond the table",
      operations: [{
        op: "core/transpose-columns-into-rows",
        startColumnName: "b",
        columnCount: 2,
        keyColumnName: "k",
        valueColumnName: "v",
      }],
      index: 0,
      says: "No hay 2 columnas",
    },
    {
      why: "value of an edit that is not of its type",
      operations: [{
        op: "core/mass-edit",
        columnName: "a",
        edits: [{ from: ["x"], to: "y", type: "number" }],
      }],
      index: 0,
      says: '"number"',
    },
  ];

  test.each(cases)("$why: $says", ({ operations, index, op, says }) => {
    let fault: unknown;
    try {
      check(operations);
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(HistoryFault);
    expect((fault as HistoryFault).message).toContain(says);
    expect((fault as HistoryFault).index).toBe(index);
    if (op !== undefined) expect((fault as HistoryFault).op).toBe(op);
  });

  test("takes names without the prefix, and keys nobody asks for", () =>
    expect(() => check([{ op: "column-removal", columnName: "a", description: "x", extra: 1 }])).not
      .toThrow());
});
