import { type Context, ThrottledLog } from "../../protocol.ts";
import { RtspRefusedError } from "./errors.ts";
import { ClientSession } from "./session.ts";
import { punchHole } from "./transport.ts";
import type { HeaderField } from "../fields.ts";
import { parseRtpInfo } from "../headers/rtp_info.ts";
import { Intake } from "./intake.ts";
import type { RtspResponse } from "../message.ts";
import type { ReceivedTrack } from "../ingest/reception.ts";
import type { RelayTarget } from "./relay_target.ts";
import { announcedTimes, readDescription, type RemoteDescription } from "./remote_description.ts";

/** How long UDP may stay silent before TCP is tried, and how long anything else may. */
const UDP_TRIAL_MS = 3_000;
const FIRST_PACKET_MS = 10_000;

/** What servers that do not know a range answer: recorders with wall clock alone, encoders with none. */
const RANGE_STATUSES: readonly number[] = [400, 456, 457];

/**
 * Fetches a stream over one connection, and publishes it as `target`.
 *
 * @throws {RtspNoMediaError} where nothing comes, so that another transport may be tried.
 * @throws {RtspClientError} @throws {ConnectError} @throws {RegistryError}
 */
export async function pullFrom(
  remote: RelayTarget,
  context: Context,
  target: string,
): Promise<void> {
  await using session = await ClientSession.open(remote, context);
  const { url } = remote.endpoint;
  const headers: HeaderField[] = [["Accept", "application/sdp"]];
  const description = readDescription(await session.request("DESCRIBE", url, { headers }), url);
  session.useAggregate(description.url);
  using intake = new Intake(await setUp(session, description), context.registry.clock);
  session.client.listen(intake.frame);
  const answer = await play(session, description.range ?? "");
  session.keepAlive();
  const isTrial = remote.transport === undefined;
  await session.until(intake.first(isTrial ? UDP_TRIAL_MS : FIRST_PACKET_MS));
  const infos = parseRtpInfo(answer.headers.get("RTP-Info") ?? "");
  const times = announcedTimes(infos, description.tracks);
  await publish({ session, intake, times }, remote, context, target);
}

async function setUp(
  session: ClientSession,
  { tracks }: RemoteDescription,
): Promise<readonly ReceivedTrack[]> {
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

/** Starts the flow. @param range that of the description. */
async function play(session: ClientSession, range: string): Promise<RtspResponse> {
  const from = range.replaceAll(" ", "").startsWith("npt=now") ? "npt=now-" : "npt=0.000-";
  try {
    return await session.requestAll("PLAY", [["Range", from]]);
  } catch (error) {
    const isOfRange = error instanceof RtspRefusedError && RANGE_STATUSES.includes(error.status);
    if (!isOfRange) throw error;
    return await session.requestAll("PLAY");
  }
}

interface Arrival {
  readonly session: ClientSession;
  readonly intake: Intake;
  /** Timestamps of RTP-Info, by index of the track. */
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
