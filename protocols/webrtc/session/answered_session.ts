import { RtcError } from "../errors.ts";
import type { RtcSession } from "../rtc_session.ts";
import type { IceCredentials, RemoteDescription } from "../sdp/description.ts";
import { parseFragment, writeFragment } from "../sdp/fragment.ts";
import { type LocalTransport, newOrigin } from "../sdp/local.ts";
import type { Negotiation } from "../sdp/negotiation.ts";
import { writeAnswer } from "../sdp/write_answer.ts";
import { dtlsRole, type RtcPeer } from "../transport/rtc_peer.ts";

const ID_BYTES = 16;

export interface AnswerParts {
  readonly peer: RtcPeer;
  readonly remote: RemoteDescription;
  readonly negotiation: Negotiation;
  readonly streamName: string;
}

/** A peer whose offer was answered: what signaling may do with it from then on. */
export class AnsweredSession implements RtcSession {
  readonly id = crypto.getRandomValues(new Uint8Array(ID_BYTES)).toHex();
  readonly answer: string;
  readonly #peer: RtcPeer;
  /** The section that carries the transport. */
  readonly #section: { readonly mid: string; readonly kind: string };
  #remoteIce: IceCredentials;

  constructor({ peer, remote, negotiation, streamName }: AnswerParts) {
    this.#peer = peer;
    const [first] = negotiation.medias;
    this.#section = { mid: first?.mid ?? "0", kind: first?.kind ?? "video" };
    this.#remoteIce = remote.ice;
    this.answer = writeAnswer({
      remote,
      sections: negotiation.sections,
      local: localTransport(peer, remote),
      origin: newOrigin(),
      streamName,
    });
  }

  get generation(): string {
    return this.#peer.ice.ufrag;
  }

  get signal(): AbortSignal {
    return this.#peer.signal;
  }

  trickle(fragment: string): Promise<string | undefined> {
    // What is thrown is a rejection, as signaling expects.
    return Promise.try(() => this.#take(fragment));
  }

  #take(text: string): string | undefined {
    const { ice, candidates } = parseFragment(text);
    this.signal.throwIfAborted();
    if (ice === undefined || sameIce(ice, this.#remoteIce)) {
      this.#peer.addCandidates(candidates);
      return undefined;
    }
    this.#remoteIce = ice;
    this.#peer.restart();
    this.#peer.addRemote({ ice, iceLite: false, candidates });
    return writeFragment({
      ...this.#section,
      ice: this.#peer.ice,
      candidates: this.#peer.candidates,
      endOfCandidates: true,
    });
  }

  close(): void {
    this.#peer.close(
      new RtcError("ended", "The session was ended by whoever signals for the peer"),
    );
  }
}

function sameIce(one: IceCredentials, other: IceCredentials): boolean {
  return one.ufrag === other.ufrag && one.pwd === other.pwd;
}

/** Our side of the path, with all that we have: nothing of ours is trickled. */
function localTransport(peer: RtcPeer, { setup }: RemoteDescription): LocalTransport {
  return {
    ice: peer.ice,
    fingerprint: peer.fingerprint,
    setup: dtlsRole(setup) === "server" ? "passive" : "active",
    candidates: peer.candidates,
    endOfCandidates: true,
  };
}
