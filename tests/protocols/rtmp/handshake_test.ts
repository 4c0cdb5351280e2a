import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
  assertThrows,
  fail,
} from "@std/assert";
import {
  CLIENT_KEY,
  isSignedAnswer,
  PACKET_SIZE,
  SERVER_KEY,
  signAnswer,
  signPacket,
} from "../../../protocols/rtmp/digest.ts";
import { RtmpHandshakeError } from "../../../protocols/rtmp/errors.ts";
import {
  ClientHandshake,
  type HandshakeOptions,
  type HandshakeStep,
  ServerHandshake,
} from "../../../protocols/rtmp/handshake.ts";

/** Random bytes that are the same in every run; `seed` tells the two sides apart. */
function options(seed: number): HandshakeOptions {
  return {
    randomBytes: (length) => Uint8Array.from({ length }, (_, i) => i * 7 + seed & 0xff),
    time: 0x01020304,
  };
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

function plainC1(): Uint8Array {
  const c1 = options(5).randomBytes(PACKET_SIZE);
  c1.set([0, 0, 0, 9, 0, 0, 0, 0]);
  return c1;
}

function digestC1(scheme: 0 | 1): { c1: Uint8Array; digest: Uint8Array } {
  const c1 = options(5).randomBytes(PACKET_SIZE);
  c1.set([0, 0, 0, 9, 10, 0, 45, 2]);
  return { c1, digest: signPacket(c1, scheme, CLIENT_KEY) };
}

function sentBy(step: HandshakeStep): Uint8Array {
  return step.send ?? fail("nothing was sent");
}

/** S0, S1 and S2 of one answer. */
function splitAnswer(
  step: HandshakeStep,
): { s0: number | undefined; s1: Uint8Array; s2: Uint8Array } {
  const sent = sentBy(step);
  assertEquals(sent.length, 1 + 2 * PACKET_SIZE);
  return {
    s0: sent[0],
    s1: sent.subarray(1, 1 + PACKET_SIZE),
    s2: sent.subarray(1 + PACKET_SIZE),
  };
}

const HELLO = Uint8Array.of(3, 0, 0);

Deno.test("a plain C1 gets a plain S1 and an S2 that repeats it (5.2.4)", () => {
  const handshake = new ServerHandshake(options(1));
  const c1 = plainC1();
  const step = handshake.feed(concat(Uint8Array.of(3), c1));
  const { s0, s1, s2 } = splitAnswer(step);
  assertEquals(step.status, "incomplete");
  assertEquals(s0, 3);
  assertEquals([...s1.subarray(0, 9)], [1, 2, 3, 4, 0, 0, 0, 0, 8 * 7 + 1]);
  assertEquals(s2, c1);
  assertEquals(handshake.feed(concat(s1, HELLO)), {
    status: "done",
    rest: HELLO,
    form: "plain",
    isEchoed: true,
  });
});

for (const scheme of [0, 1] as const) {
  Deno.test(`a C1 with a digest of scheme ${scheme} gets a signed S1 and S2`, () => {
    const handshake = new ServerHandshake(options(1));
    const { c1, digest } = digestC1(scheme);
    const { s1, s2 } = splitAnswer(handshake.feed(concat(Uint8Array.of(3), c1)));
    const signed = s1.slice();
    const s1Digest = signPacket(signed, scheme, SERVER_KEY);
    assertEquals(signed, s1);
    assert(isSignedAnswer(s2, digest, SERVER_KEY));

    const c2 = options(9).randomBytes(PACKET_SIZE);
    signAnswer(c2, s1Digest, CLIENT_KEY);
    const step = handshake.feed(c2);
    assertEquals(step, {
      status: "done",
      rest: new Uint8Array(0),
      form: "digest",
      isEchoed: true,
    });
  });
}

Deno.test("FFmpeg publishing: a digest in C1, a plain echo in C2", () => {
  const handshake = new ServerHandshake(options(1));
  const { s1 } = splitAnswer(handshake.feed(concat(Uint8Array.of(3), digestC1(1).c1)));
  const step = handshake.feed(s1);
  assert(step.status === "done" && step.form === "digest" && step.isEchoed);
});

Deno.test("a C1 with a version but no digest gets a plain answer", () => {
  const c1 = plainC1();
  c1.set([9, 0, 124, 2], 4);
  const { s1, s2 } = splitAnswer(
    new ServerHandshake(options(1)).feed(concat(HELLO.subarray(0, 1), c1)),
  );
  assertEquals([...s1.subarray(4, 8)], [0, 0, 0, 0]);
  assertEquals(s2, c1);
});

Deno.test("C0, C1 and C2 at once are answered at once; a C2 that echoes nothing is told", () => {
  const handshake = new ServerHandshake(options(1));
  const step = handshake.feed(
    concat(Uint8Array.of(3), plainC1(), new Uint8Array(PACKET_SIZE), HELLO),
  );
  assertEquals(step.send?.length, 1 + 2 * PACKET_SIZE);
  assert(step.status === "done");
  assertEquals(step.rest, HELLO);
  assertEquals(step.isEchoed, false);
});

Deno.test("every split of the client's bytes leads to the same answer", () => {
  const input = concat(Uint8Array.of(3), digestC1(1).c1, new Uint8Array(PACKET_SIZE), HELLO);
  const whole = new ServerHandshake(options(1)).feed(input);
  for (let at = 1; at < input.length; at += 61) {
    const handshake = new ServerHandshake(options(1));
    const first = handshake.feed(input.slice(0, at));
    const second = first.status === "done" ? first : handshake.feed(input.slice(at));
    assertEquals(second.status, "done");
    assertEquals(first.send ?? second.send, whole.send);
  }
});

Deno.test("bytes one at a time: nothing is sent before C1 is whole, input is not kept", () => {
  const handshake = new ServerHandshake(options(1));
  const one = new Uint8Array(1);
  let sentAt = -1;
  concat(Uint8Array.of(3), plainC1()).forEach((byte, index) => {
    one[0] = byte;
    if (handshake.feed(one).send !== undefined) sentAt = index;
  });
  assertEquals(sentAt, PACKET_SIZE);
  assertEquals(handshake.feed(new Uint8Array(0)), { status: "incomplete" });
});

const INVALID: readonly (readonly [string, number, string, string])[] = [
  ["RTMPE", 6, "encrypted", "encrypted RTMP is not supported"],
  ["RTMPE with XTEA", 8, "encrypted", "encrypted RTMP is not supported"],
  ["an HTTP request", 0x47, "http", "the peer speaks HTTP"],
  ["a TLS ClientHello", 0x16, "tls", "the peer speaks TLS"],
  ["RTMP 2", 2, "version", "version is 2, expected 3"],
  ["text", 0x7b, "version", "version is 123, expected 3"],
];

for (const [what, byte, failure, message] of INVALID) {
  Deno.test(`the first byte of ${what} is refused by both sides`, () => {
    for (const handshake of [new ServerHandshake(options(1)), new ClientHandshake(options(1))]) {
      const error = assertThrows(() => handshake.feed(Uint8Array.of(byte)), RtmpHandshakeError);
      assertInstanceOf(error, RtmpHandshakeError);
      assertEquals([error.failure, error.version], [failure, byte]);
      assertStringIncludes(error.message, "Cannot parse RTMP handshake: ");
      assertStringIncludes(error.message, message);
    }
  });
}

Deno.test("our client and our server agree on the digest form", () => {
  const client = new ClientHandshake(options(3));
  const server = new ServerHandshake(options(4));
  const answer = server.feed(client.start());
  const step = client.feed(concat(sentBy(answer), HELLO));
  assert(step.status === "done");
  assertEquals([step.form, step.isEchoed, step.rest], ["digest", true, HELLO]);
  const last = server.feed(sentBy(step));
  assert(last.status === "done" && last.form === "digest" && last.isEchoed);
});

Deno.test("the client's C1 is signed as Flash Player signs it", () => {
  const sent = new ClientHandshake(options(3)).start();
  assertEquals([...sent.subarray(0, 9)], [3, 1, 2, 3, 4, 9, 0, 124, 2]);
  const resigned = sent.slice(1);
  signPacket(resigned, 1, CLIENT_KEY);
  assertEquals(resigned, sent.subarray(1));
});

Deno.test("a plain server gets an echo as C2 and may send S2 after it", () => {
  const client = new ClientHandshake(options(3));
  const c1 = client.start().subarray(1);
  const s1 = plainC1();
  assertEquals(client.feed(concat(Uint8Array.of(3), s1)), { status: "incomplete", send: s1 });
  const step = client.feed(c1);
  assert(step.status === "done");
  assertEquals([step.form, step.isEchoed, step.send], ["plain", true, undefined]);
});
