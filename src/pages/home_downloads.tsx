/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// The part of the home page on downloads: the files of all catalogs that are there now, with what they weigh.

import { dumpFile } from "../core/dump_files.ts";
import { type Language, LOCALES } from "../core/language.ts";
import { DUMP_CONTENTS, DUMP_TEXT } from "./docs_dump_text.ts";
import { pageHref, Table } from "./layout.tsx";
import { momentText } from "./moment_text.ts";
import { HOME, sayIn } from "./text.ts";

/** A file that is there. */
export type Download = {
  readonly name: string;
  readonly bytes: number;
  /** Epoch ms. */
  readonly generatedAt: number;
};

/** `1,4 MB`, `390 kB`. */
function sizeText(language: Language, bytes: number): string {
  const [unit, size] = bytes < 1_000_000 ? ["kilobyte", 1_000] as const : ["megabyte", 1_000_000] as const;
  return new Intl.NumberFormat(LOCALES[language], { style: "unit", unit, maximumSignificantDigits: 2 })
    .format(bytes / size);
}

/** `downloads` has one file at least. */
export function HomeDownloads(
  { language, downloads }: { readonly language: Language; readonly downloads: readonly Download[] },
) {
  const say = sayIn(language);
  const newest = Math.max(...downloads.map(({ generatedAt }) => generatedAt));
  return (
    <section aria-labelledby="downloads">
      <h2 id="downloads">{say(DUMP_TEXT.all)}</h2>
      <p>
        {say(DUMP_TEXT.allLead)}{" "}
        <time datetime={new Date(newest).toISOString()}>{momentText(language, newest)}</time>{" "}
        ({say(HOME.zone)}). <a href={`${pageHref("/docs", language)}#dumps`}>{say(DUMP_TEXT.allColumns)}</a>.
      </p>
      <Table
        caption={say(DUMP_TEXT.filesCaption)}
        columns={[DUMP_TEXT.file, DUMP_TEXT.contents, DUMP_TEXT.size].map(say)}
        rows={downloads.map(({ name, bytes }) => [
          <a href={`/series/api/dump/${name}`} download={name}>
            <code>{name}</code>
          </a>,
          say(DUMP_CONTENTS[dumpFile(name)!.table]),
          sizeText(language, bytes),
        ])}
      />
    </section>
  );
}
