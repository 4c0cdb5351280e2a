import { assert, assertEquals } from "@std/assert";
import { parseFrame } from "../../../../protocols/webrtc/transport/stun_frame.ts";
import {
  longTermKey,
  parseChannelData,
  parseTurn,
  writeChannelData,
  writeTurn,
} from "../../../../protocols/webrtc/transport/turn_message.ts";

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/[0-9a-f]{2}/g) ?? [], (byte) => parseInt(byte, 16));
}

/** RFC 5769 section 2.4. */
const SAMPLE_REQUEST = fromHex(
  "00010060 2112a442 78ad3433 c6ad72c0 29da412e" +
    "00060012 e3839ee3 8388e383 aae38383 e382afe3 82b90000" +
    "0015001c 662f2f34 39396b39 35346436 4f4c3334 6f4c3946 53547679 36347341" +
    "0014000b 6578616d 706c652e 6f726700" +
    "00080014 f6702465 6dd64a3e 02b8e071 2e85c9a2 8ca89666",
);

const ID = Uint8Array.from({ length: 12 }, (_, at) => at + 1);
const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("the sample request of RFC 5769 with a long-term credential is signed with its key", () => {
  const frame = parseFrame(SAMPLE_REQUEST);
  const key = longTermKey("マトリックス", encode("example.org"), "TheMatrIX");
  assert(frame?.isSignedWith(key));
  assert(!frame?.isSignedWith(longTermKey("マトリックス", encode("example.com"), "TheMatrIX")));
});

// RFC 8656 sections 17 and 18.
Deno.test("an allocation is asked for in these bytes", () => {
  const bytes = writeTurn({
    method: "allocate",
    class: "request",
    transactionId: ID,
    lifetime: 600,
  });
  assertEquals(
    bytes.slice(0, -8),
    fromHex(
      "00030018 2112a442 01020304 05060708 090a0b0c" +
        "00190004 11000000" + "000d0004 00000258",
    ),
  );
});

Deno.test("a channel is bound in these bytes", () => {
  const peer = { host: "192.0.2.1", port: 32853 };
  const channel = 0x4001;
  const bytes = writeTurn({
    method: "channelBind",
    class: "request",
    transactionId: ID,
    channel,
    peer,
  });
  assertEquals(
    bytes.slice(0, -8),
    fromHex(
      "0009001c 2112a442 01020304 05060708 090a0b0c" +
        "000c0004 40010000" + "00120008 0001a147 e112a643",
    ),
  );
});

Deno.test("what is written is read again", () => {
  const fields = {
    method: "allocate",
    class: "response",
    transactionId: ID,
    username: "user",
    realm: encode("example.org"),
    nonce: encode("a nonce"),
    lifetime: 600,
    channel: 0x4fff,
    peer: { host: "192.0.2.1", port: 1 },
    relayed: { host: "192.0.2.2", port: 2 },
    mapped: { host: "192.0.2.3", port: 3 },
    data: Uint8Array.of(1, 2, 3, 4, 5),
    errorCode: 438,
  } as const;
  const message = parseTurn(writeTurn(fields, encode("key")));
  assert(message?.isSignedWith(encode("key")));
  assertEquals({ ...message, isSignedWith: undefined }, { ...fields, isSignedWith: undefined });
});

Deno.test("a Binding request is none of TURN", () => {
  assertEquals(parseTurn(SAMPLE_REQUEST), undefined);
});

// RFC 8656 section 12.4.
Deno.test("the data of a channel has four bytes before it, and may have padding behind", () => {
  const bytes = fromHex("40000003 0a0b0c");
  const packet = { channel: 0x4000, data: Uint8Array.of(10, 11, 12) };
  assertEquals(writeChannelData(packet), bytes);
  assertEquals(parseChannelData(bytes), packet);
  assertEquals(parseChannelData(Uint8Array.of(...bytes, 0)), packet);
  assertEquals(parseChannelData(bytes.subarray(0, 6)), undefined);
  assertEquals(parseChannelData(bytes.subarray(0, 3)), undefined);
});
