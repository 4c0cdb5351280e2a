import { assertEquals, assertThrows } from "@std/assert";
import {
  opusConfig,
  opusControlHeader,
  opusDescriptor,
  readOpusAccessUnit,
} from "../../../../protocols/_formats/mpegts/opus_stream.ts";
import { joinBytes } from "../../../../protocols/_formats/join.ts";
import { BitstreamError } from "../../../../registry/media/errors.ts";
import { parseOpusHead } from "../../../../registry/media/opus.ts";
import { must } from "../../../must.ts";
import { hex } from "../flv/bytes.ts";

/** Identification headers up to the output gain, by channels. */
const head = (channels: string, mapping: string) =>
  hex(`4f70757348656164 01 ${channels} 3801 80bb0000 0000 ${mapping}`);

Deno.test("channel layouts have the codes of the descriptor, and come back from them", () => {
  const rows = [
    [head("01", "00"), "8001"],
    [head("02", "00"), "8002"],
    [head("06", "01 04 02 000401020305"), "8006"],
    [head("08", "01 05 03 0006010203040507"), "8008"],
  ] as const;
  for (const [bytes, data] of rows) {
    const descriptor = opusDescriptor({ codec: "opus", head: bytes });
    assertEquals([descriptor.tag, descriptor.data.toHex()], [0x7f, data]);
    const read = parseOpusHead(must(opusConfig([descriptor])).head);
    assertEquals(read, { ...parseOpusHead(bytes), preSkip: 0 });
  }
});

Deno.test("an unusual layout has no code, and two mono programmes are read as two channels", () => {
  const unusual = opusDescriptor({ codec: "opus", head: head("03", "ff 03 00 000102") });
  assertEquals(unusual.data.toHex(), "80ff");
  assertEquals(opusConfig([unusual]), undefined);
  assertEquals(opusConfig([]), undefined);
  const dual = must(opusConfig([{ tag: 0x7f, data: hex("8000") }]));
  assertEquals(parseOpusHead(dual.head).channels, 2);
});

Deno.test("control headers tell the size in runs of 255", () => {
  for (
    const [size, header] of [[1, "7fe001"], [254, "7fe0fe"], [255, "7fe0ff00"], [
      600,
      "7fe0ffff5a",
    ]] as const
  ) {
    assertEquals(opusControlHeader(size).toHex(), header);
    const packet = new Uint8Array(size).fill(7);
    const read = readOpusAccessUnit(joinBytes([hex(header), packet, hex("7f")]), 0);
    assertEquals(read, { packet, end: hex(header).length + size });
  }
});

Deno.test("trims and extensions are passed over; damage is refused", () => {
  // start_trim, end_trim and a control extension of one byte
  const { packet } = readOpusAccessUnit(hex("7ffc 02 0138 0010 01ee aabb"), 0);
  assertEquals(packet.toHex(), "aabb");
  assertThrows(() => readOpusAccessUnit(hex("7f0002aabb"), 0), BitstreamError, "prefix");
  assertThrows(
    () => readOpusAccessUnit(hex("7fe003aabb"), 0),
    BitstreamError,
    "3 bytes does not fit",
  );
});
