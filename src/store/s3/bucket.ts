// A bucket of an S3-compatible service: signed requests for keys below a prefix, and what the service's refusals
// mean. Buckets are named in the path, which every service understands.

import { AwsV4Signer } from "aws4fetch";
import { Problem } from "../../core/problem.ts";
import { type Answer, type Ask, type Asked, askerOf, type Fetch } from "../http/requests.ts";
import { faultCode } from "./answer_xml.ts";

/** Where a bucket is and who may use it. */
export type S3Access = {
  /** Address of the service, http or https. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
};

export type Query = Readonly<Record<string, string>>;

export type Bucket = {
  /** What it is called in faults. */
  readonly name: string;
  readonly ask: Ask;
  /** Address of a file; `query` says what of it is meant. */
  readonly urlOf: (file: string, query?: Query) => string;
  /** Address of the bucket itself. */
  readonly listUrl: (query: Query) => string;
  /** Key of a file, which is its name below the prefix. */
  readonly keyOf: (file: string) => string;
  /** Bucket and key of a file as a header names them. */
  readonly sourceOf: (file: string) => string;
};

/** Codes of refusals that the configuration causes, as sentences. */
const REFUSALS: Readonly<Record<string, string>> = {
  NoSuchBucket: "no existe el bucket",
  InvalidBucketName: "el nombre del bucket no es válido",
  InvalidAccessKeyId: "la clave de acceso (S3_ACCESS_KEY) no existe",
  SignatureDoesNotMatch: "la clave secreta (S3_SECRET_KEY) no corresponde a la de acceso",
  AccessDenied: "faltan permisos, o las claves no son de este bucket",
  RequestTimeTooSkewed: "el reloj de esta máquina está mal",
  AuthorizationHeaderMalformed: "la región (S3_REGION) es otra",
  QuotaExceeded: "se agotó la cuota",
  XMinioStorageFull: "no queda lugar",
};

/**
 * The bucket and prefix of `s3://bucket/prefix`.
 * Errors: Problem `invalid` for anything else.
 */
export function parseS3Url(url: string): { bucket: string; prefix: string } {
  const [, bucket, path = ""] = /^s3:\/\/([a-z0-9][a-z0-9._-]{1,61}[a-z0-9])(\/[^?#]*)?$/i.exec(url) ?? [];
  const prefix = path.replace(/^\/|\/$/g, "");
  if (bucket === undefined || (prefix !== "" && prefix.split("/").some((part) => /^\.{0,2}$/.test(part)))) {
    throw new Problem("invalid", `"${url}" no es una dirección s3://bucket/prefijo`);
  }
  return { bucket, prefix };
}

/** Opens `s3://bucket/prefix`. */
export function openBucket(url: string, access: S3Access, fetch: Fetch): Bucket {
  const { bucket, prefix } = parseS3Url(url);
  const base = `${access.endpoint.replace(/\/*$/, "")}/${bucket}`;
  const name = `${url.replace(/\/$/, "")} (${new URL(access.endpoint).host})`;
  const keyOf = (file: string) => prefix === "" ? file : `${prefix}/${file}`;
  const pathOf = (file: string) => keyOf(file).split("/").map(encodeURIComponent).join("/");
  const queryText = (query: Query) => new URLSearchParams(query).toString().replaceAll("+", "%20");
  return {
    name,
    ask: askerOf({ name, fetch, sign: signerOf(access), redirect: "manual" }),
    urlOf: (file, query) => `${base}/${pathOf(file)}${query ? `?${queryText(query)}` : ""}`,
    listUrl: (query) => `${base}?${queryText(query)}`,
    keyOf,
    sourceOf: (file) => `/${bucket}/${pathOf(file)}`,
  };
}

/**
 * Judges an answer that is not what was asked for: nothing where the file is not there.
 * Errors: Problem `unavailable` for any other reason.
 */
export async function absent(bucket: Bucket, answer: Answer, doing: string): Promise<undefined> {
  const code = await codeOf(answer);
  if (answer.status !== 404 || (code !== undefined && code !== "NoSuchKey")) {
    throw refusal(bucket, doing, answer.status, code);
  }
}

/** Why an answer is not what was asked for. */
export async function refused(bucket: Bucket, answer: Answer, doing: string): Promise<Problem> {
  return refusal(bucket, doing, answer.status, await codeOf(answer));
}

/** A refusal as a sentence. What the service says in words of its own is left out: it may hold what was signed. */
export function refusal({ name }: Bucket, doing: string, status: number, code: string | undefined): Problem {
  const said = `responde ${status}${code === undefined ? "" : ` ${code}`}`;
  const why = REFUSALS[code ?? ""] ?? (status === 403 ? REFUSALS.AccessDenied : undefined);
  return new Problem("unavailable", `No se puede ${doing} en ${name}: ${why ? `${why} (${said})` : said}`);
}

/** What an answer calls its fault. */
export const codeOf = async (answer: Answer) => faultCode(new TextDecoder().decode(await answer.bytes()));

/** Whether there is such a file. */
export function isThere(bucket: Bucket, file: string): Promise<boolean> {
  return bucket.ask({ method: "HEAD", url: bucket.urlOf(file) }, async (answer) => {
    if (answer.status === 200) return true;
    await absent(bucket, answer, `buscar "${file}"`);
    return false;
  });
}

function signerOf({ accessKey, secretKey, region }: S3Access): (asked: Asked) => Promise<Headers> {
  const cache = new Map<string, ArrayBuffer>();
  return async ({ method, url, headers, body = new Uint8Array() }) => {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
    const signer = new AwsV4Signer({
      method,
      url,
      headers: { ...headers, "x-amz-content-sha256": digest.toHex() },
      accessKeyId: accessKey,
      secretAccessKey: secretKey,
      service: "s3",
      region,
      cache,
    });
    return (await signer.sign()).headers;
  };
}
