import { ContinuityCheck } from "./continuity.ts";
import type { ElementaryStream, StreamEvent, TimedPayload } from "./elementary_stream.ts";
import { MpegTsError } from "./errors.ts";
import type { TsPacket } from "./packet.ts";
import { isHeadless, parsePes, type PesPacket } from "./pes.ts";
import { MAX_BOUNDED_PES_BYTES, MAX_PES_BYTES, PesAssembler } from "./pes_assembler.ts";
import type { StreamReading } from "./stream_table.ts";
import type { TimeUnwrapper } from "./time_unwrapper.ts";

const NOTHING: readonly StreamEvent[] = [];

/** The packets of one PID into the units of its elementary stream. */
export class StreamReader {
  readonly #pid: number;
  readonly #stream: ElementaryStream;
  readonly #times: TimeUnwrapper;
  readonly #continuity = new ContinuityCheck();
  readonly #pes: PesAssembler;
  #isScramblingTold = false;

  constructor(pid: number, { kind, open }: StreamReading, times: TimeUnwrapper) {
    this.#pid = pid;
    this.#stream = open();
    this.#times = times;
    this.#pes = new PesAssembler(kind === "video" ? MAX_PES_BYTES : MAX_BOUNDED_PES_BYTES);
  }

  /** Takes the next packet of the PID, which has a payload. Never throws. */
  push(packet: TsPacket): readonly StreamEvent[] {
    if (packet.isScrambled) return this.#scrambled();
    const continuity = this.#continuity.check(packet);
    if (continuity === "repeated") return NOTHING;
    const lost = continuity === "lost"
      ? this.#lose(`Packets of PID ${this.#pid} were lost`)
      : NOTHING;
    const ended = packet.isStart ? this.#finish() : NOTHING;
    const grown = this.#grow(packet);
    const complete = this.#pes.isComplete ? this.#finish() : NOTHING;
    return lost === ended && ended === grown
      ? complete
      : [...lost, ...ended, ...grown, ...complete];
  }

  /** What only the end of the stream ends. */
  flush(): readonly StreamEvent[] {
    return [...this.#finish(), ...this.#stream.flush()];
  }

  #grow({ isStart, payload }: TsPacket): readonly StreamEvent[] {
    return this.#attempt(() => {
      if (isStart) this.#pes.start(payload);
      else this.#pes.add(payload);
      return NOTHING;
    });
  }

  #finish(): readonly StreamEvent[] {
    const packet = this.#pes.take();
    if (packet === undefined || isHeadless(packet)) return NOTHING;
    return this.#attempt(() => {
      const pes = parsePes(packet);
      return pes.isScrambled ? this.#scrambled() : this.#stream.push(this.#timed(pes));
    });
  }

  #timed({ pts, dts = pts, isBounded, payload }: PesPacket): TimedPayload {
    if (pts === undefined || dts === undefined) return { isBounded, bytes: payload };
    const decoding = this.#times.decoding(dts);
    const times = { pts: this.#times.presentation(pts, decoding), dts: decoding };
    return { times, isBounded, bytes: payload };
  }

  #scrambled(): readonly StreamEvent[] {
    this.#pes.lose();
    this.#stream.lose();
    if (this.#isScramblingTold) return NOTHING;
    this.#isScramblingTold = true;
    return [{ type: "dropped", reason: `PID ${this.#pid} is scrambled` }];
  }

  #attempt(work: () => readonly StreamEvent[]): readonly StreamEvent[] {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof MpegTsError)) throw error;
      return this.#lose(error.message, error);
    }
  }

  #lose(reason: string, error?: Error): readonly StreamEvent[] {
    this.#pes.lose();
    this.#stream.lose();
    return [{ type: "dropped", reason, ...(error !== undefined && { error }) }];
  }
}
