// Parameters of the search: what is read of them and every error, in the order of the contract.

import { describe, expect, test } from "vitest";
import { readSearch } from "../../src/core/search_request.ts";

const read = (params: Record<string, string>) => readSearch(new Map(Object.entries(params)), 5);
const PLAIN = {
  filters: {},
  sortBy: "relevance",
  descending: true,
  start: 0,
  limit: 10,
  facets: false,
  minScore: 5,
};

const READ: readonly { why: string; params: Record<string, string>; expected: object }[] = [
  { why: "nothing", params: {}, expected: {} },
  { why: "text as it is", params: { q: " IPC " }, expected: { text: " IPC " } },
  { why: "empty text", params: { q: "" }, expected: { text: "" } },
  { why: "a page", params: { limit: "0", start: "10000" }, expected: { limit: 0, start: 10_000 } },
  {
    why: "numbers as Python reads them",
    params: { limit: " +1_0 ", start: "007" },
    expected: { limit: 10, start: 7 },
  },
  {
    why: "an order",
    params: { sort_by: "hits_90_days", sort: "asc" },
    expected: { sortBy: "hits_90_days", descending: false },
  },
  {
    why: "filters",
    params: { units: "a||b", catalog_id: "c" },
    expected: { filters: { units: ["a", "b"], catalog_id: ["c"] } },
  },
  { why: "empty filters are absent", params: { units: "", dataset_theme: "||" }, expected: {} },
  {
    why: "empty alternatives are left out",
    params: { dataset_source: "||a||" },
    expected: { filters: { dataset_source: ["a"] } },
  },
  {
    why: "one bar is text",
    params: { dataset_publisher_name: "a|b" },
    expected: { filters: { dataset_publisher_name: ["a|b"] } },
  },
  { why: "recounts by presence", params: { aggregations: "false" }, expected: { facets: true } },
  { why: "unknown parameters are nobody's", params: { field_units: "x", Q: "x" }, expected: {} },
];

const wrong = (name: string, value: string) => `Parámetro ${name} inválido: ${value}`;
const ASCENDING = "El ordenamiento por relevancia solo puede ser descendente";

const ERRORS: readonly { why: string; params: Record<string, string>; expected: string[] }[] = [
  {
    why: "no integers",
    params: { start: "1.5", limit: "x" },
    expected: [wrong("limit", "x"), wrong("start", "1.5")],
  },
  {
    why: "empty integers",
    params: { limit: "", start: "" },
    expected: [wrong("limit", ""), wrong("start", "")],
  },
  {
    why: "below 0",
    params: { limit: "-1", start: "-2" },
    expected: [wrong("limit", "-1"), wrong("start", "-2")],
  },
  { why: "a limit out of reach", params: { limit: "10001" }, expected: [wrong("limit", "10001")] },
  { why: "a start out of reach", params: { start: "10001" }, expected: [wrong("start", "10001")] },
  { why: "a page out of reach", params: { start: "9995", limit: "6" }, expected: [wrong("start", "9995")] },
  {
    why: "a page out of reach by the limit alone",
    params: { start: "9991" },
    expected: [wrong("start", "9991")],
  },
  {
    why: "integers of any length",
    params: { limit: "9".repeat(100_000) },
    expected: [wrong("limit", "9".repeat(100_000))],
  },
  {
    why: "unknown words",
    params: { sort_by: "Frequency", sort: "DESC" },
    expected: [wrong("sort_by", "Frequency"), wrong("sort", "DESC")],
  },
  {
    why: "empty words",
    params: { sort_by: "", sort: "" },
    expected: [wrong("sort_by", ""), wrong("sort", "")],
  },
  { why: "relevance upwards", params: { sort: "asc" }, expected: [ASCENDING] },
  { why: "relevance upwards, said", params: { sort: "asc", sort_by: "relevance" }, expected: [ASCENDING] },
  {
    why: "all together, in order",
    params: { sort: "asc", start: "b", limit: "a" },
    expected: [wrong("limit", "a"), wrong("start", "b"), ASCENDING],
  },
];

describe("readSearch", () => {
  test.each(READ)(
    "reads $why",
    ({ params, expected }) => expect(read(params)).toEqual({ ...PLAIN, ...expected }),
  );
  test.each(ERRORS)(
    "tells of $why",
    ({ params, expected }) => expect(read(params)).toEqual(expected.map((error) => ({ error }))),
  );
});
