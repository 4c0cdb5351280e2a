import type { OutgoingRtp } from "../rtc_transport.ts";
import { AES_CM } from "./aes_cm.ts";
import { GCM } from "./gcm.ts";
import {
  AEAD_AES_128_GCM,
  AES128_CM_HMAC_SHA1_80,
  type SessionKeys,
  type SrtpProfile,
} from "./keys.ts";

/** Protects the RTP of one direction. Has native resources: whoever makes it closes it. */
export interface RtpSealer {
  /** @param indexes those of the packets (RFC 3711 section 3.3.1) */
  seal(packets: readonly OutgoingRtp[], indexes: readonly number[]): Uint8Array[];
  close(): void;
}

/** A received RTP packet, measured but not yet known to be authentic. */
export interface SealedRtp {
  readonly bytes: Uint8Array;
  readonly headerSize: number;
  readonly ssrc: number;
  /** The estimate of RFC 3711 section 3.3.1. */
  readonly index: number;
}

/** What a protection profile does with packets. What is opened and not authentic is `undefined`. */
export interface SrtpTransform {
  /** Bytes that a protected RTP packet has more. */
  readonly tagSize: number;
  /** Bytes that a protected RTCP packet has more: tag and index. */
  readonly rtcpTrailerSize: number;
  /** Where the index of a protected RTCP packet begins, counted from its end. */
  readonly rtcpIndexFromEnd: number;
  rtpSealer(keys: SessionKeys): RtpSealer;
  openRtp(keys: SessionKeys, packet: SealedRtp): Uint8Array | undefined;
  /** @param index 31 bits, never the same twice */
  sealRtcp(keys: SessionKeys, packet: Uint8Array, index: number): Uint8Array;
  /** @param packet of at least header and trailer, and encrypted */
  openRtcp(keys: SessionKeys, packet: Uint8Array): Uint8Array | undefined;
}

export const TRANSFORMS: Readonly<Record<SrtpProfile, SrtpTransform>> = {
  [AEAD_AES_128_GCM]: GCM,
  [AES128_CM_HMAC_SHA1_80]: AES_CM,
};
