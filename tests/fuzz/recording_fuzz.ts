/**
 * Property: whatever damage a file has, it is refused or can be opened. Then it can be read to an end and
 * entered at its positions, which ascend, and the times of its units are integers of 0 and more. Nothing
 * hangs, and the file is closed once.
 *
 * The cases are files of what needs no encoder here, with bytes changed and cut off.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { openMedia } from "../../protocols/file/recordings/open_media.ts";
import { RandomAccessFile } from "../../protocols/file/recordings/random_access.ts";
import type { Recording } from "../../registry/recording.ts";
import { wav } from "../protocols/file/recordings/files.ts";
import { flvMedia, type Media, mux as muxFragments } from "../protocols/_formats/mp4/files.ts";
import { progressive } from "../protocols/_formats/mp4/progressive.ts";
import { mediaOf, mux as muxTransport } from "../protocols/_formats/mpegts/stream.ts";
import { vector } from "../protocols/_formats/flv/bytes.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";

/** Units of each file: few, so that a case is quick. */
const UNITS = 24;

/** More than any damage makes of so few. */
const MAX_UNITS = 100_000;

const MEDIA = shortened(flvMedia("avc_aac.flv"));

const FILES: readonly (readonly [string, Uint8Array])[] = [
  ["a.mp4", progressive(MEDIA)],
  ["b.mp4", muxFragments(MEDIA, 6)],
  ["a.ts", muxTransport(shortened(mediaOf("avc_aac")))],
  ["a.flv", vector("avc_aac.flv")],
  ["a.wav", wav(1000, 8000)],
];

function shortened<M extends Pick<Media, "units">>(media: M): M {
  return { ...media, units: media.units.slice(0, UNITS) };
}

export const target: FuzzTarget = {
  name: "recording",
  async run(random: Random): Promise<void> {
    const [name, bytes] = random.pick(FILES);
    const file = new MemoryFile(damaged(random, bytes));
    const recording = await opened(file, name);
    if (recording !== undefined) {
      await unlessRefused(() => readAll(recording));
      await unlessRefused(() => enter(recording, random));
      recording.close();
      await new Promise((resolve) => setTimeout(resolve));
    }
    assertEquals(file.closings, 1);
  },
};

/** Numbers that damage is made of: lengths and counts become large, small or nothing. */
const BYTES = [0, 1, 0x7f, 0x80, 0xff] as const;

function damaged(random: Random, bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice(0, random.int(8) === 0 ? random.int(bytes.length) : bytes.length);
  // Headers and tables are where damage does most.
  const reach = random.bool() ? copy.length : Math.min(copy.length, 2000);
  for (let count = 1 + random.int(4); count > 0 && reach > 0; count--) {
    const at = random.int(reach);
    copy.fill(random.bool() ? random.int(256) : random.pick(BYTES), at, at + 1 + random.int(4));
  }
  return copy;
}

/** Files are refused by errors of many kinds: what readers are told is made of their messages. */
async function opened(file: MemoryFile, name: string): Promise<Recording | undefined> {
  return await unlessRefused(() =>
    openMedia(new RandomAccessFile(file, file.bytes.length), name, () => {})
  );
}

async function unlessRefused<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Broken) throw error;
    return undefined;
  }
}

/** The property does not hold. */
class Broken extends Error {}

async function readAll(recording: Recording): Promise<void> {
  let count = 0;
  for await (const units of recording.read(0)) {
    count += units.length;
    if (count > MAX_UNITS) throw new Broken("there is no end of it");
    for (const { pts, dts } of units) {
      const isSound = [pts, dts].every((time) => Number.isSafeInteger(time) && time >= 0);
      if (!isSound) throw new Broken(`a unit has times ${pts} and ${dts}`);
    }
  }
}

async function enter(recording: Recording, random: Random): Promise<void> {
  const keys = await recording.keys();
  const isAscending = keys.every((key, index) => index === 0 || key > (keys[index - 1] ?? 0));
  if (!isAscending) throw new Broken(`positions are ${keys.slice(0, 20)}`);
  await recording.read(random.int(5000)).next();
  let count = 0;
  for await (const _ of recording.readKeys(Infinity, "backwards")) {
    if (++count > MAX_UNITS) throw new Broken("there is no beginning of it");
  }
}

class MemoryFile {
  readonly bytes: Uint8Array;
  closings = 0;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  seek(offset: number | bigint): Promise<number> {
    this.#position = Number(offset);
    return Promise.resolve(this.#position);
  }

  read(into: Uint8Array): Promise<number | null> {
    const part = this.bytes.subarray(this.#position, this.#position + into.byteLength);
    into.set(part);
    this.#position += part.byteLength;
    return Promise.resolve(part.byteLength === 0 ? null : part.byteLength);
  }

  close(): void {
    this.closings++;
  }
}
