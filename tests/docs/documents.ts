import { EXAMPLES } from "./run_example.ts";

const ROOT = new URL("../../", import.meta.url);

/** A file that a document shows in full: a comment that names it, then a fenced block. */
const INCLUDED = /<!-- file: (?<path>[^ ]+) -->\n\n(?:```\w+\n(?<text>[\s\S]*?)```\n)?/g;

/** What a document shows, and what the file holds that it says it shows. */
export interface Inclusion {
  readonly path: string;
  readonly shown: string | undefined;
  readonly content: string;
}

/** The text of a document. @param path from the root of the repository. */
export async function readDocument(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, ROOT));
}

/** Every file that a document includes. */
export async function inclusionsOf(path: string): Promise<readonly Inclusion[]> {
  const matches = [...(await readDocument(path)).matchAll(INCLUDED)];
  return await Promise.all(matches.map(async ({ groups }) => {
    const file = new URL(groups?.["path"] ?? "", new URL(path, ROOT));
    return {
      path: file.pathname.slice(ROOT.pathname.length),
      shown: groups?.["text"],
      content: await Deno.readTextFile(file),
    };
  }));
}

/** Paths of all example files from the root, but for lock files. */
export async function exampleFiles(folder = EXAMPLES): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) paths.push(...await exampleFiles(new URL(`${name}/`, folder)));
    else if (name !== "deno.lock") paths.push(`${folder.pathname}${name}`);
  }
  return paths.map((path) => path.replace(ROOT.pathname, "")).sort();
}
