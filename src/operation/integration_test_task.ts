// The task "integration_test": holds what the API answers against the publishers' files, and mails what differs.

import { subjectTag } from "../core/indexing_report.ts";
import type { JsonObject } from "../core/json.ts";
import { Problem } from "../core/problem.ts";
import { type IntegrationReport, mismatchesCsv } from "../ingest/integration_test.ts";
import { type Mailing, mailRound, noMailReason, type Tell } from "./report_mails.ts";
import { nodeAsked } from "./reports.ts";

/** Group of the accounts that hear of differences. */
export const INTEGRATION_TEST_RECIPIENTS = "integration_test_recipients";

export type IntegrationTesting = Mailing & {
  /** Whether there is a dump of metadata, which names the series. */
  readonly hasDump: () => Promise<boolean>;
  /** Compares all series, or a node's. Errors: Problem `unavailable` where the API does not answer. */
  readonly compare: (node?: string) => Promise<IntegrationReport>;
};

/** Reasons why series were skipped that the log tells, the most frequent first. */
const REASONS_TOLD = 10;

/**
 * A task of the worker.
 * Errors: Problem `unavailable` where the API does not answer, series were left out when the time was over, or the mail
 * could not be sent.
 */
export function integrationTestTask(
  context: IntegrationTesting,
): (about: JsonObject, tell: Tell) => Promise<JsonObject> {
  const { accounts, mail, envType, hasDump, compare } = context;
  return async (about, tell) => {
    if (!await hasDump()) {
      await tell("Todavía no hay un dump de metadatos: no hay con qué comparar");
      return { series: 0, fed: 0, mismatches: 0, skipped: 0 };
    }
    const { series, fed, mismatches, skipped, unfinished } = await compare(nodeAsked(about));
    await tell(
      `Series: ${series}; distintas de su archivo: ${mismatches.length}; salteadas: ${skipped.length}`,
    );
    if (fed > 0) await tell(`Sin comparar, porque esta instalación trae sus archivos: ${fed}`);
    const reasons = [...Map.groupBy(skipped, ({ reason }) => reason)].sort(([, a], [, b]) =>
      b.length - a.length
    );
    for (const [reason, of] of reasons.slice(0, REASONS_TOLD)) {
      await tell(`Salteadas ${of.length}, como ${of[0]!.seriesId}: ${reason}`);
    }
    const round = mailRound(context, tell);
    if (mismatches.length > 0 && !mail) await tell(`${noMailReason(context)}: nadie recibe errors.csv`);
    if (mismatches.length > 0 && mail) {
      await round.send("el aviso", await accounts.emailsOf(INTEGRATION_TEST_RECIPIENTS), {
        subject: `${subjectTag(envType)}API Series de Tiempo: Test de integración`,
        text: [
          "Errores en los datos de las series detectados. Ver el archivo adjunto",
          "",
          `De ${
            series - unfinished
          } series comparadas con el archivo de su publicador, ${mismatches.length} no coinciden.`,
          "En errors.csv: error_pct es el porcentaje de las fechas comparadas en que difieren; api_url, lo que la API",
          "respondió; distribution_url, el archivo.",
          "",
        ].join("\n"),
        attachments: [{
          filename: "errors.csv",
          contentType: "text/csv; charset=utf-8",
          content: new TextEncoder().encode(mismatchesCsv(mismatches)),
        }],
      });
    }
    round.check("La comparación terminó");
    if (unfinished > 0) {
      throw new Problem("unavailable", `La comparación no terminó a tiempo: faltaron ${unfinished} series`);
    }
    return { series, fed, mismatches: mismatches.length, skipped: skipped.length, mails: round.sent() };
  };
}
