// Texts of publishers in files that spreadsheets open: what would be taken for a formula is made a text again.

/** Signs that begin a formula, or lead to one, in some spreadsheet; OWASP "CSV Injection" lists them. */
const BEGINS_FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** The text with an apostrophe before it where a spreadsheet would compute it. Never for numbers. */
export function inertText(text: string): string {
  return BEGINS_FORMULA.test(text) ? `'${text}` : text;
}
