/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// The frame of every page of the console: who is logged in, where they may go, where they are, what was just done.

import type { Child } from "hono/jsx";
import { LOCALES } from "../../core/language.ts";
import { mayActAs, type Role } from "../../operation/roles.ts";
import type { Language } from "../text.ts";
import { Token } from "./forms.tsx";
import { GROUPS, type Notice, type Section, type Shown } from "./route.ts";
import { consoleHref, type Visit, type Visitor } from "./visit.ts";

export type FrameProps = Omit<Shown, "status"> & {
  readonly language: Language;
  readonly say: Visit["say"];
  readonly version: string;
  /** Addresses of the stylesheet, and of the script where it could be built. */
  readonly style: string;
  readonly script?: string | undefined;
  /** Absent on pages for everybody. */
  readonly who?: Visitor | undefined;
  readonly sections?: readonly Section[];
  /** The section that the page is of. */
  readonly section?: Section | undefined;
  readonly url: URL;
  readonly notice?: Notice | undefined;
};

const ROLE_WORDS: Readonly<Record<Role, readonly [string, string]>> = {
  viewer: ["mira", "viewer"],
  operator: ["opera", "operator"],
  admin: ["administra", "admin"],
};

export function Frame(props: FrameProps) {
  const {
    language,
    say,
    version,
    style,
    script,
    who,
    url,
    title,
    body,
    above = [],
    beside,
    refresh,
    notice,
  } = props;
  const other = language === "es" ? "en" : "es";
  const inOther = new URLSearchParams(url.search);
  inOther.set("lang", other);
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} · Caudal`}</title>
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href={style} />
        {script !== undefined && <script type="module" src={script}></script>}
        {refresh !== undefined && (
          <noscript>
            <meta http-equiv="refresh" content={String(refresh)} />
          </noscript>
        )}
      </head>
      <body class="console">
        <a class="skip" href="#main">{say("Ir al contenido", "Skip to content")}</a>
        <header class="top">
          <div class="bar">
            <a class="brand" href="/consola">
              <img src="/favicon.svg" alt="" width="26" height="26" />
              <span>
                Caudal <small>{say("consola", "console")}</small>
              </span>
            </a>
            <ul class="account">
              {who && (
                <li>
                  <a href={consoleHref("/cuenta")}>{who.name}</a>
                  <span class="quiet">{say(...ROLE_WORDS[who.role])}</span>
                </li>
              )}
              <li>
                <a href={`${url.pathname}?${inOther}`} hreflang={other} lang={other}>
                  {other === "es" ? "Español" : "English"}
                </a>
              </li>
              {who && who.csrf !== null && (
                <li>
                  <form method="post" action={consoleHref("/salir")}>
                    <Token visit={{ who }} />
                    <button type="submit" class="link">{say("Salir", "Log out")}</button>
                  </form>
                </li>
              )}
            </ul>
          </div>
          {who && <Navigation {...props} who={who} />}
        </header>
        <main id="main" tabindex={-1}>
          {above.length > 0 && (
            <nav class="above" aria-label={say("Dónde está", "Where you are")}>
              {above.map(({ href, text }) => <a href={href}>{text}</a>)}
            </nav>
          )}
          <div class="title">
            <h1>{title}</h1>
            {beside && <div class="beside">{beside}</div>}
          </div>
          {notice?.told !== undefined && (
            <p class={`notice ${notice.kind ?? "good"}`} role={notice.kind === "wrong" ? "alert" : "status"}>
              {notice.told}
            </p>
          )}
          {body}
        </main>
        <footer>
          <p>
            {`Caudal, ${say("versión", "version")} ${version} · `}
            <a href="/">{say("explorador", "explorer")}</a> ·{" "}
            <a href="/docs">{say("referencia", "reference")}</a>
            {" · "}
            <a href="/api/ops/openapi.json">{say("API de operación", "operation API")}</a>
          </p>
        </footer>
      </body>
    </html>
  );
}

function Navigation(
  { say, who, sections = [], section }: FrameProps & { readonly who: Visitor },
) {
  const seen = sections.filter(({ role, group }) => group !== "own" && mayActAs(who.role, role));
  const groups = Map.groupBy(seen, ({ group }) => group);
  const here = section && groups.get(section.group);
  const current = (is: boolean) => is ? { "aria-current": "page" as const } : {};
  return (
    <>
      <nav class="bar groups" aria-label={say("Consola", "Console")}>
        <ul>
          {[...groups].map(([group, [first]]) => (
            <li>
              <a
                href={consoleHref(first!.path)}
                {...(group === section?.group && { "aria-current": "true" as const })}
              >
                {say(...GROUPS[group])}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {here && here.length > 1 && (
        <nav class="bar sections" aria-label={say(...GROUPS[section.group])}>
          <ul>
            {here.map((one) => (
              <li>
                <a href={consoleHref(one.path)} {...current(one === section)}>{say(...one.title)}</a>
              </li>
            ))}
          </ul>
        </nav>
      )}
    </>
  );
}

/** A moment, short, in the time of Buenos Aires; a day as it is. */
export function Moment(
  { at, language, fallback = "–" }: {
    readonly at: string | null | undefined;
    readonly language: Language;
    readonly fallback?: Child;
  },
) {
  if (!at) return <>{fallback}</>;
  const ms = Date.parse(at);
  if (!Number.isFinite(ms)) return <>{at}</>;
  const isDay = /^\d{4}-\d\d-\d\d$/.test(at);
  const shown = new Intl.DateTimeFormat(LOCALES[language], {
    day: "2-digit",
    month: "2-digit",
    year: "numeric",
    timeZone: isDay ? "UTC" : "America/Argentina/Buenos_Aires",
    ...(!isDay && { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
  }).format(ms).replace(",", "");
  return <time datetime={isDay ? at : new Date(ms).toISOString()}>{shown}</time>;
}

/** A word that tells a state. */
export function Badge(
  { kind, children }: {
    readonly kind: "good" | "wrong" | "busy" | "quiet";
    readonly children?: Child;
  },
) {
  return <span class={`badge ${kind}`}>{children}</span>;
}

/** Whether something is so. */
export function YesNo({ visit: { say }, is }: { readonly visit: Visit; readonly is: boolean }) {
  return is ? <Badge kind="good">{say("sí", "yes")}</Badge> : <Badge kind="quiet">no</Badge>;
}
