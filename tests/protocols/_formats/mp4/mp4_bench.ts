// One second of a 1 Mbit/s stream of H.264 and AAC: into a fragment, and back into units.
import { FlvIngest } from "../../../../protocols/_formats/flv/ingest.ts";
import { FlvReader } from "../../../../protocols/_formats/flv/reader.ts";
import { flvHeader, flvTags } from "../../../../protocols/_formats/flv/writer.ts";
import { Mp4Demuxer } from "../../../../protocols/_formats/mp4/demuxer.ts";
import { Fragmenter } from "../../../../protocols/_formats/mp4/fragmenter.ts";
import { initSegment } from "../../../../protocols/_formats/mp4/init_segment.ts";
import { frames, sequenceHeaders } from "../../../../scripts/bench/media.ts";
import { concat, mediaOf, mux, tracksOf } from "./files.ts";

/** 30 pictures, and the 44 AAC frames between them. */
const SECOND = [...sequenceHeaders("aac"), ...frames("aac").take(74)];
const FLV = concat([flvHeader({ audio: true, video: true }), flvTags(SECOND)]);
const ingest = new FlvIngest();
const MEDIA = mediaOf([
  ...new FlvReader().feed(FLV).flatMap((tag) => ingest.push(tag)),
  ...ingest.flush(),
]);
const TRACKS = tracksOf(MEDIA);

/** Units of a part of 200 ms. */
const PART = 15;

/** What one read of a socket gives at most. */
const READ_SIZE = 64 * 1024;

Deno.bench("write a header", () => {
  initSegment(TRACKS);
});

Deno.bench("write one second as one fragment", () => {
  const fragmenter = new Fragmenter(TRACKS);
  for (const unit of MEDIA.units) fragmenter.add(unit);
  fragmenter.flush();
});

Deno.bench("write one second in parts of 200 ms", () => {
  const fragmenter = new Fragmenter(TRACKS);
  MEDIA.units.forEach((unit, index) => {
    fragmenter.add(unit);
    if (index % PART === PART - 1) fragmenter.take();
  });
  fragmenter.flush();
});

const FILE = mux(MEDIA, PART);
Deno.bench("read one second", () => {
  const demuxer = new Mp4Demuxer();
  for (let at = 0; at < FILE.length; at += READ_SIZE) {
    demuxer.push(FILE.subarray(at, at + READ_SIZE));
  }
});
