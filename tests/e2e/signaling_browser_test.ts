// Two pages of Chromium call each other through peer signaling, one over HTTP as the original client
// does, one over a WebSocket, and exchange video.
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

const ignore = !hasClient("chromium");

/** Pictures that each side has to have decoded. */
const ENOUGH = 10;

/** What both pages share: a moving picture to send, a video to receive, and a call. */
const CALL = `
  const canvas = document.createElement("canvas");
  const paint = canvas.getContext("2d");
  setInterval(() => {
    paint.fillStyle = "#" + Math.floor(Math.random() * 0xffffff).toString(16).padStart(6, "0");
    paint.fillRect(0, 0, canvas.width, canvas.height);
  }, 30);
  const pc = new RTCPeerConnection();
  let other;
  let sent = Promise.resolve();
  // One at a time: the order matters.
  const tell = (signal) => sent = sent.then(() => say(other, JSON.stringify(signal)));
  for (const track of canvas.captureStream(30).getTracks()) pc.addTrack(track);
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
  ${CALL}
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

/** Signs in over a WebSocket, and calls the first peer there is. */
const OVER_WEBSOCKET = `
  const socket = new WebSocket("ws://" + location.host + "/ws");
  const say = (to, body) => socket.send(JSON.stringify({ type: "message", to, body }));
  ${CALL}
  socket.onopen = () => socket.send(JSON.stringify({ type: "sign_in", name: "caller" }));
  socket.onmessage = ({ data }) => {
    const { type, peers, from, body } = JSON.parse(data);
    if (type === "signed_in") call(peers[0].id);
    if (type === "message") hear(from, body);
  };
  window.decoded = decoded;`;

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
      await caller.evaluate(`(async () => { ${OVER_WEBSOCKET} })()`);
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
