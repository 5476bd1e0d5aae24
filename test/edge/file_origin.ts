// An origin of published files that can be taken away and brought back at the same address.

export type FileOrigin = {
  readonly url: string;
  /** Paths that were asked for. */
  readonly asked: string[];
  /** Answers in place of a file, from now on; undefined leaves the file. */
  fault: ((path: string) => Response | undefined) | undefined;
  /** Answers nothing from now on until it is told to go on. */
  hold(): () => void;
  stop(): Promise<void>;
  start(): void;
};

export function fileOrigin(folder: string): FileOrigin {
  const asked: string[] = [];
  let held: Promise<void> | undefined;
  const answer = async (request: Request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    await held;
    const fault = origin.fault?.(pathname);
    if (fault) return fault;
    try {
      return new Response(await Deno.readFile(`${folder}${pathname}`));
    } catch {
      return new Response(null, { status: 404 });
    }
  };
  const listen = (port: number) => Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, answer);
  let server = listen(0);
  const { port } = server.addr;
  const origin: FileOrigin = {
    url: `http://127.0.0.1:${port}`,
    asked,
    fault: undefined,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    stop: () => server.shutdown(),
    start: () => void (server = listen(port)),
  };
  return origin;
}
