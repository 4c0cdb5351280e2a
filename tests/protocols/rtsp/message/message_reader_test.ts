import { assertEquals, assertInstanceOf } from "@std/assert";
import { RtspMessageError } from "../../../../protocols/rtsp/errors.ts";
import type { HeaderField } from "../../../../protocols/rtsp/fields.ts";
import {
  MAX_BODY,
  MAX_HEAD,
  MAX_HEADERS,
  MAX_LINE,
} from "../../../../protocols/rtsp/message/limits.ts";
import {
  type RtspInput,
  RtspMessageReader,
} from "../../../../protocols/rtsp/message/message_reader.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Plain values instead of collections and bytes. */
function plain(input: RtspInput): unknown {
  switch (input.type) {
    case "fault":
      return { type: "fault", status: input.error.status, cseq: input.error.cseq };
    case "interleaved":
      return { ...input, payload: decoder.decode(input.payload) };
    case "httpRequest":
      return { ...input, headers: [...input.headers], rest: decoder.decode(input.rest) };
    case "httpResponse":
      return { ...input, headers: [...input.headers] };
    default:
      return { ...input, headers: [...input.headers], body: decoder.decode(input.body) };
  }
}

function read(...pieces: readonly (string | Uint8Array)[]): readonly unknown[] {
  const reader = new RtspMessageReader();
  return pieces.flatMap((piece) =>
    reader.feed(typeof piece === "string" ? encoder.encode(piece) : piece)
  ).map(plain);
}

function request(
  method: string,
  url: string,
  headers: readonly HeaderField[],
  body = "",
  version = "1.0",
): unknown {
  return { type: "request", method, url, version, headers, body };
}

function response(
  status: number,
  reason: string,
  headers: readonly HeaderField[],
  body = "",
  version = "1.0",
): unknown {
  return { type: "response", status, reason, version, headers, body };
}

function frame(channel: number, payload: string): unknown {
  return { type: "interleaved", channel, payload };
}

// What it stands for, wire, messages
const WIRES: readonly (readonly [string, string, readonly unknown[]])[] = [
  [
    "a request",
    "OPTIONS rtsp://h/live/cam1 RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    [request("OPTIONS", "rtsp://h/live/cam1", [["CSeq", "1"]])],
  ],
  [
    "a response without a reason, of RTSP 2.0",
    "RTSP/2.0 200\r\nCSeq: 1\r\n\r\n",
    [response(200, "", [["CSeq", "1"]], "", "2.0")],
  ],
  [
    "a body, and what is pipelined behind it",
    "ANNOUNCE rtsp://h/a RTSP/1.0\r\nCSeq: 1\r\ncontent-length: 5\r\n\r\nv=0\r\n" +
    "OPTIONS * RTSP/1.0\r\nCSeq: 2\r\n\r\n",
    [
      request("ANNOUNCE", "rtsp://h/a", [["CSeq", "1"], ["content-length", "5"]], "v=0\r\n"),
      request("OPTIONS", "*", [["CSeq", "2"]]),
    ],
  ],
  [
    "frames around and between messages",
    "$\0\0\x03abc$\x01\0\0OPTIONS * RTSP/1.0\r\n\r\n$\x02\0\x02\r\n\r\n$\x03\0\x01$",
    [frame(0, "abc"), frame(1, ""), request("OPTIONS", "*", []), frame(2, "\r\n"), frame(3, "$")],
  ],
  [
    "lines that end with LF, and empty ones between messages",
    "\r\n\nPLAY * RTSP/1.0\nCSeq: 1\n\n\r\n\r\nPLAY * RTSP/1.0\n\n",
    [request("PLAY", "*", [["CSeq", "1"]]), request("PLAY", "*", [])],
  ],
  [
    "a device that ends lines with CR CRLF",
    "RTSP/1.0 200 OK\r\r\nCSeq: 1\r\r\n\r\r\n",
    [response(200, "OK", [["CSeq", "1"]])],
  ],
  [
    "header fields that are repeated, empty, folded, and spaced",
    'RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm="a"\r\n' +
    'WWW-Authenticate:Digest realm="a",\r\n\t nonce="b"\r\nServer:\r\nCSeq : 3 \r\n\r\n',
    [
      response(401, "Unauthorized", [
        ["WWW-Authenticate", 'Basic realm="a"'],
        ["WWW-Authenticate", 'Digest realm="a", nonce="b"'],
        ["Server", ""],
        ["CSeq", "3"],
      ]),
    ],
  ],
  [
    "VLC: a URL with spaces as it was typed, and letters that are not ASCII",
    "DESCRIBE rtsp://h/caf\u00e9 one RTSP/1.0\r\n\r\n",
    [request("DESCRIBE", "rtsp://h/caf\u00e9 one", [])],
  ],
  [
    "the same Content-Length twice",
    "RTSP/1.0 200 OK\r\nContent-Length: 1\r\nContent-length: 1\r\n\r\nx",
    [response(200, "OK", [["Content-Length", "1"], ["Content-length", "1"]], "x")],
  ],
  [
    "the GET's response of a tunnel, and RTSP behind it",
    "HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\nRTSP/1.0 200 OK\r\n\r\n",
    [
      {
        type: "httpResponse",
        status: 200,
        reason: "OK",
        version: "1.0",
        headers: [["Content-Length", "9"]],
      },
      response(200, "OK", []),
    ],
  ],
];

for (const [what, wire, messages] of WIRES) {
  Deno.test(`reads ${what}, split anywhere`, () => {
    const bytes = encoder.encode(wire);
    const before = bytes.slice();
    assertEquals(read(bytes), messages);
    assertEquals(read(...Array.from(bytes, (byte) => Uint8Array.of(byte))), messages);
    for (let at = 0; at <= bytes.length; at++) {
      assertEquals(read(bytes.subarray(0, at), bytes.subarray(at)), messages, `split at ${at}`);
    }
    assertEquals(bytes, before);
  });
}

function lines(...all: readonly string[]): string {
  return all.map((line) => `${line}\r\n`).join("") + "\r\n";
}

// What it stands for, wire, status, CSeq, reason
const FAULTS: readonly (readonly [string, string, number, string | undefined, string])[] = [
  ["noise", "\x16\x03\x01\n", 400, undefined, "a line has control characters"],
  ["no protocol", "HELO there\r\n", 400, undefined, '"HELO there" is neither'],
  ["SIP", lines("INVITE sip:h SIP/2.0", "CSeq: 1"), 400, undefined, '"INVITE sip:h SIP/2.0"'],
  ["RTSP/3.0", lines("PLAY * RTSP/3.0", "CSeq: 7"), 505, "7", "RTSP/3.0 is not supported"],
  ["RTSP/0.9", lines("RTSP/0.9 200 OK"), 505, undefined, "RTSP/0.9 is not supported"],
  ["HTTP/2", lines("PRI * HTTP/2.0"), 505, undefined, "HTTP/2.0 is not supported"],
  ["no name", lines("PLAY * RTSP/1.0", "CSeq: 7", "abc"), 400, "7", "a header field has no name"],
  ["bad name", lines("PLAY * RTSP/1.0", "a b: c"), 400, undefined, "a header field has no name"],
  ["folded", lines("PLAY * RTSP/1.0", " b: c"), 400, undefined, "the first header field is folded"],
  ["NUL", lines("PLAY * RTSP/1.0", "a: \0"), 400, undefined, "a line has control characters"],
  ["CR", lines("PLAY * RTSP/1.0", "a: b\rc: d"), 400, undefined, "a line has control characters"],
  [
    "length",
    lines("PLAY * RTSP/1.0", "CSeq: 7", "Content-Length: -1"),
    400,
    "7",
    "Content-Length is no number",
  ],
  [
    "lengths",
    lines("PLAY * RTSP/1.0", "Content-Length: 1", "Content-Length: 2"),
    400,
    undefined,
    "there are several Content-Lengths",
  ],
  [
    "body",
    lines("PLAY * RTSP/1.0", "CSeq: 7", `Content-Length: ${MAX_BODY + 1}`),
    413,
    "7",
    `the body is longer than ${MAX_BODY} bytes`,
  ],
  [
    "URL",
    `PLAY ${"x".repeat(MAX_LINE)} RTSP/1.0`,
    414,
    undefined,
    `a line is longer than ${MAX_LINE} bytes`,
  ],
  [
    "field",
    `PLAY * RTSP/1.0\r\nCSeq: 7\r\nX: ${"x".repeat(MAX_LINE)}`,
    431,
    "7",
    `a line is longer than ${MAX_LINE} bytes`,
  ],
  [
    "fields",
    lines("PLAY * RTSP/1.0", ...Array.from({ length: MAX_HEADERS + 1 }, () => "X: y")),
    431,
    undefined,
    `there are more than ${MAX_HEADERS} header fields`,
  ],
  [
    "head",
    lines("PLAY * RTSP/1.0", ...Array.from({ length: 9 }, () => `X: ${"x".repeat(MAX_LINE - 9)}`)),
    431,
    undefined,
    `the head is longer than ${MAX_HEAD} bytes`,
  ],
  [
    "folds",
    lines("PLAY * RTSP/1.0", "X: y", ...Array.from({ length: 9 }, () => ` ${"x".repeat(1000)}`)),
    431,
    undefined,
    `a line is longer than ${MAX_LINE} bytes`,
  ],
];

for (const [what, wire, status, cseq, reason] of FAULTS) {
  Deno.test(`a message with bad ${what} is answered with ${status}`, () => {
    const good = "OPTIONS * RTSP/1.0\r\n\r\n";
    const reader = new RtspMessageReader();
    const inputs = reader.feed(encoder.encode(good + wire));
    assertEquals(inputs.map(({ type }) => type), ["request", "fault"]);
    const fault = inputs[1];
    const error = fault?.type === "fault" ? fault.error : undefined;
    assertInstanceOf(error, RtspMessageError);
    assertEquals([error.status, error.cseq], [status, cseq]);
    const expected = `Cannot parse RTSP message at byte ${error.offset}: ${reason}`;
    assertEquals(error.message.slice(0, expected.length), expected);
    assertEquals(reader.feed(encoder.encode(good)), []);
    assertEquals(read(...good + wire).slice(1), [{ type: "fault", status, cseq }]);
  });
}

Deno.test("a fault says where its line begins, however the bytes came", () => {
  const wire = encoder.encode("OPTIONS * RTSP/1.0\r\n\r\nHELO there\r\n");
  for (let at = 0; at <= wire.length; at++) {
    const reader = new RtspMessageReader();
    const inputs = [...reader.feed(wire.subarray(0, at)), ...reader.feed(wire.subarray(at))];
    const last = inputs.at(-1);
    assertEquals(last?.type === "fault" && last.error.offset, 22);
  }
});

Deno.test("an HTTP request ends the reading, and gives what came with it", () => {
  const head = lines("POST /live/cam1 HTTP/1.1", "x-sessioncookie: abc", "Content-Length: 32767");
  const message = {
    type: "httpRequest",
    method: "POST",
    target: "/live/cam1",
    version: "1.1",
    headers: [["x-sessioncookie", "abc"], ["Content-Length", "32767"]],
  };
  assertEquals(read(`${head}T1BU`), [{ ...message, rest: "T1BU" }]);
  assertEquals(read(head, "T1BU"), [{ ...message, rest: "" }]);
});

Deno.test("what is handed out does not change with the caller's buffer", () => {
  const wire = encoder.encode("$\0\0\x01aRTSP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nb");
  const inputs = new RtspMessageReader().feed(wire);
  wire.fill(0);
  assertEquals(inputs.map(plain), [
    frame(0, "a"),
    response(200, "OK", [["Content-Length", "1"]], "b"),
  ]);
});
