// One door to an OpenSearch cluster: its nodes are asked in turn, another one where one does not answer, and
// nothing is waited for longer than was said. Addresses may hold passwords: no error tells them.

import { Client, errors } from "@opensearch-project/opensearch";
import { Problem } from "../../core/problem.ts";

export type Request = {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** Without the query; names in it are encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  /** JSON, or lines of it as text. */
  readonly body?: object | string;
  /** Most ms that one node is waited for; another is asked then. */
  readonly nodeMs: number;
  /** Whether another node is asked where one does not answer. Not for what must not be done twice. */
  readonly retry?: boolean;
};

export type Cluster = {
  /**
   * Asks; answers the body, or undefined where what it is about does not exist. What a cluster was to wait for and
   * did not see is an answer too.
   * Errors: Problem `unavailable` where no node answers in time, or the cluster refuses.
   */
  ask<T>(request: Request): Promise<T | undefined>;
  close(): Promise<void>;
};

/** Attempts at other nodes, at most. */
const RETRIES = 2;

/** Opens a cluster by the addresses of some of its nodes. */
export function openCluster(nodes: readonly string[]): Cluster {
  const client = new Client({ nodes: [...nodes] });
  return {
    async ask<T>({ method, path, query = {}, body, nodeMs, retry = true }: Request) {
      const retries = retry ? Math.min(RETRIES, nodes.length) : 0;
      let asked: ReturnType<typeof request>;
      const request = () =>
        client.transport.request(
          {
            method,
            path,
            querystring: query,
            ...(typeof body === "string" ? { bulkBody: body } : { body }),
          },
          { requestTimeout: nodeMs, maxRetries: retries, ignore: [404, 408] },
        );
      /** What a node that was just lost had of an answer is asked of another one. */
      const attempt = async () => {
        try {
          return await (asked = request());
        } catch (error) {
          if (!retry || !(error instanceof errors.ResponseError && error.statusCode! >= 500)) throw error;
          return await (asked = request());
        }
      };
      const answer = attempt();
      // The client's own limit is one of silence, and does not count while an answer comes in.
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(() => {
        late.reject(new Error("no answer in time"));
        asked.abort();
      }, nodeMs * (retries + 1));
      try {
        const { body, statusCode } = await Promise.race([answer, late.promise]);
        return statusCode === 404 ? undefined : body as T;
      } catch (error) {
        throw new Problem("unavailable", `OpenSearch does not answer: ${reasonOf(error)}`, [], {
          cause: new Error(`${method} ${path}`),
        });
      } finally {
        clearTimeout(timer);
        answer.catch(() => {});
      }
    },
    close: () => client.close(),
  };
}

/** What the client or the cluster says of a fault, without addresses. */
function reasonOf(error: unknown): string {
  const { name, message } = error as Error;
  return `${name}: ${message}`.replace(/\/\/[^/\s@]*@/g, "//");
}
