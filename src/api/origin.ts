// Where readers find this server: links and descriptions begin with it.

/** The public origin where one is set, else that of the request. */
export function originOf(requestUrl: string, publicUrl: string | undefined): string {
  return publicUrl?.replace(/\/+$/, "") ?? new URL(requestUrl).origin;
}
