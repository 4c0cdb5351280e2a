/**
 * Writing of one `m=` section.
 *
 * @module
 */
import type { NegotiatedCodec, NegotiatedMedia } from "../negotiated.ts";
import { toSdpCandidate } from "./candidate.ts";
import type { Direction } from "./description.ts";
import { feedbackNames } from "./feedback.ts";
import type { LocalTransport } from "./local.ts";
import type { SdpFmtp, SdpMedia, SdpRtpMap, SdpSource } from "./sdp_transform.d.ts";

/** One name for all sources of the gateway: what has it is played in sync (RFC 7022). */
const CNAME = "sluice";

/** Port and address of a section whose candidates are told elsewhere (RFC 9429 section 5.2.1). */
const DISCARD_PORT = 9;
const ANY_ADDRESS = { version: 4, ip: "0.0.0.0" } as const;

/** What every section says that is not refused. */
export interface SectionHead {
  readonly kind: string;
  readonly mid: string;
  readonly protocol: string;
  readonly direction: Direction;
  readonly reducedSize: boolean;
  /** Whether ours are told here: in the first section of a bundle. */
  readonly hasCandidates: boolean;
}

/** A section that is agreed to or offered. */
export function writeSection(
  head: SectionHead,
  codecs: readonly NegotiatedCodec[],
  local: LocalTransport,
): SdpMedia {
  const { hasCandidates } = head;
  return {
    type: head.kind,
    port: DISCARD_PORT,
    protocol: head.protocol,
    payloads: codecs.flatMap(payloadTypes).join(" "),
    connection: ANY_ADDRESS,
    rtp: codecs.flatMap(rtpMaps),
    fmtp: codecs.flatMap(fmtps),
    rtcpFb: codecs.flatMap(({ payloadType, feedback }) =>
      feedbackNames(feedback).map((type) => ({ payload: payloadType, type }))
    ),
    setup: local.setup,
    mid: head.mid,
    direction: head.direction,
    iceUfrag: local.ice.ufrag,
    icePwd: local.ice.pwd,
    fingerprint: { type: local.fingerprint.algorithm, hash: local.fingerprint.value },
    ...(hasCandidates && { candidates: local.candidates.map(toSdpCandidate) }),
    ...(hasCandidates && local.endOfCandidates && { endOfCandidates: "end-of-candidates" }),
    iceOptions: "trickle",
    rtcpMux: "rtcp-mux",
    ...(head.reducedSize && { rtcpRsize: "rtcp-rsize" }),
  };
}

function payloadTypes({ payloadType, rtxPayloadType }: NegotiatedCodec): readonly number[] {
  return rtxPayloadType === undefined ? [payloadType] : [payloadType, rtxPayloadType];
}

function rtpMaps(codec: NegotiatedCodec): readonly SdpRtpMap[] {
  const { payloadType, rtxPayloadType, encoding, clockRate: rate, channels } = codec;
  const map: SdpRtpMap = {
    payload: payloadType,
    codec: encoding,
    rate,
    ...(channels !== undefined && { encoding: channels }),
  };
  if (rtxPayloadType === undefined) return [map];
  return [map, { payload: rtxPayloadType, codec: "rtx", rate }];
}

function fmtps({ payloadType, rtxPayloadType, fmtp }: NegotiatedCodec): readonly SdpFmtp[] {
  return [
    ...(fmtp === undefined ? [] : [{ payload: payloadType, config: fmtp }]),
    ...(rtxPayloadType === undefined
      ? []
      : [{ payload: rtxPayloadType, config: `apt=${payloadType}` }]),
  ];
}

/**
 * The sources of media that we send, and its extensions.
 *
 * @param streamName names the MediaStream in the browser: media of one name is played in sync.
 */
export function writeMediaAttributes(
  { kind, ssrc, rtxSsrc, extensions, trackId = 0 }: NegotiatedMedia,
  streamName: string,
): Partial<SdpMedia> {
  const ext = [...extensions].map(([uri, value]) => ({ value, uri }));
  if (ssrc === undefined) return { ext };
  const ssrcs = rtxSsrc === undefined ? [ssrc] : [ssrc, rtxSsrc];
  return {
    ext,
    msid: [{ id: msidToken(streamName), appdata: `${kind}${trackId}` }],
    ssrcs: ssrcs.map((id): SdpSource => ({ id, attribute: "cname", value: CNAME })),
    ...(ssrcs.length > 1 && { ssrcGroups: [{ semantics: "FID", ssrcs: ssrcs.join(" ") }] }),
  };
}

/** RFC 8830 section 2: up to 64 characters of a token; fewer kinds of them than it allows. */
function msidToken(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_-]/g, "-").slice(0, 64) || "-";
}
