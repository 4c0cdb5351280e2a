import { TextLineStream } from "../../scripts/text_lines.ts";

/** Debian's own: that of a version manager has no bindings of GStreamer. */
export const PYTHON = "/usr/bin/python3";

const program = new URL("gst_rtsp_server.py", import.meta.url).pathname;

/** An FLV file with H.264 and AAC, in real time, from its start for the first client. */
export function gstFile(path: string): string {
  return `( filesrc location="${path}" ! flvdemux name=in ` +
    "in.video ! queue ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=0 " +
    "in.audio ! queue ! aacparse ! rtpmp4gpay name=pay1 pt=97 )";
}

/** A picture that moves for ever, as a camera sends it: 25 in a second, one of them a key frame. */
export const GST_CAMERA = "( videotestsrc is-live=true pattern=ball ! " +
  "video/x-raw,width=160,height=120,framerate=25/1 ! " +
  "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! " +
  "rtph264pay name=pay0 pt=96 )";

/** How GStreamer's server offers what it has. */
export interface GstRtspServerOptions {
  /** `udp`, `tcp`, `udp,tcp`. */
  readonly transports: string;
  /** How far the clock of its sender reports is behind UTC, in whole seconds. */
  readonly behindSeconds?: number;
}

/** GStreamer's RTSP server on a free port, with one pipeline. */
export class GstRtspServer implements AsyncDisposable {
  readonly url: string;
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStream<string>;

  private constructor(child: Deno.ChildProcess, lines: ReadableStream<string>, port: string) {
    this.url = `rtsp://127.0.0.1:${port}/cam`;
    this.#child = child;
    this.#lines = lines;
  }

  /** Starts it with a pipeline, as {@linkcode gstFile} makes one, and waits until it listens. */
  static async start(
    launch: string,
    { transports, behindSeconds }: GstRtspServerOptions,
  ): Promise<GstRtspServer> {
    const child = new Deno.Command(PYTHON, {
      args: [program, launch, transports, `${behindSeconds ?? "-"}`],
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
