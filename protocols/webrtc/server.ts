import type { Context, Endpoint, Server } from "../protocol.ts";
import { RtcPackaging } from "./egress/packaging.ts";
import { isTurn, stunServerOf, turnServerOf, type WebRtcOptions } from "./options.ts";
import { RtcSessions } from "./session/sessions.ts";
import { mountSignaling, type Signaling } from "./signaling/signaling.ts";
import { createIdentity } from "./transport/dtls/identity.ts";
import { RtcPort } from "./transport/rtc_port.ts";
import { mountWhip } from "./whip/routes.ts";

/**
 * Pictures go out as they come. Sound waits for the next of them, which is less than players buffer of it,
 * and saves a write for each.
 */
const MERGE_MS = 20;

/** Serves WHIP, WHEP and peer signaling, and the media of those who come by them. @throws {ListenError} */
export async function serveWebRtc(context: Context, options: WebRtcOptions): Promise<Server> {
  const { port: ports, iceServers, waitLimit } = options;
  if (ports === false) return { endpoints: [], close: () => Promise.resolve() };
  const { registry: { clock }, http } = context;
  const port = await openPort(context, options, ports);
  const packaging = new RtcPackaging(clock);
  const sessions = new RtcSessions({ context, port, packaging, mergeMs: MERGE_MS });
  mountWhip(http, { answerer: sessions, clock, iceServers, waitLimit });
  const endpoints: Endpoint[] = [{ scheme: "webrtc", address: port.address }];
  let signaling: Signaling | undefined;
  const close = async () => {
    await signaling?.close();
    await sessions.close();
    await port.close();
  };
  try {
    signaling = await openSignaling(context, options, sessions, endpoints);
  } catch (error) {
    await close();
    throw error;
  }
  return { endpoints, close };
}

function openPort(
  context: Context,
  options: WebRtcOptions,
  ports: readonly number[],
): Promise<RtcPort> {
  const { registry: { clock }, transport, log } = context;
  const { tcp, publicHosts, maxSessions, timeout } = options;
  const stunServer = stunServerOf(options);
  const turnServer = turnServerOf(options);
  const forPeers = options.iceServers.flatMap(({ urls }) => urls.filter(isTurn));
  if (turnServer === undefined && forPeers.length > 0) {
    const reason = "only turn: over UDP with username and credential is used by the gateway itself";
    log.warn("WebRTC is not relayed", { servers: forPeers.join(" "), reason });
  }
  return RtcPort.open({
    transport,
    clock,
    log,
    host: options.host ?? context.host,
    ports,
    identity: createIdentity(clock.utc()),
    tcp,
    publicHosts,
    ...(stunServer && { stunServer }),
    ...(turnServer && { turnServer }),
    maxPeers: maxSessions,
    silentMs: timeout * 1000,
  });
}

async function openSignaling(
  { registry, transport, log, http, host }: Context,
  { signaling: { enabled, port: ports, maxPeers }, ...options }: WebRtcOptions,
  answerer: RtcSessions,
  endpoints: Endpoint[],
): Promise<Signaling | undefined> {
  if (!enabled) return undefined;
  const signaling = mountSignaling(http, { registry, answerer, log, maxPeers });
  if (ports === false) return signaling;
  try {
    endpoints.push(await signaling.listen({ transport, host: options.host ?? host, ports }));
    return signaling;
  } catch (error) {
    await signaling.close();
    throw error;
  }
}
