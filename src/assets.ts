// Builds what browsers are sent: the code of src/web with the libraries it uses, in few small files whose names
// hold the hash of their content.

import type { Asset, Assets } from "./api/assets.ts";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
};

/** Files with a plain name each. */
const ENTRIES = ["series.ts", "series.css", "prices.ts", "console.ts"];

const UPLOT_LICENCE =
  "/*! uPlot: Copyright (c) Leon Sorokin, MIT licence, https://github.com/leeoniya/uPlot */";

/** Builds all of them, by plain name. Writes no file. */
export async function buildAssets(): Promise<ReadonlyMap<string, Asset>> {
  // Read when there is something to build: a program that serves no page starts without it.
  const { build, stop } = await import("esbuild");
  const folder = `${import.meta.dirname}/web`;
  try {
    const { outputFiles } = await build({
      absWorkingDir: folder,
      entryPoints: ENTRIES,
      entryNames: "[name]-[hash]",
      outdir: "assets",
      bundle: true,
      minify: true,
      format: "esm",
      target: ["es2022"],
      charset: "utf8",
      legalComments: "none",
      banner: { js: UPLOT_LICENCE, css: UPLOT_LICENCE },
      write: false,
      logLevel: "silent",
    });
    return new Map(outputFiles.map(({ path, contents }) => {
      const [, name, hash, ending] = /([^/\\]+)-([^/\\-]+)\.([a-z]+)$/.exec(path)!;
      const asset = {
        path: `/assets/${name}-${hash}.${ending}`,
        contentType: CONTENT_TYPES[ending!]!,
        body: new Uint8Array(contents),
      };
      return [`${name}.${ending}`, asset];
    }));
  } finally {
    // Its process would outlive its work.
    await stop();
  }
}

/** Builds at first use and keeps the files. Where that fails, `tell` hears of it once and pages go without. */
export function builtAssets(tell: (error: unknown) => void, build = buildAssets): Assets {
  let built: Promise<ReadonlyMap<string, Asset>> | undefined;
  return {
    files: () =>
      built ??= build().catch((error) => {
        tell(error);
        return new Map();
      }),
  };
}
