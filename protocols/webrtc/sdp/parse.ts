/**
 * Reading of offers and answers.
 *
 * @module
 */

// @ts-types="./sdp_transform.d.ts"
import { parse, type SdpAttributes, type SdpMedia, type SdpSession } from "sdp-transform";
import { RtcError } from "../errors.ts";
import { type Candidate, readCandidate } from "./candidate.ts";
import type {
  Fingerprint,
  IceCredentials,
  RemoteDescription,
  RemoteMedia,
  Setup,
} from "./description.ts";
import { MAX_CANDIDATES, MAX_FINGERPRINTS, MAX_SDP_LENGTH, MAX_SECTIONS } from "./limits.ts";
import { invalidSdp, parseMedia, readMid } from "./parse_media.ts";

/**
 * Reads an offer or an answer.
 *
 * @throws {RtcError} "invalid-sdp" when it is none, is over a limit, or needs more than one transport;
 * "no-common-media" when every section is rejected.
 */
export function parseRemote(sdp: string): RemoteDescription {
  const session = parseSession(sdp);
  const bundled = bundledMids(session);
  const medias = session.media.map((media, index) => parseMedia(session, media, index, bundled));
  checkMids(medias.map(({ mid }) => mid));
  const live = medias.filter(({ rejected }) => !rejected).map(({ mid }) => mid);
  if (live.length === 0) {
    throw new RtcError("no-common-media", "Cannot use SDP: every section is rejected");
  }
  if (live.length > 1 && bundled === undefined) {
    throw invalidSdp("it has more than one section but no BUNDLE group");
  }
  const bundle = bundled?.filter((mid) => live.includes(mid)) ?? [];
  checkMux(session.media.filter((_media, index) => isLiveRtp(medias[index])));
  const tagged = session.media[medias.findIndex(({ mid }) => mid === (bundle[0] ?? live[0]))];
  return { bundle, medias, ...parseTransport(sdp, session, tagged ?? session) };
}

/**
 * Reads SDP text as far as its sections go.
 *
 * @throws {RtcError} "invalid-sdp"
 */
function parseSession(sdp: string): SdpSession {
  if (sdp.length > MAX_SDP_LENGTH) {
    throw invalidSdp(`it is longer than ${MAX_SDP_LENGTH} characters`);
  }
  const session = parse(sdp);
  const sections = session.media.length;
  if (sections === 0) throw invalidSdp("it has no section");
  if (sections > MAX_SECTIONS) throw invalidSdp(`it has more than ${MAX_SECTIONS} sections`);
  return session;
}

/**
 * The names in the BUNDLE group, the first of which tells the transport (RFC 9143 section 7.2). ffmpeg
 * names sections there that it does not have.
 */
function bundledMids(session: SdpSession): readonly string[] | undefined {
  const group = session.groups?.find(({ type }) => type === "BUNDLE");
  if (group === undefined) return undefined;
  const mids = new Set(session.media.map(readMid));
  const named = String(group.mids).split(" ").filter((mid) => mids.has(mid));
  return named.length === 0 ? undefined : [...new Set(named)];
}

function checkMids(mids: readonly string[]): void {
  const twice = mids.find((mid, index) => mids.indexOf(mid) !== index);
  if (twice !== undefined) throw invalidSdp(`two sections have the name "${twice}"`);
}

function isLiveRtp(media: RemoteMedia | undefined): boolean {
  return media !== undefined && !media.rejected && media.codecs.length > 0;
}

/** The first one has it; those that are bundled with it follow (RFC 9143 section 7.1.3). */
function checkMux([first]: readonly SdpMedia[]): void {
  if (first !== undefined && first.rtcpMux === undefined) {
    throw invalidSdp("RTP and RTCP are to come apart: a=rtcp-mux is missing");
  }
}

type Transport = Omit<RemoteDescription, "bundle" | "medias">;

/** What the section says of the transport, or where it does not, the session (RFC 8839, RFC 8842). */
function parseTransport(sdp: string, session: SdpSession, media: SdpAttributes): Transport {
  const fingerprints = parseFingerprints(sdp);
  if (fingerprints.length === 0) {
    throw invalidSdp("it has no fingerprint by SHA-256 or a longer hash");
  }
  return {
    ice: parseIce({ ...session, ...media }),
    iceLite: session.icelite !== undefined,
    fingerprints,
    setup: parseSetup(String(media.setup ?? session.setup ?? "actpass")),
    candidates: parseCandidates([...session.candidates ?? [], ...media.candidates ?? []]),
    endOfCandidates: (media.endOfCandidates ?? session.endOfCandidates) !== undefined,
  };
}

/** RFC 8839 section 5.4: 4 characters and 22 at least. Some write others than it allows. */
const UFRAG = /^[\x21-\x7e]{4,256}$/;
const PWD = /^[\x21-\x7e]{22,256}$/;

/** @throws {RtcError} "invalid-sdp" */
function parseIce(attributes: SdpAttributes): IceCredentials {
  const ice = iceCredentials(attributes);
  if (ice === undefined) throw invalidSdp("ice-ufrag or ice-pwd is missing, too short or too long");
  return ice;
}

/** Undefined where they are not whole. */
export function iceCredentials(
  { iceUfrag = "", icePwd = "" }: SdpAttributes,
): IceCredentials | undefined {
  const ice = { ufrag: String(iceUfrag), pwd: String(icePwd) };
  return UFRAG.test(ice.ufrag) && PWD.test(ice.pwd) ? ice : undefined;
}

/** Where nothing is said, the peer takes either role: a client that leaves it out does so. */
function parseSetup(text: string): Setup {
  if (text === "actpass" || text === "active" || text === "passive") return text;
  throw invalidSdp(`setup is "${text}"`);
}

/** The library keeps one of each section, but aiortc writes one by each algorithm. */
const FINGERPRINT =
  /^a=fingerprint:(sha-(?:256|384|512)) ((?:[0-9a-f]{2}:){31,63}[0-9a-f]{2})\s*$/gim;

function parseFingerprints(sdp: string): readonly Fingerprint[] {
  const fingerprints = new Map<string, Fingerprint>();
  for (const [, algorithm = "", value = ""] of sdp.matchAll(FINGERPRINT)) {
    const fingerprint = { algorithm: algorithm.toLowerCase(), value: value.toUpperCase() };
    if (fingerprints.size < MAX_FINGERPRINTS) fingerprints.set(fingerprint.value, fingerprint);
  }
  return [...fingerprints.values()];
}

/** Those for RTP, the first of them: a peer with more finds a way with these. */
function parseCandidates(
  parsed: NonNullable<SdpAttributes["candidates"]>,
): readonly Candidate[] {
  return parsed.map(readCandidate)
    .filter((candidate) => candidate !== undefined)
    .filter(({ component }) => component === 1)
    .slice(0, MAX_CANDIDATES);
}
