import { systemClock } from "../../registry/clock.ts";
import { serializeRtcp } from "../../protocols/_formats/rtp/rtcp.ts";
import { denoTransport } from "../../protocols/_transport/deno_transport.ts";
import type { Datagram, DatagramSocket } from "../../protocols/_transport/transport.ts";
import { silentLogger } from "../../protocols/logger.ts";
import { placeCall } from "../../protocols/webrtc/client/call.ts";
import { parseWhipUrl } from "../../protocols/webrtc/client/target.ts";
import type { RtcTransport } from "../../protocols/webrtc/rtc_transport.ts";
import { offerRead } from "../../protocols/webrtc/sdp/offer.ts";
import { packetKind } from "../../protocols/webrtc/transport/packet_kind.ts";
import { type PlayerOrder, reportPicture } from "./player_order.ts";
import { RtpLoss, RtpPictures } from "./rtp_pictures.ts";

/** As often as browsers do at the least. */
const REPORT_MS = 1000;
const DATAGRAM_BYTES = 2048;

/** Plays over WHEP, on a port of its own as browsers do. @throws {Error} when it never begins. */
export async function playWhep(order: PlayerOrder): Promise<void> {
  const media = new ArrivingMedia(order);
  const listenDatagram = () => Promise.resolve(new ViewerSocket(media));
  await using call = await placeCall({
    context: {
      registry: { clock: systemClock },
      transport: { ...denoTransport, listenDatagram },
      log: silentLogger,
      host: "127.0.0.1",
      signal: order.signal,
    },
    target: parseWhipUrl(order.url, "whep"),
    medias: offerRead(),
    streamName: "bench",
    receiver: { rtp: (packet) => media.open(packet), rtcp: () => {} },
  });
  const reporting = setInterval(() => report(call.transport, media.sources), REPORT_MS);
  const over = AbortSignal.any([order.signal, call.transport.signal]);
  await new Promise((resolve) => over.addEventListener("abort", resolve, { once: true }));
  clearInterval(reporting);
}

/** Tells the server that its packets arrive; nobody looks at the figures. */
function report(transport: RtcTransport, sources: readonly number[]): void {
  const reports = sources.map((ssrc) => ({
    ssrc,
    fractionLost: 0,
    cumulativeLost: 0,
    highestSequence: 0,
    jitter: 0,
    lastSenderReport: 0,
    delaySinceLastSenderReport: 0,
  }));
  const packet = serializeRtcp([{ type: "receiverReport", ssrc: 1, reports }]);
  // A path that has ended ends the player.
  transport.sendRtcp(packet).catch(() => {});
}

/** What a viewer receives. Only what it looks at is decrypted: more would measure the load generator. */
class ArrivingMedia {
  readonly #order: PlayerOrder;
  readonly #losses = new Map<number, RtpLoss>();
  readonly #pictures = new Map<number, RtpPictures>();
  #hasPicture = false;

  constructor(order: PlayerOrder) {
    this.#order = order;
  }

  get sources(): readonly number[] {
    return [...this.#losses.keys()];
  }

  /** Counts a packet as it came. @returns whether it is to be decrypted. */
  count(packet: Uint8Array): boolean {
    this.#order.onBytes(packet.byteLength);
    this.#order.onPacket(ofSource(this.#losses, packet, RtpLoss).push(packet));
    return this.#order.isProbe || !this.#hasPicture;
  }

  /** Takes a packet that was decrypted. */
  open(packet: Uint8Array): void {
    const stamp = ofSource(this.#pictures, packet, RtpPictures).push(packet);
    this.#hasPicture = reportPicture(stamp, this.#order) || this.#hasPicture;
  }
}

function ofSource<T>(known: Map<number, T>, packet: Uint8Array, Kind: new () => T): T {
  const ssrc = new DataView(packet.buffer, packet.byteOffset).getUint32(8);
  const value = known.get(ssrc) ?? new Kind();
  known.set(ssrc, value);
  return value;
}

/** A socket that keeps to itself what the viewer does not look at. */
class ViewerSocket implements DatagramSocket {
  readonly #media: ArrivingMedia;
  readonly #conn = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  readonly #buffer = new Uint8Array(DATAGRAM_BYTES);
  #isClosed = false;

  constructor(media: ArrivingMedia) {
    this.#media = media;
  }

  get address() {
    return addressOf(this.#conn.addr);
  }

  async receive(): Promise<Datagram | undefined> {
    while (!this.#isClosed) {
      // An ICMP error of what was sent is no end.
      const datagram = await this.#conn.receive(this.#buffer).catch(() => undefined);
      if (datagram === undefined) continue;
      const [bytes, from] = datagram;
      if (packetKind(bytes) === "rtp" && !this.#media.count(bytes)) continue;
      return { bytes: bytes.slice(), from: addressOf(from) };
    }
    return undefined;
  }

  async send(
    datagrams: readonly Uint8Array[],
    { host, port }: DatagramSocket["address"],
  ): Promise<number> {
    for (const datagram of datagrams) {
      await this.#conn.send(datagram, { transport: "udp", hostname: host, port }).catch(() => {});
    }
    return datagrams.length;
  }

  close(): void {
    this.#isClosed = true;
    this.#conn.close();
  }
}

function addressOf(address: Deno.Addr): DatagramSocket["address"] {
  return address.transport === "udp"
    ? { host: address.hostname, port: address.port }
    : { host: "", port: 0 };
}
