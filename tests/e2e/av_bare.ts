/**
 * A program: lists the packets of a URL or file as FFmpeg's `framemd5` does, without what protocols
 * carry each in its own way: framing of NAL units, parameter sets, delimiters. What it lists of one
 * stream is the same through whichever protocol it came. Decoding times are left out: FFmpeg
 * invents them where RTP has none.
 *
 *     deno run -A tests/e2e/av_bare.ts [--rtsp TRANSPORT] INPUT LISTING
 *
 * @module
 */
import { createHash } from "node:crypto";
import { parseArgs } from "@std/cli/parse-args";
import {
  AV_NOPTS_VALUE,
  AVERROR_EOF,
  avGetCodecName,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
  BitStreamFilter,
  BitStreamFilterContext,
  type FormatContext,
  Packet,
  type Stream,
} from "npm:node-av@^6.1.1";
import { must } from "../must.ts";
import { check, openInput } from "./av_copy.ts";

type Filter = readonly [name: string, options?: Readonly<Record<string, string>>];

/** Filters by codec; of NAL units and OBUs the types that are named here go. */
const FILTERS: Readonly<Record<string, readonly Filter[]>> = {
  h264: [["h264_mp4toannexb"], ["filter_units", { remove_types: "7-9" }]],
  hevc: [["hevc_mp4toannexb"], ["filter_units", { remove_types: "32-35" }]],
  av1: [["filter_units", { remove_types: "1-2" }]],
  aac: [["aac_adtstoasc"]],
};

/** A track, and what makes bare frames of its packets. */
export interface Track {
  readonly filters: readonly BitStreamFilterContext[];
  readonly kind: "video" | "audio" | "data";
  readonly codec: string;
}

const KINDS: ReadonlyMap<number, "video" | "audio"> = new Map([
  [AVMEDIA_TYPE_VIDEO, "video"],
  [AVMEDIA_TYPE_AUDIO, "audio"],
]);

export function openTrack({ codecpar, timeBase }: Stream): Track {
  const codec = avGetCodecName(codecpar.codecId) ?? "unknown";
  let [input, base] = [codecpar, timeBase];
  const filters = (FILTERS[codec] ?? []).map(([name, options = {}]) => {
    const context = new BitStreamFilterContext();
    check(context.alloc(must(BitStreamFilter.getByName(name))), `make ${name}`);
    for (const [key, value] of Object.entries(options)) check(context.setOption(key, value), key);
    check(input.copy(must(context.inputCodecParameters)), "copy codec parameters");
    context.inputTimeBase = base;
    check(context.init(), `begin ${name}`);
    [input, base] = [must(context.outputCodecParameters), must(context.outputTimeBase)];
    return context;
  });
  return { filters, codec, kind: KINDS.get(codecpar.codecType) ?? "data" };
}

function* header(input: FormatContext, tracks: readonly Track[]): Generator<string> {
  for (const [index, { kind, codec }] of tracks.entries()) {
    const { num, den } = must(input.streams[index]).timeBase;
    yield `#tb ${index}: ${num}/${den}`;
    yield `#media_type ${index}: ${kind}`;
    yield `#codec_id ${index}: ${codec}`;
  }
}

/** Makes a packet bare. @returns whether anything is left of it. */
export function strip({ filters }: Track, packet: Packet): boolean {
  for (const filter of filters) {
    check(filter.sendPacketSync(packet), "filter");
    if (filter.receivePacketSync(packet) < 0) return false;
  }
  return packet.size > 0;
}

function line(packet: Packet): string {
  const hash = createHash("md5").update(must(packet.data)).digest("hex");
  const time = packet.pts === AV_NOPTS_VALUE ? "?" : packet.pts;
  const { streamIndex, duration, size } = packet;
  return [streamIndex, time, time, duration, size, hash].join(", ");
}

async function list(input: FormatContext, file: Deno.FsFile): Promise<void> {
  const encoder = new TextEncoder();
  const write = (text: string) => file.writeSync(encoder.encode(`${text}\n`));
  const tracks = input.streams.map(openTrack);
  for (const text of header(input, tracks)) write(text);
  const packet = new Packet();
  packet.alloc();
  for (;;) {
    const result = await input.readFrame(packet);
    if (result === AVERROR_EOF) break;
    check(result, "read");
    const track = tracks[packet.streamIndex];
    // FFmpeg takes what servers say of the playing for a track.
    const isMedia = track !== undefined && track.kind !== "data" && packet.size > 0;
    if (isMedia && strip(track, packet)) write(line(packet));
    packet.unref();
  }
}

if (import.meta.main) {
  const args = parseArgs(Deno.args, { string: ["rtsp"] });
  const [source = "", listing = ""] = args._.map(String);
  const input = await openInput(source, args.rtsp);
  using file = Deno.openSync(listing, { write: true, create: true, truncate: true });
  await list(input, file);
  Deno.exit(0);
}
