import type { Context } from "../../protocol.ts";
import { RtcError } from "../errors.ts";
import type { NegotiatedMedia } from "../negotiated.ts";
import type { RtcReceiver, RtcTransport } from "../rtc_transport.ts";
import { newOrigin } from "../sdp/local.ts";
import { negotiateAnswer } from "../sdp/negotiate_answer.ts";
import { writeOffer } from "../sdp/offer.ts";
import { parseRemote } from "../sdp/parse.ts";
import { createIdentity } from "../transport/dtls/identity.ts";
import { RtcPort } from "../transport/rtc_port.ts";
import { HttpResource } from "./http_resource.ts";
import type { WhipTarget } from "./target.ts";

/** A server without a sign of life for so long is gone. */
const SILENT_MS = 15_000;

/** An offer of ours that was answered, and the path that came of it. */
export interface Call extends AsyncDisposable {
  /** As far as the server agrees to what was offered. */
  readonly medias: readonly NegotiatedMedia[];
  readonly transport: RtcTransport;
}

/** What of a module's context a call takes. */
export type CallContext =
  & Pick<Context, "transport" | "log" | "host" | "signal">
  & { readonly registry: Pick<Context["registry"], "clock"> };

export interface CallParts {
  readonly context: CallContext;
  readonly target: WhipTarget;
  /** What is offered; see `offerRead` and `offerPublish`. */
  readonly medias: readonly NegotiatedMedia[];
  /** Names the media that is sent. */
  readonly streamName: string;
  readonly receiver: RtcReceiver;
}

/**
 * Offers media to a server, and opens the path to it. Says goodbye when it is disposed of.
 *
 * @throws {WhipClientError} @throws {RtcError} @throws {ConnectError} @throws {ListenError}
 */
export async function placeCall(parts: CallParts): Promise<Call> {
  const { context, target, medias, streamName, receiver } = parts;
  const { transport, registry: { clock }, signal } = context;
  await using open = new AsyncDisposableStack();
  const port = open.adopt(await openPort(context), (port) => port.close());
  const peer = open.adopt(
    port.createPeer({ role: "controlling", receiver }),
    (peer) => peer.close(),
  );
  const { ice, fingerprint, candidates } = peer;
  const local = { ice, fingerprint, setup: "actpass", candidates, endOfCandidates: true } as const;
  const offer = writeOffer({ medias, local, origin: newOrigin(), streamName });
  const resource = open.adopt(
    await HttpResource.open(target, offer, { transport, clock, signal }),
    (resource) => resource.close(),
  );
  const remote = parseRemote(resource.answer);
  const agreed = negotiateAnswer(medias, remote);
  peer.addRemote(remote);
  const path = await peer.connect(remote, signal);
  const ends = open.move();
  return { medias: agreed, transport: path, [Symbol.asyncDispose]: () => ends.disposeAsync() };
}

/** One for each call: servers may tell calls apart by where they come from. */
async function openPort(
  { transport, registry: { clock }, log, host }: CallContext,
): Promise<RtcPort> {
  return await RtcPort.open({
    transport,
    clock,
    log,
    host,
    ports: [0],
    identity: createIdentity(clock.utc()),
    maxPeers: 1,
    silentMs: SILENT_MS,
  });
}

/** Whether a path has ended because the other side wanted that. */
export function isGoodbye(reason: unknown): boolean {
  return reason instanceof RtcError && reason.code === "ended";
}
