import type { Description } from "../../registry/media/track.ts";
import { StreamNotFoundError } from "../../registry/errors.ts";
import type { PeerRequest } from "../../registry/registry.ts";
import { describeMedias } from "../_formats/rtp/sdp_tracks.ts";
import { parseSdp } from "../_formats/rtp/sdp.ts";
import { SdpError } from "../_formats/rtp/sdp_errors.ts";
import { type SdpTrack, sdpTracks, writeSdp } from "../_formats/rtp/sdp_tracks.ts";
import type { Context } from "../protocol.ts";
import { ServiceUnavailableError, UnsupportedMediaError } from "./errors.ts";
import { type NptRange, writeRange } from "./headers/range.ts";
import type { IncomingTrack } from "./ingest/incoming_track.ts";
import { controlOf } from "./play/packaging.ts";

/** What can be played of a live stream. */
const LIVE: NptRange = { type: "npt", start: "now" };

/** The media type of descriptions. */
export const SDP_TYPE = "application/sdp";

export interface DescribeOptions {
  /** How long a publisher is waited for. */
  readonly waitMs: number;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/**
 * Waits until a stream is there and tells what it consists of.
 *
 * @throws {RegistryError} when it does not come, or must not be read.
 * @throws {ServiceUnavailableError} when `signal` was aborted first.
 */
async function describeStream(
  { registry }: Context,
  request: PeerRequest,
  { waitMs, signal }: DescribeOptions,
): Promise<Description> {
  // Whoever is not let in learns nothing, also of a stream that is there.
  using reader = await registry.read(request, { patienceMs: waitMs });
  const known = registry.get(request.name)?.description;
  if (known !== undefined && known.tracks.length > 0) return known;
  const leave = () => reader.close();
  signal.addEventListener("abort", leave);
  if (signal.aborted) leave();
  try {
    const batch = await reader.read();
    if (batch?.type === "media") return batch.description;
    if (signal.aborted) throw new ServiceUnavailableError("the connection is ending");
    throw new StreamNotFoundError(request.name);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

/** What a name consists of, and what of it can be played. */
export interface Described {
  readonly description: Description;
  /** Absent for a live stream. */
  readonly range?: NptRange;
}

/**
 * Tells what a recording consists of, or else, as soon as it is there, a live stream.
 *
 * @throws {RegistryError} @throws {ServiceUnavailableError}
 */
export async function describeName(
  context: Context,
  request: PeerRequest,
  options: DescribeOptions,
): Promise<Described> {
  using recorded = await context.registry.openRecording(request);
  if (recorded === undefined) {
    return { description: await describeStream(context, request, options) };
  }
  const { description, durationMs } = recorded.recording;
  return { description, range: { type: "npt", start: 0, end: durationMs } };
}

/** The tracks of a stream that RTP can carry, as they are described and sent. */
export function outgoingTracks({ tracks }: Description): readonly SdpTrack[] {
  return sdpTracks(tracks, controlOf);
}

/** The body of a DESCRIBE response. @throws {UnsupportedMediaError} when RTP carries no track. */
export function writeDescription(
  name: string,
  { description, range = LIVE }: Described,
  { address, now }: { readonly address: string; readonly now: number },
): Uint8Array {
  const tracks = outgoingTracks(description);
  if (tracks.length === 0) {
    const codecs = description.tracks.map(({ codec }) => codec).join(", ");
    throw new UnsupportedMediaError(`RTP does not carry ${codecs}`);
  }
  const sdp = writeSdp(tracks, {
    sessionId: String(now),
    sessionVersion: 1,
    address,
    title: name,
    range: writeRange(range),
  });
  return new TextEncoder().encode(sdp);
}

/** The tracks of an ANNOUNCE. @throws {UnsupportedMediaError} when there is none to take. */
export function announcedTracks(body: Uint8Array): readonly IncomingTrack[] {
  try {
    const candidates = describeMedias(parseSdp(new TextDecoder().decode(body)));
    if (candidates.length === 0) throw new UnsupportedMediaError("it has no media of RTP");
    return candidates.map((candidate, index) => ({
      ...candidate,
      track: { ...candidate.track, id: index + 1 },
    }));
  } catch (error) {
    throw error instanceof SdpError ? new UnsupportedMediaError(error.message) : error;
  }
}
