// Property: each header codec gives a value or an RtspHeaderError for any text, and a value that is
// written and read again is the same. Request URLs give a target or an RtspUrlError.
import { assertEquals } from "@std/assert";
import { RtspHeaderError, RtspUrlError } from "../../protocols/rtsp/errors.ts";
import {
  parseAuthorization,
  writeAuthorization,
} from "../../protocols/rtsp/headers/authorization.ts";
import { parseMethods, writeMethods } from "../../protocols/rtsp/headers/method_list.ts";
import { parseCSeq, parseScale, writeFactor } from "../../protocols/rtsp/headers/numbers.ts";
import { parseRange, writeRange } from "../../protocols/rtsp/headers/range.ts";
import { parseRtpInfo, writeRtpInfo } from "../../protocols/rtsp/headers/rtp_info.ts";
import { parseSession, writeSession } from "../../protocols/rtsp/headers/session.ts";
import { parseTransports, writeTransport } from "../../protocols/rtsp/headers/transport.ts";
import { parseChallenges, writeChallenge } from "../../protocols/rtsp/headers/www_authenticate.ts";
import { parseRequestUrl, splitTrack } from "../../protocols/rtsp/url.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";
import { randomText } from "./text.ts";

interface Codec {
  readonly samples: readonly string[];
  /** Reads the text, writes the value, and reads it again: both values. */
  readonly roundTrip: (text: string) => readonly [unknown, unknown];
}

function codec<T>(
  parse: (text: string) => T,
  write: (value: T) => string,
  ...samples: readonly string[]
): Codec {
  return {
    samples,
    roundTrip: (text) => {
      const value = parse(text);
      return [value, parse(write(value))];
    },
  };
}

const DIGEST = 'Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth", stale=true, opaque="o"';

const CODECS: readonly Codec[] = [
  codec(
    parseTransports,
    (transports) => writeTransport(...transports),
    "RTP/AVP/UDP;unicast;client_port=14186-14187;server_port=8000-8001;ssrc=0000ABCD",
    'RTP/AVP/TCP;interleaved=0-1;mode="RECORD",RTP/AVP;multicast;destination=239.0.0.1;ttl=16',
    'RTP/AVPF;source=::1;dest_addr="192.0.2.5:3456"/"192.0.2.5:3457";src_addr=":5000"',
  ),
  codec(parseSession, writeSession, "12345678;timeout=60", "ab$-_.+"),
  codec(
    parseRange,
    writeRange,
    "npt=now-",
    "npt=1.5-1:02:03.25",
    "clock=20260101T100000.25Z-20260101T110000Z",
    "smpte-25=10:07:00-10:07:33:05.01",
  ),
  codec(
    parseRtpInfo,
    writeRtpInfo,
    "url=rtsp://h/a/trackID=1;seq=45102;rtptime=12345678,url=rtsp://h/a;seq=0",
    'url="rtsp://h/a" ssrc=0A13C760:seq=45102;rtptime=12345678',
  ),
  codec(parseMethods, writeMethods, "OPTIONS, DESCRIBE,PLAY"),
  codec(parseCSeq, String, "1", "4294967295"),
  codec(parseScale, writeFactor, "1.000000", "-2"),
  codec(
    parseAuthorization,
    writeAuthorization,
    "Basic dTpw",
    'Digest username="u\\"", realm="r", nonce="n", uri="*", response="00ff", qop=auth, nc=1, cnonce=""',
  ),
  {
    samples: [`${DIGEST}, Basic realm="a, b"`, "Basic realm=r, Negotiate"],
    roundTrip: (text) => {
      const challenges = parseChallenges(text);
      return [challenges, parseChallenges(...challenges.map(writeChallenge))];
    },
  },
];

const ALPHABET = ["=", ";", ",", '"', "\\", " ", "-", "/", "\t", "0", "9999999999", "a", "\u00e9"];
const URL_SAMPLES = [
  "rtsp://u:p@[::1]:8554/live/cam1?token=x/trackID=1",
  "/live/caf%C3%A9/track2#x",
  "http://h/",
];
const URL_ALPHABET = ["/", "?", "#", "%", "%2F", ":", "@", "..", "=", "trackID=1", "*"];

export const target: FuzzTarget = {
  name: "rtsp_headers",
  run(random: Random): void {
    if (random.int(8) === 0) return checkUrl(randomText(random, URL_SAMPLES, URL_ALPHABET));
    const { samples, roundTrip } = random.pick(CODECS);
    try {
      const [value, again] = roundTrip(randomText(random, samples, ALPHABET));
      assertEquals(again, value);
    } catch (error) {
      if (!(error instanceof RtspHeaderError)) throw error;
    }
  },
};

function checkUrl(url: string): void {
  try {
    const target = parseRequestUrl(url);
    if (target.type === "stream") splitTrack(target);
  } catch (error) {
    if (!(error instanceof RtspUrlError)) throw error;
  }
}
