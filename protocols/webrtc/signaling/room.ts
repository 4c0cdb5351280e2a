/** What peers are told of one another. */
export interface PeerEntry {
  readonly id: number;
  readonly name: string;
  readonly isConnected: boolean;
}

/** The request that a message came with, for what is asked of the registry on its behalf. */
export interface Origin {
  /** Address of the sender, for logs and the access policy. */
  readonly remote: string;
  /** What the access policy is given as query. */
  readonly query: string;
  /** Host by which the sender has reached us, without port. */
  readonly reachedAt: string;
}

/** What one peer says to another. */
export interface PeerMessage {
  readonly from: Peer;
  readonly body: string;
  /** Absent where the gateway itself speaks. */
  readonly origin?: Origin;
  /** Why, for people, beside a body that does not say. */
  readonly reason?: string;
}

/** One who is in the room, whichever way: over HTTP, over a WebSocket, or as a stream. */
export interface Peer {
  readonly id: number;
  readonly name: string;
  /** Aborted when the peer has left. */
  readonly signal: AbortSignal;
  /** Takes a message; `false` when there is no room for it. */
  receive(message: PeerMessage): boolean;
  /** Is told that somebody else came or left. */
  notify(entry: PeerEntry): void;
  /** Ends what the peer has under way. Only the room calls it. */
  left(reason: string): void;
  /** Whether `other` may know of this one; everybody may where it is absent. */
  isVisibleTo?(other: Peer): boolean;
}

/** Ids are read with `atoi` into an `int`. */
const ID_MASK = 0x7fff_ffff;

/** The peers that can send messages to one another: as in the original, there is one room. */
export class Room {
  readonly #peers = new Map<number, Peer>();

  /**
   * An id that nobody has. The original counts from 1, so that a client which outlives the server
   * comes back as whoever has its number by then; and anybody can guess the numbers of all.
   */
  freeId(): number {
    for (;;) {
      const [drawn = 0] = crypto.getRandomValues(new Uint32Array(1));
      const id = drawn & ID_MASK;
      // The client takes -1 and has 0 for "none".
      if (id !== 0 && !this.#peers.has(id)) return id;
    }
  }

  /** Lets `peer` in, and tells the others. */
  join(peer: Peer): void {
    this.#announce(peer, true);
    this.#peers.set(peer.id, peer);
  }

  /** Ends the stay of `peer`, and tells the others; afterwards a no-op. */
  leave(peer: Peer, reason: string): void {
    if (this.#peers.get(peer.id) !== peer) return;
    this.#peers.delete(peer.id);
    peer.left(reason);
    this.#announce(peer, false);
  }

  /** Ends the stay of everybody, of which nobody is told. */
  close(reason: string): void {
    const peers = [...this.#peers.values()];
    this.#peers.clear();
    for (const peer of peers) peer.left(reason);
  }

  find(id: number): Peer | undefined {
    return this.#peers.get(id);
  }

  /** The one that `sender` means by `id`; `undefined` when there is none that it may know of. */
  findFor(sender: Peer, id: number): Peer | undefined {
    const peer = this.#peers.get(id);
    return peer !== undefined && isVisible(peer, sender) ? peer : undefined;
  }

  /** Who is here, as `peer` may know: itself first, as the client expects. */
  entriesFor(peer: Peer): PeerEntry[] {
    const others = [...this.#peers.values()].filter((other) =>
      other !== peer && isVisible(other, peer)
    );
    return [peer, ...others].map((one) => entryOf(one, true));
  }

  #announce(peer: Peer, isConnected: boolean): void {
    const entry = entryOf(peer, isConnected);
    for (const other of this.#peers.values()) {
      if (other !== peer && isVisible(peer, other)) other.notify(entry);
    }
  }
}

function isVisible(peer: Peer, to: Peer): boolean {
  return peer.isVisibleTo?.(to) ?? true;
}

function entryOf({ id, name }: Peer, isConnected: boolean): PeerEntry {
  return { id, name, isConnected };
}
