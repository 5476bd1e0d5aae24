// Outgoing mail against a real mail server: what arrives, who gets it, what becomes of faults, and that no secret leaves.

import net, { type AddressInfo } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { MailMessage } from "../../src/core/mail.ts";
import { Problem } from "../../src/core/problem.ts";
import { smtpMail } from "../../src/host/mail.ts";
import { CERT, mailServer } from "./smtp_server.ts";

const FROM = "Series de Tiempo «año» <series@datos.example>";
const PASSWORD = "clave/secreta: ñ";

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closing.splice(0)) await close();
});

async function server(options?: Parameters<typeof mailServer>[0]) {
  const opened = await mailServer(options);
  closing.push(opened.close);
  return opened;
}

const message = (more: Partial<MailMessage> = {}): MailMessage => ({
  to: ["ana@datos.example"],
  subject: "Prueba",
  text: "Hola",
  ...more,
});

const mailTo = (port: number, more: Partial<Parameters<typeof smtpMail>[0]> = {}) =>
  smtpMail({ url: `smtp://127.0.0.1:${port}`, from: FROM, timeoutMs: 5_000, ...more });

async function faultOf(promise: Promise<unknown>): Promise<Problem> {
  const fault = await promise.then(() => undefined, (error: unknown) => error);
  expect(fault).toBeInstanceOf(Problem);
  return fault as Problem;
}

describe("smtpMail", () => {
  test("delivers text, HTML and attachments byte by byte", async () => {
    const { port, received } = await server();
    const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7 + (i >> 8)) % 256);
    const csv = new TextEncoder().encode(
      `identifier,título\r\n1,"${"ñandú".repeat(400)}"\n\n.\n..\nFrom x\n=3D\tfin`,
    );
    await mailTo(port).send(message({
      subject: `Validación de series de tiempo ${"muy larga ".repeat(12)}¿sí?`,
      text: `Primera línea\n.\n..dos puntos\n${"x".repeat(2_000)}\ncoração 日本`,
      html: "<!doctype html>\n<p>Ñandú &amp; <b>é</b></p>",
      attachments: [
        { filename: "series.csv", contentType: "text/csv; charset=utf-8", content: csv },
        { filename: "año.bin", contentType: "application/octet-stream", content: bytes },
      ],
    }));
    const [{ email, from }] = received as [typeof received[0]];
    expect(from).toBe("series@datos.example");
    expect(email.from).toMatchObject({ address: "series@datos.example", name: "Series de Tiempo «año»" });
    expect(email.subject).toBe(`Validación de series de tiempo ${"muy larga ".repeat(12)}¿sí?`);
    expect(email.text!.trimEnd()).toBe(
      `Primera línea\n.\n..dos puntos\n${"x".repeat(2_000)}\ncoração 日本`,
    );
    expect(email.html!.trimEnd()).toBe("<!doctype html>\n<p>Ñandú &amp; <b>é</b></p>");
    expect(email.attachments.map(({ filename, mimeType, disposition }) => [filename, mimeType, disposition]))
      .toEqual([
        ["series.csv", "text/csv", "attachment"],
        ["año.bin", "application/octet-stream", "attachment"],
      ]);
    const contents = email.attachments.map(({ content }) => new Uint8Array(content as ArrayBuffer));
    expect(contents[0]!.every((byte, i) => byte === csv[i]) && contents[0]!.length === csv.length).toBe(true);
    expect(contents[1]!.every((byte, i) => byte === bytes[i]) && contents[1]!.length === bytes.length).toBe(
      true,
    );
  });

  test("writes from whom a message says, and from the usual sender again", async () => {
    const { port, received } = await server();
    const mail = mailTo(port);
    await mail.send(message({ from: "Otra «oficina» <otra@datos.example>" }));
    await mail.send(message());
    expect(received.map(({ from }) => from)).toEqual(["otra@datos.example", "series@datos.example"]);
    expect(received[0]!.email.from).toMatchObject({ address: "otra@datos.example", name: "Otra «oficina»" });
  });

  test.each(["Otra", "a@b.example, c@d.example", "x\r\nBcc: m@evil.example <a@b.example>"])(
    "sends nothing from %j, which is no address",
    async (from) => {
      const { port, received } = await server();
      const fault = await faultOf(mailTo(port).send(message({ from })));
      expect(fault).toMatchObject({
        code: "invalid",
        message: "El remitente del correo no es una dirección",
      });
      expect(received).toEqual([]);
    },
  );

  test("reaches all recipients once, and names to nobody who gets a blind copy", async () => {
    const { port, received } = await server();
    const to = ["ana@datos.example", "o'brien+x@datos.example"];
    await mailTo(port).send(message({ to, bcc: ["series@datos.example", "ana@datos.example"] }));
    expect(received[0]!.to).toEqual([...to, "series@datos.example"]);
    expect(received[0]!.email.to!.map(({ address }) => address)).toEqual(to);
    expect(received[0]!.email.bcc).toBeUndefined();
    expect(received[0]!.raw).not.toMatch(/^bcc:/im);
  });

  test("asks answering machines for silence, and does not tell what program wrote", async () => {
    const { port, received } = await server();
    await mailTo(port).send(message());
    expect(received[0]!.raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(received[0]!.raw).not.toMatch(/^X-Mailer|nodemailer/im);
  });

  test.each(["Uno\r\nBcc: mallory@evil.example", "Uno\nX-Otro: 1\n\ncuerpo", "Uno\u2028dos\u0000"])(
    "adds no header for the subject %j",
    async (subject) => {
      const { port, received } = await server();
      await mailTo(port).send(message({ subject }));
      expect(received[0]!.to).toEqual(["ana@datos.example"]);
      expect(received[0]!.email.subject).toBe(subject.split(/[\s\p{Cc}\u2028]+/u).join(" ").trim());
      expect(received[0]!.email.headers.map(({ key }) => key)).not.toContain("x-otro");
      expect(received[0]!.email.text!.trim()).toBe("Hola");
    },
  );

  test("adds no header for the name of an attachment", async () => {
    const { port, received } = await server();
    const attachment = { contentType: "text/csv", content: new Uint8Array([65]) };
    await mailTo(port).send(message({ attachments: [{ filename: 'a"\r\nX-Otro: 1.csv', ...attachment }] }));
    const [{ email, raw }] = received as [typeof received[0]];
    expect(raw).not.toMatch(/^X-Otro/m);
    expect(email.attachments[0]!.filename).toBe('a" X-Otro: 1.csv');
  });

  test.each([
    "ana@datos.example\r\nRCPT TO:<mallory@evil.example>",
    "ana@datos.example, mallory@evil.example",
    "Ana <ana@datos.example>",
    "ana@datos.example>",
    "sin arroba",
    "",
  ])("refuses the address %j before anything is sent", async (address) => {
    const { port, received } = await server();
    expect((await faultOf(mailTo(port).send(message({ to: [address] })))).code).toBe("invalid");
    expect((await faultOf(mailTo(port).send(message({ bcc: [address] })))).code).toBe("invalid");
    expect(received).toEqual([]);
  });

  test("refuses a mail to nobody", async () => {
    expect(await faultOf(mailTo(1).send(message({ to: [] })))).toMatchObject({ code: "invalid" });
  });

  test("tells of recipients that the server refused, and reaches the others", async () => {
    const { port, received } = await server({
      onRcptTo({ address }, _, done) {
        done(
          address.startsWith("nadie")
            ? Object.assign(new Error("no such user"), { responseCode: 550 })
            : null,
        );
      },
    });
    const fault = await faultOf(
      mailTo(port).send(message({ to: ["ana@datos.example", "nadie@datos.example"] })),
    );
    expect(fault).toMatchObject({
      code: "unavailable",
      message:
        `El servidor de correo 127.0.0.1:${port} no aceptó a nadie@datos.example; a los demás se les envió`,
    });
    expect(received.map(({ to }) => to)).toEqual([["ana@datos.example"]]);
    expect(await faultOf(mailTo(port).send(message({ to: ["nadie@datos.example"] })))).toMatchObject({
      code: "unavailable",
      message:
        `El servidor de correo 127.0.0.1:${port} no aceptó el remitente o ningún destinatario (respuesta 550)`,
    });
  });

  test("tells of a message that the server refused", async () => {
    const { port } = await server({
      onData(stream, _, done) {
        stream.resume();
        stream.on("end", () => done(Object.assign(new Error("spam"), { responseCode: 554 })));
      },
    });
    expect((await faultOf(mailTo(port).send(message()))).message).toBe(
      `El servidor de correo 127.0.0.1:${port} no aceptó el mensaje (respuesta 554)`,
    );
  });

  test("tells that nobody listens", async () => {
    const { port, close } = await mailServer();
    await close();
    expect(await faultOf(mailTo(port).send(message()))).toMatchObject({
      code: "unavailable",
      message: `El servidor de correo 127.0.0.1:${port} no atiende`,
    });
  });

  /** A server that says `greeting` and nothing more. */
  async function silentServer(greeting: string): Promise<number> {
    const sockets = new Set<net.Socket>();
    const silent = net.createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.write(greeting);
    });
    closing.push(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", () => resolve()));
    return (silent.address() as AddressInfo).port;
  }

  test.each([
    { why: "from the start", greeting: "" },
    { why: "after its greeting", greeting: "220 lento ESMTP\r\n" },
  ])("gives up a server that does not answer: $why", async ({ greeting }) => {
    const port = await silentServer(greeting);
    expect(await faultOf(mailTo(port, { timeoutMs: 200 }).send(message()))).toMatchObject({
      code: "unavailable",
      message: `El servidor de correo 127.0.0.1:${port} no respondió a tiempo`,
    });
  });

  test("tells that what answers is no mail server", async () => {
    const port = await silentServer("HTTP/1.1 400 Bad Request\r\n\r\n");
    const { code, message: told } = await faultOf(mailTo(port).send(message()));
    expect([code, told]).toEqual([
      "unavailable",
      `El servidor de correo 127.0.0.1:${port} no respondió como un servidor de correo`,
    ]);
  });
});

describe("smtpMail with a password", () => {
  const user = `ana%40datos:${encodeURIComponent(PASSWORD)}`;

  test("logs in with what the address says, decoded", async () => {
    const { port, received, passwords } = await server({ allowInsecureAuth: true });
    await smtpMail({ url: `smtp://${user}@localhost:${port}`, from: FROM }).send(message());
    expect(passwords).toEqual([`ana@datos:${PASSWORD}`]);
    expect(received).toHaveLength(1);
  });

  test("says that it was not taken, without it", async () => {
    const { port } = await server({
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _, done) =>
        done(Object.assign(new Error(`bad ${username} ${password}`), { responseCode: 535 })),
    });
    const fault = await faultOf(
      smtpMail({ url: `smtp://${user}@127.0.0.1:${port}`, from: FROM }).send(message()),
    );
    expect(fault.message).toBe(
      `El servidor de correo 127.0.0.1:${port} no aceptó el usuario o la clave (respuesta 535)`,
    );
    expect(JSON.stringify([fault, fault.stack, fault.cause ?? null])).not.toMatch(/secreta|ana@datos/);
  });

  // 0.0.0.0 reaches this machine, but is not known for it.
  const elsewhere = (port: number, ca?: string) =>
    smtpMail({
      url: `smtp://${user}@0.0.0.0:${port}`,
      from: FROM,
      timeoutMs: 5_000,
      ...(ca !== undefined && { ca }),
    });

  test("does not go in clear to another machine", async () => {
    const { port, passwords, received } = await server({
      allowInsecureAuth: true,
      disabledCommands: ["STARTTLS"],
    });
    expect((await faultOf(elsewhere(port).send(message()))).code).toBe("unavailable");
    expect([passwords, received]).toEqual([[], []]);
  });

  test("goes by STARTTLS to a server that proves who it is", async () => {
    const { port, passwords, received } = await server({ hideSTARTTLS: false });
    await elsewhere(port, CERT).send(message());
    expect(passwords).toHaveLength(1);
    expect(received[0]!.isEncrypted).toBe(true);
  });

  test("does not go to one that does not, whatever the environment says", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const { port, passwords, received } = await server({ hideSTARTTLS: false });
    expect((await faultOf(elsewhere(port).send(message()))).message).toMatch(
      /^El servidor de correo 0\.0\.0\.0:\d+ no /,
    );
    expect([passwords, received]).toEqual([[], []]);
  });

  test("goes by TLS from the first byte with smtps", async () => {
    const { port, received } = await server({ secure: true });
    const url = `smtps://${user}@localhost:${port}`;
    await smtpMail({ url, from: FROM, ca: CERT }).send(message());
    expect(received[0]!.isEncrypted).toBe(true);
    expect((await faultOf(smtpMail({ url, from: FROM }).send(message()))).code).toBe("unavailable");
  });
});

describe("settings of smtpMail", () => {
  test.each([
    { url: "http://x", from: FROM },
    { url: "smtp:x", from: FROM },
    { url: "nada", from: FROM },
    { url: "smtp://ana:secreta@x:99999", from: FROM },
    { url: "smtp://x", from: "nadie" },
    { url: "smtp://x", from: "a@b.example\r\nBcc: c@d.example" },
  ])("are Problem invalid, without their secrets: %j", ({ url, from }) => {
    try {
      smtpMail({ url, from });
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: "invalid" });
      expect((error as Error).message).not.toMatch(/secreta|evil|Bcc/);
    }
  });
});
