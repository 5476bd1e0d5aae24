// The configuration of the module: what is downloaded, with which headers, and what it has to be. Secrets are named,
// never written: their values come from the environment.

import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { ConfigurationFault, Keys, readConfigurationFile } from "../configuration.ts";

export type FetchConfiguration = {
  /** Of HTTP, absolute, without user or password. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Hexadecimal, lower case; undefined where any content will do. */
  readonly sha256: string | undefined;
  readonly sha512: string | undefined;
  readonly maxBytes: number;
  /** Of one attempt. */
  readonly timeoutMs: number;
  readonly attempts: number;
};

const DEFAULTS = { maxMb: 500, timeoutSeconds: 300, attempts: 3 };

/** Told by the transfer itself, or by what is kept of the last one. */
const OWN_HEADERS =
  /^(?:host|connection|content-length|transfer-encoding|accept-encoding|range|if-.*|expect|te|trailer|upgrade)$/i;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;

/**
 * Reads the configuration: the address from `input` or the file's "url", the rest from the file, if there is one.
 * Errors: ConfigurationFault.
 */
export async function readFetchConfiguration(
  input: string | undefined,
  file: string | undefined,
  secret: (name: string) => string | undefined,
): Promise<FetchConfiguration> {
  const place = file ?? "La configuración";
  const json: JsonObject = file === undefined ? {} : objectOf(await readConfigurationFile(file), place);
  const keys = new Keys(place, json);
  const written = keys.text("url", "");
  if (input !== undefined && written !== "" && input !== written) {
    throw new ConfigurationFault(`--input y "url" de ${place} dicen direcciones distintas`);
  }
  const configuration: FetchConfiguration = {
    url: addressOf(input ?? written),
    headers: {
      ...headersOf(place, "headers", json["headers"], (value) => value),
      ...headersOf(place, "secret_headers", json["secret_headers"], (name, header) => {
        const value = secret(name);
        if (!value) {
          throw new ConfigurationFault(`${place}: "${header}": falta la variable de entorno ${name}`);
        }
        return value;
      }),
    },
    sha256: digestOf(keys, place, "sha256", 64),
    sha512: digestOf(keys, place, "sha512", 128),
    maxBytes: keys.count("max_mb", DEFAULTS.maxMb) * 1024 * 1024,
    timeoutMs: keys.count("timeout_seconds", DEFAULTS.timeoutSeconds) * 1000,
    attempts: keys.count("attempts", DEFAULTS.attempts),
  };
  keys.refuseOthers(["headers", "secret_headers"]);
  return configuration;
}

/** The address itself is in no message: it may be a password that was put in the wrong place. */
function addressOf(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new ConfigurationFault("La dirección debe ser una URL absoluta http o https");
  }
  if (url.username !== "" || url.password !== "") {
    throw new ConfigurationFault(
      'La dirección lleva usuario o contraseña, que quedarían a la vista: use "secret_headers"',
    );
  }
  url.hash = "";
  return url;
}

function headersOf(
  place: string,
  key: string,
  json: Json | undefined,
  valueOf: (text: string, header: string) => string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(objectOf(json ?? {}, `${place}: "${key}"`)).map(([header, text]) => {
      if (!HEADER_NAME.test(header)) {
        throw new ConfigurationFault(`${place}: "${key}": "${header}" no es un encabezado`);
      }
      if (OWN_HEADERS.test(header)) {
        throw new ConfigurationFault(`${place}: "${key}": "${header}" lo pone la descarga`);
      }
      const value = typeof text === "string" ? valueOf(text, header) : undefined;
      if (value === undefined || !HEADER_VALUE.test(value)) {
        throw new ConfigurationFault(`${place}: "${key}": "${header}" debe ser un texto ASCII de una línea`);
      }
      return [header, value];
    }),
  );
}

function digestOf(keys: Keys, place: string, key: string, length: number): string | undefined {
  const text = keys.text(key, "").toLowerCase();
  if (text === "") return;
  if (text.length !== length || /[^0-9a-f]/.test(text)) {
    throw new ConfigurationFault(`${place}: "${key}" debe ser de ${length} cifras hexadecimales`);
  }
  return text;
}

function objectOf(json: Json | undefined, place: string): JsonObject {
  if (!isJsonObject(json)) throw new ConfigurationFault(`${place} debe ser un objeto`);
  return json;
}
