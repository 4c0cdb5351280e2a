// Property: any text gives a session description within its limits or an SdpError; every media of it
// becomes a track; and the description that is written of those tracks gives the same tracks again.
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { parseSdp, type SessionDescription } from "../../protocols/_formats/rtp/sdp.ts";
import { resolveControl } from "../../protocols/_formats/rtp/sdp_control.ts";
import { MAX_MEDIAS } from "../../protocols/_formats/rtp/sdp_document.ts";
import { SdpError } from "../../protocols/_formats/rtp/sdp_errors.ts";
import { describeMedias, sdpTracks, writeSdp } from "../../protocols/_formats/rtp/sdp_tracks.ts";
import type { Track } from "../../registry/media/track.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";
import { randomText } from "./text.ts";

const SAMPLES = [
  `v=0
o=- 1 1 IN IP4 192.0.2.1
s=a title
c=IN IP4 239.0.0.1/16
a=control:*
a=range:npt=now-
m=video 5004/2 RTP/AVP 96
b=AS:500
a=rtpmap:96 H264/90000
a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LACtkBQftAFqAgyAAAAwCAAAAZHiRNQCQ=,aMuDyyA=
a=control:trackID=0
m=audio 0 RTP/AVP 97
a=rtpmap:97 MPEG4-GENERIC/48000/2
a=fmtp:97 streamtype=5;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1190
a=sendonly
`,
  "m=audio 0 RTP/AVP 0 8 116\r\na=rtpmap:116 opus/48000/2\r\nm=application 0 RTP/AVP 107\r\n" +
  "a=rtpmap:107 vnd.onvif.metadata/90000\r\na=fmtp:107 x=y\r\n",
  "v=0\nm=video 0 RTP/AVP 98\na=rtpmap:98 H265/90000\na=fmtp:98 sprop-vps=;sprop-sps=AA==\n",
  "v=0\nm=audio 0 RTP/AVP 99\na=rtpmap:99 L16/44100/2\nm=audio 0 RTP/AVP 14\nm=video 0 RTP/AVP 26\n",
];

const ALPHABET = [
  "\r\n",
  "\n",
  " ",
  "\t",
  "\0",
  "=",
  ":",
  "/",
  ";",
  "m=audio 0 RTP/AVP 8\n",
  "a=",
  "fmtp:96 ",
  "99999999999",
  "-",
  "%d",
  "$1",
];

export const target: FuzzTarget = {
  name: "sdp",
  run(random: Random): void {
    const text = randomText(random, SAMPLES, ALPHABET);
    try {
      check(parseSdp(text));
    } catch (error) {
      if (!(error instanceof SdpError)) throw error;
    }
  },
};

function check(session: SessionDescription): void {
  assertLessOrEqual(session.medias.length, MAX_MEDIAS);
  for (const { payloadType, clockRate, port, control } of session.medias) {
    assert(payloadType <= 127 && port <= 65535 && clockRate > 0, "a number is out of range");
    resolveControl("rtsp://h/a/", control);
  }
  const tracks = tracksOf(session);
  const again = tracksOf(parseSdp(write(tracks)));
  assertEquals(again.map(identity), tracks.map(identity));
  // What was wrong is right the second time: from then on nothing changes.
  const written = write(again);
  assertEquals(write(tracksOf(parseSdp(written))), written);
}

function tracksOf(session: SessionDescription): readonly Track[] {
  return describeMedias(session).map(({ track }, id) => ({ id, ...track }));
}

/** A configuration may lose what a device said wrongly, and a clock be put right by one. */
function identity({ id, kind, codec }: Track): unknown {
  return [id, kind, codec];
}

function write(tracks: readonly Track[]): string {
  const written = sdpTracks(tracks, ({ id }) => `trackID=${id}`);
  return writeSdp(written, {
    sessionId: "1",
    sessionVersion: 1,
    address: "192.0.2.1",
    range: "npt=now-",
  });
}
