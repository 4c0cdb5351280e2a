import type { ByteStream } from "../../_transport/byte_stream.ts";
import type { Address } from "../../_transport/transport.ts";
import { RequestSigner } from "./auth.ts";
import { RtspRefusedError, RtspSilenceError } from "./errors.ts";
import type { HeaderField } from "../fields.ts";
import { type RtspInput, RtspMessageReader } from "../message/message_reader.ts";
import { encodeUpstream, type TunnelHalf, writeTunnelRequest } from "../tunnel/tunnel.ts";
import type { RtspEndpoint } from "../url.ts";

const encoder = new TextEncoder();

/** What a server says in a tunnel, from the answer to the GET on. */
export interface OpenTunnel {
  readonly stream: ByteStream;
  readonly reader: RtspMessageReader;
  /** What came together with the answer. */
  readonly early: readonly RtspInput[];
}

/**
 * Opens a tunnel through HTTP: a GET, and when that is answered a POST. Axis cameras want the GET to be
 * signed already.
 *
 * @param connect opens a connection to the server.
 * @throws {RtspRefusedError} @throws {RtspSilenceError} @throws {ConnectError}
 */
export async function openTunnel(
  endpoint: RtspEndpoint,
  connect: () => Promise<ByteStream>,
): Promise<OpenTunnel> {
  const cookie = crypto.randomUUID().replaceAll("-", "");
  const signer = new RequestSigner(endpoint.credentials);
  const half = { endpoint, cookie, signer };
  for (;;) {
    const down = await connect();
    try {
      down.post(writeHalf("down", half));
      const { status, reason, challenges, ...answer } = await readAnswer(down);
      if (status === 200) return { ...answer, stream: await openUpstream(down, half, connect) };
      if (status !== 401 || !signer.challenged(challenges)) {
        throw new RtspRefusedError("GET", status, reason);
      }
      down.close();
    } catch (error) {
      down.close();
      throw error;
    }
  }
}

interface Half {
  readonly endpoint: RtspEndpoint;
  readonly cookie: string;
  readonly signer: RequestSigner;
}

function writeHalf(
  direction: TunnelHalf["direction"],
  { endpoint, cookie, signer }: Half,
): Uint8Array {
  const { pathname, search, host } = new URL(endpoint.url);
  const target = `${pathname === "" ? "/" : pathname}${search}`;
  const authorization = signer.sign(direction === "down" ? "GET" : "POST", target);
  const headers: HeaderField[] = authorization === undefined
    ? []
    : [["Authorization", authorization]];
  return writeTunnelRequest(direction, { target, host, cookie, headers });
}

async function readAnswer(down: ByteStream) {
  const reader = new RtspMessageReader();
  for (;;) {
    const bytes = await down.read();
    if (bytes === undefined) throw new RtspSilenceError("GET", "the server closed the connection");
    const [answer, ...early] = reader.feed(bytes);
    if (answer?.type === "fault") throw answer.error;
    if (answer?.type !== "httpResponse") continue;
    const { status, reason, headers } = answer;
    return { status, reason, challenges: headers.getAll("WWW-Authenticate"), reader, early };
  }
}

async function openUpstream(
  down: ByteStream,
  half: Half,
  connect: () => Promise<ByteStream>,
): Promise<ByteStream> {
  const up = await connect();
  up.post(writeHalf("up", half));
  return new TunnelStream(down, up);
}

/** A tunnel at the side of the client: what is said goes up in base64. */
class TunnelStream implements ByteStream {
  readonly #down: ByteStream;
  readonly #up: ByteStream;

  constructor(down: ByteStream, up: ByteStream) {
    this.#down = down;
    this.#up = up;
  }

  get remote(): Address {
    return this.#down.remote;
  }

  get local(): Address {
    return this.#down.local;
  }

  read(): Promise<Uint8Array | undefined> {
    return this.#down.read();
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#up.write(encoder.encode(encodeUpstream(bytes)));
  }

  post(bytes: Uint8Array): void {
    this.#up.post(encoder.encode(encodeUpstream(bytes)));
  }

  close(): void {
    this.#up.close();
    this.#down.close();
  }

  async closeWhenSent(): Promise<void> {
    await this.#up.closeWhenSent();
    this.close();
  }
}
