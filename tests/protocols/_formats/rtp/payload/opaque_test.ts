import { assertEquals } from "@std/assert";
import { opaqueFormat } from "../../../../../protocols/_formats/rtp/payload/opaque.ts";
import { hex } from "../../flv/bytes.ts";
import { depacketize, packet, packetize, unitOf } from "./stream.ts";

Deno.test("ONVIF metadata passes with its markers, one packet per unit", () => {
  const format = opaqueFormat("rtp:vnd.onvif.metadata", "data");
  const media = { encoding: "vnd.onvif.metadata", clockRate: 90_000 };
  const packets = [packet("3c61"), packet("3e", { marker: true })];
  const { frames } = depacketize(format.createDepacketizer(media), packets);
  assertEquals(frames.map(({ payload }) => payload), [
    [hex("00"), hex("3c61")],
    [hex("80"), hex("3e")],
  ]);
  const sent = frames.flatMap(({ payload }) => packetize(format, unitOf(format, payload), 256));
  assertEquals(sent, packets);
});

Deno.test("what SDP said of an unknown format goes along", () => {
  const format = opaqueFormat("rtp:speex", "audio");
  const media = { encoding: "speex", clockRate: 16_000, channels: 2, fmtp: "mode=any; x" };
  const config = format.config(media);
  const { track } = unitOf(format, [], { timescale: 16_000, ...(config && { config }) });
  assertEquals(format.rtpmap(track), { encoding: "speex", clockRate: 16_000, channels: 2 });
  assertEquals(format.fmtp(track), "mode=any; x");
});

Deno.test("an unknown format of which nothing was said has nothing to say", () => {
  const format = opaqueFormat("rtp:SMPTE336M", "data");
  const { track } = unitOf(format, []);
  assertEquals(format.rtpmap(track), { encoding: "SMPTE336M", clockRate: 90_000 });
  assertEquals(format.fmtp(track), undefined);
  assertEquals(format.packetize(unitOf(format, []), 256), []);
});
