/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// The page of a series, livelier: a chart that tells its values and zooms in the place of the drawn one, and
// buttons that copy the request. Whatever fails, the page stays as the server wrote it.

import { copyButtons } from "./copy_buttons.ts";
import { drawChart } from "./series_chart.ts";
import { readRows } from "./series_rows.ts";

for (const section of document.querySelectorAll<HTMLElement>("[data-copy]")) copyButtons(section);

for (const figure of document.querySelectorAll<HTMLElement>("figure.chart[data-rows]")) {
  void readRows(figure.dataset).then((rows) => {
    if (rows.length > 0) drawChart(figure, rows);
  }).catch(() => {
    // The drawing of the server is still there.
  });
}
