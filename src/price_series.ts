// Prices as series: of each real market the mean, close, high and low of every day that is over, published as a catalog
// of its own by the way of any file that this installation brings.

import type { Aggregate } from "./core/prices/aggregate.ts";
import { exact } from "./core/prices/aggregate.ts";
import { type Decimal, decimalText, meanNumber, roundedMean } from "./core/prices/decimal.ts";
import type { PriceStore } from "./core/prices/store.ts";
import type { Market } from "./core/prices/tick.ts";
import { BUENOS_AIRES_MS, buenosAiresDay, DAY_MS, isoDate } from "./core/time.ts";
import type { FedDistribution } from "./core/fed_distribution.ts";
import { feedDistribution, harvestLimits } from "./feed_distribution.ts";
import { readCatalog } from "./ingest/data_json.ts";
import type { Places } from "./open.ts";

/** How long another process may go on writing, in ms; as long as a harvest of a large network takes. */
const WAIT_MS = 1_800_000;

const CATALOG = "precios";

type Column = {
  readonly key: string;
  readonly title: string;
  readonly description: string;
  readonly value: (day: Aggregate) => string;
};

const COLUMNS: readonly Column[] = [
  {
    key: "promedio",
    title: "promedio",
    description: "Promedio diario",
    value: ({ sum, count }) => meanText(exact(sum), count),
  },
  { key: "cierre", title: "cierre", description: "Último precio del día", value: ({ last }) => last },
  {
    key: "maximo",
    title: "maximo",
    description: "Precio más alto del día",
    value: ({ greatest }) => greatest,
  },
  { key: "minimo", title: "minimo", description: "Precio más bajo del día", value: ({ least }) => least },
];

/** To cents, as the price API rounds, unless prices are told finer than that. */
function meanText(sum: Decimal, count: number): string {
  const mean = sum.scale > 2 ? meanNumber(sum, count) : roundedMean(sum, count);
  return decimalText(exact(String(mean)));
}

/**
 * Publishes a market's days where one has ended since they were last published; answers whether it did.
 * Errors: those of feedDistribution; the next time tries again.
 */
export async function publishPriceSeries(
  places: Places,
  store: Pick<PriceStore, "aggregates" | "cursor" | "saveCursor">,
  market: Market,
  now: number,
): Promise<boolean> {
  const today = buenosAiresDay(now) * DAY_MS - BUENOS_AIRES_MS;
  const cursor = { market: market.name, name: "series" };
  // An import sets it back, and a clock may have set it on.
  if (!market.isReal || await store.cursor(cursor) === today) return false;
  const days = await store.aggregates(market.name, DAY_MS, 0, today);
  if (days.length < Math.max(1, (await harvestLimits(places)).minimumValues)) return false;
  await feedDistribution(places, {
    fed: fedOf(market),
    bytes: new TextEncoder().encode(daysCsv(days)),
    waitMs: WAIT_MS,
    tell: () => {},
  });
  await store.saveCursor(cursor, today);
  return true;
}

/** A row for every day from the first to the last; a day without prices has none. */
export function daysCsv(days: readonly Aggregate[]): string {
  const byDay = new Map(days.map((day) => [buenosAiresDay(day.startsAt), day]));
  const lines = [["indice_tiempo", ...COLUMNS.map(({ title }) => title)].join(",")];
  const last = buenosAiresDay(days.at(-1)!.startsAt);
  for (let day = buenosAiresDay(days[0]!.startsAt); day <= last; day++) {
    const found = byDay.get(day);
    lines.push([isoDate(day), ...COLUMNS.map(({ value }) => found ? value(found) : "")].join(","));
  }
  return `${lines.join("\n")}\n`;
}

/** Its entry in the catalog; ids of series are the market's name and the column's. */
export function fedOf({ name, title, currency }: Market): FedDistribution {
  const { reading } = readCatalog({
    identifier: CATALOG,
    title: "Precios de mercado",
    description: "Precios que esta instalación observa, resumidos por día de Buenos Aires",
    publisher: { name: "Caudal" },
    themeTaxonomy: [],
    dataset: [{
      identifier: name,
      title,
      description: `Precios de ${title}, resumidos por día`,
      publisher: { name: "Caudal" },
      accrualPeriodicity: "R/P1D",
      keyword: ["precios", title],
      distribution: [{
        identifier: `${name}-diario`,
        title: `${title}, por día`,
        field: [
          {
            title: "indice_tiempo",
            type: "date",
            specialType: "time_index",
            specialTypeDetail: "R/P1D",
            description: "Día de Buenos Aires",
          },
          ...COLUMNS.map(({ key, title: column, description }) => ({
            id: `${name}_${key}`,
            title: column,
            type: "number",
            units: currency,
            description: `${title}: ${description[0]!.toLowerCase()}${description.slice(1)}`,
          })),
        ],
      }],
    }],
  });
  return {
    catalogId: CATALOG,
    metadata: reading.metadata,
    dataset: reading.datasets[0]!,
    distribution: reading.distributions[0]!,
  };
}
