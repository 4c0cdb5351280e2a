// What one side protects, the other takes: once, unchanged and in its place. Against werift as well.
import { assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { RtpHeader, SrtcpSession, SrtpSession } from "npm:werift@^0.25.2";
import {
  AEAD_AES_128_GCM,
  AES128_CM_HMAC_SHA1_80,
  keyingMaterialSize,
  type SrtpKey,
  srtpKeys,
  type SrtpProfile,
} from "../../../../protocols/webrtc/srtp/keys.ts";
import { MAX_RECEIVED_SOURCES, SrtpReceiver } from "../../../../protocols/webrtc/srtp/receiver.ts";
import { MAX_SENT_SOURCES, SrtpSender } from "../../../../protocols/webrtc/srtp/sender.ts";
import { must } from "../../../must.ts";
import { outgoing, pattern, RFC7714_RTCP, rtpPacket } from "./vectors.ts";

const PROFILES = { AEAD_AES_128_GCM, AES128_CM_HMAC_SHA1_80 } as const;

/** One-byte header extension of two words, after two contributing sources. */
const SOURCES = "0000000a0000000b";
const EXTENSION = "bede000210ff220123300000";

const PACKETS = [
  { name: "an empty payload", packet: rtpPacket({ sequence: 1 }), headerSize: 12 },
  { name: "a byte", packet: rtpPacket({ sequence: 2, payload: "ab" }), headerSize: 12 },
  {
    name: "whole blocks",
    packet: rtpPacket({ sequence: 3, payload: pattern(64) }),
    headerSize: 12,
  },
  {
    name: "an extension",
    packet: rtpPacket({ sequence: 4, flags: 0x10, head: EXTENSION, payload: pattern(1183) }),
    headerSize: 24,
  },
  {
    name: "sources, an extension and padding",
    packet: rtpPacket({
      sequence: 5,
      flags: 0x32,
      head: SOURCES + EXTENSION,
      payload: pattern(97).toHex() + "00000004",
    }),
    headerSize: 32,
  },
];

for (const [name, profile] of Object.entries(PROFILES)) {
  Deno.test(`${name}: packets of every form arrive as they were, alone and in a batch`, () => {
    const { local, remote } = keysOf(profile);
    const batch = PACKETS.map(({ packet, headerSize }) => outgoing(packet, headerSize));
    const alone = new SrtpSender(local);
    const together = new SrtpSender(local);
    const single = batch.flatMap((packet) => alone.protectRtp([packet]));
    assertEquals(together.protectRtp(batch), single);
    const receiver = new SrtpReceiver(remote);
    assertEquals(
      single.map((datagram) => receiver.unprotectRtp(datagram)),
      PACKETS.map(({ packet }) => packet),
    );
    alone.close();
    together.close();
  });

  Deno.test({
    name: `${name}: werift reads what is sent, and is read`,
    // werift's counter mode leaves the native cipher of each packet open.
    sanitizeResources: profile !== AES128_CM_HMAC_SHA1_80,
    fn: () => {
      const { local, remote } = keysOf(profile);
      const theirs = weriftOf(profile, remote, local);
      const sender = new SrtpSender(local);
      const receiver = new SrtpReceiver(local);
      for (const { name, packet, headerSize } of PACKETS) {
        const [sealed] = sender.protectRtp([outgoing(packet, headerSize)]);
        assertEquals(plain(theirs.rtp.decrypt(Buffer.from(must(sealed)))), packet, name);
        const header = RtpHeader.deSerialize(Buffer.from(packet));
        const payload = Buffer.from(packet.subarray(headerSize));
        assertEquals(plain(theirs.rtp.encrypt(payload, header)), must(sealed), name);
      }
      for (let count = 0; count < 3; count++) {
        const sealed = sender.protectRtcp(RFC7714_RTCP);
        assertEquals(plain(theirs.rtcp.decrypt(Buffer.from(sealed))), RFC7714_RTCP);
        const answer = plain(theirs.rtcp.encrypt(Buffer.from(RFC7714_RTCP)));
        assertEquals(receiver.unprotectRtcp(answer), RFC7714_RTCP);
      }
      sender.close();
    },
  });

  Deno.test(`${name}: sequence numbers wrap, and late packets keep their roll-over counter`, () => {
    const { local, remote } = keysOf(profile);
    const sender = new SrtpSender(local);
    const receiver = new SrtpReceiver(remote);
    const send = (sequence: number) =>
      must(sender.protectRtp([outgoing(rtpPacket({ sequence, payload: "c0ffee" }))])[0]);
    const first = [30_000, 60_000, 65_534].map(send);
    const lost = send(65_535);
    const wrapped = [0, 1].map(send);
    // The same packet again, after the wrap (a retransmission without RTX).
    assertEquals(send(65_535), lost);
    const arrived = [...first, ...wrapped, lost, send(2)];
    const sequences = arrived.map((datagram) => sequenceOf(receiver.unprotectRtp(datagram)));
    assertEquals(sequences, [30_000, 60_000, 65_534, 0, 1, 65_535, 2]);
    assertEquals(
      arrived.map((datagram) => receiver.unprotectRtp(datagram)),
      arrived.map(() => undefined),
    );
    // The oldest is more than half a span behind, so it is taken for one to come, which it is not.
    assertEquals(receiver.refused, { malformed: 0, forged: 1, replayed: 6, surplus: 0 });
    sender.close();
  });

  Deno.test(`${name}: a changed bit anywhere is refused, and leaves no trace`, () => {
    const { local, remote } = keysOf(profile);
    const sender = new SrtpSender(local);
    const receiver = new SrtpReceiver(remote);
    const [rtp] = sender.protectRtp([outgoing(rtpPacket({ sequence: 7, payload: "c0ffee" }))]);
    const rtcp = sender.protectRtcp(RFC7714_RTCP);
    for (const bit of Array(8 * must(rtp).length).keys()) {
      assertEquals(receiver.unprotectRtp(flipped(must(rtp), bit)), undefined, `bit ${bit} of RTP`);
    }
    for (const bit of Array(8 * rtcp.length).keys()) {
      assertEquals(receiver.unprotectRtcp(flipped(rtcp, bit)), undefined, `bit ${bit} of RTCP`);
    }
    for (let size = 0; size < must(rtp).length; size++) {
      assertEquals(receiver.unprotectRtp(must(rtp).subarray(0, size)), undefined);
    }
    for (let size = 0; size < rtcp.length; size++) {
      assertEquals(receiver.unprotectRtcp(rtcp.subarray(0, size)), undefined);
    }
    assertEquals(receiver.sources, 0);
    assertEquals(sequenceOf(receiver.unprotectRtp(must(rtp))), 7);
    assertEquals(receiver.unprotectRtcp(rtcp), RFC7714_RTCP);
    assertEquals(receiver.unprotectRtcp(rtcp), undefined);
    assertEquals([receiver.sources, receiver.refused.replayed], [2, 1]);
    sender.close();
  });
}

Deno.test("a batch larger than one native call takes is cut into several", () => {
  const { local, remote } = keysOf(AEAD_AES_128_GCM);
  const sender = new SrtpSender(local);
  const receiver = new SrtpReceiver(remote);
  const sizes = [...Array(150).fill(1200), 65_000, 0, 65_000, 1];
  const packets = sizes.map((size, at) => rtpPacket({ sequence: at, payload: pattern(size, at) }));
  const sealed = sender.protectRtp(packets.map((packet) => outgoing(packet)));
  assertEquals(sealed.map((datagram) => receiver.unprotectRtp(datagram)), packets);
  sender.close();
});

Deno.test("a payload that all viewers share is not changed, wherever it lies", () => {
  const { local } = keysOf(AEAD_AES_128_GCM);
  const sender = new SrtpSender(local);
  const shared = pattern(1000);
  const before = shared.slice();
  const header = rtpPacket({ sequence: 9 });
  sender.protectRtp([1, 2, 3].map((at) => ({ header, payload: shared.subarray(at) })));
  assertEquals(shared, before);
  sender.close();
});

Deno.test("each source has a roll-over counter of its own", () => {
  const { local, remote } = keysOf(AEAD_AES_128_GCM);
  const sender = new SrtpSender(local);
  const receiver = new SrtpReceiver(remote);
  const order = [[1, 32_000], [1, 64_000], [1, 10], [2, 64_000], [1, 11], [2, 64_001]] as const;
  const packets = order.map(([ssrc, sequence]) => rtpPacket({ ssrc, sequence, payload: "00" }));
  const sealed = sender.protectRtp(packets.map((packet) => outgoing(packet)));
  assertEquals(sealed.map((datagram) => receiver.unprotectRtp(datagram)), packets);
  sender.close();
});

Deno.test("sources are bounded on both sides", () => {
  const { local, remote } = keysOf(AEAD_AES_128_GCM);
  const sender = new SrtpSender(local);
  const receiver = new SrtpReceiver(remote);
  for (let ssrc = 0; ssrc < MAX_SENT_SOURCES; ssrc++) {
    const [sealed] = sender.protectRtp([outgoing(rtpPacket({ sequence: 1, ssrc }))]);
    const isTaken = receiver.unprotectRtp(must(sealed)) !== undefined;
    assertEquals(isTaken, ssrc < MAX_RECEIVED_SOURCES);
  }
  assertEquals(receiver.sources, MAX_RECEIVED_SOURCES);
  assertEquals(receiver.refused.surplus, MAX_SENT_SOURCES - MAX_RECEIVED_SOURCES);
  const surplus = outgoing(rtpPacket({ sequence: 1, ssrc: MAX_SENT_SOURCES }));
  assertThrows(() => sender.protectRtp([surplus]), RangeError, "256 sources");
  sender.close();
});

Deno.test("RTCP that is only authenticated is refused (RFC 7714 section 17.3)", () => {
  const { local, remote } = keysOf(AEAD_AES_128_GCM);
  const receiver = new SrtpReceiver(remote);
  const sender = new SrtpSender(local);
  const sealed = sender.protectRtcp(RFC7714_RTCP);
  assertEquals(receiver.unprotectRtcp(flipped(sealed, 8 * (sealed.length - 4))), undefined);
  assertEquals(receiver.refused.malformed, 1);
});

Deno.test("a closed sender protects nothing more", () => {
  const sender = new SrtpSender(keysOf(AEAD_AES_128_GCM).local);
  const packet = outgoing(rtpPacket({ sequence: 1 }));
  assertEquals(sender.protectRtp([packet]).length, 1);
  sender.close();
  sender.close();
  assertEquals(sender.protectRtp([packet]), []);
});

/** Keys of the side that sends here; the other's `remote` are the same. */
function keysOf(profile: SrtpProfile): { local: SrtpKey; remote: SrtpKey } {
  const material = pattern(keyingMaterialSize(profile));
  const { local } = srtpKeys(profile, material, true);
  const { remote } = srtpKeys(profile, material, false);
  return { local, remote };
}

/** Sends with the keys that we send with as well, so that both must give the same. */
function weriftOf(profile: SrtpProfile, remote: SrtpKey, local: SrtpKey) {
  const keys = {
    localMasterKey: Buffer.from(local.masterKey),
    localMasterSalt: Buffer.from(local.masterSalt),
    remoteMasterKey: Buffer.from(remote.masterKey),
    remoteMasterSalt: Buffer.from(remote.masterSalt),
  };
  return { rtp: new SrtpSession({ keys, profile }), rtcp: new SrtcpSession({ keys, profile }) };
}

function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

function sequenceOf(packet: Uint8Array | undefined): number {
  const { buffer, byteOffset } = must(packet);
  return new DataView(buffer, byteOffset).getUint16(2);
}

function flipped(packet: Uint8Array, bit: number): Uint8Array {
  const changed = packet.slice();
  changed[bit >> 3] = must(changed[bit >> 3]) ^ 0x80 >> (bit & 7);
  return changed;
}
