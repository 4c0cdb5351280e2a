import type { Cancel, Clock } from "../../../registry/clock.ts";
import type { MediaResource, Programme } from "./programme.ts";

/** What a session holds for as long as it lasts. */
export interface SessionSeat {
  /** Aborted with a `RegistryError` when the registry ends the viewer. */
  readonly reader: {
    readonly signal: AbortSignal;
    count(units: number, bytes: number): void;
  };
  /** May be called again. */
  leave(): void;
}

export interface SessionOptions {
  readonly seat: SessionSeat;
  readonly programme: Programme;
  readonly clock: Clock;
  readonly onEnd: () => void;
}

/** A viewer who comes and asks now and then: it reads the stream until it has been silent for long. */
export class Session {
  readonly programme: Programme;
  readonly #options: SessionOptions;
  /** Requests under way. */
  #pending = 0;
  #lastSeen: number;
  #cancel: Cancel;
  #isOver = false;
  readonly #end = () => this.end();

  constructor(options: SessionOptions) {
    const { programme, clock, seat } = options;
    this.programme = programme;
    this.#options = options;
    this.#lastSeen = clock.now();
    this.#cancel = clock.schedule(programme.silenceMs, () => this.#check());
    seat.reader.signal.addEventListener("abort", this.#end);
  }

  /** Answers a request, during which and for a while after which the viewer is there. */
  async serve<Answer>(answer: (programme: Programme) => Promise<Answer>): Promise<Answer> {
    this.#pending++;
    try {
      return await answer(this.programme);
    } finally {
      this.#pending--;
      this.#lastSeen = this.#options.clock.now();
    }
  }

  /** What a playlist has named. Of recordings, only that tells that the viewer is still there. */
  media(
    resource: MediaResource,
    gone: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.programme.isRecorded
      ? this.serve((programme) => programme.media(resource, gone))
      : this.programme.media(resource, gone);
  }

  /** Notes a segment, part or header that was sent. */
  sent({ length }: Uint8Array): void {
    this.#options.seat.reader.count(1, length);
  }

  /** One timer, however often the viewer is seen. */
  #check(): void {
    const { clock, programme: { silenceMs } } = this.#options;
    const restMs = this.#pending > 0 ? silenceMs : this.#lastSeen + silenceMs - clock.now();
    if (restMs <= 0) return this.end();
    this.#cancel = clock.schedule(restMs, () => this.#check());
  }

  /** Gives its place away. May be called again. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancel();
    const { seat, onEnd } = this.#options;
    seat.reader.signal.removeEventListener("abort", this.#end);
    seat.leave();
    onEnd();
  }
}
