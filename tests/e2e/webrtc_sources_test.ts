// Chromium plays by WHEP what is published over RTMP and RTSP. Each picture carries its number.
import { assert, assertEquals, assertGreater } from "@std/assert";
import type { Page } from "npm:playwright-core@^1.65.1";
import { hasClient } from "../../scripts/real_clients.ts";
import type { StreamSnapshot } from "../../registry/snapshot.ts";
import { must } from "../must.ts";
import { untilStream } from "./api.ts";
import { openBrowser } from "./browser.ts";
import { Client } from "./client.ts";
import { NUMBERED_GROUP, NUMBERED_PICTURES, type NumberedClip, numberedClip } from "./numbered.ts";
import { Program } from "./program.ts";
import { ffmpegPublish } from "./publish.ts";
import { type Inbound, openRtcPage, type RtcPage } from "./rtc_page.ts";
import { ffmpegRecord } from "./rtsp_players.ts";

const ignore = !hasClient("ffmpeg") || !hasClient("chromium");

const NO_AAC = "The audio (aac) is left out: WebRTC does not carry AAC";
const NO_B_FRAMES = "B-frames are left out: WebRTC shows pictures in the order of decoding";
const FEW_ARE_LEFT = "Pictures that need B-frames are left out too, and few are left: " +
  "the encoder should make no B-frames, or none that others refer to " +
  "(x264: bframes=0, or b-pyramid=none)";

/** How far sound and picture may be apart once a player has both their clocks. */
const SYNC_LIMIT_MS = 80;

/** A player moves one towards the other bit by bit, and starts far apart where sound comes unsteadily. */
const SYNC_TIME_MS = 25_000;

const GROUPS = NUMBERED_PICTURES / NUMBERED_GROUP;

/** When what is seen and heard was made, as far as the player knows that. */
const APART = `(async () => {
  const [audio, video] = await Promise.all(["audio", "video"].map(async (kind) =>
    (await rtc.stats("inbound-rtp", kind))[0]?.estimatedPlayoutTimestamp));
  return Math.abs(audio - video) <= ${SYNC_LIMIT_MS} && { ms: audio - video };
})()`;

interface Source {
  readonly clip: NumberedClip;
  readonly scheme: "rtmp" | "rtsp";
  /** What the API says to be left out. */
  readonly notes?: readonly string[];
  readonly check: (played: Played, path: string) => Promise<void> | void;
}

/** What came of a source that was played from its first picture to its last one. */
interface Played {
  readonly video: Inbound;
  readonly audio: Inbound | undefined;
  readonly numbers: readonly number[];
}

const SOURCES: readonly Source[] = [
  {
    clip: "inOrderAac",
    scheme: "rtmp",
    notes: [NO_AAC],
    check: ({ video }) => assertEquals(video.framesReceived, NUMBERED_PICTURES),
  },
  {
    clip: "flatAac",
    scheme: "rtmp",
    notes: [NO_AAC, NO_B_FRAMES],
    check: async ({ video }, path) =>
      assertEquals(video.framesReceived, (await pictureTypes(path)).replaceAll("B", "").length),
  },
  {
    clip: "pyramidAac",
    scheme: "rtmp",
    notes: [NO_AAC, NO_B_FRAMES, FEW_ARE_LEFT],
    check: ({ video }) => assertGreater(video.framesReceived, GROUPS),
  },
  {
    clip: "inOrderOpus",
    scheme: "rtsp",
    check: ({ video, audio }) => {
      assertEquals(video.framesReceived, NUMBERED_PICTURES);
      assertEquals(audio?.packetsLost, 0);
      assertGreater(must(audio).totalAudioEnergy, 0);
    },
  },
];

Deno.test({
  name: "Chromium plays RTMP and RTSP sources by WHEP, without B-frames and AAC",
  ignore,
  async fn(t) {
    const paths = await Promise.all(SOURCES.map(({ clip }) => numberedClip(clip)));
    await using program = await Program.start();
    await using browser = await openBrowser();
    const playings = SOURCES.map((source, index) =>
      playWhole(browser.page, program, source, must(paths[index]))
    );
    const syncing = playInSync(browser.page, program, must(paths[SOURCES.length - 1]));
    const [results, [synced]] = await Promise.all([
      Promise.allSettled(playings),
      Promise.allSettled([syncing]),
    ]);
    for (const [index, source] of SOURCES.entries()) {
      await t.step(`${source.clip} over ${source.scheme}`, async () => {
        const result = must(results[index]);
        if (result.status === "rejected") throw result.reason;
        assertSmooth(result.value);
        await source.check(result.value, must(paths[index]));
      });
    }
    await t.step("sound and picture come to be in sync", () => {
      if (synced.status === "rejected") throw synced.reason;
      console.log(`sound is ${-synced.value} ms behind the picture`);
    });
  },
});

/** The viewer comes before the publisher: it gets everything. */
async function playWhole(
  beside: Page,
  program: Program,
  { clip, scheme, notes = [] }: Source,
  path: string,
): Promise<Played> {
  const name = `live/${clip}`;
  const viewer = await openRtcPage(beside, program);
  const first = viewer.play(name, "?wait=20");
  await program.seen("reader came", { stream: name });
  await using publisher = scheme === "rtmp"
    ? ffmpegPublish(path, program.url("rtmp", name), { realTime: true })
    : ffmpegRecord(path, program.url("rtsp", name), { rtsp: "tcp" });
  const firstMs = await first;
  await assertToldOf(program, name, notes);
  await publisher.succeed();
  await untilLast(viewer);
  const numbers = (await viewer.shown()).flatMap(({ number }) => number ?? []);
  const [video, audio] = [await viewer.inbound("video"), await viewer.inbound("audio")];
  console.log(
    `${clip}: first picture after ${Math.round(firstMs)} ms, ${video?.framesDecoded} decoded`,
  );
  return { video: must(video), audio, numbers };
}

/** Asserts that the API and the log say what is left out. */
async function assertToldOf(
  program: Program,
  name: string,
  notes: readonly string[],
): Promise<void> {
  const notesOf = ({ readers: [reader] }: StreamSnapshot) => reader?.notes ?? [];
  const stream = await untilStream(
    program,
    name,
    (stream) => notesOf(stream).length >= notes.length,
  );
  assertEquals(notesOf(stream), notes);
  if (notes.includes(NO_AAC)) {
    await program.seen("a track is left out", { stream: name, kind: "audio", codec: "aac" });
  }
  for (const note of notes) if (note !== NO_AAC) await program.seen(note, { stream: name });
}

/** @returns milliseconds that the sound is ahead of the picture, once that is little. */
async function playInSync(beside: Page, program: Program, path: string): Promise<number> {
  const name = "live/sync";
  const viewer = await openRtcPage(beside, program);
  await using _publisher = ffmpegRecord(path, program.url("rtsp", name), { rtsp: "tcp", loop: -1 });
  await viewer.play(name, "?wait=20");
  const { ms } = await viewer.until<{ readonly ms: number }>(APART, SYNC_TIME_MS);
  return ms;
}

/** Waits for the key picture of the last group, and for the pictures behind it that there are. */
async function untilLast(viewer: RtcPage): Promise<void> {
  await viewer.until(`rtc.shown.at(-1).number >= ${NUMBERED_PICTURES - NUMBERED_GROUP} &&
    Date.now() - rtc.shown.at(-1).at > 1000`);
}

/** Asserts that pictures were seen in their order, and that the decoder took all of them. */
function assertSmooth({ video, numbers }: Played): void {
  assert(numbers.every((number, index) => number >= (numbers[index - 1] ?? 0)), `${numbers}`);
  const { packetsLost, pliCount, framesDecoded, framesDropped, framesReceived } = video;
  assertEquals({ packetsLost, pliCount }, { packetsLost: 0, pliCount: 0 });
  // A machine with too much to do skips a few.
  assertEquals(framesDecoded + framesDropped, framesReceived);
  assertGreater(framesDecoded, framesReceived * 0.8);
  assertGreater(new Set(numbers).size, framesReceived * 0.4, "pictures that were seen");
}

/** A letter for each picture of a file: I, P or B. */
async function pictureTypes(path: string): Promise<string> {
  await using probe = Client.start("ffprobe", [
    ...["-v", "error", "-select_streams", "v", "-show_entries", "frame=pict_type"],
    ...["-of", "csv=p=0", path],
  ]);
  const { stdout } = await probe.succeed();
  return stdout.replace(/[^IPB]/g, "");
}
