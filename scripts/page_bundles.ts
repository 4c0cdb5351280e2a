/**
 * The scripts of the pages: TypeScript in `protocols/http/pages/src`, and beside it the bundles that
 * browsers are sent. Bundles are committed, so that nothing has to be built before the gateway runs. The
 * first line of each names the sources and the script that it was made of: whoever changes one and
 * forgets `deno task pages` is told by the tests, for which nobody needs the bundler.
 *
 * @module
 */

export const SOURCES = new URL("../protocols/http/pages/src/", import.meta.url);
export const BUNDLES = new URL("../protocols/http/pages/bundle/", import.meta.url);

/** Each is a file of its own in the sources and in the bundles. */
export const ENTRIES = ["dashboard", "play", "publish", "ticker"] as const;

const MARK = /^\/\/ Made by `deno task pages` of sources ([0-9a-f]{32}): script ([0-9a-f]{32})\n/;

const OTHER_TOOLS = "// deno-fmt-ignore-file deno-lint-ignore-file\n";

/** Names all that the bundles are made of: every source by its path, with its text. */
export async function digestOfSources(): Promise<string> {
  const paths = (await pathsUnder(SOURCES)).toSorted();
  const texts = await Promise.all(
    paths.map((path) => Deno.readTextFile(new URL(path, SOURCES))),
  );
  return await digest(JSON.stringify(paths.map((path, index) => [path, texts[index]])));
}

/** The text of a bundle, marked. */
export async function markBundle(script: string, sources: string): Promise<string> {
  const text = `${OTHER_TOOLS}${script}`;
  return `// Made by \`deno task pages\` of sources ${sources}: script ${await digest(
    text,
  )}\n${text}`;
}

/** What is wrong with a bundle; `undefined` when it is the one that the sources make. */
export async function faultOfBundle(bundle: string, sources: string): Promise<string | undefined> {
  const [line = "", of, script] = MARK.exec(bundle) ?? [];
  if (of === undefined) return "its first line does not say what it was made of";
  if (of !== sources) return "its sources have changed since it was made";
  if (script !== await digest(bundle.slice(line.length))) return "it was changed by hand";
  return undefined;
}

async function pathsUnder(folder: URL, prefix = ""): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(prefix, folder))) {
    if (isDirectory) paths.push(...await pathsUnder(folder, `${prefix}${name}/`));
    else paths.push(`${prefix}${name}`);
  }
  return paths;
}

async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(hash, 0, 16).toHex();
}
