// A file written piece by piece into a bucket. Up to one part it is kept in memory and sent when it has a name.
// A larger one goes to a name of its own, part by part, and is copied by the service to the one that it gets:
// S3 wants the name first, and files here are named by their content.

import { Problem } from "../../core/problem.ts";
import type { BlobWriter } from "../segments/blobs.ts";
import { type Answer, joined } from "../http/requests.ts";
import { escaped, faultCode, textsOf } from "./answer_xml.ts";
import { type Bucket, isThere, refusal, refused } from "./bucket.ts";

/** Size of every part but the last; S3 takes 10,000 of them, of 5 MiB at least. */
const PART_BYTES = 8 * 1024 * 1024;

/** What is copied at once. */
const COPY_BYTES = 64 * 1024 * 1024;

/** Uploads that nobody goes on with are given up after this long, in ms. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;

export type LargeFile = {
  readonly bucket: Bucket;
  readonly folder: string;
  readonly put: (name: string, bytes: Uint8Array) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
};

/** Begins a file; at most two parts of it are in memory. */
export function largeFile({ bucket, folder, put, remove }: LargeFile): BlobWriter {
  const unnamed = `${folder}/${crypto.randomUUID()}.tmp`;
  let pieces: Uint8Array[] = [];
  let filled = 0;
  let size = 0;
  let upload: Upload | undefined;
  let sending: Promise<void> = Promise.resolve();

  /** Sends what is filled while the next part is; errors of the one before come here. */
  async function sendPart(): Promise<void> {
    const bytes = joined(pieces);
    [pieces, filled] = [[], 0];
    size += bytes.length;
    upload ??= await beginUpload(bucket, unnamed);
    await sending;
    sending = upload.send(bytes);
    sending.catch(() => {});
  }

  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length;) {
        const piece = bytes.slice(at, at + PART_BYTES - filled);
        pieces.push(piece);
        filled += piece.length;
        at += piece.length;
        if (filled === PART_BYTES) await sendPart();
      }
    },
    async finish(name) {
      if (!upload) return await put(name, joined(pieces));
      if (filled > 0) await sendPart();
      await sending;
      await upload.complete();
      await copyFile(bucket, unnamed, name, size);
      await remove(unnamed);
    },
    async abort() {
      pieces = [];
      if (!upload) return;
      await sending.catch(() => {});
      await upload.abort();
      await remove(unnamed).catch(() => {});
    },
  };
}

type Upload = {
  /** Sends the next part. */
  send(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Copies the next part out of another file. */
  copy(from: string, offset: number, length: number): Promise<void>;
  complete(): Promise<void>;
  /** Leaves nothing of it, as far as that can be. */
  abort(): Promise<void>;
};

async function beginUpload(bucket: Bucket, name: string): Promise<Upload> {
  const { ask, urlOf } = bucket;
  const doing = `escribir "${name}"`;
  const begun = await ask({ method: "POST", url: urlOf(name, { uploads: "" }) }, xmlOf(bucket, doing));
  const uploadId = told(bucket, doing, textsOf(begun, "UploadId")[0]);
  const parts: string[] = [];
  const partUrl = () => urlOf(name, { partNumber: String(parts.length + 1), uploadId });
  return {
    async send(body) {
      const tag = await ask({ method: "PUT", url: partUrl(), body }, async (answer) => {
        await xmlOf(bucket, doing)(answer);
        return answer.headers.get("etag") ?? undefined;
      });
      parts.push(told(bucket, doing, tag));
    },
    async copy(from, offset, length) {
      const headers = {
        "x-amz-copy-source": bucket.sourceOf(from),
        "x-amz-copy-source-range": `bytes=${offset}-${offset + length - 1}`,
      };
      const copied = await ask({ method: "PUT", url: partUrl(), headers }, xmlOf(bucket, doing));
      parts.push(told(bucket, doing, textsOf(copied, "ETag")[0]));
    },
    async complete() {
      const list = parts.map((tag, i) =>
        `<Part><PartNumber>${i + 1}</PartNumber><ETag>${escaped(tag)}</ETag></Part>`
      );
      const body = new TextEncoder().encode(
        `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${
          list.join("")
        }</CompleteMultipartUpload>`,
      );
      await ask({ method: "POST", url: urlOf(name, { uploadId }), body }, async (answer, attempt) => {
        // The answer to an attempt before may have been lost: then the upload is gone, and the file there.
        const isGone = answer.status === 404 && attempt > 1;
        if (!isGone || !await isThere(bucket, name)) await xmlOf(bucket, doing)(answer);
      });
    },
    abort: () =>
      ask({ method: "DELETE", url: urlOf(name, { uploadId }) }, (answer) => answer.cancel()).catch(() => {}),
  };
}

/** Copies inside the bucket; leaves nothing where it fails. */
async function copyFile(bucket: Bucket, from: string, to: string, size: number): Promise<void> {
  const upload = await beginUpload(bucket, to);
  try {
    for (let at = 0; at < size; at += COPY_BYTES) {
      await upload.copy(from, at, Math.min(COPY_BYTES, size - at));
    }
    await upload.complete();
  } catch (error) {
    await upload.abort();
    throw error;
  }
}

/** Gives up uploads of writers that were killed; what cannot be had now can wait for the next time. */
export async function abandonUploads(bucket: Bucket, folder: string, now: number): Promise<void> {
  const { ask, listUrl, keyOf } = bucket;
  const prefix = keyOf(`${folder}/`);
  const xml = await ask(
    { method: "GET", url: listUrl({ uploads: "", prefix }) },
    xmlOf(bucket, `listar "${folder}"`),
  );
  const keys = textsOf(xml, "Key");
  const ids = textsOf(xml, "UploadId");
  const begun = textsOf(xml, "Initiated");
  for (const [i, key] of keys.entries()) {
    const isOurs = key.startsWith(prefix);
    const uploadId = ids[i];
    if (!isOurs || uploadId === undefined || !(now - Date.parse(begun[i] ?? "") > ABANDONED_MS)) continue;
    const url = bucket.urlOf(`${folder}/${key.slice(prefix.length)}`, { uploadId });
    await ask({ method: "DELETE", url }, (answer) => answer.cancel());
  }
}

/** The XML of an answer that went well. A service may find out that it did not after it said 200. */
function xmlOf(bucket: Bucket, doing: string) {
  return async (answer: Answer): Promise<string> => {
    if (answer.status !== 200) throw await refused(bucket, answer, doing);
    const xml = new TextDecoder().decode(await answer.bytes());
    const code = faultCode(xml);
    if (code !== undefined) throw refusal(bucket, doing, answer.status, code);
    return xml;
  };
}

/** What an answer must tell. */
function told(bucket: Bucket, doing: string, text: string | undefined): string {
  if (text !== undefined) return text;
  throw new Problem("unavailable", `No se puede ${doing} en ${bucket.name}: su respuesta no se entiende`);
}
