import { BitstreamError } from "../../../../registry/media/errors.ts";
import { RtpError } from "../errors.ts";
import type { Depacketizer, DepacketizerEvent, PayloadPacket } from "./format.ts";
import type { FrameContent } from "./frame_assembler.ts";

/**
 * Reads one packet by itself into frames. Throws `RtpError` or `BitstreamError` for one that cannot
 * be read.
 */
export type ReadPacket = (packet: PayloadPacket) => readonly FrameContent[];

/** For formats without fragments: each packet holds whole frames. */
export class PacketDepacketizer implements Depacketizer {
  readonly #read: ReadPacket;

  constructor(read: ReadPacket) {
    this.#read = read;
  }

  push(packet: PayloadPacket): readonly DepacketizerEvent[] {
    const { timestamp } = packet;
    const events: DepacketizerEvent[] = [];
    if (packet.lost) events.push({ type: "dropped", timestamp, reason: "packets were lost" });
    if (packet.payload.length === 0) return events;
    try {
      for (const { timestampOffset = 0, ...frame } of this.#read(packet)) {
        events.push({ type: "frame", timestamp: timestamp + timestampOffset, ...frame });
      }
    } catch (error) {
      if (!(error instanceof RtpError) && !(error instanceof BitstreamError)) throw error;
      events.push({ type: "dropped", timestamp, reason: error.message });
    }
    return events;
  }

  flush(): readonly DepacketizerEvent[] {
    return [];
  }
}
