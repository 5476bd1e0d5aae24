// Where a distribution's file is, for the harvest and the validator alike.

import type { DistributionReading } from "../core/catalog.ts";

export type FileAddress =
  | { readonly url: string; readonly urlFault?: undefined }
  | { readonly url?: undefined; readonly urlFault: string };

/** Absolute address of the file, or why there is none. Only a catalog that is a file itself may name files. */
export function distributionUrl(
  { metadata }: Pick<DistributionReading, "metadata">,
  catalogUrl: string,
): FileAddress {
  const text = typeof metadata.downloadURL === "string" ? metadata.downloadURL.trim() : "";
  if (text === "") return { urlFault: "DownloadURL no encontrado" };
  let url: URL;
  try {
    url = new URL(text, catalogUrl);
  } catch {
    return { urlFault: `downloadURL no es una dirección válida: "${text}"` };
  }
  const local = catalogUrl.startsWith("file:");
  if (["http:", "https:"].includes(url.protocol) || (local && url.protocol === "file:")) {
    return { url: url.href };
  }
  return {
    urlFault: url.protocol === "file:"
      ? `Un catálogo leído de la red no puede nombrar archivos locales: "${text}"`
      : `downloadURL debe ser http o https: "${text}"`,
  };
}
