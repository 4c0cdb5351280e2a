/**
 * Answers to those who want to publish.
 *
 * @module
 */
import { RtcError } from "../errors.ts";
import type { NegotiatedMedia } from "../negotiated.ts";
import { isMediaKind, type MediaKind } from "./codecs.ts";
import type { RemoteCodec, RemoteDescription, RemoteMedia } from "./description.ts";
import {
  acceptableCodecs,
  agreedMedia,
  type AnsweredSection,
  answerUnused,
  mediasOf,
  type Negotiation,
} from "./negotiation.ts";

/**
 * Takes the first section of each kind that sends something we know; whoever else sends too is told to
 * be still. All formats of it are taken, in the peer's order, which is its preference. Simulcast is
 * never agreed to, so that a peer that offers it sends one layer (RFC 8853 section 5.3.2).
 *
 * @throws {RtcError} "no-common-media" when nothing can be taken, with the reason for each section.
 */
export function negotiatePublish(remote: RemoteDescription): Negotiation {
  const taken = new Set<MediaKind>();
  const sections = remote.medias.map((media): AnsweredSection => {
    const { kind } = media;
    if (!isMediaKind(kind) || taken.has(kind) || whyNotTaken(media) !== undefined) {
      return answerUnused(media);
    }
    taken.add(kind);
    return { type: "media", media: takeMedia(media, kind) };
  });
  const medias = mediasOf(sections);
  if (medias.length === 0) throw nothingToTake(remote);
  return { sections, medias };
}

function takeMedia(media: RemoteMedia, kind: MediaKind): NegotiatedMedia {
  const codecs = acceptableCodecs(media).map(wantStereo);
  const [source] = media.sources;
  return { ...agreedMedia(media, kind, "receive", codecs), ...source };
}

/** Chrome makes one channel of two unless it is asked for both (RFC 7587 section 6.1). */
function wantStereo(codec: RemoteCodec): RemoteCodec {
  const { encoding, fmtp = "" } = codec;
  if (encoding.toLowerCase() !== "opus" || /(?:^|[; ])stereo=/.test(fmtp)) return codec;
  return { ...codec, fmtp: fmtp === "" ? "stereo=1" : `${fmtp};stereo=1` };
}

/** Why a section cannot be taken; undefined where it can. */
function whyNotTaken(media: RemoteMedia): string | undefined {
  const { kind, rejected, direction, codecs } = media;
  if (!isMediaKind(kind)) return "it is neither audio nor video";
  if (rejected) return "it is rejected";
  if (direction === "recvonly" || direction === "inactive") return `it is ${direction}`;
  if (acceptableCodecs(media).length > 0) return undefined;
  const names = [...new Set(codecs.map(({ encoding }) => encoding))].join(", ");
  return names === "" ? "it has no codec" : `no codec of it can be taken: ${names}`;
}

function nothingToTake({ medias }: RemoteDescription): RtcError {
  const reasons = medias.map((media) =>
    `section ${media.mid} (${media.kind}): ${whyNotTaken(media)}`
  );
  return new RtcError("no-common-media", `Cannot take any media: ${reasons.join("; ")}`);
}
