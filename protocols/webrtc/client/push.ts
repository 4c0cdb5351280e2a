import type { Description } from "../../../registry/media/track.ts";
import type { ReadBatch, Reader } from "../../../registry/reader.ts";
import { type Context, withFields } from "../../protocol.ts";
import { type RtcItem, RtcPackaging } from "../egress/packaging.ts";
import { Viewer } from "../egress/viewer.ts";
import { newSsrc } from "../sdp/local.ts";
import { offerPublish } from "../sdp/offer.ts";
import { tellLeftOut } from "../session/left_out.ts";
import { isGoodbye, placeCall } from "./call.ts";
import { parseWhipUrl, type WhipTarget } from "./target.ts";

/**
 * What lies between the last packet and the goodbye, which comes by HTTP: a busy server would hear it
 * first, and what is still to be read of the last picture would be lost.
 */
const ARRIVAL_MS = 250;

/**
 * Sends the stream `source` to a server over WHIP, until its publisher ends. See `Protocol.push`.
 *
 * @param url see `parseWhipUrl`.
 * @throws {WhipClientError} @throws {RtcError} @throws {ConnectError} @throws {RegistryError}
 * @throws {ConfigError} the URL is not that of WHIP.
 */
export async function pushWhip(context: Context, source: string, url: URL): Promise<void> {
  const target = parseWhipUrl(url, "whip");
  const { registry, signal } = context;
  const request = { name: source, protocol: "webrtc", remote: url.host };
  using reader = await registry.readPackaged(request, new RtcPackaging(registry.clock));
  const leave = () => reader.close();
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();
  try {
    const description = await reader.described();
    if (description !== undefined) await send(description, reader, context, target);
  } catch (error) {
    if (!isGoodbye(error) && !signal.aborted) throw error;
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

async function send(
  { tracks }: Description,
  reader: Reader<ReadBatch<RtcItem>>,
  context: Context,
  target: WhipTarget,
): Promise<void> {
  const { name: streamName, peer: { remote } } = reader;
  const log = withFields(context.log, { stream: streamName, remote });
  const { medias, leftOut } = offerPublish(tracks, newSsrc);
  tellLeftOut(leftOut, reader, log);
  const late: { viewer?: Viewer } = {};
  await using call = await placeCall({
    context,
    target,
    medias,
    streamName,
    receiver: { rtp: () => {}, rtcp: (packet) => late.viewer?.rtcp(packet) },
  });
  const { transport } = call;
  // What came while the call was placed is old: it begins where a new reader does.
  reader.rewind();
  const { clock } = context.registry;
  late.viewer = new Viewer({
    reader,
    transport,
    medias: call.medias,
    clock,
    log,
    isServer: true,
  });
  await late.viewer.run();
  transport.signal.throwIfAborted();
  await arrival(context);
}

/** Lets the last packets arrive. */
async function arrival({ registry: { clock }, signal }: Context): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const leave = () => resolve();
  const cancel = clock.schedule(ARRIVAL_MS, leave);
  signal.addEventListener("abort", leave);
  if (signal.aborted) leave();
  await promise;
  cancel();
  signal.removeEventListener("abort", leave);
}
