import type { Publisher } from "../../../registry/publisher.ts";
import { type ReceivedTrack, Reception, type ReceptionOptions } from "../ingest/reception.ts";
import type { UdpRole } from "../transport/udp_ports.ts";

export interface RecordingOptions extends Omit<ReceptionOptions, "sink"> {
  readonly publisher: Publisher;
}

/** Receives a stream from one client, from RECORD to its end. */
export class Recording {
  readonly #publisher: Publisher;
  readonly #reception: Reception;
  /** Which packets an interleaved frame has, by channel. */
  readonly #channels = new Map<number, readonly [role: UdpRole, index: number]>();
  /** Place of a track, by its id. */
  readonly #indexes: ReadonlyMap<number, number>;

  constructor(tracks: readonly ReceivedTrack[], options: RecordingOptions) {
    this.#publisher = options.publisher;
    this.#reception = new Reception(tracks, { ...options, sink: options.publisher });
    this.#indexes = new Map(tracks.map(({ incoming }, index) => [incoming.track.id, index]));
    tracks.forEach(({ transport }, index) => {
      if (transport.lower !== "tcp") return;
      this.#channels.set(transport.channels.rtp, ["rtp", index]);
      this.#channels.set(transport.channels.rtcp, ["rtcp", index]);
    });
  }

  /** Takes an interleaved frame; those of channels that nobody set up are dropped. */
  frame(channel: number, payload: Uint8Array): void {
    const [role, index] = this.#channels.get(channel) ?? [];
    if (role !== undefined && index !== undefined) this.#reception.take(role, index, payload);
  }

  /** Takes a datagram of a track. */
  datagram(trackId: number, role: UdpRole, bytes: Uint8Array): void {
    const index = this.#indexes.get(trackId);
    if (index !== undefined) this.#reception.take(role, index, bytes);
  }

  /** Ends the publication. A sender that has said goodbye (RTCP BYE) is not waited for. */
  close({ resumable }: { readonly resumable: boolean }): void {
    const { hasEnded } = this.#reception;
    this.#reception.close();
    this.#publisher.close({ resumable: resumable && !hasEnded });
  }
}
