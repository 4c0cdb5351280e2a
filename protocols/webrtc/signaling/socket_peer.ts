import type { Peer, PeerEntry, PeerMessage } from "./room.ts";

/** What may wait to be sent to one peer. A peer that is further behind is let go of. */
const MAX_BUFFERED_BYTES = 1 << 20;

/** Messages of others are refused before, so that nobody can have somebody else let go of. */
const MAX_BUFFERED_WITH_MESSAGES = MAX_BUFFERED_BYTES / 2;

/** Close codes of RFC 6455 section 7.4.1 and of the IANA registry that it set up. */
export const CLOSE = { normal: 1000, goingAway: 1001, policy: 1008, tryLater: 1013 } as const;

/** What the gateway says over a WebSocket. */
export type SocketReply =
  | { readonly type: "signed_in"; readonly id: number; readonly peers: readonly ListedPeer[] }
  | ({ readonly type: "peer"; readonly connected: boolean } & ListedPeer)
  | {
    readonly type: "message";
    readonly from: number;
    readonly body: string;
    readonly reason?: string;
  }
  /** What the peer has said could not be done. `to` is there when it was a message. */
  | { readonly type: "error"; readonly reason: string; readonly to?: number };

export interface ListedPeer {
  readonly id: number;
  readonly name: string;
}

/** The part of a WebSocket that a peer needs. */
export type PeerSocket = Pick<WebSocket, "readyState" | "bufferedAmount" | "send" | "close">;

/** A peer that is told everything at once, over a WebSocket. */
export class SocketPeer implements Peer {
  readonly id: number;
  readonly name: string;
  readonly #socket: PeerSocket;
  readonly #onTooSlow: () => void;
  readonly #end = new AbortController();

  /** @param onTooSlow called when the peer does not take what it is sent. */
  constructor(id: number, name: string, socket: PeerSocket, onTooSlow: () => void) {
    this.id = id;
    this.name = name;
    this.#socket = socket;
    this.#onTooSlow = onTooSlow;
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  receive({ from, body, reason }: PeerMessage): boolean {
    if (this.#socket.bufferedAmount > MAX_BUFFERED_WITH_MESSAGES) return false;
    this.send({ type: "message", from: from.id, body, ...(reason !== undefined && { reason }) });
    return true;
  }

  notify({ id, name, isConnected }: PeerEntry): void {
    this.send({ type: "peer", id, name, connected: isConnected });
  }

  send(reply: SocketReply): void {
    if (this.#socket.bufferedAmount > MAX_BUFFERED_BYTES) return this.#onTooSlow();
    sendJson(this.#socket, reply);
  }

  left(reason: string): void {
    this.#end.abort(reason);
  }
}

export function sendJson(socket: PeerSocket, reply: SocketReply): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(reply));
}
