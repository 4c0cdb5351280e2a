import { assertEquals } from "@std/assert";
import { utcToNtp } from "../../../../protocols/_formats/rtp/ntp.ts";
import { RTP_HEADER_SIZE, writeRtpHeader } from "../../../../protocols/_formats/rtp/packet.ts";
import { serializeRtcp } from "../../../../protocols/_formats/rtp/rtcp.ts";
import { parseSdp } from "../../../../protocols/_formats/rtp/sdp.ts";
import { describeMedias } from "../../../../protocols/_formats/rtp/sdp_tracks.ts";
import { ThrottledLog } from "../../../../protocols/protocol.ts";
import { RtpIngest } from "../../../../protocols/_ingest/rtp/rtp_ingest.ts";
import type { Unit } from "../../../../registry/media/unit.ts";
import { VirtualClock } from "../../../virtual_clock.ts";

/** Two tracks of G.711 stand for sound and picture: their frames need no parameter sets. */
const SDP = [
  ...["v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=-", "t=0 0"],
  ...["m=audio 0 RTP/AVP 0", "m=audio 0 RTP/AVP 8", ""],
].join("\r\n");

const PAYLOAD_TYPES = [0, 8];
const CLOCK_RATE = 8000;

function rtp(index: number, ssrc: number, timestamp: number): Uint8Array {
  const packet = new Uint8Array(RTP_HEADER_SIZE + 160);
  const payloadType = PAYLOAD_TYPES[index] ?? 0;
  writeRtpHeader(packet, 0, { marker: false, payloadType, sequence: 1, timestamp, ssrc });
  return packet;
}

function report(ssrc: number, utcMs: number, rtpTimestamp: number): Uint8Array {
  const ntp = utcToNtp(utcMs);
  const counts = { packetCount: 0, octetCount: 0 };
  return serializeRtcp([
    { type: "senderReport", ssrc, ntp, rtpTimestamp, ...counts, reports: [] },
  ]);
}

function open(): {
  readonly ingest: RtpIngest;
  readonly units: Unit[];
  readonly clock: VirtualClock;
} {
  const clock = new VirtualClock();
  const units: Unit[] = [];
  const tracks = describeMedias(parseSdp(SDP)).map((candidate, index) => {
    const track = { ...candidate.track, id: index + 1 };
    return {
      formats: [{ ...candidate, track }],
      initial: track,
      jitter: { maxPackets: 0 },
    } as const;
  });
  const ingest = new RtpIngest(
    tracks,
    { describe() {}, write: (more) => void units.push(...more) },
    { clock, trouble: new ThrottledLog(() => clock.now(), () => {}) },
  );
  return { ingest, units, clock };
}

const seconds = ({ pts, track }: Unit) => pts / track.timescale;

Deno.test("a report that comes before the first packet of its source puts that in its place (FFmpeg)", () => {
  const { ingest, units, clock } = open();
  const utc = clock.utc();
  ingest.rtcp(0, report(0xa, utc, 1000));
  ingest.rtp(0, rtp(0, 0xa, 1000));
  clock.advance(250);
  // Sound that was made with the first packet of the other track comes a quarter of a second later.
  ingest.rtcp(1, report(0xb, utc + 250, 70_000 + CLOCK_RATE / 4));
  ingest.rtp(1, rtp(1, 0xb, 70_000));
  assertEquals(units.map(seconds), [1, 1]);
  assertEquals(units.map(({ wallClock }) => wallClock), [utc, utc]);
});

Deno.test("a report of another source than the first packet's counts for nothing", () => {
  const { ingest, units, clock } = open();
  const utc = clock.utc();
  ingest.rtp(0, rtp(0, 0xa, 1000));
  clock.advance(250);
  ingest.rtcp(1, report(0xbad, utc + 250, 70_000 + CLOCK_RATE / 4));
  ingest.rtp(1, rtp(1, 0xb, 70_000));
  assertEquals(units.map(seconds), [1, 1.25]);
  assertEquals(units.at(-1)?.wallClock, undefined);
});
