import { unwrap } from "../../registry/media/timebase.ts";
import type { Publisher } from "../../registry/publisher.ts";
import type { Registry } from "../../registry/registry.ts";
import { AmfError } from "../_formats/amf/errors.ts";
import { FlvIngest } from "../_formats/flv/ingest.ts";
import type { FlvMessageType } from "../_formats/flv/message.ts";
import { PublisherFeed } from "../_ingest/publisher_feed.ts";
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
  readonly #flv = new FlvIngest();
  readonly #feed: PublisherFeed;
  #timestamp: number | undefined;

  /** @param trouble told of what cannot be used. */
  constructor(publisher: Publisher, { clock }: Registry, trouble: ThrottledLog) {
    this.#feed = new PublisherFeed({ publisher, clock, trouble, source: this.#flv });
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
      this.#feed.logDropped(error.message);
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
    this.#feed.take(this.#flv.push({ type, timestamp: this.#unwrap(message.timestamp), body }));
  }

  #unwrap(timestamp: number): number {
    const previous = this.#timestamp ?? timestamp;
    return this.#timestamp = unwrap(timestamp, previous, TIMESTAMP_BITS);
  }

  /** Hands on what is held back, and ends the timers; the publisher is the caller's. */
  close(): void {
    this.#feed.close();
  }
}

/** The script data of a data message; `undefined` for what asks to forget some. */
function dataBody(message: RtmpMessage): Uint8Array | undefined {
  const data = parseData(message);
  return data.kind === "data" ? data.body : undefined;
}
