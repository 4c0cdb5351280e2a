/**
 * Sections, which carry the tables of a stream in packets (ISO/IEC 13818-1 2.4.4).
 *
 * @module
 */

import { crc32 } from "./crc.ts";
import { MpegTsError } from "./errors.ts";

/** Bytes of a PAT or PMT section: `section_length` is at most 1021 (2.4.4.5). */
const MAX_SECTION_SIZE = 1024;

/** Bytes up to and with `section_length`. */
const LENGTH_END = 3;

/** Bytes between `section_length` and the table's own. */
const EXTENSION_SIZE = 5;

const CRC_SIZE = 4;

/** What fills a packet up behind its last section, in place of a `table_id`. */
const STUFFING = 0xff;

/** A section with the long header, read. */
export interface Section {
  readonly tableId: number;
  /** `transport_stream_id` of a PAT, `program_number` of a PMT. */
  readonly extension: number;
  /** 0 to 31, one more at each change. */
  readonly version: number;
  /** Whether it applies already. */
  readonly isCurrent: boolean;
  readonly number: number;
  readonly lastNumber: number;
  /** What the table itself has, without the CRC. */
  readonly body: Uint8Array;
}

/**
 * Reads a whole section into a view of it. Throws {@linkcode MpegTsError} for a wrong CRC or length.
 */
export function parseSection(bytes: Uint8Array): Section {
  if (bytes.length < LENGTH_END + EXTENSION_SIZE + CRC_SIZE) {
    throw new MpegTsError("section", "it is cut short", bytes.length);
  }
  if (crc32(bytes) !== 0) throw new MpegTsError("section", "the CRC is wrong", 0);
  const at = (i: number) => bytes[i] ?? 0;
  return {
    tableId: at(0),
    extension: at(3) << 8 | at(4),
    version: at(5) >> 1 & 0x1f,
    isCurrent: (at(5) & 1) === 1,
    number: at(6),
    lastNumber: at(7),
    body: bytes.subarray(LENGTH_END + EXTENSION_SIZE, bytes.length - CRC_SIZE),
  };
}

/** Writes the only section of a table, with its CRC. Throws `RangeError` when it is too long. */
export function writeSection(
  { tableId, extension, version, body }:
    & Pick<
      Section,
      "tableId" | "extension" | "version"
    >
    & { readonly body: readonly number[] },
): Uint8Array<ArrayBuffer> {
  const length = EXTENSION_SIZE + body.length + CRC_SIZE;
  const bytes = new Uint8Array(LENGTH_END + length);
  if (bytes.length > MAX_SECTION_SIZE) {
    throw new RangeError(`Cannot write section: ${bytes.length} bytes are too many`);
  }
  bytes.set([tableId, 0xb0 | length >> 8, length & 0xff, extension >> 8, extension & 0xff]);
  bytes.set([0xc1 | version << 1, 0, 0, ...body], LENGTH_END + 2);
  const crcAt = bytes.length - CRC_SIZE;
  new DataView(bytes.buffer).setUint32(crcAt, crc32(bytes.subarray(0, crcAt)));
  return bytes;
}

/**
 * Puts the sections of one PID together from the payloads of its packets. Never holds more than
 * {@linkcode MAX_SECTION_SIZE} bytes.
 */
export class SectionReader {
  readonly #buffer = new Uint8Array(MAX_SECTION_SIZE);
  #size = 0;
  /** Whether what comes next belongs to a section whose start was seen, or starts one. */
  #isInside = false;

  /** Forgets the section under way: packets are missing. */
  lose(): void {
    this.#size = 0;
    this.#isInside = false;
  }

  /**
   * Takes the payload of a packet and gives the sections that end in it, which the caller owns.
   * Throws {@linkcode MpegTsError}, after which the next start goes on.
   */
  push(payload: Uint8Array, isStart: boolean): readonly Uint8Array[] {
    const sections: Uint8Array[] = [];
    if (!isStart) {
      this.#take(payload, sections);
      return sections;
    }
    const start = 1 + (payload[0] ?? 0); // pointer_field
    this.#take(payload.subarray(1, start), sections);
    this.lose();
    this.#isInside = true;
    this.#take(payload.subarray(start), sections);
    return sections;
  }

  #take(payload: Uint8Array, sections: Uint8Array[]): void {
    let at = 0;
    while (this.#isInside && at < payload.length) {
      if (this.#size === 0 && payload[at] === STUFFING) {
        this.#isInside = false;
        return;
      }
      const wanted = this.#wanted();
      const taken = payload.subarray(at, at + wanted - this.#size);
      this.#buffer.set(taken, this.#size);
      this.#size += taken.length;
      at += taken.length;
      if (this.#size === LENGTH_END && this.#wanted() > LENGTH_END) continue;
      if (this.#size < wanted) return;
      sections.push(this.#buffer.slice(0, this.#size));
      this.#size = 0;
    }
  }

  /** Bytes of the section under way, or of its head while that is not there. */
  #wanted(): number {
    if (this.#size < LENGTH_END) return LENGTH_END;
    const length = ((this.#buffer[1] ?? 0) & 0x0f) << 8 | (this.#buffer[2] ?? 0);
    if (LENGTH_END + length > MAX_SECTION_SIZE) {
      this.lose();
      throw new MpegTsError("section", `${length} bytes are above its limit`, 1);
    }
    return LENGTH_END + length;
  }
}
