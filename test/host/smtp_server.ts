// A mail server on this machine that keeps what it takes, as another implementation than the one under test reads it.

import type { AddressInfo } from "node:net";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

// Self-signed for localhost and 0.0.0.0, 2020 to 2120; its key guards nothing.
export const CERT = `-----BEGIN CERTIFICATE-----
MIIBVTCB/KADAgECAgEBMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCWxvY2FsaG9z
dDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFDESMBAGA1UEAwwJ
bG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEIz7oPJXsuin/6FZs
dV9NpzUVfWbVMFn1gU4B5JR876vmuSso/1mtEy+vvm1xR3f6BTaMBhKLfgbqWlHx
38Mwt6M9MDswGgYDVR0RBBMwEYIJbG9jYWxob3N0hwQAAAAAMB0GA1UdDgQWBBQH
pAAz/RyHoqbjz28cJi+F5ehLkjAKBggqhkjOPQQDAgNIADBFAiEA21+rHcyxLm/O
7NXg4iIEvLJOvjUDZuoK8yv8uA9KpbMCIFWnhD0oL61ilIGh4gHDp0fkmEQqNRwe
7MA7CbBwMUr2
-----END CERTIFICATE-----
`;
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgQIuablTul+MfE+Oo
/1tQBWKA9pTbAyZLCsYp/6Vw66qhRANCAAQjPug8ley6Kf/oVmx1X02nNRV9ZtUw
WfWBTgHklHzvq+a5Kyj/Wa0TL6++bXFHd/oFNowGEot+BupaUfHfwzC3
-----END PRIVATE KEY-----
`;

export type Received = {
  /** Of the envelope. */
  readonly from: string;
  readonly to: readonly string[];
  readonly isEncrypted: boolean;
  readonly email: Email;
  /** As it came, header and body. */
  readonly raw: string;
};

/** Listens on a port of its own; without options it takes everything, in clear. */
export async function mailServer(options: SMTPServerOptions = {}) {
  const received: Received[] = [];
  const passwords: string[] = [];
  const server = new SMTPServer({
    key: KEY,
    cert: CERT,
    authOptional: true,
    disableReverseLookup: true,
    hideSTARTTLS: true,
    onAuth({ username, password }, _, done) {
      passwords.push(`${username}:${password}`);
      done(null, { user: username });
    },
    onData(stream, { envelope, secure }, done) {
      const parts: Uint8Array[] = [];
      stream.on("data", (part: Uint8Array) => parts.push(part));
      stream.on("end", async () => {
        const bytes = new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
        received.push({
          from: envelope.mailFrom ? envelope.mailFrom.address : "",
          to: envelope.rcptTo.map(({ address }) => address),
          isEncrypted: secure,
          email: await PostalMime.parse(bytes),
          raw: new TextDecoder("latin1").decode(bytes),
        });
        done();
      });
    },
    ...options,
  });
  // A client that goes away in the middle is the client's matter.
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    received,
    /** `user:password` of every attempt. */
    passwords,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
