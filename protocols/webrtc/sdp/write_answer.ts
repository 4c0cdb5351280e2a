/**
 * Writing of answers (RFC 9429 section 5.3).
 *
 * @module
 */
import type { RemoteDescription, RemoteMedia } from "./description.ts";
import type { LocalTransport, Origin } from "./local.ts";
import type { AnsweredSection } from "./negotiation.ts";
import type { SdpMedia } from "./sdp_transform.d.ts";
import { type SectionHead, writeMediaAttributes, writeSection } from "./write_media.ts";
import { writeSession } from "./write_session.ts";

export interface AnswerParts {
  readonly remote: RemoteDescription;
  /** As many as the offer has. */
  readonly sections: readonly AnsweredSection[];
  readonly local: LocalTransport;
  readonly origin: Origin;
  /** Names the media that is sent; need not be unique. */
  readonly streamName: string;
}

/** Writes an answer: as many sections as the offer has, in the same order. */
export function writeAnswer(parts: AnswerParts): string {
  const { remote, sections, origin } = parts;
  const answered = remote.medias.flatMap((media, index) => {
    const section = sections[index];
    return section === undefined ? [] : [{ media, section }];
  });
  const live = answered.filter(({ section }) => section.type !== "rejected")
    .map(({ media }) => media.mid);
  // The first of the peer's group that is left carries the transport (RFC 9143 section 7.3.1).
  const bundle = remote.bundle.filter((mid) => live.includes(mid));
  const tagged = bundle[0] ?? live[0];
  const medias = answered.map(({ media, section }) =>
    answerSection(parts, media, section, media.mid === tagged)
  );
  return writeSession(origin, bundle, medias);
}

function answerSection(
  { local, streamName }: AnswerParts,
  remote: RemoteMedia,
  section: AnsweredSection,
  hasCandidates: boolean,
): SdpMedia {
  if (section.type === "rejected") return rejectSection(remote);
  const { kind, mid, protocol, reducedSize } = remote;
  const head = { kind, mid, protocol, reducedSize, hasCandidates };
  if (section.type === "inactive") {
    return writeSection({ ...head, direction: "inactive" }, section.codecs, local);
  }
  const { media } = section;
  const direction: SectionHead["direction"] = media.direction === "send" ? "sendonly" : "recvonly";
  return {
    ...writeSection({ ...head, direction }, media.codecs, local),
    ...writeMediaAttributes(media, streamName),
  };
}

/** Port 0, and the formats as they were offered (RFC 3264 section 6). */
function rejectSection({ kind, mid, protocol, formats }: RemoteMedia): SdpMedia {
  return {
    type: kind,
    port: 0,
    protocol,
    payloads: formats,
    connection: { version: 4, ip: "0.0.0.0" },
    mid,
    direction: "inactive",
    rtp: [],
    fmtp: [],
  };
}
