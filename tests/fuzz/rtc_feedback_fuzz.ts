/**
 * Property: whatever a viewer of WebRTC says over RTCP, and whenever, the sending goes on: nothing is
 * thrown, the bytes are left as they were, no more is sent again than was sent in the first place, no
 * packet more than ten times, and the pictures from the cache come again at most once a second.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { type RtcpPacket, serializeRtcp } from "../../protocols/_formats/rtp/rtcp.ts";
import { silentLogger } from "../../protocols/logger.ts";
import type { RtcItem } from "../../protocols/webrtc/egress/packaging.ts";
import { packetSize } from "../../protocols/webrtc/egress/sent_track.ts";
import { Viewer } from "../../protocols/webrtc/egress/viewer.ts";
import type { NegotiatedMedia } from "../../protocols/webrtc/negotiated.ts";
import type { OutgoingRtp, RtcTransport } from "../../protocols/webrtc/rtc_transport.ts";
import type { Batch, ReadBatch } from "../../registry/reader.ts";
import { VirtualClock } from "../virtual_clock.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";

const ROUNDS = 12;
const MAX_PACKETS_PER_UNIT = 12;
const MAX_NOISE_WORDS = 15;
const SSRCS = [1, 2, 3, 4] as const;
const NO_NOTES: readonly string[] = [];

export const target: FuzzTarget = {
  name: "rtc_feedback",
  async run(random: Random): Promise<void> {
    const transport = new CountingTransport();
    const reader = new ScriptedReader(random);
    const clock = new VirtualClock();
    const medias = [media(random, 1, "video", 1), media(random, 2, "audio", 3)];
    const viewer = new Viewer({ reader, transport, medias, clock, log: silentLogger });
    const running = viewer.run();
    for (let round = 0; round < ROUNDS; round++) {
      reader.give();
      await turns();
      clock.advance(random.int(300));
      speak(random, viewer, transport);
      await turns();
    }
    assert(reader.rewound <= 1 + clock.now() / 1000, `${reader.rewound} groups came again`);
    viewer.close();
    let isOver = false;
    running.finally(() => isOver = true);
    // What it does at its end may wait for its turn and for the clock, in turn.
    for (let round = 0; round < ROUNDS && !isOver; round++) {
      await turns();
      clock.advance(1000);
    }
    await turns();
    assert(isOver, "it goes on after its end");
    await running;
    transport.check();
  },
};

/** Lets what waits for nothing but its turn have it. A pause of pacing waits for the clock. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

function media(
  random: Random,
  trackId: number,
  kind: "video" | "audio",
  ssrc: number,
): NegotiatedMedia {
  const feedback = {
    nack: random.int(4) > 0,
    pictureLoss: true,
    fullIntraRequest: true,
    transportWide: false,
    bitrateEstimate: false,
  };
  const rtx = random.bool();
  return {
    mid: `${trackId}`,
    kind,
    direction: "send",
    codecs: [{
      encoding: "X",
      clockRate: 90_000,
      payloadType: 96,
      feedback,
      ...(rtx && { rtxPayloadType: 97 }),
    }],
    extensions: new Map(random.bool() ? [["urn:ietf:params:rtp-hdrext:sdes:mid", 1]] : []),
    trackId,
    ssrc,
    ...(rtx && { rtxSsrc: ssrc + 1 }),
  };
}

/** Gives units of random sizes; can make a key unit in half of the cases. */
class ScriptedReader {
  readonly #random: Random;
  readonly #canRequest: boolean;
  #waiting = Promise.withResolvers<Batch<ReadBatch<RtcItem>> | undefined>();
  #isClosed = false;
  #pts = 0;
  rewound = 0;
  readonly queued = { items: 0, bytes: 0, ms: 0 };
  readonly counters = { units: 0, bytes: 0, dropped: 0 };
  readonly notes = NO_NOTES;

  constructor(random: Random) {
    this.#random = random;
    this.#canRequest = random.bool();
  }

  give(): void {
    const units = Array.from({ length: 1 + this.#random.int(4) }, () => this.#item());
    this.#waiting.resolve({ type: "media", units, bytes: 0 });
  }

  #item(): RtcItem {
    const trackId = 1 + this.#random.int(2);
    const count = 1 + this.#random.int(MAX_PACKETS_PER_UNIT);
    this.#pts += this.#random.int(9000);
    const fragments = Array.from({ length: count }, (_, index) => (
      { payload: new Uint8Array(1100), marker: index === count - 1, timestampOffset: 0 }
    ));
    return {
      trackId,
      isVideo: trackId === 1,
      format: "X/90000/1",
      fragments,
      pts: this.#pts,
      clockRate: 90_000,
      origin: 1e12,
      notes: NO_NOTES,
      bytes: count * 1100,
      time: this.#pts / 90,
      isKey: true,
    };
  }

  async read(): Promise<Batch<ReadBatch<RtcItem>> | undefined> {
    if (this.#isClosed) return undefined;
    const batch = await this.#waiting.promise;
    this.#waiting = Promise.withResolvers();
    return batch;
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting.resolve(undefined);
  }

  note(): void {}

  requestKey(): boolean {
    return this.#canRequest;
  }

  rewind(): boolean {
    this.rewound++;
    return true;
  }
}

/** Tells what is sent for the first time from what is sent again. */
class CountingTransport implements RtcTransport {
  readonly remote = { host: "192.0.2.1", port: 1 };
  readonly signal = new AbortController().signal;
  readonly sequences: number[] = [];
  readonly #seen = new Set<string>();
  readonly #resends = new Map<string, number>();
  #first = 0;
  #again = 0;

  sendRtp(packets: readonly OutgoingRtp[]): Promise<void> {
    for (const packet of packets) this.#count(packet);
    return Promise.resolve();
  }

  #count(packet: OutgoingRtp): void {
    const { header, payload } = packet;
    const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
    const isRtx = (view.getUint8(1) & 0x7f) === 97;
    const sequence = isRtx ? (payload[0] ?? 0) << 8 | (payload[1] ?? 0) : view.getUint16(2);
    const id = `${view.getUint32(8) - (isRtx ? 1 : 0)} ${sequence}`;
    // What waits for its turn in a burst may be asked for before.
    if (!isRtx && !this.#seen.has(id)) {
      this.#seen.add(id);
      this.sequences.push(sequence);
      this.#first += packetSize(packet);
      return;
    }
    const resends = (this.#resends.get(id) ?? 0) + 1;
    this.#resends.set(id, resends);
    this.#again += packetSize(packet);
    assert(resends <= 10, `packet ${id} was sent again ${resends} times`);
  }

  sendRtcp(): Promise<void> {
    return Promise.resolve();
  }

  check(): void {
    // Each of what is sent again may be longer by the number of the packet that was lost.
    assert(
      this.#again <= this.#first * 1.01,
      `${this.#again} bytes again, ${this.#first} at first`,
    );
  }
}

function speak(random: Random, viewer: Viewer, { sequences }: CountingTransport): void {
  for (let count = random.int(5); count > 0; count--) {
    const bytes = random.int(4) === 0 ? noise(random) : message(random, sequences);
    const before = bytes.slice();
    viewer.rtcp(bytes);
    assertEquals(bytes, before);
  }
}

function noise(random: Random): Uint8Array {
  const words = random.int(MAX_NOISE_WORDS);
  const bytes = random.bytes(random.bool() ? 4 + 4 * words : random.int(40));
  const head = [0x80 | random.int(64), random.pick([200, 201, 203, 205, 206]), 0, words];
  if (bytes.length >= 4) bytes.set(head);
  return bytes;
}

/** Something that is right, with a few bytes changed in half of the cases. */
function message(random: Random, sequences: readonly number[]): Uint8Array {
  const packets = Array.from({ length: 1 + random.int(4) }, () => packet(random, sequences));
  const bytes = serializeRtcp(packets);
  for (let count = random.int(4) - 1; count > 0; count--) {
    bytes[random.int(bytes.length)] = random.int(256);
  }
  return bytes;
}

function packet(random: Random, sequences: readonly number[]): RtcpPacket {
  const target = { senderSsrc: random.int(2 ** 32), mediaSsrc: random.pick(SSRCS) };
  switch (random.int(4)) {
    case 0:
      return { type: "pictureLoss", ...target };
    case 1:
      return {
        type: "fullIntraRequest",
        ...target,
        requests: [{ ssrc: random.pick(SSRCS), sequence: random.int(256) }],
      };
    case 2:
      return { type: "receiverReport", ssrc: target.senderSsrc, reports: [report(random)] };
    default: {
      const lost = Array.from(
        { length: 1 + random.int(40) },
        () => sequences.length === 0 ? random.int(2 ** 16) : random.pick(sequences),
      );
      return { type: "nack", ...target, sequences: lost };
    }
  }
}

function report(random: Random) {
  return {
    ssrc: random.pick(SSRCS),
    fractionLost: random.int(256),
    cumulativeLost: random.int(2 ** 23),
    highestSequence: random.int(2 ** 32),
    jitter: random.int(2 ** 32),
    lastSenderReport: random.int(2 ** 32),
    delaySinceLastSenderReport: random.int(2 ** 32),
  };
}
