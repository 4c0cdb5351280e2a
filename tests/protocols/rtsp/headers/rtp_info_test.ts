import { assertEquals } from "@std/assert";
import {
  parseRtpInfo,
  type RtpInfo,
  writeRtpInfo,
} from "../../../../protocols/rtsp/headers/rtp_info.ts";

// What it stands for, wire, value
const ROWS: readonly (readonly [string, string, readonly RtpInfo[]])[] = [
  [
    "RFC 2326",
    "url=rtsp://h/a/trackID=1;seq=45102;rtptime=4294967295,url=rtsp://h/a/trackID=2;seq=0",
    [
      { url: "rtsp://h/a/trackID=1", seq: 45102, rtptime: 4294967295 },
      { url: "rtsp://h/a/trackID=2", seq: 0 },
    ],
  ],
  [
    "RFC 7826",
    'url="rtsp://h/a/audio" ssrc=0A13C760:seq=45102;rtptime=12345678,url="rtsp://h/a/video" ' +
    "ssrc=9A9DE123:seq=30211;rtptime=29567112",
    [
      { url: "rtsp://h/a/audio", seq: 45102, rtptime: 12345678 },
      { url: "rtsp://h/a/video", seq: 30211, rtptime: 29567112 },
    ],
  ],
  [
    "Dahua: a URL with a query",
    "url=rtsp://h/cam/realmonitor?channel=1&subtype=0/trackID=0;seq=1;rtptime=2",
    [{ url: "rtsp://h/cam/realmonitor?channel=1&subtype=0/trackID=0", seq: 1, rtptime: 2 }],
  ],
  // The VAPIX manual "Video Streaming API", and gortsplib's tests.
  [
    "Axis: a query behind the track, and a space behind the comma",
    "url=rtsp://h/axis-media/media.amp/trackID=1?videocodec=h264;seq=58477;rtptime=1020884293, " +
    "url=rtsp://h/axis-media/media.amp/trackID=2?videocodec=h264;seq=15727;rtptime=1171661503",
    [
      {
        url: "rtsp://h/axis-media/media.amp/trackID=1?videocodec=h264",
        seq: 58477,
        rtptime: 1020884293,
      },
      {
        url: "rtsp://h/axis-media/media.amp/trackID=2?videocodec=h264",
        seq: 15727,
        rtptime: 1171661503,
      },
    ],
  ],
  // scottlamb/retina's capture of Wowza 4.8.10.
  [
    "Wowza: a path first, and then a URL",
    "url=trackID=1;seq=1;rtptime=0,url=rtsp://h/vod/mp4:clip.mov/trackID=2;seq=1;rtptime=0",
    [
      { url: "trackID=1", seq: 1, rtptime: 0 },
      { url: "rtsp://h/vod/mp4:clip.mov/trackID=2", seq: 1, rtptime: 0 },
    ],
  ],
  [
    "commas and semicolons in a URL",
    "url=rtsp://h/a,b;c/trackID=0;seq=1;rtptime=2",
    [{ url: "rtsp://h/a,b;c/trackID=0", seq: 1, rtptime: 2 }],
  ],
  [
    "spaces, order and case",
    " URL = trackID=0 ; rtptime = 2 ; seq = 1 , url=trackID=1;",
    [{ url: "trackID=0", seq: 1, rtptime: 2 }, { url: "trackID=1" }],
  ],
  [
    "numbers that are none",
    "url=a;seq=65536;rtptime=-1,url=b;seq=;rtptime=0x10,url=c;seq=1.5",
    [{ url: "a" }, { url: "b" }, { url: "c" }],
  ],
  ["no URL", "seq=1;rtptime=2", []],
  ["nothing", "", []],
];

for (const [what, wire, value] of ROWS) {
  Deno.test(`RTP-Info: ${what}`, () => {
    assertEquals(parseRtpInfo(wire), value);
    assertEquals(parseRtpInfo(writeRtpInfo(value)), value);
  });
}

Deno.test("RTP-Info is written as in RFC 2326", () => {
  const entries = [{ url: "rtsp://h/a/trackID=0", seq: 1, rtptime: 2 }, { url: "b" }];
  assertEquals(writeRtpInfo(entries), "url=rtsp://h/a/trackID=0;seq=1;rtptime=2,url=b");
});
