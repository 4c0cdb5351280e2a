import { unwrap } from "../../../registry/media/timebase.ts";
import { SEQUENCE_BITS } from "../../_formats/rtp/sequence.ts";
import type { OutgoingRtp } from "../rtc_transport.ts";
import { deriveSessionKeys, type SessionKeys, type SrtpKey } from "./keys.ts";
import { type RtpSealer, type SrtpTransform, TRANSFORMS } from "./transform.ts";

/**
 * Sources of one session: each media section has two at most. None is ever forgotten, since a source
 * that came back with a roll-over counter of 0 would use its initialization vectors again.
 */
export const MAX_SENT_SOURCES = 256;

/** Protects what is sent to a peer. Has native resources: whoever makes it closes it. */
export class SrtpSender {
  readonly #transform: SrtpTransform;
  readonly #rtpKeys: SessionKeys;
  readonly #rtcpKeys: SessionKeys;
  /** Made for the first packet: a peer that only publishes is never sent RTP. */
  #sealer: RtpSealer | undefined;
  #isClosed = false;
  /** The highest packet index of each source. */
  readonly #highest = new Map<number, number>();
  /**
   * Counts for all sources at once, which keeps each one's indexes apart. Has 31 bits, which last for
   * six years of ten packets a second.
   */
  #rtcpIndex = 0;

  /** @param key the local one */
  constructor(key: SrtpKey) {
    this.#transform = TRANSFORMS[key.profile];
    this.#rtpKeys = deriveSessionKeys(key, "rtp");
    this.#rtcpKeys = deriveSessionKeys(key, "rtcp");
  }

  /**
   * Protects packets in the order in which they are sent. The more at a time, the less each costs. A
   * sequence number of a source is that of a packet sent before when it is behind the highest; such a
   * packet has to be the same in every byte, header included, or GCM's hash key could be computed from
   * both. The first sequence number of a source should be below 2^15, so that a peer which does not get
   * the packets before the first wrap counts as this side does (RFC 3711 section 3.3.1).
   *
   * @returns datagrams, which the caller owns; none after {@linkcode close}
   * @throws {RangeError} when there are more than {@linkcode MAX_SENT_SOURCES} sources
   */
  protectRtp(packets: readonly OutgoingRtp[]): Uint8Array[] {
    if (this.#isClosed) return [];
    this.#sealer ??= this.#transform.rtpSealer(this.#rtpKeys);
    return this.#sealer.seal(packets, packets.map(({ header }) => this.#indexOf(header)));
  }

  /**
   * Protects a compound packet.
   *
   * @returns a datagram, which the caller owns
   */
  protectRtcp(packet: Uint8Array): Uint8Array {
    return this.#transform.sealRtcp(this.#rtcpKeys, packet, this.#rtcpIndex++);
  }

  /** Frees what is native; again does nothing. */
  close(): void {
    this.#isClosed = true;
    this.#sealer?.close();
    this.#sealer = undefined;
  }

  #indexOf(header: Uint8Array): number {
    const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
    const sequence = view.getUint16(2);
    const ssrc = view.getUint32(8);
    const highest = this.#highest.get(ssrc);
    if (highest === undefined && this.#highest.size >= MAX_SENT_SOURCES) {
      throw new RangeError(`Cannot protect RTP: there are ${MAX_SENT_SOURCES} sources already`);
    }
    const index = highest === undefined ? sequence : unwrap(sequence, highest, SEQUENCE_BITS);
    if (highest === undefined || index > highest) this.#highest.set(ssrc, index);
    return index;
  }
}
