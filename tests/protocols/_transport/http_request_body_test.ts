import { assert, assertEquals, assertRejects } from "@std/assert";
import { denoTransport } from "../../../protocols/_transport/deno_transport.ts";
import { must } from "../../must.ts";
import { settle } from "../../virtual_clock.ts";

const HOST = "127.0.0.1";
const CHUNK = 5_000;

/** Turns of the server in which nothing more is sent: it has had its chance to read on. */
const IDLE_TURNS = 10;

interface Upload extends AsyncDisposable {
  readonly connection: Deno.TcpConn;
  /** Asks the server something else: when the answer has come, it has read what it wants to. */
  readonly turn: () => Promise<void>;
  /** The body of the request, once it has come. */
  readonly body: Promise<ReadableStream<Uint8Array>>;
}

/** A server that has taken the head of one request, and the client that goes on with its body. */
async function startUpload(): Promise<Upload> {
  const taken = Promise.withResolvers<ReadableStream<Uint8Array>>();
  const answered = Promise.withResolvers<Response>();
  const server = await denoTransport.serveHttp({
    host: HOST,
    port: 0,
    onError: () => {},
    handler: (request) => {
      if (request.method === "GET") return new Response(null);
      taken.resolve(must(request.body));
      return answered.promise;
    },
  });
  const connection = await Deno.connect({ hostname: HOST, port: server.address.port });
  await send(connection, "PUT / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
  return {
    connection,
    async turn() {
      await (await fetch(`http://${HOST}:${server.address.port}/`)).body?.cancel();
    },
    body: taken.promise,
    async [Symbol.asyncDispose]() {
      answered.resolve(new Response(null));
      await server.close(0);
    },
  };
}

async function send(
  connection: Deno.TcpConn,
  text: string,
  onSent: (bytes: number) => void = () => {},
): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let sent = 0; sent < bytes.byteLength; onSent(sent)) {
    sent += await connection.write(bytes.subarray(sent));
  }
}

/** `count` chunks of a chunked body (RFC 9112 section 7.1). */
function chunks(count: number): string {
  return `${CHUNK.toString(16)}\r\n${"x".repeat(CHUNK)}\r\n`.repeat(count);
}

async function sizeOf(body: ReadableStream<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const bytes of body) {
    size += bytes.byteLength;
    // Slower than what comes.
    await settle();
  }
  return size;
}

Deno.test("a body is read to its end although the client left right behind it (ffmpeg)", async () => {
  await using upload = await startUpload();
  const body = await upload.body;
  await send(upload.connection, `${chunks(100)}0\r\n\r\n`);
  upload.connection.close();
  assertEquals(await sizeOf(body), 100 * CHUNK);
});

Deno.test("a body that is cut short fails", async () => {
  await using upload = await startUpload();
  await send(upload.connection, chunks(1));
  upload.connection.close();
  await assertRejects(async () => await sizeOf(await upload.body), Error, "connection was lost");
});

Deno.test("a body that is not read holds its sender up", async () => {
  await using upload = await startUpload();
  const body = await upload.body;
  const text = chunks(20_000);
  let sent = 0;
  const sending = send(upload.connection, text, (bytes) => sent = bytes)
    .then(() => "all sent", () => "cut off");
  for (let idle = 0; idle < IDLE_TURNS;) {
    const before = sent;
    await upload.turn();
    idle = sent === before ? idle + 1 : 0;
  }
  assert(sent < text.length, `${sent} bytes were taken`);
  await body.cancel();
  assertEquals(await sending, "cut off");
  upload.connection.close();
});
