// A stub of a CKAN portal behind a port of this machine: `status_show` and `package_search` of the Action API, in the
// shapes of CKAN's own documentation. It counts what it was asked and can be told to fail.

import type { JsonObject } from "../../src/core/json.ts";

export type CkanStub = {
  /** No slash at its end. */
  readonly origin: string;
  /** The stub reads both at every request; packages are answered by name. */
  status: JsonObject;
  packages: JsonObject[];
  /** More rows than this are never answered at once: `ckan.search.rows_max`. */
  mostRows: number;
  /** Paths with their queries, as they came. */
  readonly asked: string[];
  /** Answers instead of the action; undefined lets it through. */
  fail: (action: string, start: number) => Response | undefined;
  close(): Promise<void>;
};

/** A resource of a series "id", by month, whose file is at `url`. */
export const resource = (id: string, url: string, over: JsonObject = {}): JsonObject => ({
  id,
  package_id: "no se mira",
  name: `Recurso ${id}`,
  description: "",
  url,
  format: "CSV",
  mimetype: "text/csv",
  mimetype_inner: null,
  size: null,
  created: "2020-01-02T03:04:05.678901",
  last_modified: null,
  position: 0,
  state: "active",
  attributesDescription: JSON.stringify([
    { title: "indice_tiempo", type: "date", specialType: "time_index", specialTypeDetail: "R/P1M" },
    { title: id, id, type: "number", description: `Serie ${id}`, units: "Pesos" },
  ]),
  ...over,
});

export const ckanPackage = (
  name: string,
  resources: readonly JsonObject[],
  over: JsonObject = {},
): JsonObject => ({
  id: `id-${name}`,
  name,
  title: `Dataset ${name}`,
  notes: "De prueba",
  type: "dataset",
  state: "active",
  private: false,
  author: "Dirección de Cuentas",
  author_email: "cuentas@datos.example",
  maintainer: "Ana",
  maintainer_email: "ana@datos.example",
  license_id: "cc-by",
  license_title: "Creative Commons Attribution",
  metadata_created: "2019-05-06T07:08:09.000001",
  metadata_modified: "2021-05-06T07:08:09.000001",
  url: "",
  version: null,
  organization: { id: "o", name: "economia", title: "Economía", type: "organization" },
  num_resources: resources.length,
  num_tags: 0,
  extras: [],
  groups: [],
  tags: [],
  resources: [...resources],
  ...over,
});

export function startCkan(path = ""): CkanStub {
  const asked: string[] = [];
  const stub: Pick<CkanStub, "status" | "packages" | "mostRows" | "fail"> = {
    status: {
      ckan_version: "2.9.5",
      site_url: "http://dentro.del.portal",
      site_title: "Portal",
      site_description: "Datos abiertos",
      error_emails_to: "portal@datos.example",
      locale_default: "es",
      extensions: ["datastore"],
    },
    packages: [],
    mostRows: 1_000,
    fail: () => undefined,
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname, search, searchParams } = new URL(request.url);
    asked.push(pathname + search);
    const action = pathname.startsWith(`${path}/api/3/action/`) ? pathname.split("/").at(-1)! : undefined;
    if (action === undefined) {
      return new Response("<!DOCTYPE html><title>Portal</title>", {
        headers: { "content-type": "text/html" },
      });
    }
    const start = Number(searchParams.get("start") ?? 0);
    const failure = stub.fail(action, start);
    if (failure) return failure;
    const answer = (result: unknown) =>
      Response.json({
        help: `http://portal/api/3/action/help_show?name=${action}`,
        success: true,
        result,
      });
    if (action === "status_show") return answer(stub.status);
    if (action === "package_search") {
      const rows = Math.min(Number(searchParams.get("rows") ?? 10), stub.mostRows);
      const sorted = stub.packages.toSorted((a, b) => String(a.name) < String(b.name) ? -1 : 1);
      return answer({
        count: sorted.length,
        sort: searchParams.get("sort") ?? "score desc, metadata_modified desc",
        facets: {},
        search_facets: {},
        results: sorted.slice(start, start + rows),
      });
    }
    return refusal(400, "Bad Request", `Action name not known: ${action}`);
  });
  return Object.assign(stub, {
    origin: `http://127.0.0.1:${server.addr.port}${path}`,
    asked,
    close: () => server.shutdown(),
  });
}

/** What CKAN answers of an error. */
export const refusal = (status: number, __type: string, message: string): Response =>
  Response.json({ help: "", success: false, error: { __type, message } }, { status });
