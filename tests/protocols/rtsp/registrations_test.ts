/** REGISTER and DEREGISTER, by which a back-end hands over a URL: live555's extension of RTSP. */

import { assertEquals } from "@std/assert";
import { ConfigError } from "../../../protocols/protocol.ts";
import { parseRegistration } from "../../../protocols/rtsp/headers/registration.ts";
import { AccessDeniedError } from "../../../registry/errors.ts";
import { type Fields, Harness, URL1 } from "./harness.ts";

const CAMERA = "rtsp://user:pass@camera:8554/hall";
const ON = { section: { register: true } };

/** A gateway whose sources run until they are told to stop, and what was asked of it. */
async function start(options: Parameters<typeof Harness.start>[0] = {}) {
  const asked: string[] = [];
  const running = new Set<string>();
  const gateway = await Harness.start({
    ...ON,
    ...options,
    onDemand: (url, name) => {
      asked.push(`${name} ${url}`);
      const run = async (signal: AbortSignal) => {
        running.add(name);
        const publisher = await gateway.publish(name);
        const { promise, resolve } = Promise.withResolvers<void>();
        signal.addEventListener("abort", () => resolve());
        if (!signal.aborted) await promise;
        publisher.close();
        running.delete(name);
      };
      return { label: `${url}`, run };
    },
  });
  return { gateway, asked, running };
}

/** The Transport header, the name that the stream gets, and the URL that it is fetched from. */
const WISHES: readonly (readonly [transport: string, asked: string])[] = [
  ["", `hall ${CAMERA}`],
  ["preferred_delivery_protocol=udp", `hall ${CAMERA}`],
  ["preferred_delivery_protocol=interleaved", `hall ${CAMERA}#tcp`],
  ["preferred_delivery_protocol=udp; proxy_url_suffix=live/cam1", `live/cam1 ${CAMERA}`],
  ["proxy_url_suffix=/live/cam1", `live/cam1 ${CAMERA}`],
];

for (const [transport, expected] of WISHES) {
  Deno.test(`REGISTER with ${JSON.stringify(transport)} asks for ${expected}`, async () => {
    const { gateway, asked } = await start();
    await using _ = gateway;
    const peer = await gateway.peer();
    assertEquals(await peer.status("REGISTER", CAMERA, { Transport: transport }), 200);
    assertEquals(asked, [expected]);
  });
}

Deno.test("a registered URL is fetched while somebody plays it", async () => {
  const { gateway, running } = await start();
  await using _ = gateway;
  const backend = await gateway.peer();
  const fields = { Transport: "proxy_url_suffix=live/cam1" };
  assertEquals(await backend.status("REGISTER", CAMERA, fields), 200);
  assertEquals(running.size, 0);
  const viewer = await gateway.peer();
  assertEquals(await viewer.status("DESCRIBE", URL1), 200);
  assertEquals([...running], ["live/cam1"]);
  assertEquals(gateway.logged("pass"), []);
  await gateway.clock.run(11_000);
  assertEquals(running.size, 0);
});

Deno.test("DEREGISTER ends the source, and the name is nobody's", async () => {
  const { gateway, running } = await start();
  await using _ = gateway;
  const backend = await gateway.peer();
  const fields = { Transport: "proxy_url_suffix=live/cam1" };
  await backend.ask("REGISTER", CAMERA, fields);
  await (await gateway.peer()).ask("DESCRIBE", URL1);
  await gateway.player();
  assertEquals(await backend.status("DEREGISTER", "rtsp://camera/other", fields), 404);
  assertEquals([...running], ["live/cam1"]);
  assertEquals(await backend.status("DEREGISTER", CAMERA, fields), 200);
  await gateway.clock.run(0);
  assertEquals(running.size, 0);
  assertEquals(await backend.status("DEREGISTER", CAMERA, fields), 404);
});

/** What cannot be registered. */
const REFUSED: readonly (readonly [what: string, url: string, fields: Fields, status: number])[] = [
  ["over its own connection", CAMERA, { Transport: "reuse_connection" }, 461],
  ["with a delivery that is none", CAMERA, { Transport: "preferred_delivery_protocol=mail" }, 400],
  ["without host", "/hall", {}, 400],
  ["of another scheme", "http://camera/hall", {}, 400],
  ["without path", "rtsp://camera", {}, 400],
  ["under a name that cannot be", CAMERA, { Transport: "proxy_url_suffix=a/../b" }, 400],
  ["under a name that the policy denies", CAMERA, { Transport: "proxy_url_suffix=no" }, 403],
  ["under a name that another URL has", "rtsp://other/taken", {}, 403],
];

for (const [what, url, fields, status] of REFUSED) {
  Deno.test(`REGISTER ${what} is answered with ${status}`, async () => {
    const { gateway, asked } = await start({
      access: {
        authorize: ({ action, name }) => {
          if (name === "no") throw new AccessDeniedError(name, action, "no");
        },
      },
    });
    await using _ = gateway;
    const peer = await gateway.peer();
    await peer.ask("REGISTER", "rtsp://camera/taken");
    assertEquals(await peer.status("REGISTER", "rtsp://camera/taken"), 200);
    assertEquals(await peer.status("REGISTER", url, fields), status);
    assertEquals(asked.length, 1);
  });
}

Deno.test("REGISTER where no module pulls such URLs is answered with 400", async () => {
  await using gateway = await Harness.start({
    ...ON,
    onDemand: () => {
      throw new ConfigError([], "no module can pull rtsp:// URLs");
    },
  });
  assertEquals(await (await gateway.peer()).status("REGISTER", CAMERA), 400);
});

Deno.test("a thousand streams may be registered", async () => {
  const { gateway } = await start();
  await using _ = gateway;
  const peer = await gateway.peer();
  for (let count = 0; count < 1001; count++) {
    peer.send(peer.request("REGISTER", `rtsp://camera/${count}`));
  }
  await gateway.clock.run(0);
  assertEquals(peer.responses.slice(-2).map(({ status }) => status), [200, 503]);
});

Deno.test("wishes are read as live555 writes them", () => {
  const value = "reuse_connection; preferred_delivery_protocol=interleaved; proxy_url_suffix=a/b";
  const name = "/a/b";
  assertEquals(parseRegistration(value), { reusesConnection: true, delivery: "interleaved", name });
  assertEquals(parseRegistration(), { reusesConnection: false });
});
