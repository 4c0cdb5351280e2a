import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  RtspNoMediaError,
  RtspRedirectLimitError,
  RtspRefusedError,
  RtspSilenceError,
} from "../../../../protocols/rtsp/client/errors.ts";
import { writeChallenge } from "../../../../protocols/rtsp/headers/www_authenticate.ts";
import { must } from "../../../must.ts";
import {
  type Answer,
  AUDIO_SSRC,
  CameraBench,
  counts,
  goodbye,
  picture,
  SDP,
  sound,
  VIDEO_SSRC,
} from "../camera.ts";

Deno.test("a pull publishes with the first packet, and ends with the goodbye", async () => {
  await using bench = new CameraBench();
  await bench.camera();
  const viewer = await bench.view();
  const pull = bench.pull();
  await bench.clock.run(0);
  assertEquals(bench.methods, "OPTIONS DESCRIBE SETUP SETUP PLAY");
  assertEquals(bench.registry.isPublished("cam"), false);
  await bench.link.send(0, picture(0), picture(1));
  await bench.link.send(2, sound(0));
  await bench.clock.run(0);
  assertEquals(await counts(viewer), [2, 1]);
  await bench.link.send(1, goodbye(VIDEO_SSRC));
  await bench.link.send(3, goodbye(AUDIO_SSRC));
  await bench.clock.run(300);
  assertEquals(pull.end, "ok");
  assertEquals((await viewer.log()).at(-1), "end");
  assertEquals(bench.last("TEARDOWN").headers.get("Session"), "12345678");
  assertEquals(bench.link.isOpen, false);
});

Deno.test("a pull that is stopped says goodbye to the server and has not failed", async () => {
  await using bench = new CameraBench();
  await bench.camera();
  const pull = bench.pull();
  await bench.clock.run(0);
  await bench.link.send(0, picture(0));
  await bench.clock.run(0);
  bench.abort.abort();
  await bench.clock.run(0);
  assertEquals(pull.end, "ok");
  assertEquals(bench.methods.split(" ").at(-1), "TEARDOWN");
  assertEquals(bench.registry.isPublished("cam"), false);
});

for (const method of ["OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN"]) {
  Deno.test(`a pull that is stopped while ${method} has no answer leaves nothing open`, async () => {
    await using bench = new CameraBench();
    await bench.camera({ [method]: () => undefined });
    const pull = bench.pull("rtsp://127.0.0.1/stream#udp");
    await bench.clock.run(100);
    bench.abort.abort();
    await bench.clock.run(2_000);
    assertEquals(pull.end, "ok");
    assertEquals(bench.link.isOpen, false);
  });
}

for (const method of ["DESCRIBE", "SETUP", "PLAY"]) {
  Deno.test(`a server that does not answer ${method} within 15 s is given up`, async () => {
    await using bench = new CameraBench();
    await bench.camera({ [method]: () => undefined });
    const pull = bench.pull();
    await bench.clock.run(17_000);
    assertEquals(pull.message, `Cannot ${method}: no answer came within 15 s`);
    assert(pull.end instanceof RtspSilenceError);
  });
}

Deno.test("a server that has no OPTIONS, or leaves it without an answer, is asked on", async () => {
  for (const answer of [{ status: 501 }, undefined] as const) {
    await using bench = new CameraBench();
    await bench.camera({ OPTIONS: () => answer });
    bench.pull();
    await bench.clock.run(5_000);
    assertEquals(bench.methods, "OPTIONS DESCRIBE SETUP SETUP PLAY");
  }
});

Deno.test("what the server says is told, with the method", async () => {
  await using bench = new CameraBench();
  await bench.camera({ DESCRIBE: () => ({ status: 404 }) });
  const pull = bench.pull();
  await bench.clock.run(0);
  assertEquals(pull.message, "Cannot DESCRIBE: the server says 404 Not Found");
  assert(pull.end instanceof RtspRefusedError && pull.end.status === 404);
});

Deno.test("a description without media says so", async () => {
  await using bench = new CameraBench();
  await bench.camera({ DESCRIBE: () => ({ body: "v=0\r\ns=-\r\n" }) });
  const pull = bench.pull();
  await bench.clock.run(0);
  assertEquals(pull.message, "Cannot DESCRIBE: the stream has no RTP media");
});

Deno.test("a stream in which nothing comes for 10 s is left, and may come back", async () => {
  await using bench = new CameraBench();
  await bench.camera();
  const pull = bench.pull();
  await bench.clock.run(0);
  await bench.link.send(0, picture(0));
  await bench.clock.run(9_000);
  assertEquals(pull.end, undefined);
  await bench.clock.run(2_000);
  assertEquals(pull.message, "Cannot go on: no packet came for 10 s");
  assertEquals(bench.registry.get("cam")?.state, "interrupted");
});

Deno.test("a server that closes the connection ends the pull, and may come back", async () => {
  await using bench = new CameraBench();
  await bench.camera();
  const pull = bench.pull();
  await bench.clock.run(0);
  await bench.link.send(0, picture(0));
  await bench.clock.run(0);
  bench.link.close();
  await bench.clock.run(0);
  assertEquals(pull.message, "Cannot go on: the server closed the connection");
  assertEquals(bench.registry.get("cam")?.state, "interrupted");
});

Deno.test("a stream without a packet is left after 10 s, and holds no name", async () => {
  await using bench = new CameraBench();
  await bench.camera();
  const pull = bench.pull();
  await bench.clock.run(10_000);
  assert(pull.end instanceof RtspNoMediaError);
  assertEquals(pull.message, "Cannot PLAY: no RTP packet came within 10 s");
  assertEquals(bench.registry.isPublished("cam"), false);
});

Deno.test("a pull whose publisher is kicked says so", async () => {
  await using bench = new CameraBench();
  await bench.camera();
  const pull = bench.pull();
  await bench.clock.run(0);
  await bench.link.send(0, picture(0));
  await bench.clock.run(0);
  must(bench.registry.get("cam")).kick("the operator said so");
  await bench.clock.run(0);
  assertEquals(pull.message, "Cannot go on with cam: the operator said so");
});

Deno.test("UDP comes first, and TCP on a new connection when nothing came for 3 s", async () => {
  await using bench = new CameraBench();
  await bench.camera();
  bench.pull("rtsp://127.0.0.1/stream");
  await bench.clock.run(0);
  assertStringIncludes(must(bench.last("SETUP").headers.get("Transport")), "client_port=");
  await bench.clock.run(3_000);
  assertEquals(bench.links.map(({ isOpen }) => isOpen), [false, true]);
  assertEquals(
    bench.last("SETUP").headers.get("Transport"),
    "RTP/AVP/TCP;unicast;interleaved=2-3",
  );
  await bench.link.send(0, picture(0));
  await bench.clock.run(0);
  assertEquals(bench.registry.isPublished("cam"), true);
});

const refusesUdp =
  (status: number) => (request: { headers: { get(name: string): string | undefined } }): Answer => {
    const transport = must(request.headers.get("Transport"));
    return transport.includes("TCP")
      ? { headers: [["Session", "1"], ["Transport", transport]] }
      : { status };
  };

Deno.test("a server that refuses UDP with 461 is asked for TCP at once", async () => {
  await using bench = new CameraBench();
  await bench.camera({ SETUP: refusesUdp(461) });
  bench.pull("rtsp://127.0.0.1/stream");
  await bench.clock.run(0);
  assertEquals(bench.methods, "OPTIONS DESCRIBE SETUP SETUP SETUP PLAY");
  assertEquals(bench.links.length, 1);
});

Deno.test("a server that refuses UDP in another way is asked for TCP on a new connection", async () => {
  await using bench = new CameraBench();
  await bench.camera({ SETUP: refusesUdp(400) });
  bench.pull("rtsp://127.0.0.1/stream");
  await bench.clock.run(0);
  assertEquals(bench.methods.split(" ").slice(3).join(" "), "OPTIONS DESCRIBE SETUP SETUP PLAY");
});

Deno.test("a URL that asks for UDP gets nothing else", async () => {
  await using bench = new CameraBench();
  await bench.camera({ SETUP: refusesUdp(461) });
  const pull = bench.pull("rtsp://127.0.0.1/stream#udp");
  await bench.clock.run(0);
  assertEquals(pull.message, "Cannot SETUP: the server says 461 Unsupported Transport");
});

Deno.test("datagrams are taken from the server only", async () => {
  await using bench = new CameraBench();
  await bench.camera({
    SETUP: ({ headers }) => ({
      headers: [["Session", "1"], [
        "Transport",
        `${headers.get("Transport")};server_port=7000-7001`,
      ]],
    }),
  });
  const viewer = await bench.view();
  bench.pull("rtsp://127.0.0.1/stream#udp");
  const server = await bench.transport.listenDatagram({ host: "127.0.0.1", port: 7000 });
  const stranger = await bench.transport.listenDatagram({ host: "192.0.2.9", port: 7000 + 2 });
  await bench.clock.run(0);
  const setup = bench.links[0]?.requests.find(({ method }) => method === "SETUP");
  const port = Number(/client_port=(\d+)/.exec(must(setup?.headers.get("Transport")))?.[1]);
  const punch = must(await server.receive());
  assertEquals(punch.from.port, port);
  await stranger.send([picture(0)], { host: "127.0.0.1", port });
  await bench.clock.run(0);
  assertEquals(bench.registry.isPublished("cam"), false);
  await server.send([picture(0), picture(1)], { host: "127.0.0.1", port });
  await bench.clock.run(100);
  assertEquals(await counts(viewer), [2, 0]);
  server.close();
  stranger.close();
});

const DIGEST = (nonce: string) =>
  writeChallenge({
    scheme: "digest",
    realm: "cam",
    nonce,
    algorithm: "MD5",
    qop: false,
    stale: false,
  });

Deno.test("credentials of the URL answer a challenge, for every request anew", async () => {
  await using bench = new CameraBench();
  let nonce = "one";
  const guard = (request: { headers: { get(name: string): string | undefined } }, ok: Answer) =>
    request.headers.get("Authorization")?.includes(`nonce="${nonce}"`)
      ? ok
      : { status: 401, headers: [["WWW-Authenticate", DIGEST(nonce)]] as const };
  await bench.camera({
    DESCRIBE: (request) => guard(request, { body: SDP }),
    SETUP: (request) => {
      nonce = "two";
      return guard(request, {
        headers: [["Session", "1"], ["Transport", must(request.headers.get("Transport"))]],
      });
    },
  });
  bench.pull("rtsp://user:pass@127.0.0.1/stream#tcp");
  await bench.clock.run(0);
  assertEquals(
    bench.methods,
    "OPTIONS DESCRIBE DESCRIBE SETUP SETUP SETUP PLAY",
    "a nonce that has grown old is replaced, without `stale` too",
  );
  const { url, headers } = bench.last("PLAY");
  assertEquals(url, "rtsp://127.0.0.1/stream");
  assertStringIncludes(must(headers.get("Authorization")), `uri="${url}"`);
});

Deno.test("a wrong password is tried once", async () => {
  await using bench = new CameraBench();
  await bench.camera({
    DESCRIBE: () => ({ status: 401, headers: [["WWW-Authenticate", DIGEST(crypto.randomUUID())]] }),
  });
  const pull = bench.pull("rtsp://user:wrong@127.0.0.1/stream");
  await bench.clock.run(0);
  assertEquals(bench.methods, "OPTIONS DESCRIBE DESCRIBE");
  assertEquals(pull.message, "Cannot DESCRIBE: the server says 401 Unauthorized");
});

Deno.test("redirects are followed, with the password to the same host only", async () => {
  await using bench = new CameraBench();
  const to = (location: string) => () => ({
    status: 302,
    headers: [["Location", location]] as const,
  });
  await bench.camera({ DESCRIBE: to("rtsp://127.0.0.1:555/other") });
  await bench.camera({ DESCRIBE: to("rtsp://localhost:556/third") }, 555);
  await bench.camera({}, 556);
  bench.pull("rtsp://user:pass@127.0.0.1/stream#tcp");
  await bench.clock.run(0);
  assertEquals(
    bench.links.map(({ requests }) => requests.at(-1)?.url),
    ["rtsp://127.0.0.1/stream", "rtsp://127.0.0.1:555/other", "rtsp://127.0.0.1/stream/"],
  );
});

Deno.test("redirects in a circle are followed five times", async () => {
  await using bench = new CameraBench();
  await bench.camera({
    DESCRIBE: () => ({ status: 301, headers: [["Location", "rtsp://127.0.0.1/stream"]] }),
  });
  const pull = bench.pull();
  await bench.clock.run(0);
  assert(pull.end instanceof RtspRedirectLimitError);
  assertEquals(bench.links.length, 6);
});

Deno.test("a server that hands its clients on is followed", async () => {
  await using bench = new CameraBench();
  await bench.camera();
  await bench.camera({}, 555);
  const viewer = await bench.view();
  bench.pull();
  await bench.clock.run(0);
  await bench.link.send(0, picture(0));
  await bench.clock.run(0);
  await bench.link.ask("REDIRECT", [["Location", "rtsp://127.0.0.1:555/stream"]]);
  await bench.clock.run(0);
  assertEquals(bench.links[0]?.responses.map(({ status }) => status), [200]);
  await bench.link.send(0, picture(0));
  await bench.clock.run(0);
  assertEquals(bench.links.length, 2);
  assertEquals(await counts(viewer), [2, 0]);
});

Deno.test("requests of the server are answered", async () => {
  await using bench = new CameraBench();
  await bench.camera();
  bench.pull();
  await bench.clock.run(0);
  for (const method of ["OPTIONS", "SET_PARAMETER", "GET_PARAMETER", "ANNOUNCE", "DESCRIBE"]) {
    await bench.link.ask(method);
  }
  await bench.clock.run(0);
  assertEquals(bench.link.responses.map(({ status }) => status), [200, 200, 200, 200, 501]);
});

Deno.test("keepalives use what the server lists, at two thirds of its timeout", async () => {
  await using bench = new CameraBench();
  await bench.camera({
    OPTIONS: () => ({ headers: [["Public", "OPTIONS, GET_PARAMETER, SET_PARAMETER"]] }),
    SETUP: ({ headers }) => ({
      headers: [["Session", "abc;timeout=30"], ["Transport", must(headers.get("Transport"))]],
    }),
    GET_PARAMETER: () => ({ status: 400 }),
  });
  bench.pull();
  await bench.clock.run(0);
  for (let n = 0; n < 5; n++) {
    await bench.link.send(0, picture(n));
    await bench.clock.run(9_000);
  }
  assertEquals(
    bench.methods,
    "OPTIONS DESCRIBE SETUP SETUP PLAY GET_PARAMETER OPTIONS",
    "a refused one is not asked again",
  );
  assertEquals(bench.last("GET_PARAMETER").headers.get("Session"), "abc");
});

Deno.test("receiver reports go to the server", async () => {
  await using bench = new CameraBench();
  await bench.camera();
  bench.pull();
  await bench.clock.run(0);
  await bench.link.send(0, picture(0));
  await bench.clock.run(8_000);
  assert(bench.link.frames.length > 0);
  assert(bench.link.frames.every((channel) => channel === 1));
});
