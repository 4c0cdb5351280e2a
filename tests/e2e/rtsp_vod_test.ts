// Files over RTSP: played whole, entered at ten places, and what the answers say of it.
import { assert, assertEquals, assertGreater } from "@std/assert";
import { parseRtpPacket } from "../../protocols/_formats/rtp/packet.ts";
import { parseRange } from "../../protocols/rtsp/headers/range.ts";
import { parseRtpInfo } from "../../protocols/rtsp/headers/rtp_info.ts";
import { hasClient } from "../../scripts/real_clients.ts";
import { must } from "../must.ts";
import type { RtspTransport } from "./av.ts";
import { assertCarried, bareFramesOf } from "./bare_frames.ts";
import { Client } from "./client.ts";
import { type Frame, type Frames, parseFrames } from "./frames.ts";
import { hasLive555, vlcRtsp } from "./live555.ts";
import { kept } from "./media.ts";
import { Program } from "./program.ts";
import { RtspPeer } from "./rtsp_peer.ts";
import { isHere, playRtsp, RTSP_PLAYERS } from "./rtsp_players.ts";
import { Scratch } from "./scratch.ts";

const ignore = !hasClient("ffmpeg");

const NAME = "media/clip.mp4";
const SECONDS = 5;
const RATE = 25;
/** Pictures from one key to the next, and the milliseconds that they take. */
const GROUP = 10;
const GROUP_MS = GROUP * 1000 / RATE;
const CLIP = [
  ...["-f", "lavfi", "-i", `testsrc2=size=320x180:rate=${RATE}:duration=${SECONDS}`],
  ...["-f", "lavfi", "-i", `sine=frequency=440:sample_rate=48000:duration=${SECONDS}`],
  ...["-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", `${GROUP}`],
  ...["-sc_threshold", "0", "-pix_fmt", "yuv420p", "-c:a", "aac"],
];

/**
 * Milliseconds, in one group of pictures each. FFmpeg asks for what lies 130 ms before, as they are
 * reordered.
 */
const PLACES = Array.from({ length: 10 }, (_, at) => at * GROUP_MS + 200 + at * 20);

/**
 * GStreamer ends where the range does, which counts from the first picture: the clip's sound begins
 * and ends a frame of AAC, its priming, off that.
 */
const GSTREAMER_ENDS = { mayLose: { audio: 1 } };

/** Milliseconds of a frame of AAC. */
const SOUND_MS = 1024 * 1000 / 48_000;

/** A gateway with the clip in its folder of media, and the frames of that. */
async function start(scratch: Scratch) {
  const path = await kept("rtsp-vod", CLIP, "mp4");
  await Deno.mkdir(`${scratch.path}/media`);
  await Deno.copyFile(path, `${scratch.path}/media/clip.mp4`);
  const program = await Program.start({ args: ["--media", `${scratch.path}/media`] });
  return { program, expected: await bareFramesOf(path) };
}

function picturesOf(frames: Frames): readonly Frame[] {
  return frames.get("video h264") ?? [];
}

/** The first picture that FFmpeg gets from a place on. */
async function entered(url: string, place: number, transport: RtspTransport): Promise<Frames> {
  await using ffmpeg = Client.start("ffmpeg", [
    ...["-v", "error", "-rtsp_transport", transport, "-ss", `${place / 1000}`, "-i", url],
    ...["-map", "0:v", "-c", "copy", "-bsf:v", "h264_mp4toannexb,filter_units=remove_types=7-9"],
    ...["-frames:v", "1", "-f", "framemd5", "-"],
  ]);
  return parseFrames((await ffmpeg.succeed()).stdout);
}

Deno.test({ name: "players get all of a file over RTSP, in every way", ignore }, async (t) => {
  await using scratch = await Scratch.make();
  const { program, expected } = await start(scratch);
  await using _ = program;
  await using stack = new AsyncDisposableStack();
  const playings = RTSP_PLAYERS.filter(isHere).map((player) => ({
    player,
    playing: stack.use(playRtsp(player, program, NAME, scratch)),
  }));
  for (const { player, playing } of playings) {
    await t.step(player.name, async () => {
      const allowance = player.client === "gstreamer"
        ? { ...player.allowance, ...GSTREAMER_ENDS }
        : player.allowance;
      assertCarried(await playing.frames(), expected, allowance);
    });
  }
});

for (const transport of ["tcp", "udp"] as const) {
  Deno.test({ name: `FFmpeg enters a file at ten places over ${transport}`, ignore }, async () => {
    await using scratch = await Scratch.make();
    const { program, expected } = await start(scratch);
    await using _ = program;
    const url = program.url("rtsp", NAME);
    const pictures = picturesOf(expected);
    const found = await Promise.all(PLACES.map((place) => entered(url, place, transport)));
    for (const [at, place] of PLACES.entries()) {
      const [first] = picturesOf(must(found[at]));
      assertEquals(first?.hash, pictures[at * GROUP]?.hash, `at ${place} ms`);
    }
  });
}

/** The first packet of a track, by its number, among those that come. */
async function packetOf(peer: RtspPeer, payloadType: number, sequence: number) {
  for (let left = 1000; left > 0; left--) {
    const packet = parseRtpPacket(await peer.frame());
    if (packet.payloadType === payloadType && packet.sequence === sequence) return packet;
  }
  throw new Error(`no packet ${sequence} of payload type ${payloadType} has come`);
}

Deno.test({ name: "RTP-Info and Range tell to the tick where a seek leads", ignore }, async () => {
  await using scratch = await Scratch.make();
  const { program } = await start(scratch);
  await using _ = program;
  const url = program.url("rtsp", NAME);
  using peer = await RtspPeer.connect(url);
  await peer.play(url);
  for (const place of [...PLACES, ...PLACES.toReversed()]) {
    const { headers } = await peer.ask("PLAY", url, [["Range", `npt=${place / 1000}-`]]);
    const range = parseRange(must(headers.get("Range")));
    assert(range.type === "npt");
    assertEquals(range.start, Math.floor(place / GROUP_MS) * GROUP_MS);
    assertGreater(must(range.end), SECONDS * 1000 - 1);
    const [video, audio] = parseRtpInfo(must(headers.get("RTP-Info")));
    const picture = await packetOf(peer, 97, must(video?.seq));
    const sound = await packetOf(peer, 98, must(audio?.seq));
    const pictureMs = ((picture.timestamp - must(video?.rtptime)) | 0) / 90;
    const soundMs = ((sound.timestamp - must(audio?.rtptime)) | 0) / 48;
    // At the start it is the sound that begins first: the priming of AAC.
    if (range.start === 0) {
      assertEquals([Math.round(pictureMs), soundMs], [Math.round(SOUND_MS), 0]);
    } else {
      assertEquals(pictureMs, 0);
      assert(soundMs >= 0 && soundMs < SOUND_MS, `sound is ${soundMs} ms later`);
    }
  }
});

Deno.test({
  name: "VLC enters a file where it is told to",
  ignore: ignore || !hasLive555,
  async fn(t) {
    await using scratch = await Scratch.make();
    const { program, expected } = await start(scratch);
    await using _ = program;
    const hashes = picturesOf(expected).map(({ hash }) => hash);
    for (const args of [[], ["--rtsp-tcp"]]) {
      const player = vlcRtsp(args[0] ?? "over UDP", [...args, "--start-time=3.5"]);
      await t.step(player.name, async () => {
        await using playing = playRtsp(player, program, NAME, scratch);
        const shown = picturesOf(await playing.frames()).map(({ hash }) => hashes.indexOf(hash));
        // It begins to play before it seeks.
        const sought = shown.filter((place) => place >= RATE);
        assertEquals(sought[0], 8 * GROUP);
        assertGreater(sought.length, RATE);
      });
    }
  },
});
