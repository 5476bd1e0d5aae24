/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// Files that operators upload and run, a section a kind: registers of nodes, and lists of datasets to federate.

import { confirmRoutes } from "./form_routes.tsx";
import { Button, Facts, LinkButton, Token } from "./forms.tsx";
import { Badge, Moment } from "./frame.tsx";
import type { Route, Section, Words } from "./route.ts";
import { List, listQuery } from "./tables.tsx";
import { consoleHref, Refused, type Visit } from "./visit.ts";

type File = {
  readonly id: string;
  readonly name: string;
  readonly state: "UPLOADED" | "PROCESSING" | "PROCESSED" | "FAILED";
  readonly uploaded_at: string;
  readonly uploaded_by: string;
  readonly finished_at: string | null;
  readonly log: readonly string[];
};

type Kind = {
  readonly path: string;
  /** Of its operations: `register_files`. */
  readonly operations: string;
  readonly title: Words;
  readonly about: Words;
  readonly accept: string;
  /** Of its operations, under /api/ops. */
  readonly opsPath: string;
};

const STATES = {
  UPLOADED: ["quiet", "sin ejecutar", "not run"],
  PROCESSING: ["busy", "en curso", "running"],
  PROCESSED: ["good", "ejecutado", "done"],
  FAILED: ["wrong", "falló", "failed"],
} as const;

function State({ visit, state }: { readonly visit: Visit; readonly state: File["state"] }) {
  const [kind, spanish, english] = STATES[state];
  return <Badge kind={kind}>{visit.say(spanish, english)}</Badge>;
}

function sectionOf({ path, operations, title, about, accept, opsPath }: Kind): Section {
  const LIST = consoleHref(path);
  const ONE = `${path}/:id`;
  const hrefOf = (id: string) => consoleHref(ONE, { id });
  const files = (visit: Visit, query: Record<string, string | number>) =>
    visit.ask<{ total: number; rows: File[] }>(`${operations}.list`, { query });

  const list: Route = {
    method: "get",
    path,
    needs: `${operations}.list`,
    async answer(visit) {
      const { say, language } = visit;
      const { total, rows } = await files(visit, listQuery(visit, []));
      return {
        title: say(...title),
        beside: operations === "federation_files" && (
          <LinkButton href="/api/ops/federacion-config.csv" kind="plain">
            {say("Exportar los federables (CSV)", "Export the federable ones (CSV)")}
          </LinkButton>
        ),
        body: (
          <>
            <p>{say(...about)}</p>
            {visit.may(`${operations}.upload`) && (
              <form class="filters" method="post" enctype="multipart/form-data" action={`${LIST}/subir`}>
                <Token visit={visit} />
                <div>
                  <label for="file">{say("Archivo", "File")}</label>
                  <input type="file" id="file" name="file" accept={accept} required />
                </div>
                <button type="submit">{say("Subir", "Upload")}</button>
              </form>
            )}
            <List
              visit={visit}
              caption={say(...title)}
              rows={rows}
              total={total}
              empty={say("Todavía no se subió ninguno.", "None was uploaded yet.")}
              columns={[
                { title: say("Archivo", "File"), cell: ({ id, name }) => <a href={hrefOf(id)}>{name}</a> },
                { title: say("Estado", "State"), cell: ({ state }) => <State visit={visit} state={state} /> },
                {
                  title: say("Subido", "Uploaded"),
                  cell: ({ uploaded_at, uploaded_by }) => (
                    <>
                      <Moment at={uploaded_at} language={language} /> <small>{uploaded_by}</small>
                    </>
                  ),
                },
                {
                  title: say("Terminó", "Finished"),
                  cell: ({ finished_at }) => <Moment at={finished_at} language={language} />,
                },
                { title: say("Entradas", "Entries"), kind: "number", cell: ({ log }) => String(log.length) },
              ]}
            />
          </>
        ),
      };
    },
  };

  const upload: Route = {
    method: "post",
    path: `${path}/subir`,
    back: () => LIST,
    async answer(visit) {
      const file = visit.form.get("file");
      if (!(file instanceof Blob) || file.size === 0) {
        throw new Refused(400, visit.say("No eligió ningún archivo", "You chose no file"));
      }
      const body = new TextDecoder().decode(await file.arrayBuffer());
      const { id } = await visit.ask<File>(`${operations}.upload`, { query: { name: file.name }, body });
      const told = visit.say(
        "El archivo está subido: revíselo y ejecútelo.",
        "The file is uploaded: look at it and run it.",
      );
      return { to: hrefOf(id), told };
    },
  };

  const one: Route = {
    method: "get",
    path: ONE,
    needs: `${operations}.list`,
    async answer(visit) {
      const { say, language } = visit;
      const id = visit.params.id!;
      const file = (await files(visit, { limit: 1_000 })).rows.find((one) => one.id === id);
      if (!file) throw new Refused(404, say("No hay un archivo así", "There is no such file"));
      return {
        title: file.name,
        above: [{ href: LIST, text: say(...title) }],
        beside: (
          <>
            {visit.may(`${operations}.run`) && (
              <Button visit={visit} action={`${hrefOf(id)}/ejecutar`} disabled={file.state === "PROCESSING"}>
                {file.state === "UPLOADED" ? say("Ejecutar", "Run") : say("Ejecutar otra vez", "Run again")}
              </Button>
            )}
            <LinkButton href={`/api/ops${opsPath}/${encodeURIComponent(id)}/text`} kind="plain">
              {say("Ver el contenido", "See its content")}
            </LinkButton>
            {visit.may(`${operations}.remove`) && (
              <LinkButton href={`${hrefOf(id)}/eliminar`} kind="grave">
                {say("Eliminar", "Delete")}
              </LinkButton>
            )}
          </>
        ),
        body: (
          <>
            <Facts
              rows={[
                [say("Estado", "State"), <State visit={visit} state={file.state} />],
                [say("Subido", "Uploaded"), <Moment at={file.uploaded_at} language={language} />],
                [say("Por", "By"), file.uploaded_by],
                [say("Terminó", "Finished"), <Moment at={file.finished_at} language={language} />],
              ]}
            />
            <h2>{say("Qué pasó con cada entrada", "What became of each entry")}</h2>
            {file.log.length > 0
              ? <pre class="log" tabindex={0}>{file.log.join("\n")}</pre>
              : <p class="quiet">{say("Todavía no se ejecutó.", "It was not run yet.")}</p>}
          </>
        ),
      };
    },
  };

  const run: Route = {
    method: "post",
    path: `${ONE}/ejecutar`,
    back: ({ params }) => hrefOf(params.id!),
    async answer(visit) {
      const id = visit.params.id!;
      const { state, log } = await visit.ask<File>(`${operations}.run`, { params: { id } });
      const failed = state === "FAILED";
      return {
        to: hrefOf(id),
        kind: failed ? "wrong" : "good",
        told: failed
          ? visit.say(
            "No se pudo ejecutar: el registro dice por qué.",
            "It could not be run: the log tells why.",
          )
          : visit.say(`Ejecutado: ${log.length} entradas.`, `Done: ${log.length} entries.`),
      };
    },
  };

  const removing = confirmRoutes({
    path: `${ONE}/eliminar`,
    needs: `${operations}.remove`,
    title: ({ say }) => say("¿Eliminar el archivo?", "Delete the file?"),
    warning: ({ say }) => <p>{say("Lo que hizo queda hecho.", "What it did stays done.")}</p>,
    submit: ({ say }) => say("Eliminar", "Delete"),
    back: ({ params }) => hrefOf(params.id!),
    async send(visit) {
      await visit.ask(`${operations}.remove`, { params: { id: visit.params.id! } });
      return { to: LIST, told: visit.say("El archivo está eliminado.", "The file is deleted.") };
    },
  });

  return { path, title, group: "network", role: "viewer", routes: [list, upload, one, run, ...removing] };
}

export const REGISTER_FILES = sectionOf({
  path: "/archivos-de-nodos",
  operations: "register_files",
  title: ["Archivos de nodos", "Register files"],
  about: [
    "Un archivo YAML con una entrada por nodo. Primero se sube; al ejecutarlo se agregan o cambian sus nodos.",
    "A YAML file with an entry a node. It is uploaded first; running it adds or changes its nodes.",
  ],
  accept: ".yml,.yaml,text/yaml",
  opsPath: "/register-files",
});

export const FEDERATION_FILES = sectionOf({
  path: "/archivos-de-federacion",
  operations: "federation_files",
  title: ["Archivos de federación", "Federation files"],
  about: [
    "Un CSV con catalog_id y dataset_identifier: al ejecutarlo esos datasets quedan federables.",
    "A CSV with catalog_id and dataset_identifier: running it makes those datasets federable.",
  ],
  accept: ".csv,text/csv",
  opsPath: "/federation-files",
});
