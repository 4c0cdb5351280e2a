// One second of a 1 Mbit/s stream of H.264 and AAC: out of a file into units, and back into tags.
import { ALL_CAPABILITIES } from "../../../../protocols/_formats/flv/capabilities.ts";
import { routeTracks, unitMessage } from "../../../../protocols/_formats/flv/egress.ts";
import { FlvIngest } from "../../../../protocols/_formats/flv/ingest.ts";
import { FlvReader } from "../../../../protocols/_formats/flv/reader.ts";
import { flvHeader, flvTags } from "../../../../protocols/_formats/flv/writer.ts";
import { frames, sequenceHeaders } from "../../../../scripts/bench/media.ts";
import { descriptionsOf, ingestFile, unitsOf } from "./stream.ts";

/** 30 pictures, and the 44 AAC frames between them. */
const SECOND = [...sequenceHeaders("aac"), ...frames("aac").take(74)];
const FILE = await new Blob([
  flvHeader({ audio: true, video: true }) as BlobPart,
  flvTags(SECOND) as BlobPart,
]).bytes();

/** What one read of a socket gives at most. */
const READ_SIZE = 64 * 1024;

Deno.bench("read the tags of one second", () => {
  const reader = new FlvReader();
  for (let at = 0; at < FILE.length; at += READ_SIZE) {
    reader.feed(FILE.subarray(at, at + READ_SIZE));
  }
});

const tags = new FlvReader().feed(FILE);
Deno.bench("ingest one second", () => {
  const ingest = new FlvIngest();
  for (const tag of tags) ingest.push(tag);
});

const events = ingestFile(FILE);
const units = unitsOf(events);
const [description] = descriptionsOf(events);
const routes = description === undefined ? [] : routeTracks(description, ALL_CAPABILITIES);
const indexes = new Map(routes.map(({ track, index }) => [track.id, index]));
Deno.bench("egress one second", () => {
  flvTags(units.map((unit) => unitMessage(unit, indexes.get(unit.track.id) ?? 0)));
});
