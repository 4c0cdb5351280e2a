import { assertEquals, assertThrows } from "@std/assert";
import { FlvError } from "../../../../protocols/_formats/flv/errors.ts";
import { FlvReader } from "../../../../protocols/_formats/flv/reader.ts";
import { hex, vector } from "./bytes.ts";

const HEADER = "464c5601 05 00000009 00000000";
const AUDIO_TAG = "08 000002 000010 80 000000 af01 0000000d";
const VIDEO_TAG = "09 000001 ffffff 00 000000 17 0000000c";

Deno.test("FlvReader gives the tags of a stream", () => {
  const tags = new FlvReader().feed(hex(HEADER + AUDIO_TAG + VIDEO_TAG));
  assertEquals(tags, [
    { type: "audio", timestamp: 0x80000010, body: hex("af01") },
    { type: "video", timestamp: 0xffffff, body: hex("17") },
  ]);
});

Deno.test("FlvReader gives views of what it was fed when a tag came whole", () => {
  const input = hex(HEADER + AUDIO_TAG);
  const [tag] = new FlvReader().feed(input);
  assertEquals(tag?.body.buffer, input.buffer);
});

Deno.test("FlvReader skips what a longer header announces", () => {
  const tags = new FlvReader().feed(hex("464c5601 05 0000000b ffff 00000000" + AUDIO_TAG));
  assertEquals(tags.length, 1);
});

Deno.test("FlvReader does not care how the stream is cut", () => {
  const file = vector("avc_aac.flv");
  const whole = new FlvReader().feed(file);
  for (const size of [1, 2, 3, 7, 100, 1000]) {
    const reader = new FlvReader();
    const tags = [];
    for (let at = 0; at < file.length; at += size) {
      tags.push(...reader.feed(file.slice(at, at + size)));
    }
    assertEquals(tags, whole);
  }
});

Deno.test("FlvReader never writes over a body that it gave", () => {
  const file = vector("avc_aac.flv");
  const reader = new FlvReader();
  const bodies: { body: Uint8Array; copy: Uint8Array }[] = [];
  for (let at = 0; at < file.length; at += 50) {
    for (const { body } of reader.feed(file.slice(at, at + 50))) {
      bodies.push({ body, copy: body.slice() });
    }
  }
  for (const { body, copy } of bodies) assertEquals(body, copy);
});

const BAD: readonly { name: string; stream: string; offset: number; message: string }[] = [
  { name: "another signature", stream: "47" + HEADER.slice(2), offset: 0, message: "signature" },
  { name: "another version", stream: "464c5602 05 00000009", offset: 0, message: "version 2" },
  { name: "a short header", stream: "464c5601 05 00000008", offset: 0, message: "size 8" },
  { name: "an endless header", stream: "464c5601 05 ffffffff", offset: 0, message: "out of range" },
  {
    name: "an unknown tag type",
    stream: HEADER + "0a 000000 000000 00 000000",
    offset: 13,
    message: "tag type 10",
  },
  {
    name: "an encrypted tag",
    stream: HEADER + "28 000000 000000 00 000000",
    offset: 13,
    message: "encrypted",
  },
  {
    name: "a body above the limit, before it arrives",
    stream: HEADER + "09 800001 000000 00 000000",
    offset: 13,
    message: "above 8388608",
  },
];

for (const { name, stream, offset, message } of BAD) {
  Deno.test(`FlvReader refuses ${name}`, () => {
    const error = assertThrows(() => new FlvReader().feed(hex(stream)), FlvError, message);
    assertEquals(error.offset, offset);
  });
}
