// Rows of the settings that change while the program runs, and of units.

import * as z from "zod";
import { FLAG, PAGE, paged } from "../operation/page.ts";
import { listUnits, markUnits, readSettings, saveSettings, SettingsDocument } from "../operation/settings.ts";
import type { NetworkContext } from "./nodes_operations.ts";
import type { Operation } from "./operation.ts";

const UnitAnswer = z.object({ name: z.string(), percentage: z.boolean() });

export const SETTINGS_OPERATIONS: readonly Operation<NetworkContext>[] = [
  {
    id: "settings.get",
    method: "get",
    path: "/settings",
    role: "viewer",
    summary: "Los ajustes como un documento, el que `deno task settings export` escribe",
    answer: SettingsDocument,
    run: ({ network }) => readSettings(network),
  },
  {
    id: "settings.save",
    method: "put",
    path: "/settings",
    role: "admin",
    summary: "Cambia los ajustes que el documento tenga, todos o ninguno; los demás quedan como están",
    body: SettingsDocument,
    answer: SettingsDocument,
    async run({ network }, { body }) {
      await saveSettings(network, body);
      return await readSettings(network);
    },
  },
  {
    id: "units.list",
    method: "get",
    path: "/units",
    role: "viewer",
    summary: "Unidades de las series disponibles",
    query: z.strictObject({ ...PAGE, percentage: FLAG }),
    answer: z.object({ total: z.number(), rows: z.array(UnitAnswer) }),
    async run({ network: { store } }, { query: { offset, limit, percentage } }) {
      const units = (await listUnits(store)).filter((unit) =>
        percentage === undefined || unit.percentage === percentage
      );
      return paged(units, { offset, limit });
    },
  },
  {
    id: "units.percentage",
    method: "post",
    path: "/units-percentage",
    role: "operator",
    summary: "Marca unidades como porcentajes, o les quita la marca",
    body: z.strictObject({ units: z.array(z.string()).min(1).max(1_000), percentage: z.boolean() }),
    run: ({ network: { store } }, { body }) => markUnits(store, body.units, body.percentage),
  },
];
