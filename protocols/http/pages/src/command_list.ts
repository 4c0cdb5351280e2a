import type { Command } from "./commands.ts";
import { element } from "./dom.ts";

/** How long a button says that it has copied. */
const COPIED_MS = 1500;

/** Elements that show commands, each with a button that copies it. */
export function commandList(commands: readonly Command[]): readonly HTMLElement[] {
  return commands.map(([what, text]) =>
    element(
      "div",
      { class: "command" },
      element("span", { class: "what" }, what),
      element("code", { tabindex: "0", role: "region", "aria-label": what }, text),
      copyButton(what, text),
    )
  );
}

function copyButton(what: string, text: string): HTMLElement {
  const button = element("button", { type: "button", "aria-label": `Copy: ${what}` }, "Copy");
  button.addEventListener("click", async () => {
    button.textContent = await copy(text) ? "Copied" : "Press Ctrl+C";
    setTimeout(() => button.textContent = "Copy", COPIED_MS);
  });
  return button;
}

/**
 * Copies text. The clipboard is closed to pages that come over plain HTTP from another machine; the
 * text is selected then.
 */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const code = [...document.querySelectorAll("code")].find((one) => one.textContent === text);
    if (code !== undefined) getSelection()?.selectAllChildren(code);
    return false;
  }
}
