/** What DESIGN.md section 4 asks of every module, asked of every module that is built in. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { denoTransport } from "../../protocols/_transport/deno_transport.ts";
import { ListenError } from "../../protocols/_transport/errors.ts";
import type { Address, Listener } from "../../protocols/_transport/transport.ts";
import { Gateway } from "../../protocols/gateway.ts";
import { builtinProtocols } from "../../protocols/mod.ts";
import { ConfigError, type Endpoint, type Protocol } from "../../protocols/protocol.ts";
import type { Track } from "../../registry/media/track.ts";
import { must } from "../must.ts";

const HOST = "127.0.0.1";

/** A port that somebody has. */
type Held = Pick<Listener, "address" | "close">;

/** A track that every module can carry. */
const SOUND: Track = {
  id: 1,
  kind: "audio",
  codec: "g711a",
  timescale: 8000,
  config: { codec: "g711a", sampleRate: 8000, channels: 1 },
};

/** Whether a module has a port: all do but those that only publish or mount routes. */
function hasPort(protocol: Protocol): boolean {
  try {
    protocol.parseOptions({ port: 0 });
    return true;
  } catch (error) {
    assertInstanceOf(error, ConfigError);
    return false;
  }
}

function gatewayWith(protocol: Protocol, port: unknown = 0): Gateway {
  const section = hasPort(protocol) ? { [protocol.name]: { port } } : {};
  return new Gateway({ protocols: [protocol], config: { host: HOST, ...section } });
}

/** Schemes whose addresses are UDP ports. */
const DATAGRAM_SCHEMES: readonly string[] = ["rtp", "rtcp", "webrtc"];

/** Takes the port of an endpoint, or one for the first endpoint of a module. */
async function take(scheme: string, address: Address): Promise<Held> {
  const isUdp = DATAGRAM_SCHEMES.includes(scheme);
  return await denoTransport[isUdp ? "listenDatagram" : "listen"](address);
}

async function isTaken({ scheme, address }: Endpoint): Promise<boolean> {
  try {
    (await take(scheme, address)).close();
    return false;
  } catch (error) {
    assertInstanceOf(error, ListenError);
    return true;
  }
}

Deno.test("no two modules share a name or a scheme", () => {
  const names = builtinProtocols.map(({ name }) => name);
  const schemes = builtinProtocols.flatMap((protocol) => protocol.schemes);
  assertEquals([new Set(names).size, new Set(schemes).size], [names.length, schemes.length]);
});

Deno.test("all modules run in one gateway", async () => {
  const ports = builtinProtocols.filter(hasPort).map(({ name }) => [name, { port: 0 }]);
  const config = { host: HOST, ...Object.fromEntries(ports) };
  const gateway = new Gateway({ protocols: builtinProtocols, config });
  await gateway.start();
  assert(gateway.endpoints.length >= ports.length);
  await gateway.stop();
});

for (const protocol of builtinProtocols) {
  const { name, schemes } = protocol;

  Deno.test(`${name}: name and schemes are lower case words`, () => {
    for (const word of [name, ...schemes]) assertMatch(word, /^[a-z][a-z0-9]*$/);
  });

  Deno.test(`${name}: nothing is a section, of defaults, which parsing again does not change`, () => {
    const options = protocol.parseOptions(undefined);
    assertEquals(protocol.parseOptions({}), options);
    assertEquals(protocol.parseOptions(structuredClone(options)), options);
  });

  Deno.test(`${name}: an unknown setting is a ConfigError that names it`, () => {
    const error = assertThrows(() => protocol.parseOptions({ nonsense: 1 }), ConfigError);
    assertEquals(error.path, ["nonsense"]);
    assertEquals(error.reason, "there is no such setting");
  });

  Deno.test(`${name}: a section that is none is a ConfigError`, () => {
    for (const raw of ["on", 5, true, []]) {
      assertThrows(() => protocol.parseOptions(raw), ConfigError);
    }
  });

  Deno.test(`${name}: whatever has a scheme can be pulled or pushed, and the other way round`, () => {
    const canRelay = protocol.pull !== undefined || protocol.push !== undefined;
    assertEquals(canRelay, schemes.length > 0);
  });

  Deno.test(`${name}: two gateways run in one process, and closing leaves nothing open`, async () => {
    const gateways = [gatewayWith(protocol), gatewayWith(protocol)];
    for (const gateway of gateways) await gateway.start();
    const endpoints = gateways.flatMap((gateway) => gateway.endpoints);
    const addresses = endpoints.map(({ address }) => `${address.host}:${address.port}`);
    assertEquals(new Set(addresses).size, addresses.length);
    assert(endpoints.every(({ address }) => address.port > 0));
    assertEquals(await Promise.all(endpoints.map(isTaken)), endpoints.map(() => true));
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    assertEquals(await Promise.all(endpoints.map(isTaken)), endpoints.map(() => false));
  });

  Deno.test(`${name}: a gateway that is stopped at once leaves nothing open`, async () => {
    const gateway = gatewayWith(protocol);
    await gateway.start();
    const { endpoints } = gateway;
    await gateway.stop();
    assertEquals(gateway.endpoints, []);
    assertEquals(await Promise.all(endpoints.map(isTaken)), endpoints.map(() => false));
  });

  if (hasPort(protocol)) testPorts(protocol);
  for (const scheme of schemes) testScheme(protocol, scheme);
}

/** Takes a free port of the kind that the module listens on first. */
async function hold(protocol: Protocol): Promise<Held> {
  const gateway = gatewayWith(protocol);
  await gateway.start();
  const { scheme } = must(gateway.endpoints[0]);
  await gateway.stop();
  return await take(scheme, { host: HOST, port: 0 });
}

function testPorts(protocol: Protocol): void {
  const { name } = protocol;

  Deno.test(`${name}: a port that is none is a ConfigError that names it`, () => {
    for (const port of ["http", -1, 65_536, 1.5, [], [70_000], true, null]) {
      const error = assertThrows(() => protocol.parseOptions({ port }), ConfigError);
      assertEquals(error.path[0], "port");
      assertStringIncludes(error.reason, "found");
    }
  });

  Deno.test(`${name}: with port false nothing is listened on`, async () => {
    const gateway = gatewayWith(protocol, false);
    await gateway.start();
    assertEquals(gateway.endpoints, []);
    await gateway.stop();
  });

  Deno.test(`${name}: a taken port is a ListenError that names it, and leaves nothing running`, async () => {
    const holder = await hold(protocol);
    const { port } = holder.address;
    const gateway = gatewayWith(protocol, port);
    const error = await assertRejects(() => gateway.start(), ListenError);
    assertEquals(error.port, port);
    assertEquals(gateway.endpoints, []);
    holder.close();
  });

  Deno.test(`${name}: ports are tried in order`, async () => {
    const holder = await hold(protocol);
    const gateway = gatewayWith(protocol, [holder.address.port, 0]);
    await gateway.start();
    const { address } = must(gateway.endpoints[0]);
    assert(address.port !== holder.address.port && address.port > 0);
    holder.close();
    await gateway.stop();
  });
}

function testScheme(protocol: Protocol, scheme: string): void {
  Deno.test(`${protocol.name}: a pull from a ${scheme}: place that is not there rejects`, async () => {
    await assertAttemptRejects(protocol, scheme, "pull");
  });

  Deno.test(`${protocol.name}: a push to a ${scheme}: place that is not there rejects`, async () => {
    await assertAttemptRejects(protocol, scheme, "push");
  });
}

/** Makes one attempt, over a port that was free a moment ago, and waits for its failure. */
async function assertAttemptRejects(
  protocol: Protocol,
  scheme: string,
  way: "pull" | "push",
): Promise<void> {
  if (protocol[way] === undefined) return;
  const listener = await denoTransport.listen({ host: HOST, port: 0 });
  const { port } = listener.address;
  listener.close();
  const failed = Promise.withResolvers<string>();
  const gateway = new Gateway({
    protocols: [protocol],
    log: {
      debug: () => {},
      info: () => {},
      warn: (message, fields) => {
        if (message.includes("relay")) failed.resolve(`${fields?.reason}`);
      },
      error: (message) => failed.reject(new Error(message)),
    },
  });
  const { url, reason } = nowhere(scheme, port, way);
  const publisher = await gateway.registry.publish({ name: "live/a", protocol: "x", remote: "x" });
  // Some modules connect only when they know what there is to send.
  publisher.describe({ tracks: [SOUND], metadata: {} });
  publisher.write([{ track: SOUND, pts: 0, dts: 0, isKey: true, payload: [new Uint8Array(160)] }]);
  if (way === "pull") gateway.pull(url, "live/b");
  else gateway.push("live/a", url);
  assertMatch(await failed.promise, reason);
  publisher.close();
  await gateway.stop();
}

/** A URL that leads to nothing, and what is said of it. Those of files have no host. */
function nowhere(
  scheme: string,
  port: number,
  way: "pull" | "push",
): { readonly url: string; readonly reason: RegExp } {
  if (scheme === "file") {
    return { url: "file:/nowhere/cam1", reason: /^Cannot read .* can be played/ };
  }
  const url = `${scheme}://${HOST}:${port}/live/cam1`;
  if (scheme.startsWith(way === "pull" ? "whip" : "whep")) {
    return { url, reason: /^streams are (?:pulled by whep|pushed by whip):/ };
  }
  return { url, reason: /^Cannot connect to .*connection refused/ };
}
