import { assert, assertEquals } from "@std/assert";
import { Message, parseMessage } from "npm:werift@^0.25.2";
import { parseStun, writeStun } from "../../../../protocols/webrtc/transport/stun.ts";

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/[0-9a-f]{2}/g) ?? [], (byte) => parseInt(byte, 16));
}

/** RFC 5769 section 2.1. */
const SAMPLE_REQUEST = fromHex(
  "00010058 2112a442 b7e7a701 bc34d686 fa87dfae" +
    "80220010 5354554e 20746573 7420636c 69656e74" +
    "00240004 6e0001ff" +
    "80290008 932ff9b1 51263b36" +
    "00060009 6576746a 3a683676 59202020" +
    "00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2" +
    "80280004 e57a3bcf",
);
const SAMPLE_PASSWORD = "VOkJxbRl1RmTxUk/WvJxBt";

const ID = Uint8Array.from({ length: 12 }, (_, at) => at + 1);

Deno.test("the sample request of RFC 5769 is read, and its signature checked", () => {
  const message = parseStun(SAMPLE_REQUEST);
  assertEquals(message?.class, "request");
  assertEquals(message?.username, "evtj:h6vY");
  assertEquals(message?.priority, 0x6e0001ff);
  assertEquals(message?.controlled, 0x932ff9b151263b36n);
  assert(message?.isSignedWith(SAMPLE_PASSWORD));
  assertEquals(message?.isSignedWith("another"), false);
});

Deno.test("a message that was changed on the way is not one", () => {
  // Up to the fingerprint, which is not signed.
  for (let at = 0; at < SAMPLE_REQUEST.byteLength - 8; at++) {
    const changed = SAMPLE_REQUEST.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    assertEquals(parseStun(changed)?.isSignedWith(SAMPLE_PASSWORD) ?? false, false, `byte ${at}`);
  }
});

Deno.test("a message that is cut off is not one", () => {
  for (let end = 0; end < SAMPLE_REQUEST.byteLength; end++) {
    assertEquals(parseStun(SAMPLE_REQUEST.subarray(0, end)), undefined);
  }
});

Deno.test("a request is read by another implementation", () => {
  const bytes = writeStun({
    class: "request",
    transactionId: ID,
    username: "them:us",
    priority: 1234,
    controlling: 99n,
    useCandidate: true,
  }, "secret");
  const message = parseMessage(Buffer.from(bytes), Buffer.from("secret"));
  assert(message instanceof Message);
  assertEquals(message.getAttributeValue("USERNAME"), "them:us");
  assertEquals(message.getAttributeValue("PRIORITY"), 1234);
  assertEquals(message.getAttributeValue("ICE-CONTROLLING"), 99n);
  assert(message.attributesKeys.includes("USE-CANDIDATE"));
});

for (const host of ["192.0.2.7", "2001:db8:1234:5678:11:2233:4455:6677"]) {
  Deno.test(`a response tells ${host} so that another implementation reads it`, () => {
    const mappedAddress = { host, port: 32853 };
    const bytes = writeStun({ class: "response", transactionId: ID, mappedAddress }, "secret");
    const message = parseMessage(Buffer.from(bytes), Buffer.from("secret"));
    assertEquals(message?.getAttributeValue("XOR-MAPPED-ADDRESS"), [host, 32853]);
  });
}

Deno.test("what is written is read again", () => {
  const fields = {
    class: "error",
    transactionId: ID,
    errorCode: 487,
    controlled: 7n,
    mappedAddress: { host: "192.0.2.7", port: 1 },
  } as const;
  const message = parseStun(writeStun(fields, "secret"));
  assert(message?.isSignedWith("secret"));
  assertEquals({ ...message, isSignedWith: undefined }, { ...fields, isSignedWith: undefined });
});

Deno.test("what comes behind the signature is not listened to", () => {
  const end = SAMPLE_REQUEST.byteLength - 8;
  const bytes = new Uint8Array(end + 4);
  bytes.set(SAMPLE_REQUEST.subarray(0, end));
  bytes.set([0x00, 0x25, 0x00, 0x00], end);
  bytes[3] = bytes.byteLength - 20;
  const message = parseStun(bytes);
  assertEquals(message?.useCandidate, undefined);
  assert(message?.isSignedWith(SAMPLE_PASSWORD));
});
