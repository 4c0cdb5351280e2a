/**
 * `deno task pages`: makes the scripts that browsers are sent of their TypeScript sources, by Deno's own
 * bundler (esbuild, which Deno gets from npm).
 *
 * @module
 */
import { BUNDLES, digestOfSources, ENTRIES, markBundle, SOURCES } from "./page_bundles.ts";

async function bundle(outdir: string): Promise<void> {
  const entries = ENTRIES.map((name) => new URL(`${name}.ts`, SOURCES).pathname);
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--check", "--platform=browser", `--outdir=${outdir}`, ...entries],
    // Paths in the bundles are told from here, on every machine the same.
    cwd: SOURCES,
  }).spawn().status;
  if (!success) throw new Error("Cannot make the bundles: deno bundle failed");
}

if (import.meta.main) {
  const outdir = await Deno.makeTempDir();
  try {
    await bundle(outdir);
    const sources = await digestOfSources();
    for (const name of ENTRIES) {
      const script = await Deno.readTextFile(`${outdir}/${name}.js`);
      await Deno.writeTextFile(new URL(`${name}.js`, BUNDLES), await markBundle(script, sources));
    }
  } finally {
    await Deno.remove(outdir, { recursive: true });
  }
}
