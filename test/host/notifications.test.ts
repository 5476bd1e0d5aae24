// Notifications to a real server and by real programs.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runNotifier, webhookSender } from "../../src/host/notifications.ts";

const LETTER = { event: "failure", run: { id: 7, name: "peña" } };
const { signal } = new AbortController();

describe("a webhook", () => {
  let server: Deno.HttpServer<Deno.NetAddr>;
  let url: string;
  const got: { method: string; path: string; type: string | null; body: unknown }[] = [];
  beforeAll(() => {
    server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
      const { pathname } = new URL(request.url);
      const type = request.headers.get("content-type");
      got.push({ method: request.method, path: pathname, type, body: await request.json() });
      if (pathname === "/moved") {
        return new Response(null, { status: 307, headers: { location: "/elsewhere" } });
      }
      return new Response(null, { status: pathname === "/broken" ? 500 : 204 });
    });
    url = `http://127.0.0.1:${server.addr.port}`;
  });
  afterAll(() => server.shutdown());
  const send = webhookSender({ allowInternal: true, userAgent: "prueba" });

  it("gets the letter as JSON by POST", async () => {
    await send(`${url}/hook`, LETTER, signal);
    expect(got).toEqual([{ method: "POST", path: "/hook", type: "application/json", body: LETTER }]);
  });

  it("has not taken it when it answers anything but 2xx, and is not followed elsewhere", async () => {
    await expect(send(`${url}/broken`, LETTER, signal)).rejects.toThrow(/respondió 500/);
    await expect(send(`${url}/moved`, LETTER, signal)).rejects.toThrow(/respondió 307/);
    expect(got.map(({ path }) => path)).not.toContain("/elsewhere");
  });

  it.each(["http://127.0.0.1:9/x", "http://[::1]:9/x", "http://localhost:9/x", "http://169.254.169.254/"])(
    "is not asked at %s, which is inside",
    async (address) => {
      const careful = webhookSender({ allowInternal: false, userAgent: "prueba" });
      await expect(careful(address, LETTER, signal)).rejects.toThrow(/red interna/);
    },
  );

  it("is neither a file nor another scheme", async () => {
    await expect(send("file:///etc/passwd", LETTER, signal)).rejects.toThrow(/http o https/);
  });

  it("is not waited for once its time is over", async () => {
    const over = new AbortController();
    const slow = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const sending = send(`http://127.0.0.1:${slow.addr.port}/`, LETTER, over.signal);
    over.abort();
    await expect(sending).rejects.toThrow(/No se pudo avisar/);
    slow.close();
  });
});

describe("a program", () => {
  const run = runNotifier({ PATH: "/usr/bin:/bin", ONLY: "this" }, "/");

  it("gets the letter on its standard input, and the environment that is given", async () => {
    const file = await Deno.makeTempFile();
    await run(["sh", "-c", `env > ${file}; cat >> ${file}`], LETTER, signal);
    const text = await Deno.readTextFile(file);
    expect(text).toContain("ONLY=this\n");
    expect(text).not.toContain("HOME=");
    expect(JSON.parse(text.slice(text.indexOf("{")))).toEqual(LETTER);
    await Deno.remove(file);
  });

  it("is looked for, and runs, in the folder that is given", async () => {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/tell.sh`, "#!/bin/sh\npwd > where; cat >> where\n", { mode: 0o755 });
    await runNotifier({ PATH: "/usr/bin:/bin" }, folder)(["./tell.sh"], LETTER, signal);
    expect(await Deno.readTextFile(`${folder}/where`)).toBe(`${folder}\n${JSON.stringify(LETTER)}`);
    await Deno.remove(folder, { recursive: true });
  });

  it("fails when it does not end with 0, or is not there", async () => {
    await expect(run(["sh", "-c", "exit 3"], LETTER, signal)).rejects.toThrow(/terminó con 3/);
    await expect(run(["/no/such/program"], LETTER, signal)).rejects.toThrow(/No se pudo correr/);
  });

  it("may leave its input unread", async () => {
    await run(["true"], { ...LETTER, text: "x".repeat(1_000_000) }, signal);
  });

  it("is ended with all it started when its time is over", async () => {
    const over = new AbortController();
    const running = run(["sh", "-c", "sleep 60 & sleep 60"], LETTER, over.signal);
    setTimeout(() => over.abort(), 100);
    await expect(running).rejects.toThrow(/terminó con SIGKILL/);
  });
});
