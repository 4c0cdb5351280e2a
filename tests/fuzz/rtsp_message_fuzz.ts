// Property: messages and frames that were written come out as they were, wherever the pieces end;
// any other bytes give messages or one fault as the last item, the same for any pieces, and no more
// payload than there were bytes. A tunnel's text decodes the same for any pieces.
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { RtspTunnelError } from "../../protocols/rtsp/errors.ts";
import type { HeaderField } from "../../protocols/rtsp/fields.ts";
import { interleavedFrame, writeRequest, writeResponse } from "../../protocols/rtsp/message.ts";
import { type RtspInput, RtspMessageReader } from "../../protocols/rtsp/message/message_reader.ts";
import { TunnelDecoder } from "../../protocols/rtsp/tunnel/tunnel.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";
import { randomSplit, randomText } from "./text.ts";

const METHODS = ["OPTIONS", "DESCRIBE", "SETUP", "x"];
const URLS = ["*", "rtsp://h/a", "rtsp://h/a b", "/\u00e9"];
const FIELDS: readonly HeaderField[] = [
  ["CSeq", "1"],
  ["Session", "12345678;timeout=60"],
  ["X", ""],
  ["x", "a: b\tc"],
];

const SAMPLES = [
  "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n$\0\0\x03abcPLAY rtsp://h/a RTSP/2.0\nCSeq: 2\n\n",
  "RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 4\r\n\r\nv=0\n$\x01\0\0$\x01\0\x01a",
  "GET /live HTTP/1.1\r\nx-sessioncookie: abc\r\n\r\nrest",
  "HTTP/1.0 200 OK\r\n\r\nRTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n x\r\n\r\n",
];
const ALPHABET = [
  "\r\n",
  "\n",
  "\r",
  "$",
  "\0",
  " ",
  "\t",
  ":",
  "RTSP/1.0",
  "1",
  "Content-Length:",
];
const TUNNEL_SAMPLES = ["T1BUSU9OUyAqIFJUU1AvMS4wDQoNCg==", "UExBWQ==\r\nUExBWQ=="];
const TUNNEL_ALPHABET = ["=", "A", "+", "/", "\r\n", " ", "-"];

export const target: FuzzTarget = {
  name: "rtsp_message",
  run(random: Random): void {
    const kind = random.int(4);
    if (kind === 0) checkWritten(random);
    else if (kind === 1) checkTunnel(random);
    else checkAny(random);
  },
};

interface Wire {
  readonly bytes: Uint8Array;
  readonly plain: unknown;
}

function randomWire(random: Random): Wire {
  const content = random.bytes(random.int(40));
  if (random.int(3) === 0) {
    const channel = random.int(256);
    const bytes = interleavedFrame(channel, [content.subarray(0, 3), content.subarray(3)]);
    return { bytes, plain: ["interleaved", channel, content] };
  }
  const headers = Array.from({ length: random.int(4) }, () => random.pick(FIELDS));
  const received = content.length === 0
    ? headers
    : [...headers, ["Content-Length", String(content.length)]];
  if (random.bool()) {
    const method = random.pick(METHODS);
    const url = random.pick(URLS);
    const bytes = writeRequest({ method, url, headers, body: content });
    return { bytes, plain: ["request", method, url, received, content] };
  }
  const status = 100 + random.int(900);
  const bytes = writeResponse({ status, headers, body: content });
  return { bytes, plain: ["response", status, received, content] };
}

/** Plain values, without what depends on where the pieces end. */
function plain(input: RtspInput): unknown {
  switch (input.type) {
    case "interleaved":
      return [input.type, input.channel, input.payload];
    case "request":
      return [input.type, input.method, input.url, [...input.headers], input.body];
    case "response":
      return [input.type, input.status, [...input.headers], input.body];
    case "httpRequest":
      return [input.type, input.method, input.target, [...input.headers]];
    case "httpResponse":
      return [input.type, input.status, [...input.headers]];
    case "fault":
      return [input.type, input.error.message, input.error.status];
  }
}

function read(pieces: readonly Uint8Array[]): readonly RtspInput[] {
  const reader = new RtspMessageReader();
  return pieces.flatMap((piece) => reader.feed(piece));
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

function checkWritten(random: Random): void {
  const wires = Array.from({ length: random.int(5) }, () => randomWire(random));
  const bytes = join(wires.map((wire) => wire.bytes));
  assertEquals(read(randomSplit(random, bytes)).map(plain), wires.map((wire) => wire.plain));
}

function checkAny(random: Random): void {
  const text = randomText(random, SAMPLES, ALPHABET);
  const bytes = random.int(8) === 0 ? random.bytes(64) : new TextEncoder().encode(text);
  const inputs = read([bytes]);
  assertEquals(read(randomSplit(random, bytes)).map(plain), inputs.map(plain));
  const size = inputs.reduce((sum, input) => sum + payloadSize(input), 0);
  assertLessOrEqual(size, bytes.length);
  for (const [index, { type }] of inputs.entries()) {
    assert(type !== "fault" || index === inputs.length - 1, "the fault is not the last item");
  }
}

function payloadSize(input: RtspInput): number {
  if (input.type === "interleaved") return input.payload.length;
  return input.type === "request" || input.type === "response" ? input.body.length : 0;
}

function checkTunnel(random: Random): void {
  const text = new TextEncoder().encode(randomText(random, TUNNEL_SAMPLES, TUNNEL_ALPHABET));
  const whole = decodeTunnel([text]);
  assertEquals(decodeTunnel(randomSplit(random, text)), whole);
}

function decodeTunnel(pieces: readonly Uint8Array[]): Uint8Array | string {
  const tunnel = new TunnelDecoder();
  try {
    return join(pieces.map((piece) => tunnel.decode(piece)));
  } catch (error) {
    if (!(error instanceof RtspTunnelError)) throw error;
    return error.message;
  }
}
