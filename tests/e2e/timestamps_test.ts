import { assertEquals, assertLessOrEqual } from "@std/assert";
import { hasClient } from "../../scripts/real_clients.ts";
import { framesOf } from "./av.ts";
import { assertMonotonic, assertSameFrames, type Frames } from "./frames.ts";
import { clip } from "./media.ts";
import { avHttp, ffmpegRtmp, play } from "./players.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";
import { Scratch } from "./scratch.ts";

const ignore = !hasClient("ffmpeg");

/** A second before 2^24 ms, where RTMP goes over to extended timestamps. */
const BEFORE_EXTENDED_S = 16_776;

/** A second before 2^31 ms, where FFmpeg's FLV begins at 0 again. */
const BEFORE_WRAP_S = 2_147_482;

/** Two frames of the clip: a frame more than usual may lie between those at a wrap. */
const LONGEST_STEP_MS = 80;

/** What players get of a clip whose timestamps begin `offset` seconds after 0. */
async function playedAt(path: string, offset: number): Promise<readonly Frames[]> {
  await using scratch = await Scratch.make();
  await using program = await Program.start();
  const name = "live/old";
  await using rtmp = play(ffmpegRtmp, program, name, scratch);
  await using http = play(avHttp, program, name, scratch);
  await program.seen("reader came", { stream: name }, { count: 2 });
  await ffmpegPublish(path, program.url("rtmp", name), { offset }).succeed();
  return [await rtmp.frames(), await http.frames()];
}

Deno.test({
  name: "timestamps that pass 24 bits stay exact",
  ignore,
  async fn() {
    const path = await clip("avcAac");
    const expected = await framesOf(path);
    for (const frames of await playedAt(path, BEFORE_EXTENDED_S)) {
      assertSameFrames(frames, expected);
    }
  },
});

Deno.test({
  name: "timestamps that begin at 0 again go on for the players",
  ignore,
  async fn() {
    const path = await clip("avcAac");
    const expected = await framesOf(path);
    for (const frames of await playedAt(path, BEFORE_WRAP_S)) {
      assertMonotonic(frames);
      for (const [track, list] of expected) {
        const actual = frames.get(track) ?? [];
        assertEquals(actual.map(({ hash }) => hash), list.map(({ hash }) => hash), track);
        actual.slice(1).forEach(({ dts }, index) => {
          assertLessOrEqual(dts - (actual[index]?.dts ?? 0), LONGEST_STEP_MS, track);
        });
      }
    }
  },
});
