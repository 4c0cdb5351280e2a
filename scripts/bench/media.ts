/**
 * The stream that the benchmark publishes: 1 Mbit/s of something that every server takes for H.264
 * at 30 pictures a second, and AAC or Opus. Nobody decodes it.
 *
 * @module
 */
import type { Unit } from "../../registry/media/unit.ts";
import type { FlvMessage } from "../../protocols/_formats/flv/message.ts";
import { readStamp, STAMP_SIZE, writeStamp } from "./stamp.ts";

const FPS = 30;
const KEY_INTERVAL = 2 * FPS;
const KEY_BYTES = 30_000;
const PICTURE_BYTES = 3_300;

const SOUND_BYTES_PER_SECOND = 12_000;

/** Baseline, 320x240: decoding order is output order, so that no server looks into the slices. */
const AVC_RECORD =
  "0142c00dffe100186742c00dd90141fb011000000300100000030320f142a48001000568cb83cb20";
const KEY_AVC = 0x17;
const INTER_AVC = 0x27;
const IS_CONFIG = 0;
const IS_FRAME = 1;
const IDR_SLICE = 0x65;
const SLICE = 0x41;

/** Tag header, composition time, NAL unit length, NAL unit header. */
const STAMP_OFFSET = 5 + 4 + 1;
const FILLER = 0xa5;

interface SoundFormat {
  /** The whole body of a sequence header. */
  readonly header: readonly number[];
  /** How the body of a frame begins. */
  readonly frame: readonly number[];
  readonly samplesPerSecond: number;
  readonly samplesPerFrame: number;
}

const SOUNDS = {
  /** AAC-LC, 44.1 kHz, mono. */
  aac: {
    header: [0xaf, IS_CONFIG, 0x12, 0x08],
    frame: [0xaf, IS_FRAME],
    samplesPerSecond: 44_100,
    samplesPerFrame: 1024,
  },
  /** As of Enhanced RTMP; a frame begins with the byte that says 20 ms, full band. */
  opus: {
    header: [0x90, ...fourCc("Opus")],
    frame: [0x91, ...fourCc("Opus"), 0xf8],
    samplesPerSecond: 48_000,
    samplesPerFrame: 960,
  },
} as const satisfies Record<string, SoundFormat>;

/** AAC is taken by every server, Opus by WebRTC. */
export type Sound = keyof typeof SOUNDS;

/** What comes before the first frame. */
export function sequenceHeaders(sound: Sound): readonly FlvMessage[] {
  const video = [KEY_AVC, IS_CONFIG, 0, 0, 0, ...Uint8Array.fromHex(AVC_RECORD)];
  return [
    { type: "video", timestamp: 0, parts: [Uint8Array.from(video)] },
    { type: "audio", timestamp: 0, parts: [Uint8Array.from(SOUNDS[sound].header)] },
  ];
}

/** The endless stream in the order in which it is sent, each frame at its timestamp. */
export function* frames(codec: Sound): Generator<FlvMessage> {
  const format = SOUNDS[codec];
  const audio = audioBody(format);
  const key = videoBody(KEY_BYTES, true);
  const inter = videoBody(PICTURE_BYTES, false);
  let sound = 0;
  for (let picture = 0;; picture++) {
    const timestamp = Math.round(picture * 1000 / FPS);
    for (; soundTime(sound, format) < timestamp; sound++) {
      yield { type: "audio", timestamp: soundTime(sound, format), parts: [audio] };
    }
    yield { type: "video", timestamp, parts: [picture % KEY_INTERVAL === 0 ? key : inter] };
  }
}

function soundTime(frame: number, { samplesPerFrame, samplesPerSecond }: SoundFormat): number {
  return Math.round(frame * samplesPerFrame * 1000 / samplesPerSecond);
}

function audioBody({ frame, samplesPerFrame, samplesPerSecond }: SoundFormat): Uint8Array {
  const size = Math.round(SOUND_BYTES_PER_SECOND * samplesPerFrame / samplesPerSecond);
  const body = new Uint8Array(frame.length + size).fill(FILLER);
  body.set(frame);
  return body;
}

function fourCc(name: string): readonly number[] {
  return [...new TextEncoder().encode(name)];
}

function videoBody(bytes: number, isKey: boolean): Uint8Array {
  const body = new Uint8Array(STAMP_OFFSET + bytes).fill(FILLER);
  body.set([isKey ? KEY_AVC : INTER_AVC, IS_FRAME, 0, 0, 0]);
  new DataView(body.buffer).setUint32(5, bytes + 1);
  body[STAMP_OFFSET - 1] = isKey ? IDR_SLICE : SLICE;
  return body;
}

/** Writes the time of sending into a picture of `frames`; the body is used again for the next one. */
export function stampPicture({ type, parts: [body] }: FlvMessage, ms: number): void {
  if (type === "video" && body !== undefined) writeStamp(body, STAMP_OFFSET, ms);
}

/** When the picture with this body was sent; `undefined` for all that is no picture of ours. */
export function pictureStamp(body: Uint8Array): number | undefined {
  return body.byteLength < STAMP_OFFSET + STAMP_SIZE ? undefined : readStamp(body, STAMP_OFFSET);
}

/** As `pictureStamp`, of a unit as containers other than FLV give it. */
export function unitStamp({ payload: [nal] }: Unit): number | undefined {
  return nal === undefined ? undefined : readStamp(nal, 1);
}
