import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { hasClient } from "../../scripts/real_clients.ts";
import { avBare } from "./av.ts";
import { bareFramesOf } from "./bare_frames.ts";
import { type Frame, readFrames } from "./frames.ts";
import { LossyRelay } from "./lossy_relay.ts";
import { clip, KEY_INTERVAL } from "./media.ts";
import { Program } from "./program.ts";
import { ffmpegRecord } from "./rtsp_players.ts";
import { Scratch } from "./scratch.ts";

/** One packet of this many is lost. */
const LOSS_INTERVAL = 60;

Deno.test({
  name:
    "packets that are lost over UDP cost the pictures up to the next key frame, and nobody else",
  ignore: !hasClient("ffmpeg"),
  async fn(t) {
    const path = await clip("avcAac");
    const source = await bareFramesOf(path);
    await using scratch = await Scratch.make();
    await using program = await Program.start();
    const name = "live/lossy";
    await using stack = new AsyncDisposableStack();
    const players = (["rtmp", "rtsp"] as const).map((scheme) => {
      const listing = scratch.file();
      return { scheme, listing, client: stack.use(avBare(program.url(scheme, name), listing)) };
    });
    await program.seen("reader came", { stream: name }, { count: players.length });
    await using relay = new LossyRelay(
      program.url("rtsp", name),
      (index) => index % LOSS_INTERVAL === LOSS_INTERVAL - 1,
    );
    await ffmpegRecord(path, relay.url, { rtsp: "udp" }).succeed();
    assertGreater(relay.counts.lost, 1);
    await program.seen("media is missing", { stream: name });
    for (const { scheme, listing, client } of players) {
      await t.step(`over ${scheme}`, async () => {
        await client.succeed();
        const frames = await readFrames(listing);
        const pictures = source.get("video h264") ?? [];
        const lost = assertResumesAtKeys(frames.get("video h264") ?? [], pictures);
        assertGreater(lost, 0);
        assertLess(lost, pictures.length, "pictures lost");
      });
    }
  },
});

/** Every gap ends with a key frame. @returns how many pictures are missing. */
function assertResumesAtKeys(actual: readonly Frame[], expected: readonly Frame[]): number {
  const hashes = expected.map(({ hash }) => hash);
  let next = 0;
  for (const { hash } of actual) {
    const index = hashes.indexOf(hash);
    assert(index >= next, "a picture of the source, in its order");
    if (index > next) assertEquals(index % KEY_INTERVAL, 0, "goes on with a key frame");
    next = index + 1;
  }
  return hashes.length - actual.length;
}
