// Published files in a bucket of any S3-compatible service. What is put there is seen whole or not at all, and by
// everybody at once, so nothing has to be written beside.

import { Problem } from "../../core/problem.ts";
import { isPointer, isSame } from "../../core/published_files.ts";
import { keepFiles } from "../http/kept_files.ts";
import { readBlobs } from "../http/read_blobs.ts";
import type { Answer, Fetch } from "../http/requests.ts";
import type { PieceBlobs, WriteBlobs } from "../segments/blobs.ts";
import { textsOf } from "./answer_xml.ts";
import { absent, codeOf, isThere, openBucket, refusal, refused, type S3Access } from "./bucket.ts";
import { abandonUploads, largeFile } from "./large_file.ts";

export type S3Blobs = {
  /** `s3://bucket/prefix`. */
  readonly url: string;
  readonly access: S3Access;
  readonly fetch: Fetch;
  /** Epoch ms. */
  readonly now: () => number;
  /** How much of the files read by range may stay in memory, in bytes. */
  readonly keepBytes?: number;
};

/** Opens a bucket. A service that knows no conditions replaces any pointer. */
export function s3Blobs({ url, access, fetch, now, keepBytes = 0 }: S3Blobs): WriteBlobs & PieceBlobs {
  const bucket = openBucket(url, access, fetch);
  const { ask, urlOf } = bucket;
  /** Tags of the pointers as they were last read or written; null of those that are not there. */
  const tags = new Map<string, string | null>();
  let knowsConditions = true;
  const abandoned = new Set<string>();

  const raw = readBlobs({
    ask,
    place: bucket.name,
    urlOf,
    absent: (answer, name) => absent(bucket, answer, `leer "${name}"`),
    onTag: (name, tag) => {
      if (isPointer(name)) tags.set(name, tag);
    },
  });
  const kept = keepFiles(raw.read, keepBytes);

  /** Answers false where another has been there since the pointer was read. */
  async function put(name: string, body: Uint8Array<ArrayBuffer>, conditional: boolean): Promise<boolean> {
    const condition = conditional ? conditionOf(tags.get(name)) : undefined;
    return await ask(
      { method: "PUT", url: urlOf(name), body, ...(condition && { headers: condition }) },
      judge,
    );

    async function judge(answer: Answer): Promise<boolean> {
      if (answer.status === 200) {
        await answer.cancel();
        const tag = answer.headers.get("etag");
        if (tag && isPointer(name)) tags.set(name, tag);
        return true;
      }
      const code = await codeOf(answer);
      if (condition && (answer.status === 412 || answer.status === 409)) return false;
      if (condition && (answer.status === 501 || code === "NotImplemented")) {
        knowsConditions = false;
        return await put(name, body, false);
      }
      throw refusal(bucket, `escribir "${name}"`, answer.status, code);
    }
  }

  async function write(name: string, bytes: Uint8Array): Promise<void> {
    const body = new Uint8Array(bytes);
    const tag = tags.get(name);
    if (!await put(name, body, isPointer(name) && knowsConditions)) {
      // It may be our own, of an attempt whose answer was lost.
      const there = await raw.read(name);
      if (!there || !isSame(there, body)) {
        if (tag !== undefined) tags.set(name, tag);
        throw new Problem(
          "conflict",
          `Otro proceso cambió "${name}" en ${bucket.name} mientras se publicaba: vuelva a publicar`,
        );
      }
    }
    kept.forget(name);
  }

  async function remove(name: string): Promise<void> {
    await ask({ method: "DELETE", url: urlOf(name) }, async (answer) => {
      if (answer.status === 200 || answer.status === 204) return await answer.cancel();
      await absent(bucket, answer, `quitar "${name}"`);
    });
    tags.delete(name);
    kept.forget(name);
  }

  return {
    read: kept.read,
    pieces: raw.pieces,
    write,
    remove,
    exists: (name) => isThere(bucket, name),

    async create(folder) {
      if (!abandoned.has(folder)) {
        abandoned.add(folder);
        await abandonUploads(bucket, folder, now()).catch(() => {});
      }
      return largeFile({ bucket, folder, put: write, remove });
    },

    async list(folder) {
      const prefix = bucket.keyOf(folder === "" ? "" : `${folder}/`);
      const names: string[] = [];
      for (let token: string | undefined = ""; token !== undefined;) {
        const query = { "list-type": "2", prefix, delimiter: "/", "encoding-type": "url" };
        const page = bucket.listUrl(token === "" ? query : { ...query, "continuation-token": token });
        const xml: string = await ask({ method: "GET", url: page }, async (answer) => {
          if (answer.status !== 200) throw await refused(bucket, answer, `listar "${folder}"`);
          return new TextDecoder().decode(await answer.bytes());
        });
        for (const key of textsOf(xml, "Key")) {
          const name = decodeURIComponent(key.replaceAll("+", " ")).slice(prefix.length);
          // Some services have an empty file for a folder.
          if (name !== "") names.push(folder === "" ? name : `${folder}/${name}`);
        }
        token = textsOf(xml, "IsTruncated")[0] === "true"
          ? textsOf(xml, "NextContinuationToken")[0]
          : undefined;
      }
      return names;
    },
  };
}

function conditionOf(tag: string | null | undefined): Record<string, string> | undefined {
  if (tag === undefined) return undefined;
  return tag === null ? { "if-none-match": "*" } : { "if-match": tag };
}
