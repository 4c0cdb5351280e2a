import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { ConnectionStream } from "../../../../protocols/_transport/byte_stream.ts";
import { MemoryTransport } from "../../../../protocols/_transport/memory_transport.ts";
import type { Connection } from "../../../../protocols/_transport/transport.ts";
import { RtspRefusedError, RtspSilenceError } from "../../../../protocols/rtsp/client/errors.ts";
import { openTunnel } from "../../../../protocols/rtsp/client/tunnel.ts";
import { writeTunnelResponse } from "../../../../protocols/rtsp/tunnel/tunnel.ts";
import { parseRtspUrl } from "../../../../protocols/rtsp/url.ts";
import { must } from "../../../must.ts";
import { settle, VirtualClock } from "../../../virtual_clock.ts";

const encoder = new TextEncoder();

/** What a connection is answered with; `undefined` for nothing. */
type Answer = Uint8Array | "close" | undefined;

/** An HTTP server that answers the head of each connection with what comes next. */
class HttpEnd implements Disposable {
  readonly heads: string[] = [];
  readonly connections: Connection[] = [];
  readonly #transport = new MemoryTransport();
  readonly #clock = new VirtualClock();

  async answer(...answers: readonly Answer[]): Promise<void> {
    const listener = await this.#transport.listen({ host: "127.0.0.1", port: 80 });
    this.#accept(listener, [...answers]);
  }

  async #accept(listener: AsyncIterable<Connection>, answers: Answer[]) {
    for await (const connection of listener) {
      this.connections.push(connection);
      this.heads.push(await readText(connection));
      const answer = answers.shift();
      if (answer === "close") connection.close();
      else if (answer !== undefined) await connection.write(answer);
    }
  }

  readonly connect = async () =>
    new ConnectionStream(
      await this.#transport.connect({ host: "127.0.0.1", port: 80 }),
      this.#clock,
    );

  [Symbol.dispose](): void {
    for (const connection of this.connections) connection.close();
  }
}

async function readText(connection: Connection): Promise<string> {
  const buffer = new Uint8Array(4096);
  return new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer)));
}

const ENDPOINT = parseRtspUrl(new URL("rtsp://user:pass@127.0.0.1:80/axis-media?x=1"));

Deno.test("GET and POST have the same cookie, and what is said goes up in base64", async () => {
  using server = new HttpEnd();
  await server.answer(writeTunnelResponse());
  const { stream } = await openTunnel(ENDPOINT, server.connect);
  stream.post(encoder.encode("OPTIONS * RTSP/1.0\r\n\r\n"));
  const post = must(server.connections[1]);
  const text = await readText(post);
  const [get = "", head = ""] = server.heads;
  assertMatch(get, /^GET \/axis-media\?x=1 HTTP\/1\.0\r\nHost: 127\.0\.0\.1:80\r\n/);
  assertMatch(head, /^POST \/axis-media\?x=1 HTTP\/1\.0\r\n/);
  const cookie = /x-sessioncookie: (\w+)/.exec(get)?.[1];
  assertStringIncludes(head, `x-sessioncookie: ${cookie}`);
  assertEquals(atob(text), "OPTIONS * RTSP/1.0\r\n\r\n");
  stream.close();
});

Deno.test("the GET of a tunnel has to be signed already", async () => {
  using server = new HttpEnd();
  const challenge = 'Digest realm="AXIS", nonce="n", algorithm=MD5, qop="auth"';
  await server.answer(
    encoder.encode(`HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: ${challenge}\r\n\r\n`),
    writeTunnelResponse(),
  );
  const { stream } = await openTunnel(ENDPOINT, server.connect);
  await settle();
  assertEquals(server.heads[0]?.includes("Authorization"), false);
  assertMatch(must(server.heads[1]), /^GET [^]*Authorization: Digest .*uri="\/axis-media\?x=1"/);
  assertMatch(must(server.heads[2]), /^POST [^]*Authorization: Digest .*nc=00000002/);
  stream.close();
});

Deno.test("what comes together with the answer is not lost", async () => {
  using server = new HttpEnd();
  const more = encoder.encode("RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n");
  await server.answer(new Uint8Array([...writeTunnelResponse(), ...more]));
  const { stream, early } = await openTunnel(ENDPOINT, server.connect);
  assertEquals(early.map(({ type }) => type), ["response"]);
  stream.close();
});

Deno.test("a server without tunnels is a refusal, one that says nothing a silence", async () => {
  using refusing = new HttpEnd();
  await refusing.answer(encoder.encode("HTTP/1.1 404 Not Found\r\n\r\n"));
  const refusal = await assertRejects(
    () => openTunnel(ENDPOINT, refusing.connect),
    RtspRefusedError,
  );
  assertEquals([refusal.request, refusal.status], ["GET", 404]);
  using silent = new HttpEnd();
  await silent.answer("close");
  await assertRejects(() => openTunnel(ENDPOINT, silent.connect), RtspSilenceError);
});
