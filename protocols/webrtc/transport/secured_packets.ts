import type { OutgoingRtp, RtcReceiver } from "../rtc_transport.ts";
import { srtpKeys } from "../srtp/keys.ts";
import { SrtpReceiver } from "../srtp/receiver.ts";
import { SrtpSender } from "../srtp/sender.ts";
import type { SrtpAgreement } from "./dtls/dtls_session.ts";

/**
 * Makes what is sent when its turn has come: many peers are sent to at the same moment, and what all of them
 * have waiting would cost the garbage collector more than anything else does.
 */
export type MakeDatagrams = () => readonly Uint8Array[];

export interface SecuredPacketsOptions {
  readonly agreement: SrtpAgreement;
  readonly isClient: boolean;
  readonly receiver: RtcReceiver;
  readonly send: (makeDatagrams: MakeDatagrams) => Promise<void>;
}

/** Packets of one peer in the clear above, protected below. */
export class SecuredPackets {
  readonly #sender: SrtpSender;
  readonly #unprotect: SrtpReceiver;
  readonly #receiver: RtcReceiver;
  readonly #send: SecuredPacketsOptions["send"];

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
    return this.#send(() => this.#sender.protectRtp(packets));
  }

  sendRtcp(packet: Uint8Array): Promise<void> {
    return this.#send(() => [this.#sender.protectRtcp(packet)]);
  }

  /** Frees the native ciphers: what is to be sent from then on is not. */
  close(): void {
    this.#sender.close();
  }
}
