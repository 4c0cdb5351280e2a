import { assertEquals } from "@std/assert";
import { InterleavedRouter } from "../../../../protocols/rtsp/client/interleaved_router.ts";
import { AUDIO_SSRC, goodbye, picture, sound, VIDEO_SSRC } from "../camera.ts";

const VIDEO = { payloadType: 96, channels: { rtp: 0, rtcp: 1 } };
const AUDIO = { payloadType: 8, channels: { rtp: 2, rtcp: 3 } };

Deno.test("frames go by their channels", () => {
  const router = new InterleavedRouter([VIDEO, AUDIO]);
  assertEquals(router.route(0, picture(0)), { role: "rtp", index: 0 });
  assertEquals(router.route(1, goodbye(VIDEO_SSRC)), { role: "rtcp", index: 0 });
  assertEquals(router.route(2, sound(0)), { role: "rtp", index: 1 });
  assertEquals(router.route(3, goodbye(AUDIO_SSRC)), { role: "rtcp", index: 1 });
});

Deno.test("what a packet is, it says itself", () => {
  const router = new InterleavedRouter([VIDEO, AUDIO]);
  assertEquals(router.route(1, picture(0)), { role: "rtp", index: 0 });
  assertEquals(router.route(0, goodbye(VIDEO_SSRC)), { role: "rtcp", index: 0 });
});

Deno.test("tracks on the same channels are told apart by payload type, and RTCP by its source", () => {
  const router = new InterleavedRouter([VIDEO, { ...AUDIO, channels: VIDEO.channels }]);
  assertEquals(router.route(0, sound(0)), { role: "rtp", index: 1 });
  assertEquals(router.route(0, picture(0)), { role: "rtp", index: 0 });
  assertEquals(router.route(1, goodbye(AUDIO_SSRC)), { role: "rtcp", index: 1 });
  assertEquals(router.route(1, goodbye(0x33333333)), undefined);
});

Deno.test("other channels count only for a track that has not come on its own", () => {
  const router = new InterleavedRouter([VIDEO, AUDIO]);
  assertEquals(router.route(8, picture(0)), { role: "rtp", index: 0 });
  assertEquals(router.route(0, picture(1)), { role: "rtp", index: 0 });
  assertEquals(router.route(8, picture(2)), undefined);
  assertEquals(router.route(10, sound(0)), { role: "rtp", index: 1 });
});

Deno.test("tracks of the same payload type cannot be told apart without channels", () => {
  const router = new InterleavedRouter([VIDEO, { ...AUDIO, payloadType: 96 }]);
  assertEquals(router.route(8, picture(0)), undefined);
});

Deno.test("packets that are cut short are of whatever track their channel has", () => {
  const router = new InterleavedRouter([VIDEO]);
  assertEquals(router.route(0, new Uint8Array(0)), { role: "rtp", index: 0 });
  assertEquals(router.route(9, Uint8Array.of(0x80, 200)), undefined);
});
