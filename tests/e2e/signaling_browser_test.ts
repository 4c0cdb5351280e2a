// Pages of Chromium in the room of peer signaling: they call each other, one over HTTP as the original
// client does, one over a WebSocket; and they call the gateway, to publish and to watch.
import { assertEquals, assertGreater } from "@std/assert";
import { Hono } from "hono";
import { hasClient } from "../../scripts/real_clients.ts";
import { denoTransport } from "../../protocols/_transport/deno_transport.ts";
import { silentLogger } from "../../protocols/logger.ts";
import type { HttpEnv } from "../../protocols/protocol.ts";
import { mountSignaling } from "../../protocols/webrtc/signaling/signaling.ts";
import { Registry } from "../../registry/registry.ts";
import { must, unused } from "../must.ts";
import { openBrowser } from "./browser.ts";
import { Program } from "./program.ts";

const ignore = !hasClient("chromium");

/** Pictures that each side has to have decoded. */
const ENOUGH = 10;

/** A moving picture. */
const PICTURE = `
  const canvas = document.createElement("canvas");
  const paint = canvas.getContext("2d");
  setInterval(() => {
    paint.fillStyle = "#" + Math.floor(Math.random() * 0xffffff).toString(16).padStart(6, "0");
    paint.fillRect(0, 0, canvas.width, canvas.height);
  }, 30);
  const [track] = canvas.captureStream(30).getTracks();`;

/** What all pages share: a call, and how much of it was seen. */
const CALL = `
  const pc = new RTCPeerConnection();
  let other;
  let sent = Promise.resolve();
  // One at a time: the order matters.
  const tell = (signal) => sent = sent.then(() => say(other, JSON.stringify(signal)));
  pc.onicecandidate = ({ candidate }) => candidate && tell(candidate);
  let told = Promise.resolve();
  const hear = (from, body) => told = told.then(async () => {
    other = from;
    const signal = JSON.parse(body);
    if (signal.candidate !== undefined) return await pc.addIceCandidate(signal);
    await pc.setRemoteDescription(signal);
    if (signal.type === "offer") await describe(await pc.createAnswer());
  });
  // Told before it is set: candidates must not come first.
  const describe = (description) => {
    tell(description);
    return pc.setLocalDescription(description);
  };
  const call = async (peer) => {
    other = peer;
    await describe(await pc.createOffer());
  };
  const decoded = async () => {
    for (let tries = 0; tries < 150; tries++) {
      for (const report of (await pc.getStats()).values()) {
        if (report.type === "inbound-rtp" && report.framesDecoded >= ${ENOUGH}) {
          return report.framesDecoded;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("nothing came: " + pc.signalingState + ", ICE " + pc.iceConnectionState);
  };`;

/** Signs in as the original client, and waits to be called. */
const OVER_HTTP = `
  const signIn = await fetch("/sign_in?callee@host");
  const id = signIn.headers.get("Pragma");
  const say = (to, body) => fetch("/message?peer_id=" + id + "&to=" + to, { method: "POST", body });
  ${PICTURE}
  ${CALL}
  pc.addTrack(track);
  const listen = async () => {
    for (;;) {
      const next = await fetch("/wait?peer_id=" + id);
      if (next.status !== 200) return;
      const from = next.headers.get("Pragma");
      const body = await next.text();
      if (from !== id) hear(Number(from), body);
    }
  };
  listen();
  window.decoded = decoded;`;

/** Signs in over a WebSocket as `name`, and calls the peer `called`, by name. */
function overWebSocket(name: string, called: string, media: string): string {
  return `
  const socket = new WebSocket("ws://" + location.host + "/ws");
  const say = (to, body) => socket.send(JSON.stringify({ type: "message", to, body }));
  ${CALL}
  ${media}
  socket.onopen = () => socket.send(JSON.stringify({ type: "sign_in", name: "${name}" }));
  socket.onmessage = ({ data }) => {
    const { type, peers, from, body, id, name } = JSON.parse(data);
    const there = type === "signed_in" ? peers : type === "peer" ? [{ id, name }] : [];
    for (const peer of there) if (peer.name === "${called}") call(peer.id);
    if (type === "message") hear(from, body);
  };
  window.decoded = decoded;`;
}

const SENDING_CALLER = overWebSocket("caller", "callee@host", `${PICTURE} pc.addTrack(track);`);

const PUBLISHER = overWebSocket(
  "publish:live/page",
  "publish",
  `${PICTURE} pc.addTransceiver(track, { direction: "sendonly" });`,
);

const VIEWER = overWebSocket(
  "viewer",
  "stream:live/page",
  `pc.addTransceiver("video", { direction: "recvonly" });`,
);

Deno.test({
  name: "two Chromium pages call each other through the room and exchange video",
  ignore,
  async fn() {
    const registry = new Registry();
    const app = new Hono<HttpEnv>();
    app.get("/", (c) => c.html("<!doctype html><title>call</title><link rel=icon href=data:,>"));
    const signaling = mountSignaling(app, {
      registry,
      answerer: { answer: unused },
      log: silentLogger,
      maxPeers: 10,
    });
    const server = await denoTransport.serveHttp({
      host: "127.0.0.1",
      port: 0,
      handler: app.fetch,
      onError: () => {},
    });
    try {
      await using visit = await openBrowser();
      const callee = visit.page;
      const caller = await must(callee.context().browser()).newPage();
      const url = `http://127.0.0.1:${server.address.port}/`;
      for (const page of [callee, caller]) await page.goto(url);
      await callee.evaluate(`(async () => { ${OVER_HTTP} })()`);
      await caller.evaluate(`(async () => { ${SENDING_CALLER} })()`);
      for (const page of [callee, caller]) {
        assertGreater(await page.evaluate("window.decoded()"), ENOUGH - 1);
      }
      assertEquals(signaling.peers, 2);
      assertEquals(visit.errors, []);
    } finally {
      await signaling.close();
      await server.close(0);
      registry.close();
    }
  },
});

Deno.test({
  name: "a Chromium page publishes through the room, and another watches",
  ignore,
  async fn() {
    await using program = await Program.start({ config: { webrtc: { port: 0 } } });
    await using visit = await openBrowser();
    const publisher = visit.page;
    const viewer = await must(publisher.context().browser()).newPage();
    for (const page of [publisher, viewer]) await page.goto(program.url("http", ""));
    // It waits in the room until the stream is there.
    await viewer.evaluate(`(async () => { ${VIEWER} })()`);
    await publisher.evaluate(`(async () => { ${PUBLISHER} })()`);
    assertGreater(await viewer.evaluate("window.decoded()"), ENOUGH - 1);
    await publisher.close();
    await program.seen("unpublished", { stream: "live/page" });
  },
});
