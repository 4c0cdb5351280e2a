import { assertEquals, assertThrows } from "@std/assert";
import { RtspAnswerError } from "../../../../protocols/rtsp/client/errors.ts";
import { type HeaderField, HeaderFields } from "../../../../protocols/rtsp/fields.ts";
import { parseRtpInfo } from "../../../../protocols/rtsp/headers/rtp_info.ts";
import type { RtspResponse } from "../../../../protocols/rtsp/message.ts";
import {
  announcedTimes,
  readDescription,
} from "../../../../protocols/rtsp/client/remote_description.ts";
import { SDP } from "../camera.ts";

const URL_ASKED = "rtsp://cam/stream";

function response(body: string, ...headers: readonly HeaderField[]): RtspResponse {
  return {
    type: "response",
    status: 200,
    reason: "OK",
    version: "1.0",
    headers: new HeaderFields(headers),
    body: new TextEncoder().encode(body),
  };
}

const read = (body: string, ...headers: readonly HeaderField[]) =>
  readDescription(response(body, ...headers), URL_ASKED);

Deno.test("tracks have ids from 1 and the URLs that they are set up by", () => {
  const { tracks, url } = read(SDP, ["Content-Base", "rtsp://cam/base/"]);
  assertEquals(url, "rtsp://cam/base/");
  assertEquals(tracks.map((track) => [track.incoming.track.id, track.url]), [
    [1, "rtsp://cam/base/trackID=1"],
    [2, "rtsp://cam/base/trackID=2"],
  ]);
});

Deno.test("without Content-Base an absolute control of the whole is what others are relative to", () => {
  assertEquals(read(SDP).url, URL_ASKED);
  const absolute = SDP.replace("control:*", "control:rtsp://cam/real/");
  assertEquals(read(absolute).tracks[0]?.url, "rtsp://cam/real/trackID=1");
  const [track] = read(absolute, ["Content-Base", "rtsp://cam/base/"]).tracks;
  assertEquals(track?.url, "rtsp://cam/base/trackID=1");
});

Deno.test("back channels are left out, unless there is nothing else", () => {
  const back = "m=audio 0 RTP/AVP 0\r\na=control:back\r\na=sendonly\r\n";
  assertEquals(read(SDP + back).tracks.length, 2);
  assertEquals(read(`v=0\r\n${back}`).tracks.length, 1);
});

Deno.test("what is no description, or has nothing to take, is refused", () => {
  assertThrows(() => read("<html></html>"), RtspAnswerError, "Cannot DESCRIBE: ");
  assertThrows(() => read("v=0\r\n"), RtspAnswerError, "the stream has no RTP media");
});

Deno.test("RTP-Info is matched by URL, by its end, or by order", () => {
  const { tracks } = read(SDP);
  for (
    const [value, expected] of [
      ["url=rtsp://cam/stream/trackID=2;rtptime=7,url=rtsp://cam/stream/trackID=1;rtptime=5", [
        5,
        7,
      ]],
      ["url=trackID=1;rtptime=5", [5, undefined]],
      ["url=rtsp://10.0.0.4/nat/trackID=2;rtptime=7", [undefined, 7]],
      ["url=rtsp://cam/stream;rtptime=5,url=rtsp://cam/stream;rtptime=7", [5, 7]],
      ["url=rtsp://cam/stream;rtptime=5", [undefined, undefined]],
      ["url=rtsp://cam/stream/trackID=1;seq=5", [undefined, undefined]],
    ] as const
  ) {
    const times = announcedTimes(parseRtpInfo(value), tracks);
    assertEquals([times.get(0), times.get(1)], [...expected], value);
  }
});
