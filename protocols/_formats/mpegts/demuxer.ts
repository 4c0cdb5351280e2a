/**
 * A transport stream (ISO/IEC 13818-1) into tracks and units.
 *
 * @module
 */

import { Assembler, TooManyTracksError } from "../demux/assembler.ts";
import type { Demuxer, DemuxEvent } from "../demux/events.ts";
import { TS_TIMESCALE } from "./clock.ts";
import type { StreamEvent } from "./elementary_stream.ts";
import { MpegTsError } from "./errors.ts";
import { PacketFramer } from "./framer.ts";
import { readPacket, type TsPacket } from "./packet.ts";
import { ProgramWatch } from "./program_watch.ts";
import { StreamReader } from "./stream_reader.ts";
import { readingOf, type StreamReading } from "./stream_table.ts";
import type { ProgramMap, StreamEntry } from "./tables.ts";
import { TimeUnwrapper } from "./time_unwrapper.ts";

/**
 * Streams of a program that are read. Programs with all their languages stay below; each may hold a
 * PES packet.
 */
const MAX_TS_STREAMS = 16;

/** Streams that are told not to be read. A sender that lists ever new ones is not followed further. */
const MAX_REFUSED = 256;

/** One elementary stream that is read. */
interface OpenStream {
  /** What the PMT says of it: while that stays, the stream goes on. */
  readonly entry: string;
  readonly reading: StreamReading;
  readonly reader: StreamReader;
}

/**
 * Reads one program of a transport stream, in pieces of any size, of packets of 188, 192 or 204
 * bytes.
 *
 * - Track ids are PIDs, the timescale is 90 kHz throughout.
 * - The first description waits for every stream that the PMT lists and that can be read (see
 *   `demux/hold.ts`); a PMT that changes later brings streams in and ends others.
 * - Where packets are lost, scrambled or damaged, the unit that they belong to is dropped, and pictures
 *   come again from the next key picture on.
 * - A picture without a length of its own (`PES_packet_length` 0) comes out when the next one starts.
 * - Times are unwrapped to the nearest: a jump is the stream's timeline to mend.
 *
 * Payloads are the demuxer's own copies, which never change; what is fed is not kept.
 */
export class TsDemuxer implements Demuxer {
  readonly #framer = new PacketFramer();
  readonly #assembler = new Assembler();
  readonly #program = new ProgramWatch();
  readonly #times = new TimeUnwrapper();
  /** By PID, which is the id of the track. */
  #streams: ReadonlyMap<number, OpenStream> = new Map();
  readonly #refused = new Set<string>();
  #events: DemuxEvent[] = [];

  get isHolding(): boolean {
    return this.#assembler.isHolding;
  }

  /**
   * Takes the next bytes.
   *
   * @throws {MpegTsError} when they hold no packets: this is no transport stream.
   */
  push(bytes: Uint8Array): readonly DemuxEvent[] {
    for (const packet of this.#framer.push(bytes)) this.#pushPacket(readPacket(packet));
    return this.#takeEvents();
  }

  /**
   * While a track is awaited, ends only the wait, since the stream may go on; otherwise gives the
   * last units too, whose end nothing but the end of the stream tells.
   */
  flush(): readonly DemuxEvent[] {
    if (!this.isHolding) {
      for (const packet of this.#framer.flush()) this.#pushPacket(readPacket(packet));
      for (const [pid, stream] of this.#streams) this.#add(pid, stream, stream.reader.flush());
    }
    this.#assembler.release();
    this.#collect();
    return this.#takeEvents();
  }

  #takeEvents(): readonly DemuxEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** After each step, so that what is held back is let go at the same one however the bytes come. */
  #collect(): void {
    this.#events.push(...this.#assembler.takeEvents());
  }

  #pushPacket(packet: TsPacket): void {
    // What a demodulator could not correct, its PID included, shows as a gap in the counter.
    if (packet.hasError || packet.payload.length === 0) return;
    const { pid } = packet;
    if (this.#program.handles(pid)) {
      this.#pushTable(packet);
      return;
    }
    const stream = this.#streams.get(pid);
    if (stream !== undefined) this.#add(pid, stream, stream.reader.push(packet));
  }

  #pushTable(packet: TsPacket): void {
    try {
      const map = this.#program.push(packet);
      if (map !== undefined) this.#follow(map);
    } catch (error) {
      if (!(error instanceof MpegTsError)) throw error;
      this.#assembler.drop(error.message, error);
    }
    this.#collect();
  }

  /** Opens the streams of a new program map, and ends those that are not in it. */
  #follow({ streams: entries }: ProgramMap): void {
    const streams = new Map<number, OpenStream>();
    for (const entry of entries) {
      const stream = this.#streamOf(entry);
      if (stream === undefined) this.#refuse(entry, "is not supported");
      else if (streams.size === MAX_TS_STREAMS) this.#refuse(entry, "is one too many");
      else streams.set(entry.pid, stream);
    }
    for (const [pid, stream] of this.#streams) {
      if (streams.get(pid) !== stream) this.#add(pid, stream, stream.reader.flush());
    }
    this.#streams = streams;
    this.#assembler.expect(new Set(streams.keys()));
  }

  #streamOf(entry: StreamEntry): OpenStream | undefined {
    const text = describeEntry(entry);
    const known = this.#streams.get(entry.pid);
    if (known?.entry === text) return known;
    const reading = readingOf(entry);
    if (reading === undefined) return undefined;
    return { entry: text, reading, reader: new StreamReader(entry.pid, reading, this.#times) };
  }

  #refuse(entry: StreamEntry, why: string): void {
    const text = `${describeEntry(entry)} ${why}`;
    if (this.#refused.has(text) || this.#refused.size === MAX_REFUSED) return;
    this.#refused.add(text);
    this.#assembler.drop(text);
  }

  #add(pid: number, { reading }: OpenStream, events: readonly StreamEvent[]): void {
    for (const event of events) {
      if (event.type === "dropped") this.#assembler.drop(event.reason, event.error);
      else this.#addUnit(pid, reading, event);
      this.#collect();
    }
  }

  #addUnit(
    id: number,
    { kind, codec }: StreamReading,
    { config, content }: Extract<StreamEvent, { readonly type: "unit" }>,
  ): void {
    try {
      this.#assembler.configure({ id, kind, codec, timescale: TS_TIMESCALE, config });
      this.#assembler.add(id, content);
    } catch (error) {
      if (!(error instanceof TooManyTracksError)) throw error;
      this.#assembler.drop(error.message, error);
    }
  }
}

function describeEntry({ streamType, pid, descriptors }: StreamEntry): string {
  const told = descriptors.map(({ tag, data }) => ` ${tag.toString(16)}:${data.toHex()}`).join("");
  return `Stream type 0x${streamType.toString(16)} of PID ${pid}${told && ` with${told}`}`;
}
