import { assertEquals, assertThrows } from "@std/assert";
import { RtspTunnelError } from "../../../../protocols/rtsp/errors.ts";
import { HeaderFields } from "../../../../protocols/rtsp/fields.ts";
import type { HttpRequestHead } from "../../../../protocols/rtsp/message/http_message.ts";
import { RtspMessageReader } from "../../../../protocols/rtsp/message/message_reader.ts";
import {
  encodeUpstream,
  TunnelDecoder,
  tunnelHalf,
  writeTunnelRequest,
  writeTunnelResponse,
} from "../../../../protocols/rtsp/tunnel/tunnel.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

// What it stands for, text, content
const TEXTS: readonly (readonly [string, string, string])[] = [
  ["a request", "T1BUSU9OUyAqIFJUU1AvMS4wDQoNCg==", "OPTIONS * RTSP/1.0\r\n\r\n"],
  ["requests with padding of their own", "UExBWQ==UExBWQ==UEw=UExB", "PLAYPLAYPLPLA"],
  ["QuickTime: lines that are broken", "UExB\r\nWQ==\r\n UE\tw=", "PLAYPL"],
  ["padding alone", "====", ""],
  ["nothing", "", ""],
];

for (const [what, text, content] of TEXTS) {
  Deno.test(`decodes ${what}, split anywhere`, () => {
    const bytes = encoder.encode(text);
    for (let at = 0; at <= bytes.length; at++) {
      const tunnel = new TunnelDecoder();
      const pieces = [tunnel.decode(bytes.subarray(0, at)), tunnel.decode(bytes.subarray(at))];
      assertEquals(pieces.map((piece) => decoder.decode(piece)).join(""), content, `at ${at}`);
    }
  });
}

Deno.test("what is no base64 is refused with its place", () => {
  const tunnel = new TunnelDecoder();
  tunnel.decode(encoder.encode("UExB"));
  const error = assertThrows(() => tunnel.decode(encoder.encode("WQ$=")), RtspTunnelError);
  assertEquals(error.offset, 6);
  assertEquals(
    error.message,
    "Cannot decode RTSP-over-HTTP at byte 6: the character is not of base64",
  );
});

Deno.test("what a client encodes comes out of the decoder", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  assertEquals(new TunnelDecoder().decode(encoder.encode(encodeUpstream(bytes))), bytes);
});

function readRequest(bytes: Uint8Array): HttpRequestHead {
  const [input] = new RtspMessageReader().feed(bytes);
  if (input?.type !== "httpRequest") throw new TypeError("Cannot read the head");
  return input;
}

Deno.test("both halves of a client's tunnel are known by their cookie", () => {
  const request = {
    target: "/live/cam1?t=x",
    host: "h:8554",
    cookie: "0123456789abcdef",
    headers: [["User-Agent", "Sluice"]],
  } as const;
  for (const [direction, method] of [["down", "GET"], ["up", "POST"]] as const) {
    const head = readRequest(writeTunnelRequest(direction, request));
    assertEquals([head.method, head.target, head.version], [method, "/live/cam1?t=x", "1.0"]);
    assertEquals(head.headers.get("host"), "h:8554");
    assertEquals(head.headers.get("user-agent"), "Sluice");
    assertEquals(tunnelHalf(head), { direction, cookie: "0123456789abcdef" });
  }
});

function httpRequest(method: string, cookie: string | undefined): HttpRequestHead {
  return {
    type: "httpRequest",
    method,
    target: "/",
    version: "1.1",
    headers: new HeaderFields(cookie === undefined ? [] : [["X-SessionCookie", cookie]]),
    rest: new Uint8Array(0),
  };
}

Deno.test("other HTTP requests open no tunnel", () => {
  assertEquals(tunnelHalf(httpRequest("GET", undefined)), undefined);
  assertEquals(tunnelHalf(httpRequest("GET", "")), undefined);
  assertEquals(tunnelHalf(httpRequest("PUT", "abc")), undefined);
  assertEquals(tunnelHalf(httpRequest("GET", "x".repeat(129))), undefined);
});

Deno.test("the answer to the GET is a head that RTSP follows", () => {
  const [input] = new RtspMessageReader().feed(writeTunnelResponse());
  assertEquals(input?.type === "httpResponse" && input.status, 200);
  assertEquals(
    input?.type === "httpResponse" && input.headers.get("Content-Type"),
    "application/x-rtsp-tunnelled",
  );
});
