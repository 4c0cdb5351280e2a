/**
 * Command line of the layer check: reads every source file, prints the arrows that are broken as
 * `file:line: message`, and exits with 1 when there are any.
 *
 * @module
 */
import { checkLayers } from "./layers.ts";

/** Folders and files at the root that hold source; everything else there is not read. */
const SOURCES = ["registry", "protocols", "tests", "scripts", "docs", "main.ts", "mod.ts"];

const root = new URL("../", import.meta.url);

async function readSources(path: string, files: Map<string, string>): Promise<void> {
  const info = await Deno.stat(new URL(path, root)).catch(() => undefined);
  if (info?.isDirectory) {
    for await (const entry of Deno.readDir(new URL(`${path}/`, root))) {
      if (entry.name !== "vendor") await readSources(`${path}/${entry.name}`, files);
    }
  } else if (info?.isFile && path.endsWith(".ts")) {
    files.set(path, await Deno.readTextFile(new URL(path, root)));
  }
}

async function packageNames(): Promise<string[]> {
  const config: { imports?: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", root)),
  );
  return Object.keys(config.imports ?? {});
}

if (import.meta.main) {
  const files = new Map<string, string>();
  for (const path of SOURCES) await readSources(path, files);
  const violations = checkLayers(files, await packageNames());
  for (const { file, line, message } of violations) console.error(`${file}:${line}: ${message}`);
  console.log(`Layers: ${files.size} files, ${violations.length} broken arrows`);
  Deno.exitCode = violations.length === 0 ? 0 : 1;
}
