import { assertEquals, assertRejects } from "@std/assert";
import { ListenError } from "../../../protocols/_transport/errors.ts";
import { MemoryTransport } from "../../../protocols/_transport/memory_transport.ts";
import type { ServeHttpOptions } from "../../../protocols/_transport/transport.ts";
import { ConfigError } from "../../../protocols/protocol.ts";
import { Harness } from "./harness.ts";

const CERT = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n";
const KEY = "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n";

/** A network in memory that remembers what was served, and on which some ports are taken. */
class WatchedTransport extends MemoryTransport {
  readonly served: ServeHttpOptions[] = [];
  closed = 0;
  readonly #taken: readonly number[];

  constructor(taken: readonly number[] = []) {
    super();
    this.#taken = taken;
  }

  override async serveHttp(options: ServeHttpOptions) {
    const { host, port } = options;
    if (this.#taken.includes(port)) throw new ListenError(host, port, "the port is in use");
    this.served.push(options);
    const server = await super.serveHttp(options);
    return {
      address: server.address,
      close: (graceMs: number) => {
        this.closed++;
        return server.close(graceMs);
      },
    };
  }
}

Deno.test("there may be as many connections as viewers, and no fewer than over other protocols", async () => {
  const transport = new WatchedTransport();
  const section = { port: 8080, maxViewers: 20_000, maxViewersPerAddress: 100 };
  await using _harness = await Harness.start({ transport, section });
  assertEquals(transport.served[0]?.limits, { total: 20_000, perAddress: 5_000 });
});

Deno.test("the ports of a list are tried in order", async () => {
  const transport = new WatchedTransport([80]);
  await using harness = await Harness.start({ transport, section: { port: [80, 8081, 8082] } });
  assertEquals(harness.server.endpoints, [
    { scheme: "http", address: { host: "127.0.0.1", port: 8081 } },
  ]);
});

Deno.test("HTTPS is served beside HTTP when a certificate is configured", async () => {
  const transport = new WatchedTransport();
  const section = { host: "::1", tls: { port: 9443, cert: CERT, key: KEY } };
  await using harness = await Harness.start({ transport, section });
  assertEquals(harness.server.endpoints, [
    { scheme: "http", address: { host: "::1", port: 8080 } },
    { scheme: "https", address: { host: "::1", port: 9443 } },
  ]);
  assertEquals(transport.served.map(({ tls }) => tls), [undefined, { cert: CERT, key: KEY }]);
});

Deno.test("nothing stays open when one address cannot be had", async () => {
  const transport = new WatchedTransport([8443]);
  const section = { tls: { cert: CERT, key: KEY } };
  await assertRejects(() => Harness.start({ transport, section }), ListenError);
  assertEquals([transport.served.length, transport.closed], [1, 1]);
});

Deno.test("a certificate that is not there is a mistake in the configuration", async () => {
  const section = { tls: { cert: "/nowhere/cert.pem", key: KEY } };
  const error = await assertRejects(() => Harness.start({ section }), ConfigError);
  assertEquals(
    error.message,
    "http.tls.cert: cannot read /nowhere/cert.pem: there is no such file",
  );
});

Deno.test("without a port nothing is served", async () => {
  await using harness = await Harness.start({ section: { port: false } });
  assertEquals(harness.server.endpoints, []);
});
