/** What each method is answered with in each state: RFC 2326 appendix A.2 and section 11.3. */

import { assertEquals } from "@std/assert";
import {
  AV,
  BASE,
  Harness,
  type Peer,
  RECORD_TCP,
  sdpOf,
  TCP,
  URL1,
  VIDEO_ONLY,
} from "./harness.ts";

const OUT = `${BASE}/live/out`;

/** How a client gets into a state, and the URL that it then speaks of. */
const STATES: Readonly<
  Record<string, (gateway: Harness) => Promise<readonly [peer: Peer, url: string]>>
> = {
  init: async (gateway) => [await gateway.peer(), URL1],
  announced: async (gateway) => {
    const peer = await gateway.peer();
    await peer.announce(OUT, sdpOf(VIDEO_ONLY));
    return [peer, OUT];
  },
  readyToPlay: async (gateway) => {
    const peer = await gateway.peer();
    await peer.setup(`${URL1}/trackID=1`, TCP);
    return [peer, URL1];
  },
  playing: async (gateway) => [await gateway.player("live/cam1", [1]), URL1],
  paused: async (gateway) => {
    const peer = await gateway.player("live/cam1", [1]);
    await peer.ask("PAUSE", URL1);
    return [peer, URL1];
  },
  readyToRecord: async (gateway) => [await gateway.announcer("live/out", VIDEO_ONLY), OUT],
  recording: async (gateway) => [await gateway.recorder("live/out", VIDEO_ONLY), OUT],
};

type Ask = (peer: Peer, url: string) => Promise<number>;

const METHODS: Readonly<Record<string, Ask>> = {
  OPTIONS: (peer, url) => peer.status("OPTIONS", url),
  DESCRIBE: (peer) => peer.status("DESCRIBE", URL1),
  ANNOUNCE: (peer, url) => peer.announce(url, sdpOf(VIDEO_ONLY)),
  SETUP: (peer, url) => peer.setup(`${url}/trackID=1`, url === OUT ? RECORD_TCP : TCP),
  PLAY: (peer, url) => peer.status("PLAY", url),
  PAUSE: (peer, url) => peer.status("PAUSE", url),
  RECORD: (peer, url) => peer.status("RECORD", url),
  GET_PARAMETER: (peer, url) => peer.status("GET_PARAMETER", url),
  SET_PARAMETER: (peer, url) => peer.status("SET_PARAMETER", url),
  REDIRECT: (peer, url) => peer.status("REDIRECT", url),
  REGISTER: (peer, url) => peer.status("REGISTER", url),
  TEARDOWN: (peer, url) => peer.status("TEARDOWN", url),
};

/** In the order of `METHODS`: those that change nothing are 200 and 405 wherever they come. */
const EXPECTED: Readonly<Record<string, readonly number[]>> = {
  // OPTIONS, DESCRIBE, ANNOUNCE, SETUP, PLAY, PAUSE, RECORD, GET_, SET_, REDIRECT, REGISTER, TEARDOWN
  init: [200, 200, 200, 200, 454, 454, 454, 200, 200, 405, 405, 454],
  announced: [200, 200, 200, 200, 454, 454, 454, 200, 200, 405, 405, 454],
  readyToPlay: [200, 200, 455, 200, 200, 200, 455, 200, 200, 405, 405, 200],
  playing: [200, 200, 455, 455, 200, 200, 455, 200, 200, 405, 405, 200],
  paused: [200, 200, 455, 200, 200, 200, 455, 200, 200, 405, 405, 200],
  readyToRecord: [200, 200, 455, 200, 455, 200, 200, 200, 200, 405, 405, 200],
  recording: [200, 200, 455, 455, 455, 200, 200, 200, 200, 405, 405, 200],
};

for (const [state, enter] of Object.entries(STATES)) {
  Deno.test(`${state}: every method gets its code, and the connection stays`, async () => {
    const statuses = await Promise.all(
      Object.values(METHODS).map(async (ask) => {
        await using gateway = await Harness.start();
        await gateway.publish();
        const [peer, url] = await enter(gateway);
        const status = await ask(peer, url);
        assertEquals(await peer.status("OPTIONS", "*"), 200);
        assertEquals(gateway.logged("error"), []);
        return status;
      }),
    );
    assertEquals(statuses, EXPECTED[state]);
  });

  Deno.test(`${state}: two methods in a row never break anything`, async () => {
    const pairs = Object.values(METHODS)
      .flatMap((first) => Object.values(METHODS).map((second) => [first, second] as const));
    await Promise.all(pairs.map(async ([first, second]) => {
      await using gateway = await Harness.start();
      await gateway.publish();
      const [peer, url] = await enter(gateway);
      await first(peer, url);
      await second(peer, url);
      peer.session = "";
      assertEquals(await peer.status("OPTIONS", "*"), 200);
      assertEquals(gateway.logged("error"), []);
    }));
  });
}

Deno.test("a request that only a session can take needs one that is there", async () => {
  await using gateway = await Harness.start();
  await gateway.publish();
  const peer = await gateway.player();
  for (const method of ["PLAY", "PAUSE", "RECORD", "TEARDOWN", "GET_PARAMETER", "SETUP"]) {
    assertEquals(await peer.status(method, URL1, { Session: "12345678", Transport: TCP }), 454);
  }
});

Deno.test("nothing is left of a session after TEARDOWN, in the middle of what it plays", async () => {
  await using gateway = await Harness.start();
  const publisher = await gateway.publish();
  const peer = await gateway.player();
  await peer.send(peer.request("TEARDOWN", URL1));
  const { length } = peer.frames;
  publisher.write([]);
  await gateway.clock.run(100);
  assertEquals(peer.frames.length, length);
  assertEquals(gateway.registry.get("live/cam1")?.readers.size, 0);
  assertEquals(await peer.status("TEARDOWN", URL1), 454);
});

Deno.test("each of several sessions of one connection plays its own stream, in its own channels", async () => {
  await using gateway = await Harness.start();
  await gateway.publish("live/a", VIDEO_ONLY);
  await gateway.publish("live/b", VIDEO_ONLY);
  const peer = await gateway.player("live/a", [1]);
  const first = peer.session;
  peer.session = "";
  await peer.setup(`${BASE}/live/b/trackID=1`, TCP);
  assertEquals(peer.header("Transport"), "RTP/AVP/TCP;unicast;interleaved=2-3");
  await peer.ask("PLAY", `${BASE}/live/b`);
  assertEquals(new Set(peer.frames.map(({ channel }) => channel)), new Set([0, 1, 2, 3]));
  assertEquals(await peer.status("TEARDOWN", `${BASE}/live/a`, { Session: first }), 200);
  assertEquals(await peer.status("GET_PARAMETER", `${BASE}/live/b`), 200);
});

Deno.test("one connection has eight sessions at most", async () => {
  await using gateway = await Harness.start();
  await gateway.publish();
  const peer = await gateway.peer();
  const statuses: number[] = [];
  for (let at = 0; at < 9; at++) {
    statuses.push(await peer.setup(`${URL1}/trackID=1`, TCP, { Session: "" }));
    peer.session = "";
  }
  assertEquals(statuses, [...Array(8).fill(200), 453]);
});

Deno.test("a session belongs to its connection: another that quotes it gets 454", async () => {
  await using gateway = await Harness.start();
  await gateway.publish();
  const player = await gateway.player();
  const thief = await gateway.peer();
  thief.session = player.session;
  for (const method of ["PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER"]) {
    assertEquals(await thief.status(method, URL1), 454);
  }
  assertEquals(await thief.setup(`${URL1}/trackID=1`, TCP), 454);
  assertEquals(gateway.registry.get("live/cam1")?.readers.size, 1);
  assertEquals(await player.status("GET_PARAMETER", URL1), 200);
});

Deno.test("PAUSE of a recording ends it, and RECORD begins again", async () => {
  await using gateway = await Harness.start();
  const peer = await gateway.recorder("live/out", AV);
  await peer.ask("PAUSE", OUT);
  assertEquals(gateway.registry.get("live/out"), undefined);
  assertEquals(await peer.status("RECORD", OUT), 200);
  assertEquals(gateway.registry.get("live/out")?.state, "live");
});
