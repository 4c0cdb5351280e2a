/** A folder for what the clients of one test write; it is gone with the test. */
export class Scratch implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<Scratch> {
    const path = await Deno.makeTempDir({ prefix: "sluice-" });
    // VLC runs as another user.
    await Deno.chmod(path, 0o777);
    return new Scratch(path);
  }

  /** Path of a file that is not there yet. */
  file(suffix = ""): string {
    return `${this.path}/${crypto.randomUUID()}${suffix}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
