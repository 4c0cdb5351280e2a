/**
 * Which track the URL of a SETUP means. Clients build it in many ways: behind the URL that they were
 * given or behind that of Content-Base, behind the path or behind the query, or as the description says.
 *
 * @module
 */
import type { Registry } from "../../../registry/registry.ts";
import { StreamNotFoundError } from "../../../registry/errors.ts";
import { outgoingTracks } from "../describe.ts";
import { AggregateNotAllowedError, TrackNotFoundError } from "../errors.ts";
import type { IncomingTrack } from "../ingest/incoming_track.ts";
import { formatOf } from "../play/packaging.ts";
import type { RtspSession, SessionTrack } from "../session.ts";
import { splitTrack, streamOf, trackControl } from "../url.ts";

/** Whether a SETUP without session is for the stream that was announced before. */
export function isForAnnounced(url: string, session: RtspSession): boolean {
  const { announced = [], identity: { target } } = session;
  if (announced.some((track) => isControlOf(url, track))) return true;
  const { name } = streamOf(url);
  return name === target.name || name.startsWith(`${target.name}/`);
}

/**
 * The track that a SETUP is about.
 *
 * @throws {AggregateNotAllowedError} the URL names none, and there are several.
 * @throws {TrackNotFoundError} @throws {StreamNotFoundError}
 */
export function trackToSetUp(url: string, session: RtspSession, registry: Registry): SessionTrack {
  return session.announced === undefined
    ? trackToPlay(url, session, registry)
    : trackToRecord(url, session, session.announced);
}

function trackToRecord(
  url: string,
  session: RtspSession,
  announced: readonly IncomingTrack[],
): SessionTrack {
  const named = announced.find((track) => isControlOf(url, track));
  if (named !== undefined) return named.track;
  const [first] = announced;
  if (announced.length === 1 && first !== undefined) return first.track;
  // Deviation: a description without controls is set up track by track all the same, in its order.
  const next = announced.find(({ media, track }) =>
    media.control === undefined && !session.hasTrack(track.id)
  );
  if (next !== undefined) return next.track;
  throw new AggregateNotAllowedError("SETUP");
}

/** Controls are compared as written: absolute ones as a whole, relative ones as the end of the URL. */
function isControlOf(url: string, { media: { control } }: IncomingTrack): boolean {
  const asked = url.replace(/\/$/, "");
  return control !== undefined && (asked === control || asked.endsWith(`/${control}`));
}

function trackToPlay(url: string, session: RtspSession, registry: Registry): SessionTrack {
  const { name } = session.identity.target;
  const description = session.recorded ?? registry.get(name)?.description;
  if (description === undefined) throw new StreamNotFoundError(name);
  const tracks = outgoingTracks(description);
  const target = splitTrack(streamOf(url));
  // RFC 2326 section 10.4: a session has the tracks of one stream.
  if (target !== undefined && target.name !== name) throw new AggregateNotAllowedError("SETUP");
  const found = target === undefined && tracks.length === 1
    ? tracks[0]
    : tracks.find(({ track }) => trackControl(track.id) === target?.control);
  if (found !== undefined) return { id: found.track.id, format: formatOf(found) };
  if (target === undefined && tracks.length > 0) throw new AggregateNotAllowedError("SETUP");
  throw new TrackNotFoundError(url);
}
