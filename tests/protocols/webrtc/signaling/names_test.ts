import { assertEquals } from "@std/assert";
import { MAX_NAME_BYTES, peerNameOf } from "../../../../protocols/webrtc/signaling/names.ts";

const NAMES: readonly (readonly [what: string, query: string, name: string])[] = [
  ["as the original client sends it", "user@host", "user@host"],
  ["percent-encoded by a browser", "J%C3%BCrgen%20M.", "Jürgen M."],
  ["a plus is no space", "a+b", "a+b"],
  ["not valid percent-encoding", "100%", "100%"],
  ["not UTF-8 when decoded", "%ff", "%ff"],
  ["nothing", "", ""],
  ["commas, as in the original", "a,1,1", "a_1_1"],
  ["a forged line", "a,1,1%0Amallory", "a_1_1_mallory"],
  ["a forged header", "a%0D%0APragma:%201", "a__Pragma: 1"],
  ["what only passes for a stream", "stream:live/cam1", "stream_live/cam1"],
  ["the same in another case", "Stream%3Alive/cam1", "Stream_live/cam1"],
  ["what only passes for the publisher's peer", "Publish", "Publish_"],
  ["a name that only begins so", "publisher", "publisher"],
  ["one that wants to publish", "publish:live/cam2", "publish:live/cam2"],
  ["too long", "a".repeat(MAX_NAME_BYTES + 1), "a".repeat(MAX_NAME_BYTES)],
  ["cut at a whole character", "%C3%BC".repeat(300) + "a", "ü".repeat(MAX_NAME_BYTES / 2)],
];

for (const [what, query, name] of NAMES) {
  Deno.test(`peer name: ${what}`, () => assertEquals(peerNameOf(query), name));
}
