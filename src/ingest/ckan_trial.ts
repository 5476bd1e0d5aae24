// An address without format that answers a page is tried as a CKAN portal's.

import type { CatalogFormat } from "../core/canonical_store.ts";
import { Problem } from "../core/problem.ts";
import { type CkanCatalog, ckanCatalog } from "./ckan_catalog.ts";
import { type PortalReach, readPortal } from "./ckan_portal.ts";
import { decodeText } from "./csv.ts";

type Address = { readonly url: string; readonly format?: CatalogFormat | undefined };

/**
 * The portal's catalog; `bytes` are what could not be parsed, `fault` is why.
 * Errors: `fault`, where it is no page or its address says what it should be; with what is wrong with the portal, where
 * it is none.
 */
export async function tryPortal(
  { url, format }: Address,
  bytes: Uint8Array,
  fault: unknown,
  reach: PortalReach,
): Promise<CkanCatalog> {
  const { protocol, pathname } = new URL(url);
  const mayBePortal = format === undefined && /^https?:$/.test(protocol) &&
    !/\.(?:json|xlsx)$/i.test(pathname) && /^\uFEFF?\s*</.test(decodeText(bytes.subarray(0, 1_000)));
  if (!(fault instanceof Problem) || !mayBePortal) throw fault;
  try {
    return ckanCatalog(await readPortal(url, reach));
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    throw new Problem(fault.code, `${fault.message}, ni es un portal CKAN: ${cause.message}`, [], { cause });
  }
}
