// One second of a 1 Mbit/s stream of H.264 and AAC: units into packets, and back.
import { TsDemuxer } from "../../../../protocols/_formats/mpegts/demuxer.ts";
import { TsMuxer } from "../../../../protocols/_formats/mpegts/muxer.ts";
import { flvHeader, flvTags } from "../../../../protocols/_formats/flv/writer.ts";
import { joinBytes } from "../../../../protocols/_formats/join.ts";
import { frames, sequenceHeaders } from "../../../../scripts/bench/media.ts";
import { must } from "../../../must.ts";
import { descriptionsOf, ingestFile, unitsOf } from "../flv/stream.ts";
import { mux } from "./stream.ts";

/** 30 pictures, and the 44 AAC frames between them. */
const SECOND = [...sequenceHeaders("aac"), ...frames("aac").take(74)];
const EVENTS = ingestFile(
  joinBytes([flvHeader({ audio: true, video: true }), flvTags(SECOND)]),
);
const MEDIA = { description: must(descriptionsOf(EVENTS)[0]), units: unitsOf(EVENTS) };

/** What one read of a socket gives at most. */
const READ_SIZE = 64 * 1024;

Deno.bench("mux one second, unit by unit", { group: "mux" }, () => {
  const muxer = new TsMuxer(MEDIA.description);
  for (const unit of MEDIA.units) muxer.write([unit]);
});

Deno.bench("mux one second, as a segment", { group: "mux" }, () => {
  new TsMuxer(MEDIA.description).write(MEDIA.units);
});

const stream = mux(MEDIA);
Deno.bench("demux one second", { group: "demux" }, () => {
  const demuxer = new TsDemuxer();
  for (let at = 0; at < stream.length; at += READ_SIZE) {
    demuxer.push(stream.subarray(at, at + READ_SIZE));
  }
});
