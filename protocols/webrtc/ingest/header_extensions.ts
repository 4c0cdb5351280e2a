import { parseHeaderElements } from "../../_formats/rtp/header_extension.ts";
import type { RtpPacket } from "../../_formats/rtp/packet.ts";
import type { NegotiatedMedia } from "../negotiated.ts";
import { MID_EXTENSION, TRANSPORT_WIDE_EXTENSION } from "../sdp/extensions.ts";

/** What the header extension of a packet says that ingest has a use for. */
export interface HeaderWords {
  /** The `a=mid` of the section that the packet belongs to (RFC 9143). */
  readonly mid?: string;
  /** Counts the packets of all sections together, in 16 bits. */
  readonly transportSequence?: number;
}

const NOTHING: HeaderWords = {};

const TEXT = new TextDecoder();

/** Reads header extensions by the ids that were agreed to, which are the same in all sections. */
export class HeaderReader {
  readonly #midId: number | undefined;
  readonly #transportId: number | undefined;

  constructor(medias: readonly NegotiatedMedia[]) {
    const idOf = (uri: string) => medias.flatMap(({ extensions }) => extensions.get(uri) ?? [])[0];
    this.#midId = idOf(MID_EXTENSION);
    this.#transportId = idOf(TRANSPORT_WIDE_EXTENSION);
  }

  get hasTransportSequence(): boolean {
    return this.#transportId !== undefined;
  }

  /** @throws {RtpError} an element runs past the end. */
  read({ extension }: RtpPacket): HeaderWords {
    if (extension === undefined) return NOTHING;
    let mid: string | undefined;
    let transportSequence: number | undefined;
    for (const { id, data } of parseHeaderElements(extension)) {
      const [high, low] = data;
      if (id === this.#midId) mid = TEXT.decode(data);
      else if (id === this.#transportId && high !== undefined && low !== undefined) {
        transportSequence = high * 256 + low;
      }
    }
    return {
      ...(mid !== undefined && { mid }),
      ...(transportSequence !== undefined && { transportSequence }),
    };
  }
}
