// The explorer over a snapshot that was really published: series enough for several pages of results, one too
// long for one request, some with gaps, and texts and ids that try to break out of a page.

import { type AppContext, createApp } from "../../src/api/app.ts";
import { wholeSite } from "../../src/api/whole_site.ts";
import { enrich } from "../../src/core/enriched.ts";
import type { Observations } from "../../src/core/observations.ts";
import { publish } from "../../src/publish/publish.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { openSearches } from "../../src/store/segments/search_index.ts";
import { openSnapshots } from "../../src/store/segments/snapshots.ts";
import {
  column,
  dataset,
  distribution,
  field,
  indexed,
  key,
  reading,
  run,
  series,
  sha256,
  source,
} from "../store/example_catalog.ts";

export const NOW = Date.UTC(2026, 6, 9, 15, 30);

export const STATIONS = 45;
export const EZEIZA = "smn.ezeiza";
export const INFLATION = "ipc.trimestral";
export const LONG = "largo";
export const WORKDAYS = "habil";
export const GAPS = "huecos";
export const HOSTILE = `h'"<&/1%2f`;
export const HOSTILE_TEXT = `Producto "><script>alert('1')</script> & cía`;
/** The grammar of `ids` has no place for it. */
export const UNASKABLE = "a:b";

/** Six thousand days from 1 January 2000 on; some in the middle are missing. */
const DAYS = Array.from({ length: 6_000 }, (_, i) => i >= 2_000 && i < 2_500 ? null : 100 + i / 8);
const DAY_2000 = 10_957;

const day = (values: readonly (number | null)[], start = DAY_2000) =>
  column(values, { frequency: "day", start });

type Planned = {
  readonly id: string;
  readonly description: string;
  readonly units: string;
  readonly observations: Observations;
};

const MONTHS = Array.from({ length: 40 }, (_, i) => 10 + i % 12 + 0.5);

const CLIMATE: readonly Planned[] = [
  {
    id: EZEIZA,
    description: "Temperatura máxima en Ezeiza",
    units: "Grados Celsius",
    observations: day(DAYS.slice(0, 800)),
  },
  ...Array.from({ length: STATIONS }, (_, i) => ({
    id: `smn.${i}`,
    description: `Temperatura media de la estación ${i}`,
    units: "Grados Celsius",
    observations: column(MONTHS),
  })),
  { id: LONG, description: "Caudal del río", units: "Metros cúbicos", observations: day(DAYS) },
];

const PRICES: readonly Planned[] = [
  {
    id: INFLATION,
    description: "Inflación trimestral",
    units: "Índice 2016=100",
    observations: column([100, 105, 110.25, 120, 126, 132.3, 138, 150, 200.5], {
      frequency: "quarter",
      start: 2018 * 4,
    }),
  },
  {
    id: WORKDAYS,
    description: "Dólar mayorista",
    units: "Pesos",
    // Monday 3 January 2000 on, two weeks.
    observations: column([1, 2, 3, 4, 5, null, null, 6, 7, 8, 9, 10], {
      frequency: "day",
      start: DAY_2000 + 2,
      workdays: true,
    }),
  },
  { id: GAPS, description: "Con huecos", units: "Pesos", observations: column([1, 2, null, 4, null, 6, 7]) },
  { id: HOSTILE, description: HOSTILE_TEXT, units: `<i>"u"</i>`, observations: column([1, 2, 3]) },
  { id: UNASKABLE, description: "Sin pedido posible", units: "Pesos", observations: column([1, 2, 3]) },
];

const planned = (plan: readonly Planned[]) => ({
  fields: plan.map(({ id, description, units }) => field(id, { description, units })),
  indexed: indexed(
    plan.map(({ id, observations }) => series(id, observations, { enriched: enrich(observations) })),
  ),
});

/** Publishes, and answers an application over it; `publishMore` adds a series. */
export async function explorerApp(given: Partial<AppContext> = {}) {
  const store = memoryStore(sha256);
  const blobs = memoryBlobs();
  const save = async (
    id: number,
    catalog: string,
    title: string,
    theme: string,
    plan: readonly Planned[],
  ) => {
    const { fields, indexed } = planned(plan);
    await store.saveReading(
      run(id),
      catalog,
      reading([distribution("d", `${catalog}.1`, fields, { downloadURL: "https://example.org/datos.csv" })], {
        metadata: { title },
        datasets: [
          dataset("d", {
            title: `Datos de ${title}`,
            source: `Fuente de ${title}`,
            publisher: { name: `Organismo de ${title}` },
            landingPage: "javascript:alert(1)",
            theme: ["t"],
          }, [{ id: "t", label: theme }]),
        ],
      }),
      source(String(id)),
    );
    await store.saveOutcome(run(id), key("d", `${catalog}.1`, catalog), indexed);
  };
  let now = NOW;
  const publishNow = () => publish({ store, blobs, sha256, now: () => now });
  await save(1, "clima", "Clima y agua", "Ambiente", CLIMATE);
  await save(2, "precios", "Precios <b>", `Economía "&" finanzas`, PRICES);
  await publishNow();

  const app = createApp({
    site: wholeSite,
    snapshots: openSnapshots(blobs, () => now),
    searches: openSearches(blobs),
    now: () => now,
    version: "9.8.7",
    ...given,
  });
  return {
    app,
    async publishMore() {
      now += 60_000;
      await save(3, "precios", "Precios <b>", "Economía", [
        ...PRICES,
        { id: "otra", description: "Otra inflación", units: "Pesos", observations: column([1, 2]) },
      ]);
      await publishNow();
    },
  };
}
