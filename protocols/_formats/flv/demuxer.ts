import { unwrap } from "../../../registry/media/timebase.ts";
import type { Demuxer, DemuxEvent } from "../demux/events.ts";
import { FlvIngest } from "./ingest.ts";
import { FlvReader } from "./reader.ts";

const TIMESTAMP_BITS = 32;

/** An FLV file that comes in pieces, live or not. `push` throws `FlvError`. */
export class FlvDemuxer implements Demuxer {
  readonly #reader = new FlvReader();
  readonly #ingest = new FlvIngest();
  #timestamp: number | undefined;

  get isHolding(): boolean {
    return this.#ingest.isHolding;
  }

  push(bytes: Uint8Array): readonly DemuxEvent[] {
    return this.#reader.feed(bytes).flatMap((tag) =>
      this.#ingest.push({ ...tag, timestamp: this.#unwrap(tag.timestamp) })
    );
  }

  #unwrap(timestamp: number): number {
    const previous = this.#timestamp ?? timestamp;
    return this.#timestamp = unwrap(timestamp, previous, TIMESTAMP_BITS);
  }

  flush(): readonly DemuxEvent[] {
    return this.#ingest.flush();
  }
}
