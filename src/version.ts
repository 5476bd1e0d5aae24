// The program's version, as `/version` and OpenAPI tell it.

export const VERSION = "0.1.0";
