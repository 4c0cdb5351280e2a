// Both profiles against published packets, below the derivation of keys.
import { assertEquals } from "@std/assert";
import {
  AEAD_AES_128_GCM,
  AES128_CM_HMAC_SHA1_80,
  type SessionKeys,
} from "../../../../protocols/webrtc/srtp/keys.ts";
import { TRANSFORMS } from "../../../../protocols/webrtc/srtp/transform.ts";
import { must } from "../../../must.ts";
import {
  outgoing,
  RFC7714_KEYS,
  RFC7714_RTCP,
  RFC7714_RTCP_INDEX,
  RFC7714_RTP,
  RFC7714_SRTCP,
  RFC7714_SRTP,
  rtpPacket,
} from "./vectors.ts";

const GCM = TRANSFORMS[AEAD_AES_128_GCM];
const AES_CM = TRANSFORMS[AES128_CM_HMAC_SHA1_80];

/** The roll-over counter of section 16 is 0. */
const RFC7714_PLACE = { headerSize: 12, ssrc: 0x5501a0b2, index: 0xf17b };

Deno.test("GCM protects RTP as RFC 7714 section 16.1.1 does", () => {
  const sealer = GCM.rtpSealer(RFC7714_KEYS);
  const packet = RFC7714_RTP.slice();
  const sealed = sealer.seal([outgoing(packet)], [RFC7714_PLACE.index]);
  assertEquals(sealed.map((bytes) => bytes.toHex()), [RFC7714_SRTP.toHex()]);
  assertEquals(packet, RFC7714_RTP);
  sealer.close();
});

Deno.test("GCM opens RTP of RFC 7714 section 16.1.2", () => {
  const opened = GCM.openRtp(RFC7714_KEYS, { bytes: RFC7714_SRTP, ...RFC7714_PLACE });
  assertEquals(must(opened).toHex(), RFC7714_RTP.toHex());
  const rolled = { ...RFC7714_PLACE, index: RFC7714_PLACE.index + 0x10000 };
  assertEquals(GCM.openRtp(RFC7714_KEYS, { bytes: RFC7714_SRTP, ...rolled }), undefined);
});

Deno.test("GCM protects and opens RTCP of RFC 7714 section 17.1", () => {
  const sealed = GCM.sealRtcp(RFC7714_KEYS, RFC7714_RTCP, RFC7714_RTCP_INDEX);
  assertEquals(sealed.toHex(), RFC7714_SRTCP.toHex());
  assertEquals(must(GCM.openRtcp(RFC7714_KEYS, sealed)).toHex(), RFC7714_RTCP.toHex());
});

Deno.test("counter mode has the keystream of RFC 3711 appendix B.2", () => {
  const keys: SessionKeys = {
    encryption: Uint8Array.fromHex("2b7e151628aed2a6abf7158809cf4f3c"),
    authentication: new Uint8Array(20),
    salt: Uint8Array.fromHex("f0f1f2f3f4f5f6f7f8f9fafbfcfd"),
  };
  const sealer = AES_CM.rtpSealer(keys);
  const packet = rtpPacket({ sequence: 0, ssrc: 0, payload: new Uint8Array(48) });
  const [sealed] = sealer.seal([outgoing(packet)], [0]);
  assertEquals(
    must(sealed).subarray(12, 60).toHex(),
    "e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab41e95b3bb0a2e8dd477901e4fca894c0",
  );
  sealer.close();
});
