// Rows of the files that operators upload and run: registers of nodes, and lists of datasets to federate.

import * as z from "zod";
import { runFederationFile } from "../operation/federation_files.ts";
import type { Network } from "../operation/network.ts";
import { PAGE, paged } from "../operation/page.ts";
import { runRegisterFile } from "../operation/register_files.ts";
import {
  FileAnswer,
  type FileKind,
  listFiles,
  readFile,
  removeFile,
  uploadFile,
} from "../operation/uploaded_files.ts";
import type { NetworkContext } from "./nodes_operations.ts";
import type { Operation } from "./operation.ts";

type Kind = {
  readonly kind: FileKind;
  /** In ids of rows, and in paths. */
  readonly name: string;
  readonly path: string;
  /** Spanish, plural and singular. */
  readonly words: readonly [many: string, one: string];
  readonly run: (network: Network, id: string) => Promise<FileAnswer>;
};

const KINDS: readonly Kind[] = [
  {
    kind: "register_file",
    name: "register_files",
    path: "/register-files",
    words: ["Archivos de nodos (YAML)", "un archivo de nodos"],
    run: runRegisterFile,
  },
  {
    kind: "federation_file",
    name: "federation_files",
    path: "/federation-files",
    words: ["Archivos de federación de datasets (CSV)", "un archivo de federación"],
    run: runFederationFile,
  },
];

export const FILES_OPERATIONS: readonly Operation<NetworkContext>[] = KINDS.flatMap(operationsOf);

function operationsOf({ kind, name, path, words: [many, one], run }: Kind): Operation<NetworkContext>[] {
  return [
    {
      id: `${name}.list`,
      method: "get",
      path,
      role: "viewer",
      summary: `${many}, los últimos primero`,
      query: z.strictObject(PAGE),
      answer: z.object({ total: z.number(), rows: z.array(FileAnswer) }),
      run: async ({ network }, { query }) => paged(await listFiles(network, kind), query),
    },
    {
      id: `${name}.upload`,
      method: "post",
      path,
      role: "operator",
      summary: `Sube ${one}; todavía no hace nada`,
      query: z.strictObject({ name: z.string().min(1).max(200).describe("Nombre del archivo") }),
      body: "text",
      answer: FileAnswer,
      run: ({ network }, { query, body, asker }) =>
        uploadFile(network, kind, { name: query.name, text: body, by: asker.name }),
    },
    {
      id: `${name}.text`,
      method: "get",
      path: `${path}/:id/text`,
      role: "viewer",
      summary: `El contenido de ${one}`,
      async run({ network }, { params }) {
        const { file } = await readFile(network, kind, params.id!);
        return new Response(file.text, { headers: { "content-type": "text/plain; charset=utf-8" } });
      },
    },
    {
      id: `${name}.run`,
      method: "post",
      path: `${path}/:id/run`,
      role: "operator",
      summary: `Ejecuta ${one}: lo que pasa con cada entrada queda en su registro`,
      answer: FileAnswer,
      run: ({ network }, { params }) => run(network, params.id!),
    },
    {
      id: `${name}.remove`,
      method: "delete",
      path: `${path}/:id`,
      role: "admin",
      summary: `Elimina ${one}; lo que hizo queda hecho`,
      run: ({ network }, { params }) => removeFile(network, kind, params.id!),
    },
  ];
}
