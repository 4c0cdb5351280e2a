import type { Publisher } from "../../registry/publisher.ts";
import { type ReceivedTrack, Reception, type ReceptionOptions } from "./reception.ts";
import { listenToTrack } from "./track_transport.ts";
import type { UdpRole } from "./udp_ports.ts";

export interface RecordingOptions extends Omit<ReceptionOptions, "sink"> {
  readonly publisher: Publisher;
  /** Called for every packet: a sign of life. */
  readonly onPacket: () => void;
}

/** Receives a stream from one client, from RECORD to its end. */
export class Recording {
  readonly #options: RecordingOptions;
  readonly #reception: Reception;
  /** Which packets an interleaved frame has, by channel. */
  readonly #channels = new Map<number, readonly [role: UdpRole, index: number]>();
  readonly #stopListening: (() => void)[] = [];

  constructor(tracks: readonly ReceivedTrack[], options: RecordingOptions) {
    this.#options = options;
    this.#reception = new Reception(tracks, { ...options, sink: options.publisher });
    tracks.forEach(({ transport }, index) => {
      if (transport.lower === "tcp") {
        this.#channels.set(transport.channels.rtp, ["rtp", index]);
        this.#channels.set(transport.channels.rtcp, ["rtcp", index]);
      } else {
        this.#stopListening.push(
          listenToTrack(transport, (role, bytes) => this.#take(role, index, bytes)),
        );
      }
    });
  }

  #take(role: UdpRole, index: number, bytes: Uint8Array): void {
    this.#options.onPacket();
    this.#reception.take(role, index, bytes);
  }

  /** Takes an interleaved frame; those of channels that nobody set up are dropped. */
  frame(channel: number, payload: Uint8Array): void {
    const [role, index] = this.#channels.get(channel) ?? [];
    if (role !== undefined && index !== undefined) this.#take(role, index, payload);
  }

  close(end: { readonly resumable: boolean }): void {
    for (const stop of this.#stopListening) stop();
    this.#reception.close();
    this.#options.publisher.close(end);
  }
}
