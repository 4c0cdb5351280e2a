import { assert, assertEquals } from "@std/assert";
import { denoTransport } from "../../../protocols/_transport/deno_transport.ts";
import { FlvReader } from "../../../protocols/_formats/flv/reader.ts";
import { systemClock } from "../../../registry/clock.ts";
import { KickedError } from "../../../registry/errors.ts";
import { Harness, picture, sound, VIDEO } from "./harness.ts";

const ON_LOOPBACK = { transport: denoTransport, clock: systemClock };

function startOnLoopback(section: Readonly<Record<string, unknown>> = {}) {
  return Harness.start({ ...ON_LOOPBACK, section: { port: 0, ...section } });
}

/** A WebSocket with its messages in a queue. */
class Client {
  readonly socket: WebSocket;
  readonly opened: Promise<boolean>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  /** Text messages, and bytes. */
  readonly #messages: (Uint8Array | string)[] = [];
  #arrived = Promise.withResolvers<void>();

  constructor(url: string) {
    this.socket = new WebSocket(url);
    this.socket.binaryType = "arraybuffer";
    this.socket.onmessage = ({ data }) => {
      this.#messages.push(typeof data === "string" ? data : new Uint8Array(data));
      this.#arrived.resolve();
    };
    this.opened = new Promise((resolve) => {
      this.socket.onopen = () => resolve(true);
      this.socket.onerror = () => resolve(false);
    });
    this.closed = new Promise((resolve) => {
      this.socket.onclose = ({ code, reason }) => resolve({ code, reason });
    });
  }

  async message(): Promise<Uint8Array> {
    const message = await this.next();
    if (typeof message === "string") throw new TypeError(`Cannot read bytes: got ${message}`);
    return message;
  }

  async next(): Promise<Uint8Array | string> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) return message;
      await this.#arrived.promise;
      this.#arrived = Promise.withResolvers();
    }
  }
}

function view(harness: Harness, path = "/live/cam1.flv"): Client {
  return new Client(`ws://127.0.0.1:${harness.port}${path}`);
}

Deno.test("a WebSocket is sent the same FLV, one message per batch", async () => {
  await using harness = await startOnLoopback();
  const publisher = await harness.publish();
  publisher.write([picture(0, true), sound(10)]);
  const client = view(harness);
  const tags = new FlvReader();
  const head = [await client.message(), await client.message(), await client.message()];
  assertEquals(head.flatMap((message) => tags.feed(message)).map((tag) => tag.type), [
    ...["data", "video", "audio"],
    ...["video", "audio"],
  ]);
  publisher.write([picture(40, false), picture(80, false)]);
  assertEquals(tags.feed(await client.message()).map((tag) => tag.timestamp), [40, 80]);
  publisher.close();
  assertEquals(await client.closed, { code: 1000, reason: "the stream has ended" });
  assertEquals(harness.viewers, 0);
});

Deno.test("MP4 tells its type in a text message, and again when it begins anew", async () => {
  await using harness = await startOnLoopback();
  const publisher = await harness.publish();
  publisher.write([picture(0, true), sound(10), picture(40, false)]);
  const client = view(harness, "/live/cam1.mp4");
  const mime = 'video/mp4; codecs="avc1.64001f, mp4a.40.2"';
  assertEquals(await client.next(), JSON.stringify({ type: "init", mime }));
  assertEquals(boxType(await client.message()), "ftyp");
  assertEquals(boxType(await client.message()), "moof");
  publisher.describe({ tracks: [VIDEO], metadata: {} });
  publisher.write([picture(80, true), picture(120, false)]);
  const seen = [];
  for (let message = await client.next();; message = await client.next()) {
    if (typeof message === "string") seen.push(JSON.parse(message).mime);
    else seen.push(boxType(message));
    if (seen.at(-2) === "ftyp") break;
  }
  assertEquals(seen, ["moof", 'video/mp4; codecs="avc1.64001f"', "ftyp", "moof"]);
  publisher.close();
  assertEquals((await client.closed).code, 1000);
});

/** The type of the box that bytes begin with (ISO/IEC 14496-12 section 4.2). */
function boxType(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(4, 8));
}

Deno.test("a name that nobody publishes is refused before the upgrade", async () => {
  await using harness = await startOnLoopback();
  const client = view(harness, "/live/none.flv");
  assertEquals(await client.opened, false);
  await client.closed;
  const response = await fetch(`http://127.0.0.1:${harness.port}/live/none.flv`);
  assertEquals(response.status, 404);
  await response.body?.cancel();
});

Deno.test("a viewer that is cut is told why in the close frame", async () => {
  await using harness = await startOnLoopback();
  const publisher = await harness.publish();
  publisher.write([picture(0, true)]);
  const client = view(harness);
  await client.message();
  harness.reader.cut(new KickedError("live/cam1", `${"é".repeat(100)} and more`));
  const { code, reason } = await client.closed;
  assertEquals(code, 1013);
  assertEquals(reason, `Cannot go on with live/cam1: ${"é".repeat(47)}`);
});

Deno.test("the end of the gateway closes WebSockets as going away", async () => {
  await using harness = await startOnLoopback();
  const publisher = await harness.publish();
  publisher.write([picture(0, true)]);
  const client = view(harness);
  await client.message();
  harness.registry.close();
  assertEquals((await client.closed).code, 1001);
});

Deno.test("a client that leaves gives its reader back", async () => {
  await using harness = await startOnLoopback();
  const publisher = await harness.publish();
  publisher.write([picture(0, true)]);
  const left = Promise.withResolvers<void>();
  harness.registry.subscribe(({ type }) => type === "unread" && left.resolve());
  const client = view(harness);
  await client.message();
  client.socket.close();
  await left.promise;
  await client.closed;
  assertEquals(harness.viewers, 0);
});

Deno.test("pages of a foreign origin get no WebSocket", async (t) => {
  await using harness = await startOnLoopback({ cors: "https://example.org" });
  const publisher = await harness.publish();
  publisher.write([picture(0, true)]);
  const rows = [
    ["https://example.org", "101"],
    [`http://127.0.0.1:${harness.port}`, "101"],
    ["https://evil.test", "403"],
  ] as const;
  for (const [origin, status] of rows) {
    await t.step(`${origin}: ${status}`, async () => {
      const line = await handshake(harness.port, origin);
      assertEquals(line.split(" ")[1], status);
    });
  }
});

/** Asks for a WebSocket by hand; the connection is the caller's. */
async function askByHand(port: number, ...more: readonly string[]): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const head = [
    ...["GET /live/cam1.flv HTTP/1.1", `host: 127.0.0.1:${port}`, ...more],
    ...["connection: upgrade", "upgrade: websocket", "sec-websocket-version: 13"],
    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
  ];
  await connection.write(new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n`));
  return connection;
}

/** The status line of the answer to a handshake. */
async function handshake(port: number, origin: string): Promise<string> {
  using connection = await askByHand(port, `origin: ${origin}`);
  const buffer = new Uint8Array(4096);
  const size = await connection.read(buffer);
  return new TextDecoder().decode(buffer.subarray(0, size ?? 0)).split("\r\n")[0] ?? "";
}

Deno.test("a WebSocket that is not read falls behind in the registry, not in memory", async () => {
  await using harness = await startOnLoopback();
  const publisher = await harness.publish();
  publisher.write([picture(0, true)]);
  using connection = await askByHand(harness.port);
  await connection.read(new Uint8Array(1));
  let queued = 0;
  for (let at = 1; queued < 4 << 20 && at < 500; at++) {
    publisher.write([picture(at, false, 100_000)]);
    await new Promise((resolve) => setTimeout(resolve, 0));
    queued = harness.reader.queued.bytes;
  }
  assert(queued >= 4 << 20, "the viewer was read for although it takes nothing");
});
