import { assertEquals, assertThrows } from "@std/assert";
import { FlvDemuxer } from "../../../../protocols/_formats/flv/demuxer.ts";
import { FlvError } from "../../../../protocols/_formats/flv/errors.ts";
import { unitsOf } from "./stream.ts";

const vector = await Deno.readFile(new URL("vectors/avc_aac.flv", import.meta.url));

/** The same file, all of its times moved on. */
function shifted(file: Uint8Array, byMs: number): Uint8Array {
  const copy = file.slice();
  const view = new DataView(copy.buffer);
  for (let at = 13; at + 11 <= copy.length; at += 15 + (view.getUint32(at) & 0xffffff)) {
    const low = view.getUint32(at + 4);
    const time = (((low & 0xff) << 24 | low >>> 8) + byMs) >>> 0;
    view.setUint32(at + 4, (time & 0xffffff) << 8 | time >>> 24);
  }
  return copy;
}

function demux(file: Uint8Array, pieceSize: number) {
  const demuxer = new FlvDemuxer();
  const events = [];
  for (let at = 0; at < file.length; at += pieceSize) {
    events.push(...demuxer.push(file.slice(at, at + pieceSize)));
  }
  return [...events, ...demuxer.flush()];
}

Deno.test("a file gives the same in pieces of any size", () => {
  const whole = demux(vector, vector.length);
  for (const size of [1, 7, 1000]) assertEquals(demux(vector, size), whole);
});

Deno.test("times go on where the 32 bits of the wire begin anew", () => {
  const start = 2 ** 32 - 100;
  const times = unitsOf(demux(vector, vector.length)).map(({ dts }) => dts + start * 90);
  assertEquals(unitsOf(demux(shifted(vector, start), 500)).map(({ dts }) => dts), times);
});

Deno.test("what is no FLV cannot be gone on with", () => {
  const html = new TextEncoder().encode("<!doctype html>");
  assertThrows(() => new FlvDemuxer().push(html), FlvError);
});
