import { assertEquals } from "@std/assert";
import { parseSdp } from "../../../../protocols/_formats/rtp/sdp.ts";
import {
  describeMedias,
  sdpTracks,
  type TrackCandidate,
  writeSdp,
} from "../../../../protocols/_formats/rtp/sdp_tracks.ts";
import type { Track } from "../../../../registry/media/track.ts";

const SPS = Uint8Array.fromHex("6742c00ad90141fb016a0c020c8000000300800000191e244d4024");
const PPS = Uint8Array.fromHex("68cb83cb20");

const VIDEO: Track = {
  id: 1,
  kind: "video",
  codec: "h264",
  timescale: 90000,
  config: { codec: "h264", sps: [SPS], pps: [PPS] },
};
const AUDIO: Track = {
  id: 2,
  kind: "audio",
  codec: "aac",
  timescale: 48000,
  config: { codec: "aac", audioSpecificConfig: Uint8Array.fromHex("1190") },
};
const SPEECH: Track = {
  id: 3,
  kind: "audio",
  codec: "g711a",
  timescale: 8000,
  config: { codec: "g711a", sampleRate: 8000, channels: 1 },
};
const METADATA: Track = {
  id: 36,
  kind: "data",
  codec: "rtp:vnd.onvif.metadata",
  timescale: 90000,
};
const SCRIPT: Track = { id: 5, kind: "data", codec: "amf0", timescale: 1000 };

const OPTIONS = { sessionId: "17", sessionVersion: 2, address: "192.0.2.1" };

function control({ id }: Track): string {
  return `trackID=${id}`;
}

function lines(...all: readonly string[]): string {
  return all.map((line) => `${line}\r\n`).join("");
}

Deno.test("writes what can be carried, with payload types that depend on the track alone", () => {
  const tracks = sdpTracks([VIDEO, AUDIO, SPEECH, METADATA, SCRIPT], control);
  assertEquals(tracks.map(({ payloadType }) => payloadType), [97, 98, 8, 100]);
  assertEquals(sdpTracks([AUDIO], control)[0]?.payloadType, 98);
  const format = tracks[0]?.format.fmtp(VIDEO);
  const aac = tracks[1]?.format.fmtp(AUDIO);
  assertEquals(
    writeSdp(tracks, { ...OPTIONS, title: "live/cam1\r\n", range: "npt=now-" }),
    lines(
      "v=0",
      "o=- 17 2 IN IP4 192.0.2.1",
      "s=live/cam1 ",
      "c=IN IP4 0.0.0.0",
      "t=0 0",
      "a=control:*",
      "a=range:npt=now-",
      "m=video 0 RTP/AVP 97",
      "a=rtpmap:97 H264/90000",
      `a=fmtp:97 ${format}`,
      "a=control:trackID=1",
      "m=audio 0 RTP/AVP 98",
      "a=rtpmap:98 MPEG4-GENERIC/48000/2",
      `a=fmtp:98 ${aac}`,
      "a=control:trackID=2",
      "m=audio 0 RTP/AVP 8",
      "a=rtpmap:8 PCMA/8000",
      "a=control:trackID=3",
      "m=application 0 RTP/AVP 100",
      "a=rtpmap:100 vnd.onvif.metadata/90000",
      "a=control:trackID=36",
    ),
  );
});

Deno.test("writes where multicast goes", () => {
  const connection = { address: "239.0.0.1", ttl: 16 };
  const text = writeSdp(sdpTracks([SPEECH], control), {
    ...OPTIONS,
    address: "::1",
    connection,
    portOf: ({ track }) => 5000 + 2 * track.id,
  });
  assertEquals(
    text,
    lines(
      "v=0",
      "o=- 17 2 IN IP6 ::1",
      "s=-",
      "c=IN IP4 239.0.0.1/16",
      "t=0 0",
      "a=control:*",
      "m=audio 5006 RTP/AVP 8",
      "a=rtpmap:8 PCMA/8000",
      "a=control:trackID=3",
    ),
  );
  assertEquals(parseSdp(text).medias[0]?.connection, connection);
});

function trackOf({ track }: TrackCandidate): unknown {
  return track;
}

Deno.test("what is written comes back as the same tracks", () => {
  const text = writeSdp(sdpTracks([VIDEO, AUDIO, SPEECH], control), OPTIONS);
  const expected = [VIDEO, AUDIO, SPEECH].map(({ id: _, ...track }) => track);
  assertEquals(describeMedias(parseSdp(text)).map(trackOf), expected);
});

Deno.test("an encoding that nobody knows is passed on with what was said of it", () => {
  const text = "v=0\nm=application 0 RTP/AVP 107\na=rtpmap:107 smpte336m/90000\na=fmtp:107 a=b\n";
  const [candidate] = describeMedias(parseSdp(text));
  assertEquals(candidate?.track.codec, "rtp:smpte336m");
  assertEquals([candidate?.track.kind, candidate?.track.timescale], ["data", 90000]);
  const track: Track = { id: 0, ...candidate?.track ?? SCRIPT };
  const [media] = parseSdp(writeSdp(sdpTracks([track], control), OPTIONS)).medias;
  assertEquals([media?.encoding, media?.fmtp], ["smpte336m", "a=b"]);
});

Deno.test("a track without parameter sets is announced all the same", () => {
  const [candidate] = describeMedias(parseSdp("m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000"));
  assertEquals(candidate?.track, { kind: "video", codec: "h264", timescale: 90000 });
});
