// What one viewer costs per packet before it is protected: 110 packets are a second of 1 Mbit/s.
import type { OutgoingRtp } from "../../../../protocols/webrtc/rtc_transport.ts";
import type { RtcItem } from "../../../../protocols/webrtc/egress/packaging.ts";
import { sentMedias, SentTrack } from "../../../../protocols/webrtc/egress/sent_track.ts";
import { must } from "../../../must.ts";
import { VIDEO_MEDIA } from "./bench.ts";

const PACKETS = 110;
const PICTURES = 30;

function picture(index: number): RtcItem {
  const count = Math.ceil(PACKETS / PICTURES);
  const fragments = Array.from({ length: count }, (_, at) => (
    { payload: new Uint8Array(1100), marker: at === count - 1, timestampOffset: 0 }
  ));
  return {
    trackId: 1,
    isVideo: true,
    format: "H264/90000/1",
    fragments,
    pts: index * 3000,
    clockRate: 90_000,
    origin: 0,
    notes: [],
    bytes: count * 1100,
    time: index * 33,
    isKey: index === 0,
  };
}

const pictures = Array.from({ length: PICTURES }, (_, index) => picture(index));
const track = new SentTrack(must(sentMedias([VIDEO_MEDIA])[0]));
let now = 0;

Deno.bench("headers and history of a second of 1 Mbit/s, for one viewer", () => {
  for (const item of pictures) {
    now += 33;
    const packets: OutgoingRtp[] = [];
    track.write(item, item.pts, now, packets);
  }
});
