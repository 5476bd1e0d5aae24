/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// The report of a harvest as a page that stands alone: the HTML of a mail, and what a browser shows of it. Its one style
// is inside, because mails have no other place for it; without it the order of the page remains.

import type { LetterFault, LetterTable, ReportLetter, Term } from "../core/report_letter.ts";

/** Plain and short: mail programs drop styles with what they do not know. */
const REPORT_STYLE = `
body { margin: 0; background: #ffffff; color: #16232a; font: 16px/1.5 system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; overflow-wrap: break-word; }
main { max-width: 720px; margin: 0 auto; padding: 16px; }
h1 { margin: 0 0 8px; font-size: 24px; line-height: 1.2; }
h2 { margin: 32px 0 8px; font-size: 19px; line-height: 1.3; }
h3 { margin: 0; font-size: 16px; line-height: 1.4; overflow-wrap: anywhere; }
p { margin: 0 0 8px; }
a { color: #0a6478; overflow-wrap: anywhere; }
.facts { color: #4c5d66; font-size: 15px; }
.facts p { margin: 0; overflow-wrap: anywhere; }
.verdict { margin: 16px 0 0; padding: 12px 16px; background: #fdf1f0; border-left: 5px solid #b3261e; }
.good { background: #eef6f1; border-left-color: #1c6b3c; }
.verdict p { margin: 0; }
.verdict p:first-child { font-size: 18px; font-weight: 600; }
.of { margin: 20px 0 0; color: #4c5d66; font-weight: 600; overflow-wrap: anywhere; }
.fault { margin: 12px 0 0; padding: 12px 16px; border: 1px solid #d3dde1; border-radius: 6px; }
.fault p { margin: 0; overflow-wrap: anywhere; }
.where { color: #4c5d66; font-size: 15px; }
.wrong { margin: 10px 0 0; padding: 0; list-style: none; }
.wrong li { margin: 10px 0 0; }
.kind { font-weight: 600; }
.text { color: #8f1d17; white-space: pre-wrap; }
.remedy b { color: #1c6b3c; }
.terms p { margin: 0 0 4px; }
ul { margin: 0; padding-left: 20px; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; font-size: 15px; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 0 6px 8px; border-top: 1px solid #d3dde1; text-align: right; vertical-align: top; font-weight: 400; }
th:first-child { padding-left: 0; text-align: left; overflow-wrap: anywhere; }
.figures th:first-child { overflow-wrap: normal; }
th.part:first-child { padding-left: 12px; color: #4c5d66; }
thead th { border-top: 0; color: #4c5d66; font-size: 14px; vertical-align: bottom; }
@media (max-width: 480px) { th, td { padding-left: 6px; } table { font-size: 14px; } thead th { font-size: 12px; } }
`;

/** What the page is allowed where it is served: its style and nothing else. */
export async function reportPolicy(): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(REPORT_STYLE));
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

/** The whole document. */
export async function reportPage(letter: ReportLetter, title: string): Promise<string> {
  const { heading, facts, verdict, toMend, toLookAt, summary, nodes, indicators, glossary, files } = letter;
  const page = (
    <html lang="es">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light" />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: REPORT_STYLE }} />
      </head>
      <body>
        <main>
          <h1>{heading}</h1>
          <div class="facts">
            {facts.map(({ term, meaning }) => <p>{term}: {meaning}</p>)}
          </div>
          <div class={verdict.isGood ? "verdict good" : "verdict"}>
            <p>{verdict.text}</p>
            <p>{verdict.next}</p>
          </div>
          {toMend.length > 0 && <h2>Qué hay que corregir</h2>}
          {toMend.map(({ catalog, faults }) => (
            <>
              {catalog !== undefined && <p class="of">{catalog}</p>}
              {faults.map((fault) => <Fault {...fault} />)}
            </>
          ))}
          {toLookAt.length > 0 && (
            <>
              <h2>Para mirar</h2>
              <ul>{toLookAt.map((text) => <li>{text}</li>)}</ul>
            </>
          )}
          <h2>Resumen</h2>
          <Terms terms={summary} />
          {nodes && (
            <>
              <h2>Por catálogo</h2>
              <Table {...nodes} />
            </>
          )}
          {indicators && (
            <>
              <h2>Indicadores</h2>
              <Table {...indicators} figures />
            </>
          )}
          {glossary.length > 0 && (
            <>
              <h2>Qué quiere decir</h2>
              <Terms terms={glossary} />
            </>
          )}
          <h2>Archivos</h2>
          <Terms terms={files} />
        </main>
      </body>
    </html>
  );
  return `<!doctype html>\n${await page.toString()}`;
}

function Fault({ place, details, url, sentences, isEarlier }: LetterFault) {
  return (
    <div class="fault">
      <h3>{place}</h3>
      <div class="where">
        {isEarlier && <p>De una lectura anterior: esta vez no se llegó a leer</p>}
        {details.map(({ term, meaning }) => <p>{term}: {meaning}</p>)}
        {url !== undefined && (
          <p>Archivo: {/^https?:\/\//i.test(url) ? <a href={url}>{shortAddress(url)}</a> : url}</p>
        )}
      </div>
      <ul class="wrong">
        {sentences.map(({ heading, text, remedy }) => (
          <li>
            <p class="kind">{heading}</p>
            <p class="text">{text}</p>
            <p class="remedy">
              <b>Cómo corregirlo:</b> {remedy}
            </p>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Longest address that is shown whole. */
const SHOWN_ADDRESS = 60;

/** The server and the name of the file of a long address: the link has all of it. */
function shortAddress(url: string): string {
  const { origin, pathname } = URL.parse(url) ?? {};
  if (url.length <= SHOWN_ADDRESS || origin === undefined || pathname === undefined) return url;
  return `${origin}/…/${pathname.split("/").findLast((part) => part !== "") ?? ""}`;
}

function Terms({ terms }: { readonly terms: readonly Term[] }) {
  return (
    <div class="terms">
      {terms.map(({ term, meaning }) => (
        <p>
          <b>{term}:</b> {meaning}
        </p>
      ))}
    </div>
  );
}

/** `figures`: rows begin with words of ours, which need not be broken. */
function Table({ columns, rows, figures = false }: LetterTable & { readonly figures?: boolean }) {
  return (
    <table class={figures ? "figures" : undefined}>
      <thead>
        <tr>{columns.map((column) => <th scope="col">{column}</th>)}</tr>
      </thead>
      <tbody>
        {rows.map(({ cells: [first, ...cells], isPart }) => (
          <tr>
            <th scope="row" class={isPart ? "part" : undefined}>{first}</th>
            {cells.map((cell) => <td>{cell}</td>)}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
