/**
 * What comes of the answer to an offer of our own.
 *
 * @module
 */
import { RtcError } from "../errors.ts";
import type { NegotiatedCodec, NegotiatedMedia } from "../negotiated.ts";
import { sameMap } from "./codecs.ts";
import type { RemoteCodec, RemoteDescription, RemoteMedia } from "./description.ts";
import { agreedExtensions } from "./extensions.ts";
import { agreedCodec } from "./negotiation.ts";

/**
 * The offered medias as far as the answer agrees to them.
 *
 * @throws {RtcError} "no-common-media" when it agrees to none; "invalid-sdp" when it is not the answer
 * to this offer.
 */
export function negotiateAnswer(
  offered: readonly NegotiatedMedia[],
  answer: RemoteDescription,
): readonly NegotiatedMedia[] {
  if (answer.medias.length !== offered.length) {
    const counts = `${answer.medias.length} sections for the ${offered.length} that were offered`;
    throw new RtcError("invalid-sdp", `Cannot use the answer: it has ${counts}`);
  }
  const agreed = offered.flatMap((media, index) => {
    const answered = answer.medias[index];
    return answered === undefined ? [] : agreeTo(media, answered);
  });
  if (agreed.length === 0) {
    throw new RtcError("no-common-media", "Cannot use the answer: it agrees to none of the media");
  }
  return agreed;
}

function agreeTo(offered: NegotiatedMedia, answered: RemoteMedia): readonly NegotiatedMedia[] {
  const { direction } = offered;
  const unfit = direction === "send" ? "sendonly" : "recvonly"; // the peer's side of it
  const isFit = answered.kind === offered.kind && !answered.rejected &&
    answered.direction !== "inactive" && answered.direction !== unfit;
  if (!isFit) return [];
  const known = agreedExtensions(answered.extensions, direction);
  const extensions = new Map([...known].filter(([uri]) => offered.extensions.has(uri)));
  const all = answered.codecs.filter((codec) => isOffered(codec, offered.codecs))
    .map((codec) => agreedCodec(codec, extensions));
  // A sender keeps to one of them: that which the peer prefers.
  const codecs = direction === "send" ? all.slice(0, 1) : all;
  if (codecs.length === 0) return [];
  const [source] = direction === "receive" ? answered.sources : [];
  return [{ ...offered, codecs, extensions, ...source }];
}

/** Payload types are those of the offer (RFC 9429 section 5.3.1). */
function isOffered(answered: RemoteCodec, offered: readonly NegotiatedCodec[]): boolean {
  return offered.some((codec) =>
    codec.payloadType === answered.payloadType && sameMap(codec, answered)
  );
}
