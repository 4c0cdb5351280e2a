// RFC 9143 section 9.2: the section of a packet, among those that share a transport.
import { assertEquals } from "@std/assert";
import { MAX_SOURCES, MediaRouter } from "../../../../protocols/webrtc/ingest/media_router.ts";
import { audio, OPUS, video, VP8 } from "./harness.ts";

/** SSRC, payload type, mid. */
type Packet = readonly [number, number, string?];

const SECTIONS = [
  { ...audio(OPUS), mid: "0", ssrc: 10 },
  { ...video(VP8), mid: "1", ssrc: 20, rtxSsrc: 21 },
  { ...video({ ...VP8, rtxPayloadType: 99 }), mid: "2" },
];

const ROWS: readonly {
  readonly name: string;
  readonly packets: readonly Packet[];
  readonly sections: readonly (number | undefined)[];
}[] = [
  {
    name: "announced sources, retransmissions among them",
    packets: [[10, 111], [20, 96], [21, 97]],
    sections: [0, 1, 1],
  },
  { name: "a mid wins over all else", packets: [[20, 96, "2"], [10, 111, "1"]], sections: [2, 1] },
  {
    name: "and is remembered",
    packets: [[5, 96, "2"], [5, 96], [20, 96, "2"], [20, 96]],
    sections: [2, 2, 2, 2],
  },
  { name: "an unknown mid is no section", packets: [[20, 96, "9"]], sections: [undefined] },
  {
    name: "a payload type of one section",
    packets: [[5, 111], [6, 99], [7, 97]],
    sections: [0, 2, 1],
  },
  {
    name: "a payload type of several, or none",
    packets: [[5, 96], [5, 3]],
    sections: [undefined, undefined],
  },
  {
    name: "a source that was learned by payload type",
    packets: [[6, 99], [6, 96]],
    sections: [2, 2],
  },
];

for (const { name, packets, sections } of ROWS) {
  Deno.test(`MediaRouter: ${name}`, () => {
    const router = new MediaRouter(SECTIONS);
    const found = packets.map(([ssrc, payloadType, mid]) =>
      router.route({ ssrc, payloadType }, mid)
    );
    assertEquals(found, sections);
  });
}

Deno.test("MediaRouter: the sources that are remembered are bounded, the oldest goes", () => {
  const router = new MediaRouter(SECTIONS);
  for (let ssrc = 100; ssrc <= 100 + MAX_SOURCES; ssrc++) {
    router.route({ ssrc, payloadType: 96 }, "2");
  }
  assertEquals([100, 101, 100 + MAX_SOURCES].map((ssrc) => router.ofSource(ssrc)), [
    undefined,
    2,
    2,
  ]);
});
