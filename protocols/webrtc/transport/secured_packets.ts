import type { OutgoingRtp, RtcReceiver } from "../rtc_transport.ts";
import { srtpKeys } from "../srtp/keys.ts";
import { SrtpReceiver } from "../srtp/receiver.ts";
import { SrtpSender } from "../srtp/sender.ts";
import type { SrtpAgreement } from "./dtls/dtls_session.ts";

export interface SecuredPacketsOptions {
  readonly agreement: SrtpAgreement;
  readonly isClient: boolean;
  readonly receiver: RtcReceiver;
  readonly send: (datagrams: readonly Uint8Array[]) => Promise<void>;
}

/** Packets of one peer in the clear above, protected below. */
export class SecuredPackets {
  readonly #sender: SrtpSender;
  readonly #unprotect: SrtpReceiver;
  readonly #receiver: RtcReceiver;
  readonly #send: (datagrams: readonly Uint8Array[]) => Promise<void>;
  #sending: Promise<void> | undefined;

  constructor({ agreement, isClient, receiver, send }: SecuredPacketsOptions) {
    const keys = srtpKeys(agreement.profile, agreement.keyingMaterial, isClient);
    this.#sender = new SrtpSender(keys.local);
    this.#unprotect = new SrtpReceiver(keys.remote);
    this.#receiver = receiver;
    this.#send = send;
  }

  /** Takes what has arrived; what is not the peer's, or was had before, is dropped. */
  receive(kind: "rtp" | "rtcp", bytes: Uint8Array): void {
    if (kind === "rtp") {
      const packet = this.#unprotect.unprotectRtp(bytes);
      if (packet !== undefined) this.#receiver.rtp(packet);
    } else {
      const packet = this.#unprotect.unprotectRtcp(bytes);
      if (packet !== undefined) this.#receiver.rtcp(packet);
    }
  }

  sendRtp(packets: readonly OutgoingRtp[]): Promise<void> {
    return this.#sendInOrder(this.#sender.protectRtp(packets));
  }

  sendRtcp(packet: Uint8Array): Promise<void> {
    return this.#sendInOrder([this.#sender.protectRtcp(packet)]);
  }

  /** Frees the native ciphers: what is to be sent from then on is not. */
  close(): void {
    this.#sender.close();
  }

  /** One send at a time: what is sent together may leave in another order. */
  async #sendInOrder(datagrams: readonly Uint8Array[]): Promise<void> {
    while (this.#sending !== undefined) await this.#sending;
    this.#sending = this.#send(datagrams).finally(() => this.#sending = undefined);
    await this.#sending;
  }
}
