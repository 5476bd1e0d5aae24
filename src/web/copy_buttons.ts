/// <reference lib="dom" />
// Buttons that put a line of the page into the clipboard.

/** Gives every line of a section its button; where browsers allow no clipboard there is none. */
export function copyButtons(section: HTMLElement): void {
  if (!navigator.clipboard) return;
  const { copy = "", copied = "" } = section.dataset;
  for (const line of section.querySelectorAll("pre")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = copy;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(line.textContent);
      button.textContent = copied;
      setTimeout(() => button.textContent = copy, 2_000);
    });
    line.before(button);
  }
}
