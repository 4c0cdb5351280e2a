import { assertEquals, assertGreater } from "@std/assert";
import { parseRtcp } from "../../../../protocols/_formats/rtp/rtcp.ts";
import { AccessDeniedError } from "../../../../registry/errors.ts";
import { BASE, Harness, type Peer, picture, sdpOf, TCP, URL1, VIDEO_ONLY } from "../harness.ts";

const MULTICAST = "RTP/AVP;multicast";
const ON = { section: { multicast: { enabled: true } } };

/** A client that plays both tracks of a stream from its group. */
async function viewer(gateway: Harness, url = URL1): Promise<Peer> {
  const peer = await gateway.peer();
  await peer.setup(`${url}/trackID=1`, MULTICAST);
  await peer.setup(`${url}/trackID=2`, MULTICAST);
  await peer.ask("PLAY", url);
  return peer;
}

function readers(gateway: Harness): number {
  return gateway.registry.get("live/cam1")?.readers.size ?? 0;
}

Deno.test("each stream has an address, each of its tracks a pair of ports, the same for all viewers", async () => {
  const section = { multicast: { enabled: true, group: "239.1.2.255", port: 9000, ttl: 3 } };
  await using gateway = await Harness.start({ section });
  await gateway.publish();
  await gateway.publish("live/cam2");
  const told: (string | undefined)[] = [];
  for (const name of ["live/cam1", "live/cam1", "live/cam2"]) {
    const peer = await gateway.peer();
    await peer.setup(`${BASE}/${name}/trackID=1`, "RTP/AVP/UDP;multicast;port=5000-5001;ttl=200");
    told.push(peer.header("Transport"));
    await peer.setup(`${BASE}/${name}/trackID=2`, MULTICAST);
    told.push(peer.header("Transport"));
  }
  const answer = (address: string, port: number) =>
    `RTP/AVP;multicast;destination=${address};port=${port}-${port + 1};ttl=3`;
  const [one, two] = ["239.1.2.255", "239.1.3.0"].map((address) => [
    answer(address, 9000),
    answer(address, 9002),
  ]);
  assertEquals(told, [...one ?? [], ...one ?? [], ...two ?? []]);
});

Deno.test("one reader serves all viewers, from the first to the last", async () => {
  await using gateway = await Harness.start(ON);
  const publisher = await gateway.publish();
  const [rtp, rtcp] = [await gateway.socket(8002), await gateway.socket(8003)];
  const [first, second] = [await viewer(gateway), await viewer(gateway)];
  assertEquals([first, second].map((peer) => peer.responses.at(-1)?.status), [200, 200]);
  assertEquals(readers(gateway), 1);
  publisher.write([picture(40)]);
  await gateway.clock.run(10);
  assertEquals(rtp.received.length, 2);
  await first.ask("TEARDOWN", URL1);
  publisher.write([picture(80)]);
  await gateway.clock.run(10);
  assertEquals(rtp.received.length, 3);
  await second.ask("PAUSE", URL1);
  assertEquals(readers(gateway), 0);
  const types = rtcp.received.flatMap(({ bytes }) => parseRtcp(bytes).map(({ type }) => type));
  assertEquals(types.at(-1), "goodbye");
  await second.ask("PLAY", URL1);
  await gateway.clock.run(10);
  assertGreater(rtp.received.length, 3);
});

Deno.test("every viewer is asked for, and nobody hears of another's refusal", async () => {
  await using gateway = await Harness.start({
    ...ON,
    access: {
      authorize: ({ action, name, query }) => {
        if (query === "bad") throw new AccessDeniedError(name, action, "no");
      },
    },
  });
  await gateway.publish();
  const statuses: (number | undefined)[] = [];
  for (const query of ["?bad", "", "?bad"]) {
    const peer = await viewer(gateway, `${URL1}${query}`);
    statuses.push(peer.responses.at(-1)?.status);
  }
  assertEquals(statuses, [403, 200, 403]);
  assertEquals(readers(gateway), 1);
});

Deno.test("two viewers at the same time share the reader while the policy thinks", async () => {
  const decision = Promise.withResolvers<void>();
  await using gateway = await Harness.start({
    ...ON,
    access: { authorize: ({ protocol }) => protocol === "test" ? undefined : decision.promise },
  });
  await gateway.publish();
  const viewers = [await viewer(gateway), await viewer(gateway), await viewer(gateway)];
  viewers[1]?.close();
  decision.resolve();
  await gateway.clock.run(300);
  assertEquals(readers(gateway), 1);
  viewers[0]?.close();
  await gateway.clock.run(0);
  assertEquals(readers(gateway), 1);
  viewers[2]?.close();
  await gateway.clock.run(0);
  assertEquals(readers(gateway), 0);
});

Deno.test("a group that nobody holds is given away again", async () => {
  await using gateway = await Harness.start(ON);
  await gateway.publish("live/a");
  await gateway.publish("live/b");
  for (const name of ["live/a", "live/b"]) {
    const peer = await viewer(gateway, `${BASE}/${name}`);
    const told = peer.responses[0]?.headers.get("Transport");
    assertEquals(told, "RTP/AVP;multicast;destination=239.192.42.1;port=8002-8003;ttl=16");
    peer.close();
    await gateway.clock.run(0);
  }
});

Deno.test("the end of a stream without a next one ends all viewers", async () => {
  await using gateway = await Harness.start(ON);
  const publisher = await gateway.publish();
  const viewers = [await viewer(gateway), await viewer(gateway)];
  publisher.close();
  await gateway.clock.run(11_000);
  assertEquals(viewers.map(({ isClosed }) => isClosed), [true, true]);
  assertEquals(gateway.registry.snapshot(), []);
});

Deno.test("multicast goes for all tracks of a session or none, and only to play", async () => {
  await using gateway = await Harness.start(ON);
  await gateway.publish();
  const peer = await gateway.peer();
  await peer.setup(`${URL1}/trackID=1`, MULTICAST);
  assertEquals(await peer.setup(`${URL1}/trackID=2`, TCP), 461);
  assertEquals(await peer.setup(`${URL1}/trackID=2`, `${TCP},${MULTICAST}`), 200);
  const mixed = await gateway.peer();
  await mixed.setup(`${URL1}/trackID=1`, TCP);
  assertEquals(await mixed.setup(`${URL1}/trackID=2`, MULTICAST), 461);
  const recorder = await gateway.peer();
  await recorder.announce(`${BASE}/live/out`, sdpOf(VIDEO_ONLY));
  assertEquals(await recorder.setup(`${BASE}/live/out/trackID=1`, `${MULTICAST};mode=record`), 461);
});

Deno.test("a session of a group does not outlive its connection", async () => {
  await using gateway = await Harness.start(ON);
  await gateway.publish();
  const peer = await viewer(gateway);
  peer.close();
  await gateway.clock.run(0);
  assertEquals(readers(gateway), 0);
});

Deno.test("the last address and port of multicast are the last", async () => {
  const section = { multicast: { enabled: true, group: "239.255.255.255", port: 65_534 } };
  await using gateway = await Harness.start({ section });
  await gateway.publish();
  await gateway.publish("live/cam2");
  const peer = await gateway.peer();
  assertEquals(await peer.setup(`${URL1}/trackID=1`, MULTICAST), 200);
  assertEquals(await peer.setup(`${URL1}/trackID=2`, MULTICAST), 453);
  peer.session = "";
  assertEquals(await peer.setup(`${BASE}/live/cam2/trackID=1`, MULTICAST), 453);
});
