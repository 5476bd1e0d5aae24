// The page of prices as the server writes it.

import { describe, expect, test } from "vitest";
import { NOON, tick } from "../store/price_examples.ts";
import { explorerApp } from "./explorer_app.ts";
import { priceApp, ticksFrom } from "./price_app.ts";

const text = (html: string) =>
  html.replace(/<[^>]*>/g, " ").replace(/&[a-z0-9#]+;/g, " ").replace(/\s+/g, " ");

describe("/precios", () => {
  test("shows the newest price, the last day by hour, and the other markets", async () => {
    const { add, ask } = await priceApp();
    await add(
      tick(NOON - 90_000_000, "1"),
      tick(NOON - 3_600_000, "80000000.5"),
      ...ticksFrom(["82000000", "84000000", "83000000"]),
    );
    const answer = await ask("/precios");
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    const html = await answer.text();
    expect(text(html)).toContain("Último precio: 83.000.000,00 ARS, 31 de mayo de 2024, 12:00");
    expect(text(html)).toContain(
      "12:00 82.000.000,00 84.000.000,00 82.000.000,00 83.000.000,00 3 " +
        "11:00 80.000.000,50 80.000.000,50 80.000.000,50 80.000.000,50 1 ",
    );
    expect(text(html)).toContain(
      "De 80.000.000,50 a 83.000.000,00 ARS; mínimo 80.000.000,50, máximo 83.000.000,00.",
    );
    expect(html).toContain('<a href="/precios?market=daiars">DAI en pesos</a>');
    expect(html).not.toContain("<script");
  });

  test("draws one line through sparse prices, broken where they were away for long", async () => {
    const { add, ask } = await priceApp();
    const minute = 60_000;
    await add(...[0, 20, 40, 120, 140].map((at) => tick(NOON + at * minute, `${100 + at}`)));
    const [, line = ""] = /class="line"[^>]* d="([^"]*)"/.exec(await (await ask("/precios")).text())!;
    expect(line.split("M").filter(Boolean).map((part) => part.trim().split(" ").length / 2)).toEqual([3, 2]);
  });

  test("says that a simulation is one, and never shows it unasked", async () => {
    const { add, ask } = await priceApp();
    await add(tick(NOON, "5", { market: "simulacion" }));
    const said = "Es una simulación: no es un precio de ningún mercado.";
    expect(text(await (await ask("/precios?market=simulacion")).text())).toContain(said);
    expect(text(await (await ask("/precios")).text())).not.toContain(said);
  });

  test("says that a market does not answer, from when it does not until it does", async () => {
    const { add, ask, store } = await priceApp();
    const asked = async (failures: number, price: string) => {
      await store.savePollStatus({
        market: "btcars",
        lastSuccessAt: null,
        lastErrorAt: NOON + 600_000,
        lastError: "No respondió",
        consecutiveFailures: failures,
        restsUntil: null,
      });
      await add(tick(NOON, price, { market: "daiars" }));
      return text(await (await ask("/precios?market=btcars")).text());
    };
    const said = "El mercado no responde. Se lo sigue consultando; último intento: 31 de mayo de 2024, 12:10";
    expect(await asked(2, "1")).toContain(said);
    expect(await asked(0, "2")).not.toContain("no responde");
  });

  test("is found from the home page, by the names of the markets", async () => {
    const { add, prices } = await priceApp();
    await add(tick(NOON, "5"));
    const { app } = await explorerApp({ prices });
    const html = await (await app.request("/")).text();
    expect(html).toContain('<a href="/precios?market=btcars">Bitcoin en pesos</a>');
    expect(html).toContain('<a href="/precios?market=daiars">DAI en pesos</a>');
    expect(await (await (await explorerApp()).app.request("/")).text()).not.toContain("/precios");
  });

  test("escapes what a market is called", async () => {
    const title = "<img src=x onerror=alert(1)>";
    const { add, ask } = await priceApp({}, [{
      name: "x",
      title,
      currency: "ARS",
      source: "x",
      pair: "x",
      periodMs: 10_000,
      isReal: true,
    }]);
    await add(tick(NOON, "5", { market: "x" }));
    const html = await (await ask("/precios")).text();
    expect(html).not.toContain(title);
    expect(html).toContain("&lt;img src=x onerror=alert(1)&gt;");
  });

  test.each([
    { why: "nothing is published", path: "/precios", status: 503, publish: false },
    { why: "a market has no price", path: "/precios?market=daiars", status: 200, publish: true },
    { why: "there is no such market", path: "/precios?market=nada", status: 404, publish: true },
    { why: "in English", path: "/precios?lang=en", status: 200, publish: true },
  ])("answers $status where $why", async ({ path, status, publish }) => {
    const { add, ask } = await priceApp();
    if (publish) await add(tick(NOON, "5"));
    expect((await ask(path)).status).toBe(status);
  });

  test("names the markets that there are where one is asked for that is not", async () => {
    const { add, ask } = await priceApp();
    await add(tick(NOON, "5"));
    const answer = await ask("/precios?market=%3Cb%3E&lang=en");
    expect([answer.status, answer.headers.get("content-type"), answer.headers.get("cache-control")]).toEqual([
      404,
      "text/html; charset=utf-8",
      "no-store",
    ]);
    const html = await answer.text();
    expect(text(html)).toContain("There is no market of that name");
    expect(html).toContain("<code>&lt;b&gt;</code>");
    expect(html).toContain('href="/precios?market=btcars&amp;lang=en"');
  });

  test.each([
    { why: "a quarter of an hour", minutes: 15, marks: ["12:00", "12:05", "12:10", "12:15"] },
    { why: "two hours", minutes: 120, marks: ["12:00", "12:30", "13:00", "13:30", "14:00"] },
  ])("marks the times of $why", async ({ minutes, marks }) => {
    const { add, ask } = await priceApp();
    const ticks = Array.from({ length: minutes / 5 + 1 }, (_, i) => tick(NOON + i * 300_000, String(5 + i)));
    await add(...ticks);
    const html = await (await ask("/precios")).text();
    expect([...html.matchAll(/>(\d\d:\d\d)<\/text>/g)].map(([, time]) => time)).toEqual(marks);
  });

  test("is the same until a price comes", async () => {
    const { add, ask } = await priceApp();
    await add(tick(NOON, "5"));
    const tag = (await ask("/precios")).headers.get("etag")!;
    expect((await ask("/precios", { "if-none-match": tag })).status).toBe(304);
    await add(tick(NOON + 10_000, "5"));
    expect((await ask("/precios", { "if-none-match": tag })).status).toBe(200);
  });

  test("carries the script where it was built", async () => {
    const asset = (name: string) => ({ path: `/assets/${name}`, contentType: "x", body: new Uint8Array() });
    const files = new Map(["series.js", "series.css", "prices.js"].map((name) => [name, asset(name)]));
    const { add, ask } = await priceApp({ assets: { files: () => Promise.resolve(files) } });
    await add(tick(NOON, "5"));
    expect(await (await ask("/precios")).text()).toContain('<script type="module" src="/assets/prices.js">');
  });
});
