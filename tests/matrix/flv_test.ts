/**
 * Every ingest into every egress, with every codec that the pair can carry: what comes out is what went
 * in, byte for byte and to the millisecond.
 *
 * @module
 */
import { hasClient } from "../../scripts/real_clients.ts";
import { avCopy, framesOf } from "../e2e/av.ts";
import type { Client } from "../e2e/client.ts";
import { assertSameFrames, type Frames } from "../e2e/frames.ts";
import { avHttp, avRtmp, play, type Player, webSocket } from "../e2e/players.ts";
import { Program } from "../e2e/program.ts";
import { ffmpegPublish } from "../e2e/publish.ts";
import { Scratch } from "../e2e/scratch.ts";

/** What the files of `vectors/` hold, and so what is carried. */
const LEGACY = ["avc_aac", "mp3", "speex", "alaw", "h263"];
const ENHANCED = ["hevc", "av1", "vp9", "opus", "flac", "ac3", "eac3", "multitrack"];

interface Ingest {
  readonly name: string;
  readonly codecs: readonly string[];
  readonly publish: (path: string, url: string) => Client;
  readonly ignore?: boolean;
}

const INGESTS: readonly Ingest[] = [
  {
    name: "RTMP from FFmpeg 5",
    codecs: LEGACY,
    publish: ffmpegPublish,
    ignore: !hasClient("ffmpeg"),
  },
  {
    name: "RTMP from FFmpeg 8",
    // Its muxer aborts with an assertion on the other legacy codecs of audio.
    codecs: ["avc_aac", "mp3", "h263", ...ENHANCED],
    publish: (path, url) => avCopy(path, "flv", url),
  },
];

const EGRESSES: readonly Player[] = [avRtmp, avHttp, webSocket];

const vectors = new URL("../protocols/_formats/flv/vectors/", import.meta.url);

for (const { name: ingest, codecs, publish, ignore = false } of INGESTS) {
  Deno.test({
    name: `${ingest} to every egress`,
    ignore,
    async fn(t) {
      await using scratch = await Scratch.make();
      await using program = await Program.start();
      for (const codec of codecs) {
        await using stack = new AsyncDisposableStack();
        const path = new URL(`${codec}.flv`, vectors).pathname;
        const expected = await framesOf(path);
        const name = `matrix/${codec}`;
        const playings = EGRESSES.map((egress) => stack.use(play(egress, program, name, scratch)));
        await program.seen("reader came", { stream: name }, { count: EGRESSES.length });
        await publish(path, program.url("rtmp", name)).succeed();
        for (const playing of playings) {
          const { player } = playing;
          await t.step(`${codec} to ${player.name}`, async () => {
            assertSameFrames(await playing.frames(), carriedBy(player, expected));
          });
        }
      }
    },
  });
}

/** FFmpeg does not tell an RTMP server that it takes several tracks of a kind: it gets the first. */
function carriedBy({ scheme }: Player, frames: Frames): Frames {
  if (scheme !== "rtmp") return frames;
  const kinds = new Map<string, string>();
  for (const track of frames.keys()) {
    const [kind = ""] = track.split(" ");
    if (!kinds.has(kind)) kinds.set(kind, track);
  }
  return new Map([...frames].filter(([track]) => [...kinds.values()].includes(track)));
}
