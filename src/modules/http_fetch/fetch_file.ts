// Downloads one file: piece by piece under a temporary name beside its place, its digests taken on the way, renamed
// once they are the expected ones. What the server told of it is kept beside it, in `<file>.http.json`, to ask next
// time only for a change; it counts while the file is still the one that was written.

import { createHash } from "node:crypto";
import path from "node:path";
import { isJsonObject } from "../../core/json.ts";
import { Problem } from "../../core/problem.ts";
import { createReadSource, type ReadSourceOptions } from "../../host/read_source.ts";
import type { SourceSink, SourceValidators } from "../../ingest/source.ts";
import type { FetchConfiguration } from "./configuration.ts";

export type FetchSummary = {
  readonly output: string;
  /** Whether the file has other bytes than before. */
  readonly changed: boolean;
  readonly bytes: number;
  readonly sha256: string;
};

type Surroundings = {
  readonly allowInternal: boolean;
  /** A line for who watches. */
  readonly tell: (line: string) => void;
  /** Called with what removes the unfinished file, for when the program is ended. */
  readonly onDiscard: (discard: () => void) => void;
  /** Other settings of the reader, such as its waits. */
  readonly reader?: ReadSourceOptions;
};

type Digests = { readonly bytes: number; readonly sha256: string; readonly sha512: string };
type Kept = { readonly digests: Digests; readonly validators: SourceValidators };

/**
 * Downloads a file, unless it is there and did not change.
 * Errors: Problem; the file stays as it was.
 */
export async function fetchFile(
  configuration: FetchConfiguration,
  output: string,
  { allowInternal, tell, onDiscard, reader }: Surroundings,
): Promise<FetchSummary> {
  const { url, headers, maxBytes, timeoutMs, attempts } = configuration;
  const before = await digestsOf(output);
  const kept = before && await readKept(configuration, output, before);
  const download = openDownload(output);
  onDiscard(download.discard);
  try {
    const read = createReadSource({
      userAgent: "Caudal/1 (+http_fetch)",
      ...reader,
      allowInternal,
      totalMs: timeoutMs,
      attempts,
    });
    tell(`${url.host}: ${kept === undefined ? "se descarga" : "se pregunta si cambió"}`);
    const answer = await read({
      url: url.href,
      headers,
      maxBytes,
      sink: download,
      ...(kept && { validators: kept.validators }),
    });
    if (answer.status === "unchanged") {
      download.discard();
      tell(`${output}: no cambió`);
      return summaryOf(output, false, kept!.digests);
    }
    const digests = download.close();
    refuseOther(configuration, digests);
    const changed = digests.sha512 !== before?.sha512;
    if (changed) download.keep();
    else download.discard();
    await writeKept(configuration, output, digests, answer.validators);
    tell(`${output}: ${digests.bytes} bytes${changed ? "" : ", los mismos"}`);
    return summaryOf(output, changed, digests);
  } catch (error) {
    download.discard();
    if (!(error instanceof Problem)) throw error;
    throw new Problem(error.code, `${url.origin}${url.pathname}: ${error.message}`, [], { cause: error });
  }
}

const summaryOf = (output: string, changed: boolean, { bytes, sha256 }: Digests): FetchSummary => ({
  output,
  changed,
  bytes,
  sha256,
});

function runningDigests() {
  const [sha256, sha512] = [createHash("sha256"), createHash("sha512")];
  let bytes = 0;
  return {
    update(piece: Uint8Array): void {
      sha256.update(piece);
      sha512.update(piece);
      bytes += piece.length;
    },
    finish: (): Digests => ({ bytes, sha256: sha256.digest("hex"), sha512: sha512.digest("hex") }),
  };
}

/** The file that is being written. */
function openDownload(output: string): SourceSink & {
  close(): Digests;
  keep(): void;
  discard(): void;
} {
  const temporary = path.join(path.dirname(output), `.${path.basename(output)}.${Deno.pid}.tmp`);
  const file = inFolder(output, () => Deno.openSync(temporary, { write: true, createNew: true }));
  let digests = runningDigests();
  let open = true;
  let there = true;
  const close = () => {
    if (open) file.close();
    open = false;
  };
  return {
    begin() {
      file.truncateSync(0);
      file.seekSync(0, Deno.SeekMode.Start);
      digests = runningDigests();
    },
    take(piece) {
      digests.update(piece);
      inFolder(output, () => {
        for (let at = 0; at < piece.length;) at += file.writeSync(piece.subarray(at));
      });
    },
    close() {
      file.syncDataSync();
      close();
      return digests.finish();
    },
    keep() {
      inFolder(output, () => Deno.renameSync(temporary, output));
      there = false;
    },
    discard() {
      close();
      if (there) Deno.removeSync(temporary);
      there = false;
    },
  };
}

/** Runs what touches the folder of the result, its faults told as such. */
function inFolder<T>(output: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    const reason = cause instanceof Deno.errors.NotFound ? "no existe su carpeta" : (cause as Error).message;
    throw new Problem("unavailable", `No se pudo escribir "${output}": ${reason}`, [], { cause });
  }
}

function refuseOther(configuration: FetchConfiguration, digests: Digests): void {
  for (const name of ["sha256", "sha512"] as const) {
    const expected = configuration[name];
    if (expected !== undefined && expected !== digests[name]) {
      throw new Problem("invalid", `El ${name} es ${digests[name]} y se esperaba ${expected}`);
    }
  }
}

/** Undefined where there is no such file. */
async function digestsOf(file: string): Promise<Digests | undefined> {
  try {
    using opened = await Deno.open(file);
    const digests = runningDigests();
    for await (const piece of opened.readable) digests.update(piece);
    return digests.finish();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw new Problem("invalid", `No se pudo leer "${file}": ${(error as Error).message}`, [], {
      cause: error,
    });
  }
}

const keptName = (output: string) => `${output}.http.json`;

/** What is known of the file, if it is the one that was written, of this address, and the expected one. */
async function readKept(
  configuration: FetchConfiguration,
  output: string,
  digests: Digests,
): Promise<Kept | undefined> {
  let json: unknown;
  try {
    json = JSON.parse(await Deno.readTextFile(keptName(output)));
  } catch {
    return; // whatever is wrong with it, the file is downloaded again
  }
  if (!isJsonObject(json) || json["url"] !== configuration.url.href || json["sha512"] !== digests.sha512) {
    return;
  }
  for (const name of ["sha256", "sha512"] as const) {
    if (configuration[name] !== undefined && configuration[name] !== digests[name]) return;
  }
  const { etag, last_modified: lastModified } = json;
  return {
    digests,
    validators: {
      ...(typeof etag === "string" && { etag }),
      ...(typeof lastModified === "string" && { lastModified }),
    },
  };
}

async function writeKept(
  { url }: FetchConfiguration,
  output: string,
  { bytes, sha256, sha512 }: Digests,
  { etag, lastModified }: SourceValidators,
): Promise<void> {
  const kept = { url: url.href, etag, last_modified: lastModified, bytes, sha256, sha512 };
  const temporary = `${keptName(output)}.${Deno.pid}.tmp`;
  // An address may carry a key.
  await Deno.writeTextFile(temporary, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
  await Deno.rename(temporary, keptName(output));
}
