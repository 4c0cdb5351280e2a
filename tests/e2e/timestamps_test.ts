import { assertEquals, assertLessOrEqual } from "@std/assert";
import { hasClient } from "../../scripts/real_clients.ts";
import { framesOf } from "./av.ts";
import { assertMonotonic, assertSameFrames, type Frames } from "./frames.ts";
import { clip } from "./media.ts";
import { avHttp, ffmpegRtmp, play } from "./players.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";
import { Scratch } from "./scratch.ts";
import { publishTags } from "./tag_publisher.ts";

const ignore = !hasClient("ffmpeg");

/** A second before 2^24 ms, where RTMP goes over to extended timestamps. */
const BEFORE_EXTENDED_S = 16_776;

/** A second before 2^31 ms, where FFmpeg's FLV begins at 0 again. */
const BEFORE_WRAP_S = 2_147_482;

/** Two frames of the clip: a frame more than usual may lie between those at a wrap. */
const LONGEST_STEP_MS = 80;

/** A second before 2^32 ms, where RTMP begins at 0 again. */
const BEFORE_END_MS = 2 ** 32 - 1000;

/** What players get of what `publish` sends to a URL. */
async function played(publish: (url: string) => Promise<unknown>): Promise<readonly Frames[]> {
  await using scratch = await Scratch.make();
  await using program = await Program.start();
  const name = "live/old";
  await using rtmp = play(ffmpegRtmp, program, name, scratch);
  await using http = play(avHttp, program, name, scratch);
  await program.seen("reader came", { stream: name }, { count: 2 });
  await publish(program.url("rtmp", name));
  return [await rtmp.frames(), await http.frames()];
}

Deno.test({
  name: "timestamps that pass 24 bits stay exact",
  ignore,
  async fn() {
    const path = await clip("avcAac");
    const expected = await framesOf(path);
    const publish = (url: string) =>
      ffmpegPublish(path, url, { offset: BEFORE_EXTENDED_S }).succeed();
    for (const frames of await played(publish)) assertSameFrames(frames, expected);
  },
});

Deno.test({
  name: "timestamps that pass 32 bits go on for the players",
  ignore,
  async fn() {
    const path = await clip("avcAac");
    const expected = await framesOf(path);
    const publish = (url: string) => publishTags(path, url, BEFORE_END_MS);
    for (const frames of await played(publish)) assertContinuous(frames, expected);
  },
});

Deno.test({
  name: "timestamps that FFmpeg begins at 0 again go on for the players",
  ignore,
  async fn() {
    const path = await clip("avcAac");
    const expected = await framesOf(path);
    const publish = (url: string) => ffmpegPublish(path, url, { offset: BEFORE_WRAP_S }).succeed();
    for (const frames of await played(publish)) assertContinuous(frames, expected);
  },
});

/** All frames of the source, with no step in time back or longer than any in it. */
function assertContinuous(frames: Frames, source: Frames): void {
  assertMonotonic(frames);
  for (const [track, expected] of source) {
    const actual = frames.get(track) ?? [];
    assertEquals(actual.map(({ hash }) => hash), expected.map(({ hash }) => hash), track);
    actual.slice(1).forEach(({ dts }, index) => {
      assertLessOrEqual(dts - (actual[index]?.dts ?? 0), LONGEST_STEP_MS, track);
    });
  }
}
