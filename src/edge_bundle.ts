// Makes what is deployed to the edge: the worker as one module, and the files of the site as the application itself
// answers them, so that their words, headers and policies are those of a server.

import fs from "node:fs";
import path from "node:path";
import { ORIGIN_MARK, SITE_LIST, type SiteFile } from "../edge/site.ts";
import { createApp } from "./api/app.ts";
import { wholeSite } from "./api/whole_site.ts";
import { buildAssets } from "./assets.ts";
import { sha256 } from "./host/hash.ts";
import { VERSION } from "./version.ts";

const EDGE = path.resolve(import.meta.dirname!, "../edge");

/** Names in the folder that is deployed. */
export const WORKER = "worker/worker.js";
export const ASSETS_FOLDER = "assets";
const CONFIGURATION = "wrangler.jsonc";

/** Where the platform's rules changed last that the worker was tried with. */
export const COMPATIBILITY_DATE = "2026-07-01";

type Page = Pick<SiteFile, "path" | "language" | "file">;

const PAGES: readonly Page[] = [
  { path: "/docs", file: "docs.html" },
  { path: "/docs", language: "en", file: "docs.en.html" },
  { path: "/docs/", file: "docs.html" },
  { path: "/docs/", language: "en", file: "docs.en.html" },
  { path: "/openapi.json", file: "openapi.json" },
  { path: "/assets/caudal.css", file: "assets/caudal.css" },
  { path: "/favicon.svg", file: "favicon.svg" },
  { path: "/favicon.ico", file: "favicon.svg" },
];

/** Bytes of the worker as it is sent. */
export type Bundle = { readonly bytes: number; readonly gzipped: number };

/** Writes the worker, its files and its configuration into `folder`; published files of `snapshots` go along. */
export async function buildEdge(folder: string, snapshots?: string): Promise<Bundle> {
  const assets = path.join(folder, ASSETS_FOLDER);
  fs.rmSync(assets, { recursive: true, force: true });
  fs.mkdirSync(assets, { recursive: true });
  await writeSite(assets);
  if (snapshots !== undefined) {
    fs.cpSync(snapshots, path.join(assets, "snapshots"), { recursive: true });
  }
  const code = await bundleWorker();
  const worker = path.join(folder, WORKER);
  fs.mkdirSync(path.dirname(worker), { recursive: true });
  fs.writeFileSync(worker, code);
  fs.copyFileSync(path.join(EDGE, CONFIGURATION), path.join(folder, CONFIGURATION));
  const zipped = new Blob([code]).stream().pipeThrough(new CompressionStream("gzip"));
  return { bytes: code.length, gzipped: (await new Response(zipped).arrayBuffer()).byteLength };
}

async function writeSite(assets: string): Promise<void> {
  const built = await buildAssets();
  const app = createApp({
    snapshots: { current: () => Promise.resolve(undefined) },
    site: wholeSite,
    assets: { files: () => Promise.resolve(built) },
    now: Date.now,
    version: VERSION,
    publicUrl: ORIGIN_MARK,
  });
  // The console's own is not the edge's.
  const scripts = [...built].filter(([name]) => name !== "console.js").map(([, asset]): Page => ({
    path: asset.path,
    file: asset.path.slice(1),
  }));
  const files: SiteFile[] = [];
  for (const page of [...PAGES, ...scripts]) {
    const query = page.language === undefined ? "" : `?lang=${page.language}`;
    const answer = await app.request(`${page.path}${query}`);
    if (answer.status !== 200) throw new Error(`${page.path} answers ${answer.status}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const target = path.join(assets, page.file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, bytes);
    const etag = `"${sha256(bytes).slice(0, 32)}"`;
    files.push({ ...page, headers: { ...Object.fromEntries(answer.headers), etag } });
  }
  fs.writeFileSync(path.join(assets, SITE_LIST), JSON.stringify(files));
}

async function bundleWorker(): Promise<Uint8Array<ArrayBuffer>> {
  const { build, stop } = await import("esbuild");
  try {
    const { outputFiles } = await build({
      absWorkingDir: EDGE,
      entryPoints: ["worker.ts"],
      bundle: true,
      minify: true,
      format: "esm",
      target: ["es2024"],
      charset: "utf8",
      legalComments: "none",
      write: false,
      logLevel: "silent",
    });
    return new Uint8Array(outputFiles[0]!.contents);
  } finally {
    // Its process would outlive its work.
    await stop();
  }
}
