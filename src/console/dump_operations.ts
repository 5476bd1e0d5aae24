// Rows of the generated files that people download: what there is, and removing it. Generating them is a task.

import * as z from "zod";
import { DUMP_FORMATS, dumpFile } from "../core/dump_files.ts";
import type { DumpDesk } from "../core/dumps.ts";
import { fits, paged, SORTED_PAGE } from "../operation/page.ts";
import type { Operation } from "./operation.ts";

/** Behind `dumps`, so that where files are published is opened by its first use. */
export type DumpContext = { readonly dumps: DumpDesk };

const DumpName = z.strictObject({
  catalog_id: z.string().nullable().describe("null: el de todos los catálogos"),
  name: z.string().describe("series-tiempo-csv.zip"),
});
const DumpAnswer = DumpName.extend({
  format: z.enum(DUMP_FORMATS).nullable(),
  bytes: z.number(),
  sha256: z.string(),
  generated_at: z.iso.datetime(),
});

export const DUMP_OPERATIONS: readonly Operation<DumpContext>[] = [
  {
    id: "dumps.list",
    method: "get",
    path: "/dumps",
    role: "viewer",
    summary: "Archivos generados que se descargan",
    query: z.strictObject({
      ...SORTED_PAGE,
      catalog_id: z.string().optional(),
      name: z.string().optional(),
      format: z.enum(DUMP_FORMATS).optional(),
    }),
    answer: z.object({ total: z.number(), rows: z.array(DumpAnswer) }),
    async run({ dumps }, { query: { offset, limit, sort, ...filter } }) {
      const rows = (await dumps.list()).map(({ catalogId, name, bytes, sha256, generatedAt }) => ({
        catalog_id: catalogId,
        name,
        format: dumpFile(name)?.format ?? null,
        bytes,
        sha256,
        generated_at: new Date(generatedAt).toISOString(),
      }));
      return paged(rows.filter((row) => fits(row, filter)), { offset, limit, sort });
    },
  },
  {
    id: "dumps.remove",
    method: "post",
    path: "/dumps-removal",
    role: "admin",
    summary: "Elimina archivos generados, con su generación anterior, hasta que se los vuelva a generar",
    body: z.strictObject({ files: z.array(DumpName).min(1).max(10_000) }),
    run: ({ dumps }, { body: { files } }) =>
      dumps.remove(
        files.map(({ catalog_id, name }: z.infer<typeof DumpName>) => ({ catalogId: catalog_id, name })),
      ),
  },
];
