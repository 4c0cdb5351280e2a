import { assert, assertEquals } from "@std/assert";
import {
  MAX_PERMISSIONS,
  RelayedPeers,
} from "../../../../protocols/webrtc/transport/relayed_peers.ts";
import { parseTurn, writeTurn } from "../../../../protocols/webrtc/transport/turn_message.ts";
import type {
  TurnOutcome,
  TurnRequest,
} from "../../../../protocols/webrtc/transport/turn_transactions.ts";
import { VirtualClock } from "../../../virtual_clock.ts";

const MEDIA = Uint8Array.of(0x80, 96);
const CHECK = Uint8Array.of(0, 1);
const PEER = { host: "192.0.2.7", port: 5000 };

function granted(method: TurnRequest["method"]): TurnOutcome {
  const transactionId = new Uint8Array(12);
  const answer = parseTurn(writeTurn({ method, class: "response", transactionId }));
  assert(answer !== undefined);
  return { answer };
}

function opened() {
  const clock = new VirtualClock();
  const asked: string[] = [];
  const refused: string[] = [];
  const refusals: Partial<Record<TurnRequest["method"], number>> = {};
  const peers = new RelayedPeers({
    clock,
    request: (request, onDone) => {
      const { method, peer, channel } = request;
      asked.push(`${method} ${peer?.host}${channel === undefined ? "" : ` ${channel}`}`);
      const code = refusals[method];
      onDone(code === undefined ? granted(method) : { code, reason: `${code}` });
    },
    onRefused: (what, reason) => refused.push(`${what}: ${reason}`),
    onMismatch: () => refused.push("mismatch"),
  });
  return { clock, asked, refused, refusals, peers };
}

const hostOf = (at: number) => `198.51.${at >> 8}.${at & 255}`;

Deno.test("a host is permitted once, whatever its ports", () => {
  const { asked, peers } = opened();
  assertEquals([peers.permits("192.0.2.7"), peers.permits("192.0.2.7")], [true, true]);
  assertEquals(asked, ["createPermission 192.0.2.7"]);
  assertEquals(peers.permits("2001:db8::7"), false);
  peers.close();
});

Deno.test("so many hosts are permitted at most; one that is idle makes room", () => {
  const { clock, asked, refused, peers } = opened();
  for (let at = 0; at < MAX_PERMISSIONS; at++) assert(peers.permits(hostOf(at)));
  clock.advance(29_000);
  assert(peers.permits(hostOf(0)));
  assertEquals(peers.permits("192.0.2.7"), false);
  assertEquals(refused, [`reach more hosts: the limit of ${MAX_PERMISSIONS} is reached`]);
  clock.advance(1_000);
  assert(peers.permits("192.0.2.7"));
  assertEquals(asked.length, MAX_PERMISSIONS + 1);
  // The first is in use: it was not asked for anew.
  assert(peers.permits(hostOf(0)));
  assertEquals(asked.length, MAX_PERMISSIONS + 1);
  peers.close();
});

Deno.test("a host that is refused is asked for again after a while", () => {
  const { clock, asked, refused, refusals, peers } = opened();
  refusals.createPermission = 403;
  peers.permits("192.0.2.7");
  assertEquals(peers.permits("192.0.2.7"), false);
  assertEquals([asked.length, refused], [1, ["reach 192.0.2.7: 403"]]);
  delete refusals.createPermission;
  clock.advance(240_000);
  assert(peers.permits("192.0.2.7"));
  assert(peers.permits("192.0.2.7"));
  peers.close();
});

Deno.test("an address gets a channel when it is sent what is no check", () => {
  const { asked, peers } = opened();
  assertEquals(peers.channelFor(PEER, CHECK), undefined);
  assertEquals(asked, []);
  assertEquals(peers.channelFor(PEER, MEDIA), undefined);
  assertEquals(peers.channelFor(PEER, CHECK), 0x4000);
  peers.channelFor({ ...PEER, port: 5001 }, MEDIA);
  assertEquals(peers.channelFor({ ...PEER, port: 5001 }, MEDIA), 0x4001);
  assertEquals(asked, ["channelBind 192.0.2.7 16384", "channelBind 192.0.2.7 16385"]);
  assertEquals(peers.peerOf(0x4000), PEER);
  assertEquals(peers.peerOf(0x4002), undefined);
  peers.close();
});

Deno.test("where no channel is granted, there is none", () => {
  const { asked, refusals, peers } = opened();
  refusals.channelBind = 400;
  for (let packet = 0; packet < 3; packet++) assertEquals(peers.channelFor(PEER, MEDIA), undefined);
  assertEquals(asked.length, 1);
  peers.close();
});

Deno.test("what is in use is renewed, what is not is forgotten", () => {
  const { clock, asked, peers } = opened();
  peers.permits("192.0.2.7");
  peers.permits("192.0.2.8");
  peers.channelFor(PEER, MEDIA);
  peers.channelFor({ host: "192.0.2.8", port: 1 }, MEDIA);
  clock.advance(239_000);
  asked.length = 0;
  clock.advance(1_000);
  assertEquals(asked.length, 4);
  asked.length = 0;
  peers.permits("192.0.2.7");
  peers.channelFor(PEER, CHECK);
  clock.advance(240_000);
  assertEquals(asked, ["createPermission 192.0.2.7", "channelBind 192.0.2.7 16384"]);
  assertEquals(peers.peerOf(0x4001), undefined);
  peers.close();
  assertEquals(clock.pending, 0);
});

Deno.test("an allocation that the server does not know any more is told of", () => {
  const { refused, refusals, peers } = opened();
  refusals.createPermission = 437;
  peers.permits("192.0.2.7");
  assertEquals(refused, ["mismatch"]);
  peers.close();
});
