/**
 * Property: however a damaged byte stream of H.264 or H.265 is cut into pieces, the same access units come
 * out of it, or the same `BitstreamError`; each lies behind the one before, and holds its own bytes.
 *
 * The cases are NAL units of real streams with bytes changed, in any order, and noise.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { AccessUnits } from "../../protocols/file/recordings/raw/access_units.ts";
import { H264Roles } from "../../protocols/file/recordings/raw/h264_roles.ts";
import { H265Roles } from "../../protocols/file/recordings/raw/h265_roles.ts";
import { NalStream } from "../../protocols/file/recordings/raw/nal_stream.ts";
import { BitstreamError } from "../../registry/media/errors.ts";
import { splitAnnexB } from "../../registry/media/nal.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";

const VECTORS = new URL("../protocols/_formats/rtp/payload/vectors/", import.meta.url);

function nalsOf(name: string): readonly Uint8Array[] {
  return splitAnnexB(Deno.readFileSync(new URL(name, VECTORS)));
}

const CODECS = [
  { nals: nalsOf("h264.h264"), createRoles: () => new H264Roles() },
  { nals: nalsOf("h265.h265"), createRoles: () => new H265Roles() },
] as const;

type Codec = typeof CODECS[number];

const MAX_NALS = 16;
const MAX_NOISE = 40;

/** Bytes of a NAL unit that a case keeps: the head is what is read. */
const MAX_NAL_BYTES = 200;

export const target: FuzzTarget = {
  name: "raw_nal",
  run(random: Random): void {
    const codec = random.pick(CODECS);
    const stream = streamOf(random, codec);
    const whole = unitsOf(stream, stream.length, codec);
    assertEquals(unitsOf(stream, 1 + random.int(64), codec), whole);
    let end = 0;
    for (const unit of whole.units) {
      assert(unit.offset >= end && unit.end > unit.offset && unit.end <= stream.length);
      end = unit.end;
      const nals = splitAnnexB(stream.subarray(unit.offset, unit.end));
      assertEquals(unit.hashes, nals.map((nal) => nal.toHex()));
    }
  },
};

function streamOf(random: Random, { nals }: Codec): Uint8Array {
  const parts: Uint8Array[] = random.int(4) === 0 ? [random.bytes(random.int(MAX_NOISE))] : [];
  const first = random.int(nals.length);
  const end = first + 1 + random.int(MAX_NALS);
  for (let at = first; at < end; at++) {
    const isNoise = random.int(8) === 0;
    const next = random.int(8) === 0 ? random.pick(nals) : nals[at % nals.length];
    const nal = isNoise ? random.bytes(random.int(MAX_NOISE)) : damaged(random, next);
    parts.push(random.bool() ? Uint8Array.of(0, 0, 0, 1) : Uint8Array.of(0, 0, 1), nal);
  }
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function damaged(random: Random, nal: Uint8Array = new Uint8Array(0)): Uint8Array {
  const copy = nal.slice(0, MAX_NAL_BYTES);
  for (let count = random.int(3); count > 0 && copy.length > 0; count--) {
    copy[random.int(copy.length)] = random.pick([0, 0, 1, 3, 0x80, random.int(256)]);
  }
  return copy;
}

interface Unit {
  readonly offset: number;
  readonly end: number;
  readonly isKey: boolean;
  readonly order: number;
  readonly hashes: readonly string[];
}

interface Outcome {
  readonly units: readonly Unit[];
  readonly error?: string;
}

function unitsOf(bytes: Uint8Array, size: number, codec: Codec): Outcome {
  const stream = new NalStream();
  const access = new AccessUnits(codec.createRoles());
  const units: Unit[] = [];
  const take = (unit: ReturnType<AccessUnits["push"]>) => {
    if (unit === undefined) return;
    const { offset, end, isKey, head, nals } = unit;
    units.push({ offset, end, isKey, order: head.order, hashes: nals.map((nal) => nal.toHex()) });
  };
  try {
    for (let at = 0; at < bytes.length; at += size) {
      for (const nal of stream.feed(bytes.subarray(at, at + size))) take(access.push(nal));
    }
    for (const nal of stream.flush()) take(access.push(nal));
    take(access.flush(bytes.length));
    return { units };
  } catch (error) {
    if (!(error instanceof BitstreamError)) throw error;
    return { units, error: error.message };
  }
}
