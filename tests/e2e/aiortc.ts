import { Client } from "./client.ts";
import { PYTHON } from "./gst_rtsp_server.ts";

const program = new URL("aiortc_client.py", import.meta.url).pathname;

/** What {@linkcode aiortcPlay} was shown and heard. Times in milliseconds since the first of a kind. */
export interface AiortcPlayed {
  readonly shown: readonly { readonly time: number; readonly hash: string }[];
  readonly heard: readonly { readonly time: number; readonly samples: number }[];
}

/** Plays by WHEP until nothing has come for a while. */
export function aiortcPlay(url: string): Client {
  return Client.start(PYTHON, [program, "play", url]);
}

/** What a player has printed. */
export function readPlayed(stdout: string): AiortcPlayed {
  const lines = stdout.trim().split("\n").map((line) => line.split(" "));
  const of = (kind: string) => lines.filter(([first]) => first === kind);
  return {
    shown: of("video").map(([, time, hash = ""]) => ({ time: Number(time), hash })),
    heard: of("audio").map(([, time, samples]) => ({
      time: Number(time),
      samples: Number(samples),
    })),
  };
}

/** How a file is sent: as it is, or encoded anew. */
export interface AiortcPublishOptions {
  readonly codec: "H264" | "VP8";
  readonly how: "copy" | "encode";
}

/** Publishes a file by WHIP. What is copied has NAL units with start codes, and Opus. */
export function aiortcPublish(
  path: string,
  url: string,
  { codec, how }: AiortcPublishOptions,
): Client {
  return Client.start(PYTHON, [program, "publish", url, path, codec, how]);
}
