// The task "report": makes the report of the last harvest, keeps it, and mails it: all of it to a group of accounts, of
// each node to its administrators.

import type { MailAttachment } from "../core/mail.ts";
import { reportSubject } from "../core/indexing_report.ts";
import type { JsonObject } from "../core/json.ts";
import { globalLetter, letterText, nodeLetter, type ReportLetter } from "../core/report_letter.ts";
import type { Records } from "../core/records.ts";
import { type Accounts, REPORT_RECIPIENTS } from "./accounts.ts";
import { contentTypeOf, joinReportFiles, REPORT_FILES, type ReportFiles } from "./report_files.ts";
import { type Mailing, mailRound, noMailReason, type Tell } from "./report_mails.ts";
import { type KeptReport, makeReport, nodeAsked, nodeOf, type Reporting } from "./reports.ts";

/** Writes a letter as an HTML document. */
export type WritePage = (letter: ReportLetter, title: string) => Promise<string>;

/** A task of the worker. Errors: Problem `unavailable` where a mail could not be sent; the report is kept all the same. */
export function reportTask(
  context: Reporting & Mailing & { readonly writePage: WritePage },
): (about: JsonObject, tell: Tell) => Promise<JsonObject> {
  const { records, accounts, mail, writePage } = context;
  return async (about, tell) => {
    const node = nodeAsked(about);
    const made = await makeReport(context, node);
    const { id, report, files, known } = made;
    for (const { catalogId, indicators } of report.nodes) {
      if (indicators === null) {
        await tell(`${catalogId}: sin indicadores, porque su catálogo no se pudo leer`);
      }
    }
    const round = mailRound(context, tell);
    if (mail) {
      const message = async (catalogId: string | undefined, own: ReportFiles) => {
        const { subject, letter } = reportLetter(made, context.envType, catalogId);
        const html = await writePage(letter, subject);
        return { subject, text: letterText(letter), html, attachments: attachmentsOf(own) };
      };
      if (node === undefined) {
        const to = await accounts.emailsOf(REPORT_RECIPIENTS);
        await round.send(
          "el informe global",
          to,
          await message(undefined, joinReportFiles([...files.values()])),
        );
      }
      for (const { catalogId } of report.nodes) {
        if (!known.has(catalogId)) continue;
        const to = await adminsOf(records, accounts, catalogId);
        await round.send(`el informe de ${catalogId}`, to, await message(catalogId, files.get(catalogId)!));
      }
    } else await tell(`${noMailReason(context)}: el informe queda en la consola`);
    round.check(`El informe ${id} quedó hecho`);
    return { report: id, harvest: report.run, mails: round.sent() };
  };
}

/**
 * The letter of a report, about all of it or one node, with its subject.
 * Errors: Problem `not_found` for a node that it does not tell of.
 */
export function reportLetter(
  kept: KeptReport,
  envType: string,
  catalogId?: string,
): { readonly subject: string; readonly letter: ReportLetter } {
  const { report } = kept;
  return {
    subject: reportSubject(report, envType, catalogId),
    letter: catalogId === undefined ? globalLetter(report) : nodeLetter(report, nodeOf(kept, catalogId)),
  };
}

/** Addresses of the accounts that a node names, but of those that are disabled. */
async function adminsOf(
  records: Records,
  accounts: Pick<Accounts, "account">,
  catalogId: string,
): Promise<string[]> {
  const details = (await records.record("node_details", catalogId))?.value as
    | { admins?: string[] }
    | undefined;
  const found = await Promise.all((details?.admins ?? []).map((name) => accounts.account(name)));
  return [...new Set(found.flatMap((one) => one && !one.disabled ? one.email ?? [] : []))];
}

function attachmentsOf(files: ReportFiles): MailAttachment[] {
  return REPORT_FILES.map((filename) => ({
    filename,
    contentType: contentTypeOf(filename),
    content: new TextEncoder().encode(files[filename]),
  }));
}
