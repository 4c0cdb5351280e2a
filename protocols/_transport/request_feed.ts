import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { joinBytes } from "./join.ts";

const NOTHING = new Uint8Array(0);
const CR = 13;
const LF = 10;

type Deliver = (bytes: Uint8Array) => void;

/**
 * The private part of node:http that reads plain TCP below the events of its socket, until it is told
 * not to. Where a Deno does not have that any more, it goes on reading by itself: requests are answered
 * as ever, but not one at a time. A test over TCP notices.
 */
interface HandleReader {
  unconsume?(): void;
}

/**
 * What one client sends, given to node:http a request at a time. By itself node:http begins all
 * requests of what it read in one go, a thousand in 64 KiB, whatever happens to the socket meanwhile:
 * a client that does nothing but send would fill the memory.
 */
export class RequestFeed {
  readonly #socket: Socket;
  readonly #deliver: Deliver;
  /** The request that is being read or answered. */
  #current: IncomingMessage | undefined;
  /** What came behind it: what is left of one read. */
  #held: Uint8Array = NOTHING;
  #isEnded = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param socket that node:http listens to already. */
  constructor(socket: Socket) {
    this.#socket = socket;
    const { parser } = socket as Socket & { readonly parser?: HandleReader };
    parser?.unconsume?.();
    const listeners = socket.listeners("data") as Deliver[];
    this.#deliver = (bytes) => listeners.forEach((listener) => listener(bytes));
    socket.on("data", this.#feed);
    for (const listener of listeners) socket.off("data", listener);
    socket.once("close", () => clearTimeout(this.#timer));
  }

  /** Whether a request waits for its answer, or for the end of it. */
  get isAnswering(): boolean {
    return this.#current !== undefined;
  }

  /** What follows `incoming` waits until that has been answered. */
  begin(incoming: IncomingMessage, outgoing: ServerResponse): void {
    this.#current = incoming;
    outgoing.once("close", () => {
      if (this.#current === incoming) this.#finish();
    });
  }

  /** Leaves unread what else comes, but notices its end. */
  end(): void {
    this.#isEnded = true;
    this.#resume();
  }

  /** Lets go of the socket, and gives what was not read. */
  release(): Uint8Array {
    this.#socket.off("data", this.#feed);
    this.#isEnded = true;
    return this.#held;
  }

  #finish(): void {
    if (this.#held.byteLength === 0) return void (this.#current = undefined);
    // Other connections have their turn first. A timer, because Deno looks for what came in after
    // only one in sixty rounds of immediates.
    this.#timer = setTimeout(() => {
      this.#current = undefined;
      this.#resume();
    }, 0);
  }

  #drop(): void {
    this.#held = NOTHING;
    // One that has had its last word, and still talks.
    if (!this.#socket.writable) this.#socket.destroy();
  }

  #resume(): void {
    this.#feed(NOTHING);
    if (this.#held.byteLength === 0 && !this.#socket.destroyed) this.#socket.resume();
  }

  readonly #feed = (bytes: Uint8Array): void => {
    this.#held = this.#held.byteLength === 0 ? bytes : joinBytes([this.#held, bytes]);
    while (this.#held.byteLength > 0) {
      if (this.#isEnded || !this.#socket.writable) return this.#drop();
      if (this.#current?.complete === true) return void this.#socket.pause();
      const next = this.#held.subarray(0, endOfHead(this.#held));
      this.#held = this.#held.subarray(next.byteLength);
      this.#deliver(next);
    }
  };
}

/** The feeds of all connections of a server. */
export class RequestFeeds {
  readonly #feeds = new WeakMap<Socket, RequestFeed>();

  /** @param event by which `server` tells of a connection that can be read. */
  constructor(server: Server, event: "connection" | "secureConnection") {
    server.on(event, (socket: Socket) => this.#feeds.set(socket, new RequestFeed(socket)));
  }

  of(socket: Socket): RequestFeed | undefined {
    return this.#feeds.get(socket);
  }
}

/** Behind the first empty line, before which no more than one head ends and one body. */
function endOfHead(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(CR); at >= 0; at = bytes.indexOf(CR, at + 1)) {
    if (bytes[at + 1] === LF && bytes[at + 2] === CR && bytes[at + 3] === LF) return at + 4;
  }
  return bytes.byteLength;
}
