/** Where the examples of the documentation are. */
export const EXAMPLES = new URL("../../docs/examples/", import.meta.url);

/** How a program ended, and what it said. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `file` of a project under the examples as its user would: in its folder, by its settings. */
export async function runExample(project: string, file: string): Promise<Outcome> {
  return await runDeno(new URL(`${project}/`, EXAMPLES), ["run", "--allow-net", file]);
}

/** Runs this Deno in `folder`. */
export async function runDeno(folder: URL, args: readonly string[]): Promise<Outcome> {
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
