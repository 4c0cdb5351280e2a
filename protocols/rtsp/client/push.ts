import type { Description } from "../../../registry/media/track.ts";
import type { PeerRequest } from "../../../registry/registry.ts";
import { resolveControl } from "../../_formats/rtp/sdp_control.ts";
import type { Context } from "../../protocol.ts";
import { TracksChangedError } from "./errors.ts";
import { ClientSession } from "./session.ts";
import { outgoingTracks, writeDescription } from "../describe.ts";
import { formatOf, RtpPackaging } from "../play/packaging.ts";
import { type PlayedTrack, Playing } from "../play/playing.ts";
import type { RelayTarget } from "./relay_target.ts";

/** How often a push looks whether its stream is still the one that was announced. */
const TRACKS_CHECK_MS = 1_000;

/**
 * Sends the stream `source` over one connection, until its publisher ends.
 *
 * @throws {RtspClientError} @throws {ConnectError} @throws {RegistryError}
 * @throws {UnsupportedMediaError} RTP carries none of its tracks.
 */
export async function pushTo(
  remote: RelayTarget,
  context: Context,
  source: string,
): Promise<void> {
  const { registry } = context;
  const request = { name: source, protocol: "rtsp", remote: remote.endpoint.host };
  // From here on nothing is missed, however long the server takes.
  using reader = await registry.readPackaged(request, new RtpPackaging(registry.clock));
  const description = await firstDescription(context, request);
  if (description === undefined) return;
  await using session = await ClientSession.open(remote, context);
  const tracks = await announce(session, remote.endpoint.url, {
    name: source,
    description,
    now: registry.clock.utc(),
  });
  await session.requestAll("RECORD", [["Range", "npt=now-"]]);
  session.keepAlive();
  const { stream } = session.client;
  const playing = new Playing({ reader, stream, clock: registry.clock, tracks, once: true });
  const change = watchTracks(context, source, description);
  try {
    await session.until(Promise.race([playing.run(), change.seen]), reader.signal);
  } finally {
    change.stop();
    await playing.close(true);
  }
}

/** What the stream consists of, once its media flows; `undefined` when it ends before. */
async function firstDescription(
  { registry, signal }: Context,
  request: PeerRequest,
): Promise<Description | undefined> {
  using reader = await registry.read(request);
  const close = () => reader.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    if (signal.aborted) return undefined;
    const batch = await reader.read();
    return batch?.type === "media" ? batch.description : undefined;
  } finally {
    signal.removeEventListener("abort", close);
  }
}

interface Announcement {
  readonly name: string;
  readonly description: Description;
  /** UTC in milliseconds: the id of the session in its description. */
  readonly now: number;
}

/** Announces and sets up every track that RTP carries; gives them by id. */
async function announce(
  session: ClientSession,
  url: string,
  { name, description, now }: Announcement,
): Promise<ReadonlyMap<number, PlayedTrack>> {
  const address = session.client.stream.local.host;
  const body = writeDescription(name, { description }, { address, now });
  await session.request("ANNOUNCE", url, { headers: [["Content-Type", "application/sdp"]], body });
  const tracks = new Map<number, PlayedTrack>();
  for (const out of outgoingTracks(description)) {
    const transport = await session.setup({
      trackId: out.track.id,
      url: resolveControl(url, out.control),
      mode: "record",
    });
    tracks.set(out.track.id, { transport, format: formatOf(out) });
  }
  return tracks;
}

/** Tells when a stream gets or loses tracks: what was announced cannot be changed under way. */
function watchTracks(
  { registry }: Context,
  name: string,
  announced: Description,
): { readonly seen: Promise<never>; stop(): void } {
  const { promise: seen, reject } = Promise.withResolvers<never>();
  const check = () => {
    const current = registry.get(name)?.description.tracks ?? [];
    const isSame = current.length === 0 || idsOf(current) === idsOf(announced.tracks);
    if (isSame) cancel = registry.clock.schedule(TRACKS_CHECK_MS, check);
    else reject(new TracksChangedError(name));
  };
  let cancel = registry.clock.schedule(TRACKS_CHECK_MS, check);
  return { seen, stop: () => cancel() };
}

function idsOf(tracks: Description["tracks"]): string {
  return tracks.map(({ id }) => id).join();
}
