/**
 * What comes of an offer: for each section of the peer what it is answered with.
 *
 * @module
 */
import type { NegotiatedCodec, NegotiatedMedia } from "../negotiated.ts";
import { isAcceptable, isMediaKind, type MediaKind } from "./codecs.ts";
import type { RemoteCodec, RemoteMedia } from "./description.ts";
import { agreedExtensions, TRANSPORT_WIDE_EXTENSION } from "./extensions.ts";
import { readFeedback } from "./feedback.ts";

/** The answer to one section (RFC 9429 section 5.3.1). */
export type AnsweredSection =
  /** Media flows. */
  | { readonly type: "media"; readonly media: NegotiatedMedia }
  /** Nothing flows, but it can carry the transport of its bundle, which the first section does. */
  | { readonly type: "inactive"; readonly codecs: readonly NegotiatedCodec[] }
  /** Neither audio nor video, or rejected by the peer: port 0. */
  | { readonly type: "rejected" };

/** As many sections as the offer has, in its order. */
export interface Negotiation {
  readonly sections: readonly AnsweredSection[];
  /** Those in which media flows; never empty. */
  readonly medias: readonly NegotiatedMedia[];
}

export function mediasOf(sections: readonly AnsweredSection[]): readonly NegotiatedMedia[] {
  return sections.flatMap((section) => section.type === "media" ? [section.media] : []);
}

/** The codec as agreed to, with the feedback as far as it has what it needs. */
export function agreedCodec(
  codec: RemoteCodec,
  extensions: ReadonlyMap<string, number>,
): NegotiatedCodec {
  const { feedback: names, rtxPayloadType, ...format } = codec;
  const offered = readFeedback(names);
  const transportWide = offered.transportWide && extensions.has(TRANSPORT_WIDE_EXTENSION);
  const feedback = { ...offered, transportWide };
  // Nothing would ask for a retransmission.
  const repeats = feedback.nack && rtxPayloadType !== undefined;
  return { ...format, feedback, ...(repeats && { rtxPayloadType }) };
}

/** A section in which media flows, as far as it does not depend on the direction. */
export function agreedMedia(
  remote: RemoteMedia,
  kind: MediaKind,
  direction: NegotiatedMedia["direction"],
  codecs: readonly RemoteCodec[],
): NegotiatedMedia {
  const extensions = agreedExtensions(remote.extensions, direction);
  return {
    mid: remote.mid,
    kind,
    direction,
    codecs: codecs.map((codec) => agreedCodec(codec, extensions)),
    extensions,
  };
}

/** The numbers of our own sources. */
export function sources(
  { codecs }: NegotiatedMedia,
  newSsrc: () => number,
): Pick<NegotiatedMedia, "ssrc" | "rtxSsrc"> {
  const ssrc = newSsrc();
  const repeats = codecs.some(({ rtxPayloadType }) => rtxPayloadType !== undefined);
  return { ssrc, ...(repeats && { rtxSsrc: newSsrc() }) };
}

/** The formats of a section that can be taken, in the peer's order. */
export function acceptableCodecs({ kind, rejected, codecs }: RemoteMedia): readonly RemoteCodec[] {
  if (rejected || !isMediaKind(kind)) return [];
  return codecs.filter((codec) => isAcceptable(codec, kind));
}

/**
 * A section in which nothing flows. What nobody here understands is no reason to reject it: Chrome does
 * not take an answer in which the first section of a bundle is rejected.
 */
export function answerUnused(media: RemoteMedia): AnsweredSection {
  if (media.rejected || !isMediaKind(media.kind)) return { type: "rejected" };
  const known = acceptableCodecs(media);
  const codecs = known.length > 0 ? known : media.codecs;
  if (codecs.length === 0) return { type: "rejected" };
  return { type: "inactive", codecs: codecs.map((codec) => agreedCodec(codec, new Map())) };
}
