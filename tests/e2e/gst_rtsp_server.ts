import { TextLineStream } from "../../scripts/text_lines.ts";

/** Debian's own: that of a version manager has no bindings of GStreamer. */
export const PYTHON = "/usr/bin/python3";

const program = new URL("gst_rtsp_server.py", import.meta.url).pathname;

/** GStreamer's RTSP server on a free port, with one file in real time. */
export class GstRtspServer implements AsyncDisposable {
  readonly url: string;
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStream<string>;

  private constructor(child: Deno.ChildProcess, lines: ReadableStream<string>, port: string) {
    this.url = `rtsp://127.0.0.1:${port}/cam`;
    this.#child = child;
    this.#lines = lines;
  }

  /**
   * Starts it and waits until it listens.
   *
   * @param transports what it offers: `udp`, `tcp`, `udp,tcp`.
   */
  static async start(path: string, transports: string): Promise<GstRtspServer> {
    const child = new Deno.Command(PYTHON, {
      args: [program, path, transports],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const lines = child.stdout.pipeThrough(new TextLineStream());
    const reader = lines.getReader();
    const { value: port } = await reader.read();
    reader.releaseLock();
    if (port !== undefined) return new GstRtspServer(child, lines, port);
    await child.status;
    throw new Error("Cannot start GStreamer's RTSP server: it said nothing");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#lines.cancel();
  }
}
