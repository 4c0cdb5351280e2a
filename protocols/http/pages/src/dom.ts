/**
 * The element with an id that the page is known to have.
 *
 * @param type its class: `byId("video", HTMLVideoElement)`.
 */
export function byId<T extends HTMLElement>(id: string, type: abstract new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`Cannot find #${id} in the page: expected ${type.name}`);
}

/** Writes text into the element with an id; see `setText`. */
export function showText(id: string, text: string): void {
  setText(byId(id, HTMLElement), text);
}

/** Makes an element. Text stays text: nothing that a publisher chose is ever parsed as HTML. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Writes text only where it differs, so that a selection and a screen reader are left alone. */
export function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

const scripts = new Map<string, Promise<void>>();

/** Loads a classic script, once. */
export function loadScript(url: string): Promise<void> {
  const loading = scripts.get(url) ?? appendScript(url);
  scripts.set(url, loading);
  // What failed may be tried again.
  loading.catch(() => scripts.delete(url));
  return loading;
}

function appendScript(src: string): Promise<void> {
  const script = element("script", { src });
  return new Promise((resolve, reject) => {
    script.addEventListener("load", () => resolve());
    script.addEventListener("error", () => reject(new Error(`Cannot load ${src}`)));
    document.head.append(script);
  });
}
