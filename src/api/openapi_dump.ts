// The downloads in the OpenAPI description.

import { DUMP_FILES } from "../core/dump_files.ts";

type Answer = (description: string, contentType: string, schema: unknown) => object;

const name = (of: string, description: string, schema: object, example: string) => ({
  name: of,
  in: "path",
  required: true,
  description,
  schema,
  example,
});

const FILE = name(
  "file",
  "Nombre del archivo",
  { type: "string", enum: DUMP_FILES.map(({ name }) => name) },
  "series-tiempo-metadatos.csv",
);
const CATALOG = name("catalog", "Identificador del catálogo", { type: "string" }, "smn");

/** Paths of the downloads, with the words that every description shares. */
export function dumpPaths(answer: Answer, problem: unknown): Record<string, object> {
  const media = [...new Set(DUMP_FILES.map(({ mediaType }) => mediaType))];
  const content = Object.fromEntries(
    media.map((type) => [type, { schema: { type: "string", format: "binary" } }]),
  );
  const text = (description: string) => ({ schema: { type: "string" }, description });
  const headers = {
    ETag: text("De los bytes del archivo"),
    "Repr-Digest": text("SHA-256 del archivo"),
    "Content-Disposition": text("Nombre con que se guarda"),
  };
  const get = (operationId: string, summary: string, parameters: readonly object[]) => ({
    get: {
      operationId,
      summary,
      parameters: [
        ...parameters,
        { name: "Range", in: "header", required: false, schema: { type: "string" }, example: "bytes=0-1023" },
      ],
      responses: {
        200: { description: "El archivo", headers, content },
        206: { description: "La parte pedida con Range", headers, content },
        304: { description: "La copia del cliente (If-None-Match) sigue vigente" },
        404: answer("No hay un archivo así, o todavía no se generó", "application/problem+json", problem),
        412: answer("El archivo ya no es el de If-Match", "application/problem+json", problem),
        416: answer("La parte pedida no está en el archivo", "application/problem+json", problem),
        500: answer("Error en la lectura del archivo pedido", "text/plain", { type: "string" }),
      },
    },
  });
  return {
    "/series/api/dump/{file}/": get("dump", "Todas las series, en un archivo", [FILE]),
    "/series/api/dump/{catalog}/{file}/": get("dump_catalog", "Las series de un catálogo, en un archivo", [
      CATALOG,
      FILE,
    ]),
  };
}
