/**
 * A program: prints when the pictures of an RTSP stream were made by the clock of its sender, which
 * FFmpeg takes from sender reports: a line for each, with the MD5 of its bare frame, as `av_bare.ts`
 * makes it, and the time in microseconds of UTC. Pictures that come before a report are left out.
 *
 *     deno run -A tests/e2e/av_times.ts [--rtsp TRANSPORT] URL COUNT
 *
 * @module
 */
import { createHash } from "node:crypto";
import { parseArgs } from "@std/cli/parse-args";
import { AV_PKT_DATA_PRFT, type FormatContext, Packet } from "npm:node-av@^6.1.1";
import { must } from "../must.ts";
import { openTrack, strip } from "./av_bare.ts";
import { check, openInput } from "./av_copy.ts";

/** The time of `AVProducerReferenceTime`, in microseconds of UTC. */
function madeAt(packet: Packet): bigint | undefined {
  const time = packet.getSideData(AV_PKT_DATA_PRFT);
  if (time === null) return undefined;
  return new DataView(time.buffer, time.byteOffset, time.byteLength).getBigInt64(0, true);
}

async function print(input: FormatContext, count: number): Promise<void> {
  const tracks = input.streams.map(openTrack);
  const packet = new Packet();
  packet.alloc();
  for (let printed = 0; printed < count; packet.unref()) {
    check(await input.readFrame(packet), "read");
    const time = madeAt(packet);
    const track = must(tracks[packet.streamIndex]);
    if (track.kind !== "video" || !strip(track, packet) || time === undefined) continue;
    console.log(createHash("md5").update(must(packet.data)).digest("hex"), String(time));
    printed++;
  }
}

if (import.meta.main) {
  const args = parseArgs(Deno.args, { string: ["rtsp"] });
  const [url = "", count = ""] = args._.map(String);
  await print(await openInput(url, args.rtsp), Number(count));
  Deno.exit(0);
}
