import type { Address } from "../../_transport/transport.ts";
import type { PlayedTrack } from "../play/playing.ts";
import {
  listenToTrack,
  type TrackTransport,
  type UdpTransport,
} from "../transport/track_transport.ts";
import type { UdpRole } from "../transport/udp_ports.ts";

/** Told of the datagrams of a track. */
export type OnDatagram = (trackId: number, role: UdpRole, bytes: Uint8Array) => void;

/** The tracks that a session has set up, and the ways that they travel. */
export class SessionTracks {
  readonly #onDatagram: OnDatagram;
  readonly #tracks = new Map<number, PlayedTrack>();
  /** What stops the datagrams of a track, by its id. */
  readonly #stopListening = new Map<number, () => void>();

  constructor(onDatagram: OnDatagram) {
    this.#onDatagram = onDatagram;
  }

  /** Those that are set up, by id: always the same map. */
  get byId(): ReadonlyMap<number, PlayedTrack> {
    return this.#tracks;
  }

  get #transports(): readonly TrackTransport[] {
    return [...this.#tracks.values()].map(({ transport }) => transport);
  }

  /** Channels of the connection that they have. */
  get channels(): readonly number[] {
    return this.#transports.flatMap((transport) =>
      transport.lower === "tcp" ? [transport.channels.rtp, transport.channels.rtcp] : []
    );
  }

  get useDatagrams(): boolean {
    return this.#transports.some(({ lower }) => lower === "udp");
  }

  get useDatagramsOnly(): boolean {
    return this.#transports.every(({ lower }) => lower === "udp");
  }

  /** Whether any is sent to, or taken from, an address. */
  useAddress({ host, port }: Address): boolean {
    return this.#transports.some((transport) =>
      transport.lower === "udp" && transport.rtp.host === host && transport.rtp.port === port
    );
  }

  add(id: number, track: PlayedTrack): void {
    this.#tracks.set(id, track);
  }

  /** Takes the datagrams of a track from now on. */
  listen(id: number, transport: UdpTransport): void {
    const take = (role: UdpRole, bytes: Uint8Array) => this.#onDatagram(id, role, bytes);
    this.#stopListening.set(id, listenToTrack(transport, take));
  }

  /** Gives up what a track has, where it is set up. */
  forget(id: number): void {
    this.#tracks.delete(id);
    this.#stopListening.get(id)?.();
    this.#stopListening.delete(id);
  }

  /** Takes no more datagrams; what the tracks are is remembered, for a goodbye. */
  stopListening(): void {
    for (const stop of this.#stopListening.values()) stop();
    this.#stopListening.clear();
  }
}
