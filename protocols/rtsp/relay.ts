import type { Description } from "../../registry/media/track.ts";
import type { PeerRequest } from "../../registry/registry.ts";
import { resolveControl } from "../_formats/rtp/sdp_control.ts";
import { ListenError } from "../_transport/errors.ts";
import { type Context, ThrottledLog } from "../protocol.ts";
import {
  RtspClientError,
  RtspNoMediaError,
  RtspRedirectError,
  RtspRedirectLimitError,
  RtspRefusedError,
  TracksChangedError,
} from "./client_errors.ts";
import { ClientSession } from "./client_session.ts";
import { punchHole } from "./client_transport.ts";
import { outgoingTracks, writeDescription } from "./describe.ts";
import { RtspHeaderError, RtspUrlError } from "./errors.ts";
import type { HeaderField } from "./fields.ts";
import { parseRtpInfo } from "./headers/rtp_info.ts";
import { Intake } from "./intake.ts";
import { formatOf, RtpPackaging } from "./packaging.ts";
import { type PlayedTrack, Playing } from "./playing.ts";
import type { ReceivedTrack } from "./reception.ts";
import { parseRelayUrl, redirectedTarget, type RelayTarget } from "./relay_target.ts";
import { announcedTimes, readDescription, type RemoteDescription } from "./remote_description.ts";

/** Servers that a stream may be handed through. */
const MAX_REDIRECTS = 5;

/** How long UDP may stay silent before TCP is tried, and how long anything else may. */
const UDP_TRIAL_MS = 3_000;
const FIRST_PACKET_MS = 10_000;

/** How often a push looks whether its stream is still the one that was announced. */
const TRACKS_CHECK_MS = 1_000;

const SDP = "application/sdp";

/**
 * Fetches `url` and publishes it as `target`, until the server says goodbye. See `Protocol.pull`.
 *
 * The fragment of the URL says how the packets come: `#udp`, `#tcp`, `#http` (through a tunnel, on the
 * port of the URL), `#multicast`. Without one it is UDP, and TCP where the server refuses that or nothing
 * has come for three seconds; with `rtsps:` it is TCP. The server gets to see neither fragment nor user.
 *
 * @throws {RtspClientError} @throws {RtspUrlError} @throws {ConnectError} @throws {RegistryError}
 */
export async function pullRtsp(context: Context, url: URL, target: string): Promise<void> {
  await unlessAborted(context, () =>
    followRedirects(parseRelayUrl(url), async (remote) => {
      try {
        await pullOver(remote, context, target);
      } catch (error) {
        if (remote.transport !== undefined || !isOfTransport(error)) throw error;
        const { message: reason } = error;
        context.log.info("RTSP over UDP failed, trying TCP", { stream: target, reason });
        await pullOver({ ...remote, transport: "tcp" }, context, target);
      }
    }));
}

/** Whether another transport may do better. */
function isOfTransport(error: unknown): error is Error {
  if (error instanceof RtspHeaderError) return error.header === "Transport";
  if (error instanceof RtspNoMediaError || error instanceof ListenError) return true;
  return error instanceof RtspClientError && error.request === "SETUP" &&
    !(error instanceof RtspRedirectError);
}

/** What is being stopped has not failed, whatever its waits end with. */
async function unlessAborted({ signal }: Context, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function followRedirects(
  target: RelayTarget,
  attempt: (target: RelayTarget) => Promise<void>,
): Promise<void> {
  let remote = target;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    try {
      return await attempt(remote);
    } catch (error) {
      if (!(error instanceof RtspRedirectError)) throw error;
      remote = redirectedTarget(remote, error.location);
    }
  }
  throw new RtspRedirectLimitError(MAX_REDIRECTS);
}

async function pullOver(remote: RelayTarget, context: Context, target: string): Promise<void> {
  const { registry: { clock }, signal } = context;
  await using session = await ClientSession.open(remote, context);
  const { url } = remote.endpoint;
  const headers: HeaderField[] = [["Accept", SDP]];
  const description = readDescription(await session.request("DESCRIBE", url, { headers }), url);
  session.useAggregate(description.url);
  using intake = new Intake(await setUp(session, description), clock);
  session.client.listen(intake.frame);
  const times = await play(session, description);
  session.keepAlive();
  const isTrial = remote.transport === undefined;
  await session.until(intake.first(isTrial ? UDP_TRIAL_MS : FIRST_PACKET_MS), signal);
  await publish({ session, intake, times }, remote, context, target);
}

async function setUp(session: ClientSession, { tracks }: RemoteDescription) {
  const received: ReceivedTrack[] = [];
  for (const { incoming, url } of tracks) {
    const { track, media: { connection, port } } = incoming;
    const transport = await session.setup({
      trackId: track.id,
      url,
      mode: "play",
      ...(connection && { group: { address: connection.address, port } }),
    });
    punchHole(transport);
    received.push({ incoming, transport });
  }
  return received;
}

/** Starts the flow; gives the timestamps that the server tells. */
async function play(session: ClientSession, { tracks, range = "" }: RemoteDescription) {
  const { headers } = await requestPlay(session, range);
  return announcedTimes(parseRtpInfo(headers.get("RTP-Info") ?? ""), tracks);
}

async function requestPlay(session: ClientSession, range: string) {
  const from = range.replaceAll(" ", "").startsWith("npt=now") ? "npt=now-" : "npt=0.000-";
  try {
    return await session.requestAll("PLAY", [["Range", from]]);
  } catch (error) {
    // Recorders that only know wall clock, and encoders that know no ranges at all.
    const isOfRange = error instanceof RtspRefusedError && RANGE_STATUSES.includes(error.status);
    if (!isOfRange) throw error;
    return await session.requestAll("PLAY");
  }
}

const RANGE_STATUSES: readonly number[] = [400, 456, 457];

interface Arrival {
  readonly session: ClientSession;
  readonly intake: Intake;
  readonly times: ReadonlyMap<number, number>;
}

/** Publishes what arrives. The name is taken only now: a source that sends nothing holds none. */
async function publish(
  { session, intake, times }: Arrival,
  { endpoint: { host } }: RelayTarget,
  { registry, log, signal }: Context,
  target: string,
): Promise<void> {
  const publisher = await registry.publish({ name: target, protocol: "rtsp", remote: host });
  let isOrderly = false;
  try {
    const trouble = new ThrottledLog(
      () => registry.clock.now(),
      (message, fields) => log.warn(message, { stream: target, ...fields }),
    );
    const { stream } = session.client;
    intake.publish({ sink: publisher, stream, clock: registry.clock, trouble }, times);
    await session.until(intake.over, publisher.signal);
    isOrderly = true;
  } finally {
    intake.close();
    publisher.close({ resumable: !isOrderly && !signal.aborted });
  }
}

/**
 * Sends the stream `source` to `url`, until its publisher ends. See `Protocol.push`.
 *
 * The fragment of the URL says how the packets go: `#tcp` (the default), `#udp`, `#http`.
 *
 * @throws {RtspClientError} @throws {RtspUrlError} @throws {ConnectError} @throws {RegistryError}
 */
export async function pushRtsp(context: Context, source: string, url: URL): Promise<void> {
  await unlessAborted(context, () =>
    followRedirects(parseRelayUrl(url), async (remote) => {
      if (remote.transport === "multicast") {
        throw new RtspUrlError("a stream is not pushed by multicast", "fragment");
      }
      const request = { name: source, protocol: "rtsp", remote: remote.endpoint.host };
      await pushOver(remote, request, context);
    }));
}

async function pushOver(
  remote: RelayTarget,
  request: PeerRequest,
  context: Context,
): Promise<void> {
  const { registry, signal } = context;
  const { clock } = registry;
  // From here on nothing is missed, however long the server takes.
  using reader = await registry.readPackaged(request, new RtpPackaging(clock));
  const description = await firstDescription(context, request);
  if (description === undefined) return;
  await using session = await ClientSession.open({ transport: "tcp", ...remote }, context);
  const tracks = await announce(session, remote, request.name, description, clock.utc());
  await session.requestAll("RECORD", [["Range", "npt=now-"]]);
  session.keepAlive();
  const { stream } = session.client;
  const playing = new Playing({ reader, stream, clock, tracks, once: true });
  const change = watchTracks(context, request.name, description);
  try {
    await session.until(Promise.race([playing.run(), change.seen]), reader.signal);
  } finally {
    change.stop();
    await playing.close(true);
  }
  signal.throwIfAborted();
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

/** Announces and sets up every track that RTP carries. */
async function announce(
  session: ClientSession,
  { endpoint: { url } }: RelayTarget,
  name: string,
  description: Description,
  now: number,
) {
  const address = session.client.stream.local.host;
  const body = writeDescription(name, description, { address, now });
  await session.request("ANNOUNCE", url, { headers: [["Content-Type", SDP]], body });
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
function watchTracks({ registry }: Context, name: string, announced: Description) {
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
