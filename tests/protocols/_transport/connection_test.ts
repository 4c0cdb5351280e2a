/** What holds for a connection holds over TCP as in memory: one table of transports, one of promises. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { denoTransport } from "../../../protocols/_transport/deno_transport.ts";
import {
  ConnectError,
  ConnectionClosedError,
  ListenError,
} from "../../../protocols/_transport/errors.ts";
import { MemoryTransport } from "../../../protocols/_transport/memory_transport.ts";
import {
  type Connection,
  formatAddress,
  type Listener,
  type Transport,
} from "../../../protocols/_transport/transport.ts";
import { must } from "../../must.ts";

const HOST = "127.0.0.1";

interface Pair extends Disposable {
  readonly transport: Transport;
  readonly listener: Listener;
  readonly client: Connection;
  readonly server: Connection;
}

async function connect(transport: Transport): Promise<Pair> {
  const listener = await transport.listen({ host: HOST, port: 0 });
  const accepted = listener[Symbol.asyncIterator]();
  const client = await transport.connect(listener.address);
  const { value: server } = await accepted.next();
  return {
    transport,
    listener,
    client,
    server: must(server),
    [Symbol.dispose]() {
      for (const one of [client, server, listener]) one.close();
      accepted.next();
    },
  };
}

async function readAll(connection: Connection, size = 4): Promise<string> {
  const buffer = new Uint8Array(size);
  let text = "";
  for (let count; (count = await connection.read(buffer)) !== undefined;) {
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
  return text;
}

const TRANSPORTS: Readonly<Record<string, () => Transport>> = {
  tcp: () => denoTransport,
  memory: () => new MemoryTransport(),
};

for (const [name, make] of Object.entries(TRANSPORTS)) {
  Deno.test(`${name}: bytes arrive in order, whatever the size of the reads`, async () => {
    using pair = await connect(make());
    await pair.client.write(new TextEncoder().encode("hello, "));
    await pair.client.write(new TextEncoder().encode("world"));
    pair.client.close();
    assertEquals(await readAll(pair.server), "hello, world");
  });

  Deno.test(`${name}: both sides know each other's address`, async () => {
    using pair = await connect(make());
    assertEquals(pair.client.remote, pair.listener.address);
    assertEquals(formatAddress(pair.server.remote), formatAddress(pair.client.local));
  });

  Deno.test(`${name}: the written buffer may be used again once the write is done`, async () => {
    using pair = await connect(make());
    const bytes = new TextEncoder().encode("one");
    await pair.client.write(bytes);
    bytes.fill(0);
    await pair.client.write(new TextEncoder().encode("two"));
    pair.client.close();
    assertEquals(await readAll(pair.server), "onetwo");
  });

  Deno.test(`${name}: closing ends the reads of both sides`, async () => {
    using pair = await connect(make());
    const reads = [readAll(pair.client), readAll(pair.server)];
    pair.server.close();
    pair.server.close();
    assertEquals(await Promise.all(reads), ["", ""]);
    assertEquals(await pair.server.read(new Uint8Array(1)), undefined);
  });

  Deno.test(`${name}: after closing, nothing is read of what had arrived`, async () => {
    using pair = await connect(make());
    await pair.client.write(Uint8Array.of(1));
    pair.server.close();
    assertEquals(await pair.server.read(new Uint8Array(1)), undefined);
  });

  Deno.test(`${name}: a write to a closed connection says so, also one that waits`, async () => {
    using pair = await connect(make());
    const stuck = assertRejects(async () => {
      for (;;) await pair.client.write(new Uint8Array(1 << 20));
    }, ConnectionClosedError);
    await new Promise((resolve) => setTimeout(resolve));
    pair.client.close();
    await stuck;
    await assertRejects(() => pair.client.write(Uint8Array.of(1)), ConnectionClosedError);
  });

  Deno.test(`${name}: a taken port is a ListenError`, async () => {
    const transport = make();
    const listener = await transport.listen({ host: HOST, port: 0 });
    const { port } = listener.address;
    const error = await assertRejects(
      async () => await transport.listen({ host: HOST, port }),
      ListenError,
    );
    assertEquals([error.port, error.reason], [port, "the port is in use"]);
    listener.close();
    (await transport.listen({ host: HOST, port })).close();
  });

  Deno.test(`${name}: a port that nobody listens on is a ConnectError`, async () => {
    const transport = make();
    const listener = await transport.listen({ host: HOST, port: 0 });
    listener.close();
    const error = await assertRejects(() => transport.connect(listener.address), ConnectError);
    assertEquals(error.reason, "connection refused");
  });

  Deno.test(`${name}: a closed listener ends its loop`, async () => {
    const listener = await make().listen({ host: HOST, port: 0 });
    const loop = (async () => {
      for await (const connection of listener) connection.close();
    })();
    listener.close();
    await loop;
  });
}

Deno.test("memory: connections that were not accepted end with the listener", async () => {
  const transport = new MemoryTransport();
  const listener = await transport.listen({ host: HOST, port: 7 });
  const client = await transport.connect({ host: HOST, port: 7 });
  listener.close();
  assertEquals(await readAll(client), "");
});

Deno.test("tcp: connecting can be given up", async () => {
  const abort = new AbortController();
  abort.abort();
  await assertRejects(
    () => denoTransport.connect({ host: HOST, port: 9, signal: abort.signal }),
    ConnectError,
  );
});

Deno.test("tcp: a server that does not speak TLS is a ConnectError", async () => {
  const listener = await denoTransport.listen({ host: HOST, port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.write(new TextEncoder().encode("220 hello\r\n"));
      connection.close();
    }
  })();
  await assertRejects(
    () => denoTransport.connect({ ...listener.address, tls: true }),
    ConnectError,
  );
  listener.close();
  await serving;
});

Deno.test("tcp: a TLS handshake that nobody answers ends at the timeout", async () => {
  const listener = await denoTransport.listen({ host: HOST, port: 0 });
  const accepted: Connection[] = [];
  const serving = (async () => {
    for await (const connection of listener) accepted.push(connection);
  })();
  const error = await assertRejects(
    () => denoTransport.connect({ ...listener.address, tls: true, timeoutMs: 50 }),
    ConnectError,
  );
  assert(error.reason === "it did not answer", error.reason);
  accepted.forEach((connection) => connection.close());
  listener.close();
  await serving;
});

Deno.test("addresses are written as in URLs", () => {
  assertEquals(formatAddress({ host: "192.0.2.7", port: 1935 }), "192.0.2.7:1935");
  assertEquals(formatAddress({ host: "2001:db8::1", port: 1935 }), "[2001:db8::1]:1935");
});
