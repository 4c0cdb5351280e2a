import type { Track } from "../../../registry/media/track.ts";
import type { PeerRequest } from "../../../registry/registry.ts";
import { type Context, withFields } from "../../protocol.ts";
import { RtcPackaging } from "../egress/packaging.ts";
import { type RtcReader, Viewer } from "../egress/viewer.ts";
import type { LeftOut } from "../sdp/left_out.ts";
import { offerPublish } from "../sdp/offer.ts";
import { isGoodbye, placeCall } from "./call.ts";
import { parseWhipUrl, type WhipTarget } from "./target.ts";

/**
 * Sends the stream `source` to a server over WHIP, until its publisher ends. See `Protocol.push`.
 *
 * @param url see `parseWhipUrl`.
 * @throws {WhipClientError} @throws {RtcError} @throws {ConnectError} @throws {RegistryError}
 * @throws {ConfigError} the URL is not that of WHIP.
 */
export async function pushWhip(context: Context, source: string, url: URL): Promise<void> {
  const target = parseWhipUrl(url, "whip");
  const request = { name: source, protocol: "webrtc", remote: url.host };
  try {
    const tracks = await tracksOf(context, request);
    if (tracks !== undefined) await send(tracks, request, context, target);
  } catch (error) {
    if (!isGoodbye(error) && !context.signal.aborted) throw error;
  }
}

/**
 * What the stream consists of, once its media flows; `undefined` when it ends before. Asked of the units:
 * of a stream that WebRTC does not carry, no packet would ever come.
 */
async function tracksOf(
  { registry, signal }: Context,
  request: PeerRequest,
): Promise<readonly Track[] | undefined> {
  using reader = await registry.read(request);
  const close = () => reader.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    if (signal.aborted) return undefined;
    const batch = await reader.read();
    return batch?.type === "media" ? batch.description.tracks : undefined;
  } finally {
    signal.removeEventListener("abort", close);
  }
}

async function send(
  tracks: readonly Track[],
  request: PeerRequest,
  context: Context,
  target: WhipTarget,
): Promise<void> {
  const { registry, signal } = context;
  const { clock } = registry;
  const { medias, leftOut } = offerPublish(tracks, newSsrc);
  const late: { viewer?: Viewer } = {};
  await using call = await placeCall({
    context,
    target,
    medias,
    streamName: request.name,
    receiver: { rtp: () => {}, rtcp: (packet) => late.viewer?.rtcp(packet) },
  });
  const { transport } = call;
  const log = withFields(context.log, { stream: request.name, remote: request.remote });
  const reader = await registry.readPackaged(request, new RtcPackaging(clock));
  for (const each of leftOut) tell(each, reader, log);
  const once = untilEnd(reader);
  const viewer = new Viewer({ reader: once, transport, medias: call.medias, clock, log });
  late.viewer = viewer;
  const stop = () => viewer.close();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    await viewer.run();
  } finally {
    signal.removeEventListener("abort", stop);
  }
  transport.signal.throwIfAborted();
}

function tell({ track: { kind, codec }, reason }: LeftOut, reader: RtcReader, log: Context["log"]) {
  reader.note(`The ${kind} (${codec}) is left out: ${reason}`);
  log.info("a track is left out", { kind, codec, reason });
}

/** Ends with the publisher: a server that is sent nothing would keep the name from others. */
function untilEnd(reader: RtcReader): RtcReader {
  return {
    get queued() {
      return reader.queued;
    },
    get counters() {
      return reader.counters;
    },
    get notes() {
      return reader.notes;
    },
    async read() {
      const batch = await reader.read();
      return batch?.type === "end" ? undefined : batch;
    },
    close: () => reader.close(),
    note: (text) => reader.note(text),
    requestKey: () => reader.requestKey(),
    rewind: () => reader.rewind(),
  };
}

function newSsrc(): number {
  const [ssrc = 0] = crypto.getRandomValues(new Uint32Array(1));
  return ssrc;
}
