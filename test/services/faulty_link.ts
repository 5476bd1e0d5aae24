// A link to a server that can be bad: what goes through it is handed on byte by byte, or lost, as the test says.

/** What becomes of a connection. `cut` ends it after so many bytes of what the server sends. */
export type Fault =
  | "refused"
  | "silent"
  | { readonly answers: string }
  | { readonly cut: number };

export type Link = {
  readonly port: number;
  /** Connections so far. */
  readonly connections: () => number;
  /** What becomes of the next connections, one each; after them all is well. Those that are open end. */
  next(...faults: readonly Fault[]): void;
  /** What becomes of every connection from now on; undefined when all is well. Those that are open end. */
  always(fault: Fault | undefined): void;
  [Symbol.asyncDispose](): Promise<void>;
};

/** An answer that throttles. */
export const SLOW_DOWN: Fault = {
  answers: "HTTP/1.1 503 Slow Down\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
};

/** Listens on a free port of this machine and hands on to `port`. */
export function openLink(port: number): Link {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.TcpConn>();
  let queue: Fault[] = [];
  let standing: Fault | undefined;
  let connections = 0;

  const end = (connection: Deno.TcpConn) => {
    if (open.delete(connection)) connection.close();
  };
  const endAll = () => {
    for (const connection of open) end(connection);
  };

  /** Hands on what comes until either side ends, or `most` bytes are over. */
  async function handOn(from: Deno.TcpConn, to: Deno.TcpConn, most: number): Promise<void> {
    try {
      const piece = new Uint8Array(16 * 1024);
      for (let left = most; left > 0;) {
        const read = await from.read(piece);
        if (read === null) break;
        const bytes = piece.subarray(0, Math.min(read, left));
        left -= bytes.length;
        for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
      }
    } catch {
      // One side is gone.
    }
    end(from);
    end(to);
  }

  async function serve(client: Deno.TcpConn, fault: Fault | undefined): Promise<void> {
    open.add(client);
    if (fault === "silent") return;
    if (fault === "refused") return end(client);
    if (fault && "answers" in fault) {
      try {
        await client.read(new Uint8Array(64 * 1024));
        await client.write(new TextEncoder().encode(fault.answers));
        await client.closeWrite();
        while (await client.read(new Uint8Array(64 * 1024)) !== null);
      } catch {
        // The client is gone.
      }
      return end(client);
    }
    const server = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => undefined);
    if (!server) return end(client);
    open.add(server);
    await Promise.all([
      handOn(client, server, Infinity),
      handOn(server, client, fault ? fault.cut : Infinity),
    ]);
  }

  const serving: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const client of listener) {
      connections++;
      serving.push(serve(client, queue.shift() ?? standing));
    }
  })();
  return {
    port: listener.addr.port,
    connections: () => connections,
    next(...faults) {
      queue = [...faults];
      endAll();
    },
    always(fault) {
      queue = [];
      standing = fault;
      endAll();
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      endAll();
      await accepting;
      await Promise.all(serving);
    },
  };
}
