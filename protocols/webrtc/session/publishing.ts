import type { Publisher } from "../../../registry/publisher.ts";
import { ThrottledLog } from "../../protocol.ts";
import { RtcError } from "../errors.ts";
import { KEY_INTERVAL_MS } from "../ingest/key_timer.ts";
import { PublisherIngest } from "../ingest/publisher_ingest.ts";
import type { RtcOffer, RtcSession } from "../rtc_session.ts";
import type { RtcTransport } from "../rtc_transport.ts";
import type { RemoteDescription } from "../sdp/description.ts";
import { negotiatePublish } from "../sdp/negotiate_publish.ts";
import type { Negotiation } from "../sdp/negotiation.ts";
import type { RtcPeer } from "../transport/rtc_peer.ts";
import { AnsweredSession } from "./answered_session.ts";
import type { SessionParts } from "./parts.ts";

/**
 * Answers a peer that wants to publish. The name is taken with the answer: a second peer is told at once.
 *
 * @param onRunning given what goes on until the session is over; never rejects.
 * @throws {RegistryError} the name is taken, reserved, or not for this peer.
 * @throws {RtcError}
 */
export async function answerPublisher(
  offer: RtcOffer,
  remote: RemoteDescription,
  parts: SessionParts,
  onRunning: (running: Promise<void>) => void,
): Promise<RtcSession> {
  const negotiation = negotiatePublish(remote);
  let publishing: Publishing | undefined;
  const publisher = await parts.context.registry.publish(
    offer.request,
    canMakeKeys(negotiation) ? { requestKey: () => publishing?.requestKey() } : {},
  );
  try {
    publishing = new Publishing(offer, remote, negotiation, publisher, parts);
    onRunning(publishing.run());
    return publishing.session;
  } catch (error) {
    publisher.close();
    throw error;
  }
}

/** Whether the peer has agreed to be asked for key pictures. */
function canMakeKeys({ medias }: Negotiation): boolean {
  return medias.some(({ kind, codecs }) =>
    kind === "video" &&
    codecs.some(({ feedback }) => feedback.pictureLoss || feedback.fullIntraRequest)
  );
}

/** One peer that publishes, from its answer to its end. */
class Publishing {
  readonly session: AnsweredSession;
  readonly #remote: RemoteDescription;
  readonly #publisher: Publisher;
  readonly #peer: RtcPeer;
  readonly #ingest: PublisherIngest;
  #transport: RtcTransport | undefined;

  constructor(
    { request, reachedAt }: RtcOffer,
    remote: RemoteDescription,
    negotiation: Negotiation,
    publisher: Publisher,
    { context: { log, registry: { clock } }, port }: SessionParts,
  ) {
    this.#remote = remote;
    this.#publisher = publisher;
    const { name: streamName } = request;
    this.#ingest = new PublisherIngest({
      medias: negotiation.medias,
      sink: publisher,
      clock,
      keyIntervalMs: KEY_INTERVAL_MS,
      trouble: new ThrottledLog(
        () => clock.now(),
        (message, fields) => log.warn(message, { stream: publisher.name, ...fields }),
      ),
      // Of a path that has ended, `run` is told.
      sendRtcp: (packet) => void this.#transport?.sendRtcp(packet).catch(() => {}),
    });
    try {
      this.#peer = port.createPeer({ role: "controlled", reachedAt, receiver: this.#ingest });
    } catch (error) {
      this.#ingest.close();
      throw error;
    }
    this.session = new AnsweredSession({ peer: this.#peer, remote, negotiation, streamName });
  }

  requestKey(): void {
    this.#ingest.requestKey();
  }

  /** Connects and receives, until one side ends it. Never rejects: the peer's signal has the reason. */
  async run(): Promise<void> {
    const { signal } = this.#publisher;
    const cut = () => this.#peer.close(signal.reason);
    signal.addEventListener("abort", cut);
    if (signal.aborted) cut();
    try {
      this.#peer.addRemote(this.#remote);
      this.#transport = await this.#peer.connect(this.#remote);
      await ended(this.#peer.signal);
    } catch {
      // The reason is that of the signal.
    } finally {
      signal.removeEventListener("abort", cut);
      this.#ingest.close();
      this.#publisher.close({ resumable: this.#mayReturn });
    }
  }

  /** A lost path may come back as another session; whoever says goodbye, or never came, does not. */
  get #mayReturn(): boolean {
    const { reason } = this.#peer.signal;
    return this.#transport !== undefined && reason instanceof RtcError &&
      reason.code === "ice-failed";
  }
}

function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
}
