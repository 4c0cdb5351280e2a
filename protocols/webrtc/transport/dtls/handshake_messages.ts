import { ByteReader, concat, uint, vector } from "./bytes.ts";

export const HANDSHAKE = {
  clientHello: 1,
  serverHello: 2,
  helloVerifyRequest: 3,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
} as const;

/** Several times the largest message of WebRTC: a ClientHello with post-quantum keys has 1.8 kB. */
const MAX_MESSAGE_BYTES = 8192;
/** More than any flight has messages. */
const MAX_AHEAD = 8;
/** A message comes in a handful of pieces; duplicates of retransmissions count too. */
const MAX_FRAGMENTS = 64;

/** A whole message. */
export interface HandshakeMessage {
  readonly type: number;
  readonly sequence: number;
  readonly body: Uint8Array;
}

/** With its header as if it were in one piece, which is how transcripts take it (RFC 6347 section 4.2.6). */
export function writeHandshake({ type, sequence, body }: HandshakeMessage): Uint8Array {
  const length = uint(body.byteLength, 3);
  return concat(uint(type, 1), length, uint(sequence, 2), uint(0, 3), length, body);
}

interface Fragment {
  readonly type: number;
  readonly sequence: number;
  readonly length: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Puts the pieces of messages together, and the messages in order, whatever way they come. */
export class HandshakeInbox {
  #next = 0;
  readonly #waiting = new Map<number, Fragment[]>();

  /**
   * Takes the fragment of a record.
   *
   * @returns whether something of it was had before: the peer repeats itself.
   * @throws {RangeError} it is not a sound one.
   */
  push(record: Uint8Array): boolean {
    let isRepeated = false;
    for (const reader = new ByteReader(record); reader.left > 0;) {
      const fragment = readFragment(reader);
      if (fragment.sequence < this.#next) isRepeated = true;
      else if (fragment.sequence < this.#next + MAX_AHEAD) this.#keep(fragment);
    }
    return isRepeated;
  }

  #keep(fragment: Fragment): void {
    const known = this.#waiting.get(fragment.sequence) ?? [];
    const [first = fragment] = known;
    const fits = first.type === fragment.type && first.length === fragment.length;
    if (!fits || known.length >= MAX_FRAGMENTS) return;
    this.#waiting.set(fragment.sequence, [...known, fragment]);
  }

  /** The next message in order, once all of it is there. */
  shift(): HandshakeMessage | undefined {
    const message = assemble(this.#waiting.get(this.#next) ?? []);
    if (message === undefined) return undefined;
    this.#waiting.delete(this.#next++);
    return message;
  }
}

function readFragment(reader: ByteReader): Fragment {
  const type = reader.uint(1);
  const length = reader.uint(3);
  const sequence = reader.uint(2);
  const offset = reader.uint(3);
  const bytes = reader.vector(3);
  if (length > MAX_MESSAGE_BYTES || offset + bytes.byteLength > length) {
    throw new RangeError(`a handshake message has ${length} bytes`);
  }
  return { type, length, sequence, offset, bytes };
}

function assemble(fragments: readonly Fragment[]): HandshakeMessage | undefined {
  const [first] = fragments;
  if (first === undefined) return undefined;
  const { type, sequence, length } = first;
  if (first.bytes.byteLength === length) return { type, sequence, body: first.bytes };
  let end = 0;
  for (const { offset, bytes } of fragments.toSorted((a, b) => a.offset - b.offset)) {
    if (offset > end) return undefined;
    end = Math.max(end, offset + bytes.byteLength);
  }
  if (end < length) return undefined;
  const body = new Uint8Array(length);
  for (const { offset, bytes } of fragments) body.set(bytes, offset);
  return { type, sequence, body };
}

/** Bodies of messages that are nothing but vectors. */
export const certificateBody = {
  write: (der: Uint8Array): Uint8Array => vector(vector(der, 3), 3),
  /** The first certificate of the chain: WebRTC's are signed by nobody else. */
  read(body: Uint8Array): Uint8Array | undefined {
    const chain = new ByteReader(new ByteReader(body).vector(3));
    return chain.left > 0 ? chain.vector(3) : undefined;
  },
};
