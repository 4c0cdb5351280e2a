/**
 * What the other side says of itself: offers and answers as typed values.
 *
 * @module
 */
import type { MediaFormat } from "../../_formats/rtp/payload/format.ts";
import type { Candidate } from "./candidate.ts";

export type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";

/** Roles in DTLS (RFC 8842): the active one starts. */
export type Setup = "actpass" | "active" | "passive";

export interface IceCredentials {
  readonly ufrag: string;
  readonly pwd: string;
}

/** Of a certificate (RFC 8122). */
export interface Fingerprint {
  /** In lower case: "sha-256". */
  readonly algorithm: string;
  /** Bytes in upper-case hexadecimal between colons. */
  readonly value: string;
}

/** One payload type of a section; those of retransmissions are told with what they repeat. */
export interface RemoteCodec extends MediaFormat {
  readonly payloadType: number;
  readonly rtxPayloadType?: number;
  /** Values of `a=rtcp-fb`: "nack", "nack pli", "ccm fir", ... */
  readonly feedback: readonly string[];
}

/** `a=extmap` (RFC 8285). */
export interface HeaderExtension {
  readonly id: number;
  readonly uri: string;
  /** As the peer sees it. */
  readonly direction: Direction;
}

/** A source that the peer has announced, and that of its retransmissions. */
export interface RemoteSource {
  readonly ssrc: number;
  readonly rtxSsrc?: number;
}

/** One `m=` section. */
export interface RemoteMedia {
  /** Its place in the description where the peer gives it no name. */
  readonly mid: string;
  /** "audio", "video", "application", ... */
  readonly kind: string;
  readonly protocol: string;
  /** What the `m=` line lists, as it stands there: a rejecting answer repeats it. */
  readonly formats: string;
  /** Whether the peer, or the rules of BUNDLE, leave no way to use it. */
  readonly rejected: boolean;
  readonly direction: Direction;
  /** Reduced-size RTCP (RFC 5506). */
  readonly reducedSize: boolean;
  /** In the peer's order of preference. */
  readonly codecs: readonly RemoteCodec[];
  readonly extensions: readonly HeaderExtension[];
  readonly sources: readonly RemoteSource[];
}

/** An offer or an answer. All its sections share one transport. */
export interface RemoteDescription {
  /** Those of the BUNDLE group that are not rejected, in its order; empty without a group. */
  readonly bundle: readonly string[];
  readonly medias: readonly RemoteMedia[];
  readonly ice: IceCredentials;
  readonly iceLite: boolean;
  /** Any of them may be that of the peer's certificate; never empty. */
  readonly fingerprints: readonly Fingerprint[];
  readonly setup: Setup;
  readonly candidates: readonly Candidate[];
  /** Whether no more candidates are to come. */
  readonly endOfCandidates: boolean;
}
