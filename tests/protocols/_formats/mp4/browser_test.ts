// Chromium plays what is written through Media Source Extensions.
import { assertEquals, assertGreater } from "@std/assert";
import { Fragmenter } from "../../../../protocols/_formats/mp4/fragmenter.ts";
import { initSegment } from "../../../../protocols/_formats/mp4/init_segment.ts";
import { FlvDemuxer } from "../../../../protocols/_formats/flv/demuxer.ts";
import { describeConfig } from "../../../../registry/media/describe.ts";
import { hasClient } from "../../../../scripts/real_clients.ts";
import { openBrowser } from "../../../e2e/browser.ts";
import { clip, type ClipName } from "../../../e2e/media.ts";
import { demux, firstUnits, type Media, tracksOf } from "./files.ts";

/**
 * Clips, and the tracks of them that Chromium takes in MP4: it has no decoder for AC-3, and wants MP3
 * by itself.
 */
const PLAYED: readonly { readonly name: ClipName; readonly codecs: readonly string[] }[] = [
  { name: "avcAac", codecs: ["h264", "aac"] },
  { name: "avcOpus", codecs: ["h264", "opus"] },
  { name: "av1Flac", codecs: ["av1", "flac"] },
  { name: "vp9Ac3", codecs: ["vp9"] },
];

/** What a page is told: header and fragments in base64, which is all that it can be handed. */
interface Stream {
  readonly type: string;
  readonly parts: readonly string[];
}

interface Shown {
  readonly width: number;
  /** Begin and end of what is buffered, in seconds. */
  readonly buffered: readonly (readonly number[])[];
  readonly time: number;
}

function streamOf(media: Media, codecs: readonly string[]): Stream {
  const tracks = tracksOf(media).filter(({ codec }) => codecs.includes(codec));
  const fragmenter = new Fragmenter(tracks);
  const parts: Uint8Array[] = [initSegment(tracks, firstUnits(media.units))];
  media.units.forEach((unit, index) => {
    fragmenter.add(unit);
    const fragment = index % 10 === 9 ? fragmenter.take() : undefined;
    if (fragment !== undefined) parts.push(fragment.bytes);
  });
  const last = fragmenter.flush();
  if (last !== undefined) parts.push(last.bytes);
  const names = tracks.map(({ config }) => describeConfig(config).codecString);
  const type = `video/mp4; codecs="${names.join(",")}"`;
  return { type, parts: parts.map((part) => part.toBase64()) };
}

/** What is used of the page's own objects, which Deno does not have. */
interface Page {
  readonly MediaSource: { new (): PageSource };
  readonly document: {
    createElement(name: "video"): PageVideo;
    readonly body: { append(video: PageVideo): void };
  };
}
interface PageSource extends EventTarget {
  addSourceBuffer(type: string): PageBuffer;
  endOfStream(): void;
}
interface PageBuffer extends EventTarget {
  appendBuffer(bytes: Uint8Array): void;
}
interface PageVideo extends EventTarget {
  src: string;
  muted: boolean;
  readonly error: { readonly message: string } | null;
  readonly videoWidth: number;
  readonly currentTime: number;
  readonly buffered: { readonly length: number; start(i: number): number; end(i: number): number };
  play(): Promise<void>;
}

/** Runs in the page: appends everything, and plays it to the end. */
async function play({ type, parts }: Stream): Promise<Shown> {
  const page = globalThis as unknown as Page;
  const source = new page.MediaSource();
  const video = page.document.createElement("video");
  const failed = new Promise<never>((_, reject) => {
    video.addEventListener("error", () => reject(new Error(video.error?.message)));
  });
  const once = (target: EventTarget, name: string) =>
    Promise.race([
      failed,
      new Promise((resolve) => target.addEventListener(name, resolve, { once: true })),
    ]);
  video.muted = true;
  page.document.body.append(video);
  const opened = once(source, "sourceopen");
  video.src = URL.createObjectURL(source as unknown as Blob);
  await opened;
  const buffer = source.addSourceBuffer(type);
  for (const part of parts) {
    const updated = once(buffer, "updateend");
    buffer.appendBuffer(Uint8Array.from(atob(part), (char) => char.charCodeAt(0)));
    await updated;
  }
  const ended = once(video, "ended");
  source.endOfStream();
  await video.play();
  await ended;
  const ranges = Array.from(
    { length: video.buffered.length },
    (_, i) => [video.buffered.start(i), video.buffered.end(i)],
  );
  return { width: video.videoWidth, buffered: ranges, time: video.currentTime };
}

Deno.test({
  name: "Chromium plays fragments of every codec that it decodes to the end",
  ignore: !hasClient("ffmpeg") || !hasClient("chromium"),
  async fn(t) {
    await using browser = await openBrowser();
    for (const { name, codecs } of PLAYED) {
      await t.step(codecs.join(" and "), async () => {
        const file = await Deno.readFile(await clip(name));
        const media = demux(file, undefined, new FlvDemuxer());
        const shown = await browser.page.evaluate(play, streamOf(media, codecs));
        assertEquals(shown.width, 320);
        assertEquals(shown.buffered.length, 1);
        assertGreater(shown.time, 2.9);
      });
    }
  },
});
