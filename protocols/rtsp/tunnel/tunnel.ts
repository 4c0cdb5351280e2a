/**
 * RTSP over HTTP, as QuickTime brought it: a GET whose response carries what the server says, and a
 * POST with the same `x-sessioncookie` whose body carries what the client says, in base64. There is
 * no RFC; Apple's "Tunnelling RTSP and RTP over HTTP" tells it.
 *
 * @module
 */
import { RtspTunnelError } from "../errors.ts";
import type { HeaderField } from "../fields.ts";
import { type HttpRequestHead, writeHttpHead } from "../message/http_message.ts";

const COOKIE = "x-sessioncookie";
/** What both halves are said to hold. */
export const TUNNEL_MEDIA_TYPE = "application/x-rtsp-tunnelled";

/** Clients send 20 to 36 characters; the cookie is a key of the server's table. */
const MAX_COOKIE = 128;

/** What QuickTime announces for a body that has no end. */
const ENDLESS = 32767;

/** One half of a tunnel, which the cookie joins with the other. */
export interface TunnelHalf {
  readonly direction: "down" | "up";
  readonly cookie: string;
}

/** The cookie of a request's headers; `undefined` where it has none that could be one. */
export function cookieOf(header: (name: string) => string | undefined): string | undefined {
  const cookie = header(COOKIE) ?? "";
  return cookie === "" || cookie.length > MAX_COOKIE ? undefined : cookie;
}

/** Tells which half of a tunnel an HTTP request opens; `undefined` when it opens none. */
export function tunnelHalf({ method, headers }: HttpRequestHead): TunnelHalf | undefined {
  const cookie = cookieOf((name) => headers.get(name));
  if (cookie === undefined) return undefined;
  if (method === "GET") return { direction: "down", cookie };
  return method === "POST" ? { direction: "up", cookie } : undefined;
}

/** The head that answers the GET; what the server says follows it. POST is not answered. */
export function writeTunnelResponse(): Uint8Array<ArrayBuffer> {
  return writeHttpHead("HTTP/1.0 200 OK", [
    ["Cache-Control", "no-store"],
    ["Pragma", "no-cache"],
    ["Connection", "close"],
    ["Content-Type", TUNNEL_MEDIA_TYPE],
  ]);
}

/** What a client opens a tunnel with. */
export interface TunnelRequest {
  /** Path and query, as in `/live/cam1?token=x`. */
  readonly target: string;
  readonly host: string;
  readonly cookie: string;
  /** `Authorization`, `User-Agent`, ... */
  readonly headers?: readonly HeaderField[];
}

/** The head of the GET or the POST of a client. */
export function writeTunnelRequest(
  direction: TunnelHalf["direction"],
  request: TunnelRequest,
): Uint8Array<ArrayBuffer> {
  const { target, host, cookie, headers = [] } = request;
  const common: readonly HeaderField[] = [
    ["Host", host],
    [COOKIE, cookie],
    ["Cache-Control", "no-cache"],
    ["Pragma", "no-cache"],
    ...headers,
  ];
  return direction === "down"
    ? writeHttpHead(`GET ${target} HTTP/1.0`, [...common, ["Accept", TUNNEL_MEDIA_TYPE]])
    : writeHttpHead(`POST ${target} HTTP/1.0`, [
      ...common,
      ["Content-Type", TUNNEL_MEDIA_TYPE],
      ["Content-Length", String(ENDLESS)],
      ["Expires", "Sun, 9 Jan 1972 00:00:00 GMT"],
    ]);
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const INVALID = 0xff;
const SKIPPED = 0xfe;
const PADDING = 0xfd;

const SEXTETS = new Uint8Array(256).fill(INVALID);
for (let value = 0; value < ALPHABET.length; value++) SEXTETS[ALPHABET.charCodeAt(value)] = value;
for (const space of "\r\n\t ") SEXTETS[space.charCodeAt(0)] = SKIPPED;
SEXTETS["=".charCodeAt(0)] = PADDING;

/**
 * Decodes the upstream half of a tunnel. Clients encode each request by itself, so that padding
 * may stand anywhere; some break lines.
 */
export class TunnelDecoder {
  #bits = 0;
  #bitCount = 0;
  #consumed = 0;

  /**
   * Takes text in pieces of any size and returns the bytes that it completes, in a buffer that is
   * the caller's.
   *
   * @throws {RtspTunnelError} for a character that is not of base64.
   */
  decode(text: Uint8Array): Uint8Array {
    const decoded = new Uint8Array(Math.ceil((text.length + 3) * 3 / 4));
    let size = 0;
    for (const [index, character] of text.entries()) {
      const byte = this.#take(SEXTETS[character] ?? INVALID, index);
      if (byte !== undefined) decoded[size++] = byte;
    }
    this.#consumed += text.length;
    return decoded.subarray(0, size);
  }

  /** Adds one character's value and gives the byte that it completes. */
  #take(sextet: number, index: number): number | undefined {
    if (sextet === SKIPPED) return undefined;
    if (sextet === INVALID) {
      throw new RtspTunnelError("the character is not of base64", this.#consumed + index);
    }
    if (sextet === PADDING) {
      this.#bitCount = 0;
      return undefined;
    }
    this.#bits = (this.#bits << 6 | sextet) & 0xffff;
    this.#bitCount += 6;
    if (this.#bitCount < 8) return undefined;
    this.#bitCount -= 8;
    return this.#bits >> this.#bitCount & 0xff;
  }
}

/** Encodes what a client says, one or more messages at once. */
export function encodeUpstream(bytes: Uint8Array): string {
  return bytes.toBase64();
}
