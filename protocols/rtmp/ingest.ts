import type { Cancel } from "../../registry/clock.ts";
import { unwrap } from "../../registry/media/timebase.ts";
import type { Unit } from "../../registry/media/unit.ts";
import type { Publisher } from "../../registry/publisher.ts";
import type { Registry } from "../../registry/registry.ts";
import { AmfError } from "../_formats/amf/errors.ts";
import { HOLD_MS } from "../_formats/flv/hold.ts";
import { type FlvEvent, FlvIngest } from "../_formats/flv/ingest.ts";
import type { FlvMessageType } from "../_formats/flv/message.ts";
import type { ThrottledLog } from "../protocol.ts";
import { splitAggregate } from "./aggregate.ts";
import { parseData } from "./data.ts";
import { RtmpError } from "./errors.ts";
import { MESSAGE_TYPE, type RtmpMessage } from "./message.ts";

const TIMESTAMP_BITS = 32;

const FLV_TYPES: Readonly<Record<number, FlvMessageType>> = {
  [MESSAGE_TYPE.AUDIO]: "audio",
  [MESSAGE_TYPE.VIDEO]: "video",
  [MESSAGE_TYPE.DATA_AMF0]: "data",
  [MESSAGE_TYPE.DATA_AMF3]: "data",
};

/** Whether a message belongs to a stream that is being published. */
export function isMedia({ type }: RtmpMessage): boolean {
  return type in FLV_TYPES || type === MESSAGE_TYPE.AGGREGATE;
}

/** Whether a message is script data, such as `onMetaData`. */
export function isData({ type }: RtmpMessage): boolean {
  return FLV_TYPES[type] === "data";
}

/** The media messages of one message stream, into the registry. */
export class RtmpIngest {
  readonly #publisher: Publisher;
  readonly #registry: Registry;
  readonly #trouble: ThrottledLog;
  readonly #flv = new FlvIngest();
  #timestamp: number | undefined;
  #cancelHold: Cancel | undefined;
  #hasDescribed = false;

  /** @param trouble told of what cannot be used. */
  constructor(publisher: Publisher, registry: Registry, trouble: ThrottledLog) {
    this.#publisher = publisher;
    this.#registry = registry;
    this.#trouble = trouble;
  }

  /**
   * Takes a message for which `isMedia` holds. Views of its payload live on as units; what cannot be
   * read is dropped.
   */
  push(message: RtmpMessage): void {
    try {
      this.#push(message);
    } catch (error) {
      if (!(error instanceof RtmpError || error instanceof AmfError)) throw error;
      this.#logDropped(error.message);
    }
  }

  #push(message: RtmpMessage): void {
    if (message.type === MESSAGE_TYPE.AGGREGATE) {
      for (const part of splitAggregate(message)) this.push(part);
      return;
    }
    const type = FLV_TYPES[message.type];
    if (type === undefined) return;
    const body = type === "data" ? dataBody(message) : message.payload;
    if (body === undefined) return;
    this.#take(this.#flv.push({ type, timestamp: this.#unwrap(message.timestamp), body }));
    this.#boundHold();
  }

  #unwrap(timestamp: number): number {
    const previous = this.#timestamp ?? timestamp;
    return this.#timestamp = unwrap(timestamp, previous, TIMESTAMP_BITS);
  }

  /** A publisher that announced a track and never sends it must not keep the others back. */
  #boundHold(): void {
    if (this.#hasDescribed || !this.#flv.isHolding) return;
    this.#cancelHold ??= this.#registry.clock.schedule(HOLD_MS, () => this.flush());
  }

  /** Hands on what is held back. */
  flush(): void {
    this.#take(this.#flv.flush());
  }

  /** Hands on what is held back, and ends the timers; the publisher is the caller's. */
  close(): void {
    this.#cancelHold?.();
    this.flush();
  }

  #take(events: readonly FlvEvent[]): void {
    let units: Unit[] = [];
    for (const event of events) {
      if (event.type === "unit") units.push(event.unit);
      else if (event.type === "dropped") {
        this.#logDropped(event.reason);
      } else {
        this.#publisher.write(units);
        units = [];
        this.#publisher.describe(event.description);
        this.#hasDescribed = true;
      }
    }
    this.#publisher.write(units);
  }

  #logDropped(reason: string): void {
    this.#trouble.log("dropped", "a message was dropped", { reason });
  }
}

/** The script data of a data message; `undefined` for what asks to forget some. */
function dataBody(message: RtmpMessage): Uint8Array | undefined {
  const data = parseData(message);
  return data.kind === "data" ? data.body : undefined;
}
