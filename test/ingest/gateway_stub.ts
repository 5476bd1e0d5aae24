// A stub of an API gateway's management API, behind a port of this machine: a log in pages, with a cursor that begins a
// page, told by the address of the next one. It counts what it was asked and can be told to fail.

export type StubEntry = Readonly<Record<string, unknown>>;

export type GatewayStub = {
  readonly endpoint: string;
  /** The log; the stub reads it at every request. */
  entries: StubEntry[];
  /** Requests as they came: method, cursor, authorization. */
  readonly asked: {
    readonly method: string;
    readonly cursor: string | null;
    readonly token: string | null;
  }[];
  /** Answers instead of the page; undefined lets it through. */
  fail: (cursor: string | null, attempt: number) => Response | Promise<Response> | undefined;
  close(): Promise<void>;
};

export const STUB_TOKEN = "secreto-del-gateway";
export const STUB_API = "api-7";

/** A query of the log that counts, unless told otherwise. */
export const entry = (id: number | string, ids: string, over: StubEntry = {}): StubEntry => ({
  id,
  ip_address: "203.0.113.9",
  user_agent: "curl/8 (alguien)",
  uri: "/series/api/series/",
  request_method: "GET",
  status_code: 200,
  querystring: `ids=${encodeURIComponent(ids)}&limit=5&nombre=Fulana`,
  start_time: "2026-11-20T12:00:00-03:00",
  request_time: "0.02",
  ...over,
});

export function startGateway(pageSize = 2): GatewayStub {
  const stub: Pick<GatewayStub, "entries" | "fail"> = { entries: [], fail: () => undefined };
  const asked: { method: string; cursor: string | null; token: string | null }[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { searchParams } = new URL(request.url);
    const cursor = searchParams.get("cursor");
    const token = request.headers.get("authorization");
    asked.push({ method: request.method, cursor, token });
    const attempt = asked.filter((one) => one.cursor === cursor).length;
    if (token !== `Token ${STUB_TOKEN}`) return new Response("no", { status: 401 });
    if (searchParams.get("kong_api_id") !== STUB_API) return new Response("no", { status: 404 });
    const failure = await stub.fail(cursor, attempt);
    if (failure) return failure;
    // A page begins with a number behind letters, so that nobody can count on it.
    const from = cursor === null ? 0 : Number(cursor.slice(2));
    const to = from + pageSize;
    const next = to < stub.entries.length
      ? `http://dentro.del.gateway:8001/log?cursor=p%3D${to}&kong_api_id=${STUB_API}`
      : null;
    return Response.json({
      count: stub.entries.length,
      next,
      previous: null,
      results: stub.entries.slice(from, to),
    });
  });
  return Object.assign(stub, {
    endpoint: `http://127.0.0.1:${server.addr.port}/management/log/?order=asc`,
    asked,
    close: () => server.shutdown(),
  });
}
