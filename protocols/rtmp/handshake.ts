/**
 * The RTMP handshake of both sides, without I/O: Adobe RTMP 1.0 section 5.2, and the digest form
 * of `digest.ts` when the peer speaks it.
 *
 * @module
 */
import {
  CLIENT_KEY,
  type DigestKey,
  type DigestScheme,
  findDigest,
  isSignedAnswer,
  PACKET_SIZE,
  SERVER_KEY,
  signAnswer,
  signPacket,
} from "./digest.ts";
import { RtmpHandshakeError } from "./errors.ts";

const VERSION = 3;
/** RTMPE: 6 with Diffie-Hellman and RC4, 8 with XTEA, 9 with Blowfish. */
const ENCRYPTED_VERSIONS: readonly number[] = [6, 8, 9];
/** The content type of a TLS record that carries a ClientHello or ServerHello. */
const TLS_HANDSHAKE = 0x16;
/** A server answers a TLS ClientHello that it cannot take with a TLS alert. */
const TLS_ALERT = 0x15;

/** Flash Player 9.0.124.2, the version that librtmp and FFmpeg show; from 9.0.115 on, with digest. */
const CLIENT_VERSION = Uint8Array.of(9, 0, 124, 2);
/** Flash Media Server 3.5.1.1; clients expect a digest in S1 from version 3 on. */
const SERVER_VERSION = Uint8Array.of(3, 5, 1, 1);
const VERSION_OFFSET = 4;
/** C1 of a client that writes digests itself: the layout that Flash Player uses. */
const CLIENT_SCHEME: DigestScheme = 1;

/** What the pure machines cannot make themselves. */
export interface HandshakeOptions {
  /** Random bytes; they need not be secret. The array becomes the handshake's own. */
  readonly randomBytes: (length: number) => Uint8Array;
  /** Milliseconds, any origin; sent modulo 2^32. */
  readonly time: number;
}

/** What one `feed` led to; `send` goes to the peer before anything else. */
export type HandshakeStep =
  | { readonly status: "incomplete"; readonly send?: Uint8Array }
  | {
    readonly status: "done";
    readonly send?: Uint8Array;
    /** What followed the handshake: the start of the chunk stream, a view into the fed bytes. */
    readonly rest: Uint8Array;
    readonly form: "plain" | "digest";
    /**
     * Whether the peer's C2 or S2 answers ours as it must. Deviation: section 5.2.4 asks for an
     * echo, but there are peers that send zeros or bytes of their own, and no common server
     * insists; it is told so that it can be counted.
     */
    readonly isEchoed: boolean;
  };

/** Collects a known number of bytes from pieces of any size. */
class Gather {
  readonly #buffer: Uint8Array;
  #filled = 0;

  constructor(size: number) {
    this.#buffer = new Uint8Array(size);
  }

  /** Takes what is missing from `bytes`, and returns what it left. */
  take(bytes: Uint8Array): Uint8Array {
    const missing = this.#buffer.length - this.#filled;
    const taken = bytes.subarray(0, missing);
    this.#buffer.set(taken, this.#filled);
    this.#filled += taken.length;
    return bytes.subarray(taken.length);
  }

  get isFull(): boolean {
    return this.#filled === this.#buffer.length;
  }

  get bytes(): Uint8Array {
    return this.#buffer;
  }
}

/** What the second packet of the peer is held against. */
interface Expectation {
  readonly form: "plain" | "digest";
  isAnswer(packet: Uint8Array): boolean;
}

function isUpperCaseLetter(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x5a;
}

/**
 * Accepts only version 3. Section 5.2.2 lets a server answer 3 to any other, but nothing that
 * sends another one goes on to speak plain RTMP.
 */
function checkVersion(version: number): void {
  if (version === VERSION) return;
  if (ENCRYPTED_VERSIONS.includes(version)) {
    throw new RtmpHandshakeError(
      `version ${version}: encrypted RTMP is not supported`,
      "encrypted",
      version,
    );
  }
  if (version === TLS_HANDSHAKE || version === TLS_ALERT) {
    throw new RtmpHandshakeError("the peer speaks TLS, which is RTMPS", "tls", version);
  }
  if (isUpperCaseLetter(version)) {
    throw new RtmpHandshakeError("the peer speaks HTTP", "http", version);
  }
  throw new RtmpHandshakeError(`version is ${version}, expected ${VERSION}`, "version", version);
}

/** Random bytes under a time and a version: the content of C1 and S1. */
function makePacket(options: HandshakeOptions, version: Uint8Array): Uint8Array {
  const packet = options.randomBytes(PACKET_SIZE);
  new DataView(packet.buffer, packet.byteOffset).setUint32(0, options.time % 2 ** 32);
  packet.set(version, VERSION_OFFSET);
  return packet;
}

function hasVersion(packet: Uint8Array): boolean {
  return packet.subarray(VERSION_OFFSET, VERSION_OFFSET + 4).some((byte) => byte !== 0);
}

/** The second packet of the digest form: random bytes, signed for the peer's digest. */
function makeAnswer(options: HandshakeOptions, digest: Uint8Array, key: DigestKey): Uint8Array {
  const answer = options.randomBytes(PACKET_SIZE);
  signAnswer(answer, digest, key);
  return answer;
}

/** Whether an echo repeats the random part; time and time2 are filled in many ways. */
function isEcho(answer: Uint8Array, packet: Uint8Array): boolean {
  for (let i = 8; i < PACKET_SIZE; i++) if (answer[i] !== packet[i]) return false;
  return true;
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** The steps that both sides share: version and first packet, our answer, second packet. */
abstract class Handshake {
  readonly #first = new Gather(1 + PACKET_SIZE);
  readonly #second = new Gather(PACKET_SIZE);
  #expectation: Expectation | undefined;

  /** Our reply to the peer's first packet, and what its second one should be. */
  protected abstract answer(
    packet: Uint8Array,
  ): { readonly send: Uint8Array; readonly expectation: Expectation };

  /**
   * Takes bytes in pieces of any size; the bytes are not kept. Not to be called after `done`.
   *
   * @throws {RtmpHandshakeError} at the first byte when it is not that of version 3.
   */
  feed(bytes: Uint8Array): HandshakeStep {
    let rest = bytes;
    let send: Uint8Array | undefined;
    if (this.#expectation === undefined) {
      rest = this.#first.take(rest);
      if (bytes.length > 0) checkVersion(this.#first.bytes[0] ?? 0);
      if (!this.#first.isFull) return { status: "incomplete" };
      const answer = this.answer(this.#first.bytes.subarray(1));
      send = answer.send;
      this.#expectation = answer.expectation;
    }
    rest = this.#second.take(rest);
    const sent = send === undefined ? {} : { send };
    if (!this.#second.isFull) return { status: "incomplete", ...sent };
    const { form } = this.#expectation;
    const isEchoed = this.#expectation.isAnswer(this.#second.bytes);
    return { status: "done", ...sent, rest, form, isEchoed };
  }
}

/**
 * The side that was connected to: takes C0, C1 and C2, sends S0, S1 and S2 at once when C1 is
 * whole. C2 may come with C1 or late.
 */
export class ServerHandshake extends Handshake {
  readonly #options: HandshakeOptions;

  constructor(options: HandshakeOptions) {
    super();
    this.#options = options;
  }

  protected override answer(c1: Uint8Array): { send: Uint8Array; expectation: Expectation } {
    // A zero version means the plain form (section 5.2.3), so most clients cost no HMAC.
    const found = hasVersion(c1) ? findDigest(c1, CLIENT_KEY) : undefined;
    if (found === undefined) return this.#answerPlain(c1);
    const s1 = makePacket(this.#options, SERVER_VERSION);
    const digest = signPacket(s1, found.scheme, SERVER_KEY);
    const s2 = makeAnswer(this.#options, found.digest, SERVER_KEY);
    return {
      send: concat(Uint8Array.of(VERSION), s1, s2),
      // FFmpeg sends a digest in C1 but, when it publishes, an echo as C2.
      expectation: {
        form: "digest",
        isAnswer: (c2) => isSignedAnswer(c2, digest, CLIENT_KEY) || isEcho(c2, s1),
      },
    };
  }

  /** Deviation from section 5.2.4: time2 of S2 stays as in C1, since librtmp compares all of it. */
  #answerPlain(c1: Uint8Array): { send: Uint8Array; expectation: Expectation } {
    const s1 = makePacket(this.#options, new Uint8Array(4));
    return {
      send: concat(Uint8Array.of(VERSION), s1, c1),
      expectation: { form: "plain", isAnswer: (c2) => isEcho(c2, s1) },
    };
  }
}

/**
 * The side that connects: sends C0 and C1 ({@linkcode ClientHandshake.start}), then C2 when S1 is
 * whole. C1 carries a digest; a server that knows none takes it for random bytes.
 */
export class ClientHandshake extends Handshake {
  readonly #options: HandshakeOptions;
  readonly #c1: Uint8Array;
  readonly #digest: Uint8Array;

  constructor(options: HandshakeOptions) {
    super();
    this.#options = options;
    this.#c1 = makePacket(options, CLIENT_VERSION);
    this.#digest = signPacket(this.#c1, CLIENT_SCHEME, CLIENT_KEY);
  }

  /** C0 and C1, to be sent before anything is fed. */
  start(): Uint8Array {
    return concat(Uint8Array.of(VERSION), this.#c1);
  }

  protected override answer(s1: Uint8Array): { send: Uint8Array; expectation: Expectation } {
    const found = hasVersion(s1) ? findDigest(s1, SERVER_KEY) : undefined;
    if (found === undefined) {
      return {
        send: s1.slice(),
        expectation: { form: "plain", isAnswer: (s2) => isEcho(s2, this.#c1) },
      };
    }
    return {
      send: makeAnswer(this.#options, found.digest, CLIENT_KEY),
      expectation: {
        form: "digest",
        isAnswer: (s2) => isSignedAnswer(s2, this.#digest, SERVER_KEY) || isEcho(s2, this.#c1),
      },
    };
  }
}
