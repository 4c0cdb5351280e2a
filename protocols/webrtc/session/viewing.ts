import type { ReadBatch, Reader } from "../../../registry/reader.ts";
import type { Track } from "../../../registry/media/track.ts";
import type { Cancel } from "../../../registry/clock.ts";
import { StreamNotFoundError } from "../../../registry/errors.ts";
import { withFields } from "../../protocol.ts";
import type { RtcItem } from "../egress/packaging.ts";
import { Viewer } from "../egress/viewer.ts";
import type { RtcOffer, RtcSession } from "../rtc_session.ts";
import type { RtcTransport } from "../rtc_transport.ts";
import type { RemoteDescription } from "../sdp/description.ts";
import { negotiateRead, type ReadNegotiation } from "../sdp/negotiate_read.ts";
import { newSsrc } from "../sdp/local.ts";
import { AnsweredSession } from "./answered_session.ts";
import { tellLeftOut } from "./left_out.ts";
import type { SessionParts } from "./parts.ts";

type StreamReader = Reader<ReadBatch<RtcItem>>;

/** How often a reader whose peer connects goes on: else it would be taken for slow, and told so. */
const FRESH_MS = 1000;

/**
 * Answers a peer that wants to be sent a stream.
 *
 * @param onRunning given what goes on until the session is over; never rejects.
 * @throws {RegistryError} the stream does not come, or may not be read.
 * @throws {RtcError}
 */
export async function answerViewer(
  offer: RtcOffer,
  remote: RemoteDescription,
  parts: SessionParts,
  onRunning: (running: Promise<void>) => void,
): Promise<RtcSession> {
  const { registry, log } = parts.context;
  const reader = await registry.readPackaged(offer.request, parts.packaging, {
    mergeMs: parts.mergeMs,
    patienceMs: offer.waitMs ?? 0,
  });
  try {
    const tracks = await tracksOf(reader, offer.signal);
    const negotiation = negotiateRead(remote, tracks, newSsrc);
    tellLeftOut(negotiation.leftOut, reader, withFields(log, { stream: reader.name }));
    const viewing = new Viewing(offer, remote, negotiation, reader, parts);
    onRunning(viewing.run());
    return viewing.session;
  } catch (error) {
    reader.close();
    throw error;
  }
}

/** What the stream consists of, as soon as it is there. @throws {RegistryError} */
async function tracksOf(reader: StreamReader, signal?: AbortSignal): Promise<readonly Track[]> {
  const leave = () => reader.close();
  signal?.addEventListener("abort", leave);
  if (signal?.aborted) leave();
  try {
    const description = await reader.described();
    if (description === undefined) throw new StreamNotFoundError(reader.name);
    return description.tracks;
  } finally {
    signal?.removeEventListener("abort", leave);
  }
}

/** One peer that is sent a stream, from its answer to its end. */
class Viewing {
  readonly session: AnsweredSession;
  readonly #remote: RemoteDescription;
  readonly #medias: ReadNegotiation["medias"];
  readonly #reader: StreamReader;
  readonly #parts: SessionParts;
  readonly #peer;
  #viewer: Viewer | undefined;

  constructor(
    { request, reachedAt }: RtcOffer,
    remote: RemoteDescription,
    negotiation: ReadNegotiation,
    reader: StreamReader,
    parts: SessionParts,
  ) {
    this.#remote = remote;
    this.#medias = negotiation.medias;
    this.#reader = reader;
    this.#parts = parts;
    this.#peer = parts.port.createPeer({
      role: "controlled",
      reachedAt,
      receiver: { rtp: () => {}, rtcp: (packet) => this.#viewer?.rtcp(packet) },
    });
    const { name: streamName } = request;
    this.session = new AnsweredSession({ peer: this.#peer, remote, negotiation, streamName });
  }

  /** Connects and sends, until one side ends it. Never rejects: the peer's signal has the reason. */
  async run(): Promise<void> {
    const { clock } = this.#parts.context.registry;
    const { name: stream, signal, peer: { remote } } = this.#reader;
    const log = withFields(this.#parts.context.log, { stream, remote });
    const cut = () => this.#peer.close(signal.reason);
    signal.addEventListener("abort", cut);
    if (signal.aborted) cut();
    try {
      const begun = clock.now();
      const transport = await this.#connect();
      log.debug("a viewer is connected", { ms: Math.round(clock.now() - begun) });
      const viewer = new Viewer({
        reader: this.#reader,
        transport,
        medias: this.#medias,
        clock,
        log,
      });
      this.#viewer = viewer;
      await viewer.run();
      this.#peer.close();
    } catch (error) {
      this.#peer.close(error);
    } finally {
      signal.removeEventListener("abort", cut);
      this.#reader.close();
    }
  }

  /** What comes while the peer connects is passed over: it begins where a new reader does. */
  async #connect(): Promise<RtcTransport> {
    this.#peer.addRemote(this.#remote);
    const cancel = this.#keepFresh();
    try {
      return await this.#peer.connect(this.#remote);
    } finally {
      cancel();
      this.#reader.rewind();
    }
  }

  #keepFresh(): Cancel {
    const { clock } = this.#parts.context.registry;
    let cancel = clock.schedule(FRESH_MS, () => {
      this.#reader.rewind();
      cancel = this.#keepFresh();
    });
    return () => cancel();
  }
}
