import type { StreamSnapshot } from "../../registry/snapshot.ts";
import { hasClient } from "../../scripts/real_clients.ts";
import { untilStream } from "./api.ts";
import { avBare } from "./av.ts";
import { assertCarried, bareFramesOf } from "./bare_frames.ts";
import { type Frames, readFrames } from "./frames.ts";
import { clip, KEY_INTERVAL } from "./media.ts";
import { Program } from "./program.ts";
import { isHere, RTSP_PUBLISHERS, type RtspPublisher } from "./rtsp_players.ts";
import { Scratch } from "./scratch.ts";

/** Players of each publication, and how packets travel to those of RTSP. */
const PLAYERS = [
  { scheme: "rtmp", title: "RTMP" },
  { scheme: "rtsp", rtsp: "tcp", title: "RTSP/TCP" },
  { scheme: "rtsp", rtsp: "udp", title: "RTSP/UDP" },
] as const;

/** Long enough for a publisher to have sent something of each track. */
const START_MS = 3000;

/** A publisher that has blocked is left, and another begun. */
const ATTEMPTS = 5;

function hasBegun({ tracks }: StreamSnapshot): boolean {
  return tracks.length > 0 && tracks.every(({ units }) => units > 0);
}

interface Setting {
  readonly path: string;
  readonly program: Program;
  readonly scratch: Scratch;
}

/** What players get of one publication, by player. */
async function publish(
  publisher: RtspPublisher,
  setting: Setting,
  attempt = 1,
): Promise<ReadonlyMap<string, Frames>> {
  const { path, program, scratch } = setting;
  const name = `live/${publisher.name.replaceAll(" ", "-")}-${attempt}`;
  await using stack = new AsyncDisposableStack();
  const players = PLAYERS.map(({ scheme, title, ...transport }) => {
    const listing = scratch.file();
    const client = stack.use(avBare(program.url(scheme, name), listing, transport));
    return { title, listing, client };
  });
  await program.seen("reader came", { stream: name }, { count: players.length });
  const session = stack.use(publisher.start(path, program.url("rtsp", name)));
  try {
    await untilStream(program, name, hasBegun, START_MS);
    await session.succeed();
  } catch (error) {
    if (attempt === ATTEMPTS || publisher.client !== "gstreamer") throw error;
    return await publish(publisher, setting, attempt + 1);
  }
  await Promise.all(players.map(({ client }) => client.succeed()));
  return new Map(
    await Promise.all(
      players.map(async ({ title, listing }) => [title, await readFrames(listing)] as const),
    ),
  );
}

Deno.test({
  name: "what is recorded over RTSP comes out whole and in sync",
  ignore: !hasClient("ffmpeg"),
  async fn(t) {
    const path = await clip("avcAac");
    const expected = await bareFramesOf(path);
    await using scratch = await Scratch.make();
    await using program = await Program.start();
    const setting = { path, program, scratch };
    const publishers = RTSP_PUBLISHERS.filter(isHere);
    const played = await Promise.all(publishers.map((publisher) => publish(publisher, setting)));
    for (const [index, { name, allowance }] of publishers.entries()) {
      for (const [title, frames] of played[index] ?? []) {
        await t.step(`${name} to ${title}`, () => {
          assertCarried(frames, expected, { keyInterval: KEY_INTERVAL, ...allowance });
        });
      }
    }
  },
});
