// A check as its publisher reads it on a terminal: groups of findings with how to mend each, then the count.

import type { CatalogFormat } from "../core/canonical_store.ts";
import type { CheckReport } from "./check.ts";
import { type Finding, FINDING_CODES, type Level, type Place } from "./finding.ts";

const HEADINGS = {
  error: { one: "error", many: "errores", mark: "✗" },
  recommendation: { one: "recomendación", many: "recomendaciones", mark: "!" },
} as const satisfies Record<Level, unknown>;

const SHAPES = {
  json: "data.json",
  xlsx: "libro de Excel",
  ckan: "portal CKAN",
} as const satisfies Record<CatalogFormat, string>;

/** Every finding: by weight, then by code, and within it by how to mend it. */
export function checkText(report: CheckReport): string {
  const { catalog, format, profile, distributions } = report;
  const shape = format === undefined ? "ilegible" : SHAPES[format];
  const verdict = [
    `${count(report.errors, "error")}, ${count(report.recommendations, "recommendation")}`,
    ...(format ? [`perfil de metadatos: ${profile.status}`] : []),
    ...(distributions.checked > 0
      ? [
        `distribuciones de series de tiempo que se pueden cosechar: ${
          distributions.checked - distributions.refused
        } de ${distributions.checked}`,
      ]
      : []),
  ];
  return [
    `Catálogo ${catalog} (${shape})`,
    "",
    ...(["error", "recommendation"] as const).flatMap((level) => levelLines(report.findings, level)),
    verdict.join(" · "),
  ].join("\n");
}

function count(many: number, level: Level): string {
  return `${many} ${many === 1 ? HEADINGS[level].one : HEADINGS[level].many}`;
}

function levelLines(findings: readonly Finding[], level: Level): string[] {
  const groups = Map.groupBy(findings.filter((found) => found.level === level), ({ code }) => code);
  return [...groups].flatMap(([code, found]) => [
    `${FINDING_CODES[code][1]} · ${code} (${found.length})`,
    ...[...Map.groupBy(found, ({ remedy }) => remedy)].flatMap(([remedy, alike]) => [
      ...alike.flatMap(({ message, place }) => {
        const line = `  ${HEADINGS[level].mark} ${message}`;
        const where = placeText(place);
        // Recommendations are many, and most name a key alone.
        if (level === "recommendation") return [place.pointer ? `${line} · ${place.pointer}` : line];
        return where === "" ? [line] : [line, `    en ${where}`];
      }),
      `    → ${remedy}`,
    ]),
    "",
  ]);
}

/** What is known of a place, from the whole to the part. */
export function placeText(
  { datasetId, distributionId, field, fieldId, pointer, column, row, url }: Place,
): string {
  const named = (name: string, value: string | undefined) => value === undefined ? [] : [`${name} ${value}`];
  return [
    ...named("dataset", datasetId),
    ...named("distribución", distributionId),
    ...named(
      "campo",
      field !== undefined && fieldId !== undefined ? `${field} (${fieldId})` : field ?? fieldId,
    ),
    ...(column === field ? [] : named("columna", column)),
    ...named("fila", row === undefined ? undefined : String(row)),
    ...(pointer ? [pointer] : []),
    ...(row !== undefined && url !== undefined ? [url] : []),
  ].join(" · ");
}
