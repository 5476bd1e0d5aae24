/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// The part of the reference page on downloads: the files and their columns from core's tables, rules from the text.

import { DUMP_FILES } from "../core/dump_files.ts";
import { type ColumnName, DUMP_COLUMNS, DUMP_TABLES } from "../core/dump_tables.ts";
import { COLUMN_KINDS, DUMP_CONTENTS, DUMP_PACKAGES, DUMP_RULES, DUMP_TEXT } from "./docs_dump_text.ts";
import { DOCS } from "./docs_text.ts";
import { Prose, Table } from "./layout.tsx";
import type { Bilingual, Say } from "./text.ts";

/** The files that can be downloaded and their columns. */
export function Downloads({ say }: { say: Say }) {
  const packages = Object.entries(DUMP_PACKAGES) as [keyof typeof DUMP_PACKAGES, Bilingual][];
  const packagesOf = (name: ColumnName) =>
    packages.flatMap(([table, title]) => {
      const columns: readonly ColumnName[] = DUMP_TABLES[table];
      return columns.includes(name) ? [`${say(title)} ${columns.indexOf(name) + 1}`] : [];
    });
  return (
    <>
      <p>
        <Prose text={say(DUMP_TEXT.lead)} />
      </p>
      <Table
        caption={say(DUMP_TEXT.filesCaption)}
        columns={[say(DUMP_TEXT.file), say(DUMP_TEXT.inside), say(DUMP_TEXT.contents)]}
        rows={DUMP_FILES.map(({ name, entry, table }) => [
          <code>{name}</code>,
          entry === undefined ? <>—</> : <code>{entry}</code>,
          say(DUMP_CONTENTS[table]),
        ])}
      />
      <Table
        caption={say(DUMP_TEXT.columnsCaption)}
        columns={[
          say(DUMP_TEXT.column),
          say(DOCS.description),
          say(DUMP_TEXT.kind),
          say(DUMP_TEXT.tables),
        ]}
        rows={(Object.keys(DUMP_COLUMNS) as ColumnName[]).map((name) => [
          <code>{name}</code>,
          <Prose text={say(DUMP_COLUMNS[name].meaning)} />,
          say(COLUMN_KINDS[DUMP_COLUMNS[name].kind]),
          packagesOf(name).join(", "),
        ])}
      />
      <ul>
        {DUMP_RULES.map((text) => (
          <li>
            <Prose text={say(text)} />
          </li>
        ))}
      </ul>
    </>
  );
}
