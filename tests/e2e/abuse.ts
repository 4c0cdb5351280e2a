/** Clients that misbehave on purpose, over real sockets; what each sends follows from its seed. */
import { encodeCommand } from "../../protocols/rtmp/command.ts";
import { chunkMessage } from "../../protocols/rtmp/chunk_writer.ts";
import { ClientHandshake } from "../../protocols/rtmp/handshake.ts";
import type { Random } from "../fuzz/fuzz.ts";

/** What a client of one kind does with one connection; it connects again when that has ended. */
type Attack = (conn: Deno.TcpConn, random: Random) => Promise<void>;

const HANDSHAKE_ANSWER = 1 + 2 * 1536;
const CHUNK_SIZE = 128;
const encode = (text: string) => new TextEncoder().encode(text);

function command(name: string, ...args: readonly string[]): Uint8Array {
  const commandObject = name === "connect" ? { app: "live" } : null;
  const streamId = name === "play" ? 1 : 0;
  const message = encodeCommand({ name, transactionId: 1, commandObject, args }, streamId);
  return chunkMessage(message, CHUNK_SIZE);
}

/** C0 to C2 and a whole session up to `play`, which a server reads without waiting for us. */
function rtmpOpening(random: Random): Uint8Array {
  const start = new ClientHandshake({ randomBytes: (size) => random.bytes(size), time: 0 }).start();
  const words = [command("connect"), command("createStream"), command("play", "abused")];
  return join([start, new Uint8Array(1536), ...words]);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

const HTTP_REQUEST = "GET /live/abused.flv HTTP/1.1\r\nHost: localhost\r\n\r\n";
const HUGE_BODY =
  "POST /api/v1/streams HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999999\r\n\r\n";

async function write(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

/** Reads whatever comes, until the end. */
async function listen(conn: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  while (await conn.read(buffer) !== null);
}

/** Waits until the peer has had enough, and reads nothing. */
function hold(): Promise<void> {
  return new Promise(() => {});
}

async function slowly(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (const byte of bytes) {
    await write(conn, Uint8Array.of(byte));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Chunks of messages of 16 MiB on more and more chunk streams, none of them ever complete. */
async function hugeMessages(conn: Deno.TcpConn, random: Random): Promise<void> {
  await write(conn, rtmpOpening(random));
  const header = [0, 0, 0, 0xff, 0xff, 0xff, 9, 1, 0, 0, 0];
  for (let csid = 3; csid < 64; csid++) {
    await write(conn, Uint8Array.of(csid, ...header));
    await write(conn, random.bytes(CHUNK_SIZE));
  }
  await listen(conn);
}

/** Calls without pause; the answers are read. */
async function manyCalls(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  await Promise.all([
    listen(conn),
    (async () => {
      for (;;) await write(conn, bytes);
    })(),
  ]);
}

/** What the clients of each kind do, over each protocol. */
export const ATTACKS = {
  slowloris: {
    rtmp: (conn, random) => slowly(conn, rtmpOpening(random)),
    http: (conn) => slowly(conn, encode(HTTP_REQUEST)),
  },
  garbage: {
    rtmp: (conn, random) =>
      write(conn, join([rtmpOpening(random).subarray(0, HANDSHAKE_ANSWER), random.bytes(5000)])),
    http: (conn, random) => write(conn, random.bytes(5000)),
  },
  truncated: {
    rtmp: (conn, random) => write(conn, rtmpOpening(random).subarray(0, random.int(3400))),
    http: (conn, random) => write(conn, encode(HTTP_REQUEST).subarray(0, random.int(60))),
  },
  huge: {
    rtmp: hugeMessages,
    http: async (conn) => {
      await write(conn, encode(HUGE_BODY));
      for (let sent = 0; sent < 1 << 24; sent += 1 << 16) {
        await write(conn, new Uint8Array(1 << 16));
      }
    },
  },
  "half-open": { rtmp: hold, http: hold },
  flood: {
    rtmp: async (conn, random) => {
      await write(conn, rtmpOpening(random));
      await manyCalls(conn, command("createStream"));
    },
    http: (conn) => manyCalls(conn, encode("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")),
  },
  "slow reader": {
    rtmp: async (conn, random) => {
      await write(conn, rtmpOpening(random));
      await hold();
    },
    http: async (conn) => {
      await write(conn, encode(HTTP_REQUEST));
      await hold();
    },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<"rtmp" | "http", Attack>>>>;

export type AttackKind = keyof typeof ATTACKS;

/** One client: attacks again and again until the signal. */
export async function attack(
  address: URL,
  run: Attack,
  random: Random,
  signal: AbortSignal,
): Promise<void> {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => stop(), { once: true });
  while (!signal.aborted) {
    using conn = await Deno.connect({ hostname: address.hostname, port: Number(address.port) });
    // What the peer does about it, refusing to read on included, is its own business.
    await Promise.race([run(conn, random).catch(() => {}), stopped]);
  }
}
