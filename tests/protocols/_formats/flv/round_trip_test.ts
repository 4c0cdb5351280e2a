import { assertEquals } from "@std/assert";
import { FlvReader } from "../../../../protocols/_formats/flv/reader.ts";
import { joinedHex, vector } from "./bytes.ts";
import {
  descriptionsOf,
  dropsOf,
  ingestFile,
  mediaMessages,
  unitsOf,
  writeFile,
} from "./stream.ts";

const FILES: readonly { name: string; codecs: readonly string[]; units: number }[] = [
  { name: "avc_aac.flv", codecs: ["h264", "aac"], units: 29 },
  { name: "mp3.flv", codecs: ["mp3"], units: 13 },
  { name: "speex.flv", codecs: ["flv:audio11"], units: 15 },
  { name: "alaw.flv", codecs: ["g711a"], units: 3 },
  { name: "h263.flv", codecs: ["flv:video2"], units: 5 },
  { name: "hevc.flv", codecs: ["h265"], units: 10 },
  { name: "av1.flv", codecs: ["av1"], units: 10 },
  { name: "vp9.flv", codecs: ["vp9"], units: 10 },
  { name: "opus.flv", codecs: ["opus"], units: 11 },
  { name: "flac.flv", codecs: ["flac"], units: 3 },
  { name: "ac3.flv", codecs: ["ac3"], units: 7 },
  { name: "eac3.flv", codecs: ["eac3"], units: 7 },
  { name: "multitrack.flv", codecs: ["h264", "opus", "h265", "flac", "av1"], units: 44 },
];

for (const { name, codecs, units } of FILES) {
  Deno.test(`${name} is read whole, with one description`, () => {
    const events = ingestFile(vector(name));
    assertEquals(dropsOf(events), []);
    const [description, ...others] = descriptionsOf(events);
    assertEquals(description?.tracks.map((track) => track.codec), codecs);
    assertEquals(others, []);
    assertEquals(unitsOf(events).length, units);
  });

  Deno.test(`${name} goes out with the frame tags that came in, byte for byte`, () => {
    const file = vector(name);
    const came = new FlvReader().feed(file).map((tag) => `${tag.timestamp} ${tag.body.toHex()}`);
    const sent = mediaMessages(ingestFile(file))
      .map((message) => `${message.timestamp} ${joinedHex(message.parts)}`);
    assertEquals(sent, came.filter((tag) => sent.includes(tag)));
  });

  Deno.test(`${name} written and read again gives the same tracks and units`, async () => {
    const first = ingestFile(vector(name));
    const second = ingestFile(await writeFile(first));
    assertEquals(descriptionsOf(second)[0]?.tracks, descriptionsOf(first)[0]?.tracks);
    assertEquals(unitsOf(second), unitsOf(first));
  });
}
