import { unwrap } from "../../../registry/media/timebase.ts";
import { RTP_HEADER_SIZE } from "../../_formats/rtp/packet.ts";
import { SEQUENCE_BITS } from "../../_formats/rtp/sequence.ts";
import { deriveSessionKeys, type SessionKeys, type SrtpKey } from "./keys.ts";
import { ReplayWindow } from "./replay_window.ts";
import { readSrtcpWord, RTCP_CLEAR_SIZE, rtcpSsrc } from "./srtcp.ts";
import { type SrtpTransform, TRANSFORMS } from "./transform.ts";

/**
 * Sources of RTP, and as many of RTCP, that a peer may send from; only one that has the keys gets a
 * place. None is forgotten, or its packets could be replayed.
 */
export const MAX_RECEIVED_SOURCES = 128;

const VERSION = 2;
const EXTENSION = 0x10;
const EXTENSION_HEAD = 4;
const WORD = 4;

/** Packets that were refused, by reason. */
export interface SrtpRefusals {
  /** Shorter than its own header says, of another version, or RTCP that is not encrypted. */
  readonly malformed: number;
  readonly forged: number;
  /** Came before, or is too old to tell. */
  readonly replayed: number;
  /** From more than {@linkcode MAX_RECEIVED_SOURCES} sources. */
  readonly surplus: number;
}

type Windows = Map<number, ReplayWindow>;

/** Judges and decrypts what comes from a peer. Whatever comes, it does not throw. */
export class SrtpReceiver {
  readonly #transform: SrtpTransform;
  readonly #rtpKeys: SessionKeys;
  readonly #rtcpKeys: SessionKeys;
  readonly #rtp: Windows = new Map();
  readonly #rtcp: Windows = new Map();
  readonly #refused = { malformed: 0, forged: 0, replayed: 0, surplus: 0 };

  /** @param key the remote one */
  constructor(key: SrtpKey) {
    this.#transform = TRANSFORMS[key.profile];
    this.#rtpKeys = deriveSessionKeys(key, "rtp");
    this.#rtcpKeys = deriveSessionKeys(key, "rtcp");
  }

  get refused(): SrtpRefusals {
    return { ...this.#refused };
  }

  /** Sources that have a place, of RTP and RTCP together. */
  get sources(): number {
    return this.#rtp.size + this.#rtcp.size;
  }

  /** The RTP packet, in a buffer of its own; `undefined` when it is refused. */
  unprotectRtp(packet: Uint8Array): Uint8Array | undefined {
    const headerSize = rtpHeaderSizeOf(packet);
    if (headerSize === undefined || headerSize + this.#transform.tagSize > packet.length) {
      return this.#refuse("malformed");
    }
    const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
    const ssrc = view.getUint32(8);
    const sequence = view.getUint16(2);
    const highest = this.#rtp.get(ssrc)?.highest;
    const index = highest === undefined ? sequence : unwrap(sequence, highest, SEQUENCE_BITS);
    if (!this.#admits(this.#rtp, ssrc, index)) return undefined;
    const sealed = { bytes: packet, headerSize, ssrc, index };
    const opened = this.#transform.openRtp(this.#rtpKeys, sealed);
    if (opened === undefined) return this.#refuse("forged");
    note(this.#rtp, ssrc, index);
    return opened;
  }

  /** The compound packet, in a buffer of its own; `undefined` when it is refused. */
  unprotectRtcp(packet: Uint8Array): Uint8Array | undefined {
    const { rtcpTrailerSize, rtcpIndexFromEnd } = this.#transform;
    if (packet.length < RTCP_CLEAR_SIZE + rtcpTrailerSize || versionOf(packet) !== VERSION) {
      return this.#refuse("malformed");
    }
    const { isEncrypted, index } = readSrtcpWord(packet, packet.length - rtcpIndexFromEnd);
    // DTLS-SRTP has no profile in which RTCP is only authenticated (RFC 5764 section 4.1.2).
    if (!isEncrypted) return this.#refuse("malformed");
    const ssrc = rtcpSsrc(packet);
    if (!this.#admits(this.#rtcp, ssrc, index)) return undefined;
    const opened = this.#transform.openRtcp(this.#rtcpKeys, packet);
    if (opened === undefined) return this.#refuse("forged");
    note(this.#rtcp, ssrc, index);
    return opened;
  }

  #admits(windows: Windows, ssrc: number, index: number): boolean {
    const window = windows.get(ssrc);
    if (window === undefined && windows.size >= MAX_RECEIVED_SOURCES) this.#refuse("surplus");
    else if (window !== undefined && !window.admits(index)) this.#refuse("replayed");
    else return true;
    return false;
  }

  #refuse(reason: keyof SrtpRefusals): undefined {
    this.#refused[reason]++;
  }
}

/** Keeps an authentic packet's place, and its source where it is new. */
function note(windows: Windows, ssrc: number, index: number): void {
  const window = windows.get(ssrc);
  if (window === undefined) windows.set(ssrc, new ReplayWindow(index));
  else window.add(index);
}

/** Bytes that stay readable: header, contributing sources and extension, which is not encrypted. */
function rtpHeaderSizeOf(packet: Uint8Array): number | undefined {
  if (packet.length < RTP_HEADER_SIZE || versionOf(packet) !== VERSION) return undefined;
  const flags = packet[0] ?? 0;
  const sourcesEnd = RTP_HEADER_SIZE + WORD * (flags & 0xf);
  if ((flags & EXTENSION) === 0) return sourcesEnd;
  if (sourcesEnd + EXTENSION_HEAD > packet.length) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  return sourcesEnd + EXTENSION_HEAD + WORD * view.getUint16(sourcesEnd + 2);
}

function versionOf(packet: Uint8Array): number {
  return (packet[0] ?? 0) >> 6;
}
