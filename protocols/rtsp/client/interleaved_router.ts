import type { Pair } from "../headers/transport.ts";
import type { UdpRole } from "../transport/udp_ports.ts";

/** What of a track tells its packets from those of others. */
export interface RoutedTrack {
  /** Absent where the packets do not come in the connection. */
  readonly channels?: Pair;
  readonly payloadType: number;
}

/** Which track a frame is of, and of which kind its packet is. */
export interface Route {
  readonly role: UdpRole;
  readonly index: number;
}

/** Types of RTCP packets, in the place where RTP has marker and payload type (RFC 5761 section 4). */
const FIRST_RTCP_TYPE = 192;
const LAST_RTCP_TYPE = 223;

/** Bytes up to the source of an RTP packet, and of an RTCP packet. */
const RTP_SSRC_OFFSET = 8;
const RTCP_SSRC_OFFSET = 4;
const SSRC_SIZE = 4;

/**
 * Finds the track of an interleaved frame by its channel and, where a server does not keep to what it
 * answered, by what is in it: RTP and RTCP may have changed places, tracks may share channels, or a
 * track may come on channels of which nothing was said.
 *
 * Once a track has come on its own channels, others are nothing: live555 before 2017.06.04, as Reolink
 * cameras have it, puts packets of sessions that are over into the connection.
 */
export class InterleavedRouter {
  readonly #tracks: readonly RoutedTrack[];
  /** Tracks that have come on their own channels. */
  readonly #settled = new Set<number>();
  /** Tracks that have not, by the source of their RTP packets. */
  readonly #sources = new Map<number, number>();

  constructor(tracks: readonly RoutedTrack[]) {
    this.#tracks = tracks;
  }

  /** The route of a frame; `undefined` for one of no track. */
  route(channel: number, packet: Uint8Array): Route | undefined {
    const type = packet[1] ?? 0;
    const isRtcp = type >= FIRST_RTCP_TYPE && type <= LAST_RTCP_TYPE;
    const index = this.#byChannel(channel) ??
      (isRtcp
        ? this.#sources.get(readSsrc(packet, RTCP_SSRC_OFFSET))
        : this.#byPayloadType(type & 0x7f, packet));
    return index === undefined ? undefined : { role: isRtcp ? "rtcp" : "rtp", index };
  }

  /** The only track that has the channel. */
  #byChannel(channel: number): number | undefined {
    const index = indexOfOnly(
      this.#tracks,
      ({ channels }) => channels?.rtp === channel || channels?.rtcp === channel,
    );
    if (index !== undefined) this.#settled.add(index);
    return index;
  }

  #byPayloadType(payloadType: number, packet: Uint8Array): number | undefined {
    const index = indexOfOnly(this.#tracks, (track) => track.payloadType === payloadType);
    if (index === undefined || this.#settled.has(index)) return undefined;
    this.#sources.set(readSsrc(packet, RTP_SSRC_OFFSET), index);
    return index;
  }
}

function indexOfOnly<T>(list: readonly T[], matches: (item: T) => boolean): number | undefined {
  const index = list.findIndex(matches);
  return index === -1 || list.findLastIndex(matches) !== index ? undefined : index;
}

function readSsrc(packet: Uint8Array, offset: number): number {
  if (packet.byteLength < offset + SSRC_SIZE) return 0;
  return new DataView(packet.buffer, packet.byteOffset).getUint32(offset);
}
