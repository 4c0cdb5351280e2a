import type { Registry } from "../../../registry/registry.ts";
import type { RtcAction } from "../rtc_session.ts";
import type { Calls } from "./calls.ts";
import { PUBLISH_NAME, PUBLISH_PREFIX, STREAM_PREFIX } from "./names.ts";
import type { Peer, PeerMessage, Room } from "./room.ts";

/** Id of the peer that takes offers of streams that are not live yet. */
export const PUBLISH_ID = 0;

/** Keeps every live stream in the room as a peer, and answers what is sent to it. */
export class StreamPeers {
  readonly #room: Room;
  readonly #calls: Calls;
  readonly #peers = new Map<string, Peer>();
  readonly #unsubscribe: () => void;

  constructor(room: Room, registry: Registry, calls: Calls) {
    this.#room = room;
    this.#calls = calls;
    room.join(new PublishPeer(calls));
    this.#unsubscribe = registry.subscribe(({ type, name }) => {
      if (type === "published") this.#add(name);
      if (type === "unpublished") this.#remove(name);
    });
    for (const { name, state } of registry.snapshot()) {
      if (state === "live" || state === "interrupted") this.#add(name);
    }
  }

  #add(name: string): void {
    if (this.#peers.has(name)) return;
    const peer = new StreamPeer(this.#room.freeId(), name, this.#calls);
    this.#peers.set(name, peer);
    this.#room.join(peer);
  }

  #remove(name: string): void {
    const peer = this.#peers.get(name);
    if (peer === undefined) return;
    this.#peers.delete(name);
    this.#room.leave(peer, "the stream has ended");
  }

  close(): void {
    this.#unsubscribe();
  }
}

/** A peer that is called: what it is sent, it has a stream answer. */
abstract class CalledPeer implements Peer {
  abstract readonly id: number;
  abstract readonly name: string;
  /** What an offer is for that `caller` sends. */
  protected abstract wish(caller: Peer): { readonly action: RtcAction; readonly stream: string };
  readonly #calls: Calls;
  readonly #end = new AbortController();

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  receive({ from: caller, body, origin }: PeerMessage): boolean {
    if (origin === undefined) return false;
    this.#calls.receive({ caller, callee: this, body, origin, ...this.wish(caller) });
    return true;
  }

  notify(): void {}

  /** Calls outlast it: their sessions know better when the media has ended. */
  left(reason: string): void {
    this.#end.abort(reason);
  }
}

class StreamPeer extends CalledPeer {
  readonly name: string;

  constructor(readonly id: number, readonly stream: string, calls: Calls) {
    super(calls);
    this.name = STREAM_PREFIX + stream;
  }

  protected wish() {
    return { action: "read", stream: this.stream } as const;
  }
}

/** Known only to peers that want to publish, so that the others see nothing but one another. */
class PublishPeer extends CalledPeer {
  readonly id = PUBLISH_ID;
  readonly name = PUBLISH_NAME;

  protected wish(caller: Peer) {
    return { action: "publish", stream: caller.name.slice(PUBLISH_PREFIX.length) } as const;
  }

  isVisibleTo(other: Peer): boolean {
    return other.name.startsWith(PUBLISH_PREFIX);
  }
}
