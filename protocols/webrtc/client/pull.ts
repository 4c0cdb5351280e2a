import { type Context, ThrottledLog } from "../../protocol.ts";
import { PublisherIngest } from "../ingest/publisher_ingest.ts";
import { offerRead } from "../sdp/offer.ts";
import { Arrivals } from "./arrivals.ts";
import { type Call, isGoodbye, placeCall } from "./call.ts";
import { parseWhipUrl } from "./target.ts";

/**
 * Fetches a stream over WHEP and publishes it as `target`, until the server ends it. See
 * `Protocol.pull`.
 *
 * @param url see `parseWhipUrl`.
 * @throws {WhipClientError} @throws {RtcError} @throws {ConnectError} @throws {RegistryError}
 * @throws {ConfigError} the URL is not that of WHEP.
 */
export async function pullWhep(
  context: Context,
  url: URL,
  target: string,
): Promise<void> {
  const arrivals = new Arrivals(context.registry.clock);
  await using call = await placeCall({
    context,
    target: parseWhipUrl(url, "whep"),
    medias: offerRead(),
    streamName: target,
    receiver: arrivals,
  });
  const silent = new AbortController();
  const cancel = arrivals.watch((error) => silent.abort(error));
  const over = AbortSignal.any([context.signal, call.transport.signal, silent.signal]);
  try {
    await untilAborted(over, arrivals.first);
    await publish({ call, arrivals, over, host: url.host }, context, target);
  } catch (error) {
    if (!isGoodbye(error) && !context.signal.aborted) throw error;
  } finally {
    cancel();
  }
}

interface Arrival {
  readonly call: Call;
  readonly arrivals: Arrivals;
  /** Aborted when no more comes. */
  readonly over: AbortSignal;
  readonly host: string;
}

/** Publishes what arrives, until that ends or the registry ends it. */
async function publish(
  { call: { medias, transport }, arrivals, over, host }: Arrival,
  { registry, log }: Context,
  target: string,
): Promise<void> {
  const { clock } = registry;
  let ingest: PublisherIngest | undefined;
  const publisher = await registry.publish(
    { name: target, protocol: "webrtc", remote: host },
    { requestKey: () => ingest?.requestKey() },
  );
  try {
    ingest = new PublisherIngest({
      medias,
      sink: publisher,
      clock,
      trouble: new ThrottledLog(
        () => clock.now(),
        (message, fields) => log.warn(message, { stream: target, ...fields }),
      ),
      // What cannot be sent is lost, as on the way; of a path that has ended, `over` tells.
      sendRtcp: (packet) => void transport.sendRtcp(packet).catch(() => {}),
    });
    arrivals.attach(ingest);
    await untilAborted(AbortSignal.any([over, publisher.signal]));
  } finally {
    ingest?.close();
    publisher.close({ resumable: over.aborted && !isGoodbye(over.reason) });
  }
}

/** Waits for `done`. @throws the reason of the signal, when it is aborted before. */
async function untilAborted(signal: AbortSignal, done?: Promise<void>): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const stop = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    await (done === undefined ? aborted.promise : Promise.race([done, aborted.promise]));
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
