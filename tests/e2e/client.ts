/** Longest time that a client may run. */
const DEFAULT_LIMIT_MS = 40_000;

/** How a client ended, and what it said. */
export interface Outcome {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ClientOptions {
  readonly limitMs?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A real program that publishes or plays. It does not outlive its limit, nor its scope. */
export class Client implements AsyncDisposable {
  /** Never rejects. */
  readonly ended: Promise<Outcome>;
  readonly #child: Deno.ChildProcess;
  readonly #command: string;

  private constructor(child: Deno.ChildProcess, command: string, limitMs: number) {
    this.#child = child;
    this.#command = command;
    this.ended = this.#collect(limitMs);
  }

  static start(
    program: string,
    args: readonly string[],
    { limitMs = DEFAULT_LIMIT_MS, env = {} }: ClientOptions = {},
  ): Client {
    const child = new Deno.Command(program, {
      args: [...args],
      env: { ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new Client(child, [program, ...args].join(" "), limitMs);
  }

  /** Waits for the end. @throws when the client failed. */
  async succeed(): Promise<Outcome> {
    const outcome = await this.ended;
    if (outcome.code === 0) return outcome;
    const { code, signal, stderr } = outcome;
    throw new Error(`${this.#command}\nended with ${signal ?? code}:\n${stderr.slice(-4000)}`);
  }

  kill(signal: Deno.Signal = "SIGKILL"): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.ended;
  }

  async #collect(limitMs: number): Promise<Outcome> {
    const timer = setTimeout(() => this.kill(), limitMs);
    const { code, signal, stdout, stderr } = await this.#child.output();
    clearTimeout(timer);
    const text = new TextDecoder();
    return { code, signal, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  }
}
