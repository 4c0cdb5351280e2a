// Property: whatever a client sends to the endpoints of WHIP and WHEP is answered with a status of the
// protocol, never with an internal error; every 201 names a session that DELETE ends, once; only those
// sessions go on, whose URL was told and which nobody has ended; and nothing is left scheduled.
import { assert, assertEquals } from "@std/assert";
import { Hono } from "hono";
import { errorResponse, HttpError, toHttpError } from "../../protocols/http/errors.ts";
import type { HttpEnv } from "../../protocols/protocol.ts";
import { RtcError, type RtcErrorCode } from "../../protocols/webrtc/errors.ts";
import { mountWhip } from "../../protocols/webrtc/whip/routes.ts";
import { AccessDeniedError, StreamNotFoundError } from "../../registry/errors.ts";
import { FakeAnswerer } from "../protocols/webrtc/whip/fake_answerer.ts";
import { VirtualClock } from "../virtual_clock.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";
import { randomText } from "./text.ts";

const STATUSES: ReadonlySet<number> = new Set([
  ...[200, 201, 204, 400, 401, 403, 404, 405, 406],
  ...[410, 412, 413, 415, 428, 503],
]);

const METHODS = ["POST", "POST", "PATCH", "PATCH", "DELETE", "GET", "HEAD", "PUT", "OPTIONS", "X"];
const PATHS = ["/live/cam1/whip", "/live/cam1/whep", "/a/whip/whip", "/whip/whep/whip?token=x"];
const PATH_ALPHABET = ["/", "whip", "whep", "%", "%2f", "%77", "..", "?", "wait=", "&", "0f", "é"];
const TYPES = [
  "application/sdp",
  "application/trickle-ice-sdpfrag; charset=utf-8",
  "text/plain",
  "",
];
const TAGS = ['"ice0"', "*", '"*"', 'W/"ice1", "ice1"', ""];
const TAG_ALPHABET = ['"', "*", "W/", "ice0", ",", " "];
const CREDENTIALS = ["Bearer abc", "bearer  a/b=", "Basic dTpw", ""];
const BODIES = ["v=0\r\n", "a=ice-pwd:x\r\n", "a=candidate:1\r\n", "bad", ""];
const BODY_ALPHABET = ["a=", "\r\n", "\0", "é", " "];
const CODES: readonly RtcErrorCode[] = ["invalid-sdp", "no-common-media", "ice-failed", "stopping"];

const PEER = { remote: { host: "192.0.2.1", port: 50_000 } };

export const target: FuzzTarget = {
  name: "whip",
  async run(random: Random): Promise<void> {
    const clock = new VirtualClock();
    const answerer = new FakeAnswerer();
    answerer.onOffer = ({ request: { name } }) => refuse(random, name);
    const app = appOf(answerer, clock);
    const told = new Set<string>();
    for (let count = 1 + random.int(8); count > 0; count--) {
      const request = requestOf(random, [...told]);
      const response = await app.fetch(request, PEER);
      await response.body?.cancel();
      assert(STATUSES.has(response.status), `${request.method} is answered ${response.status}`);
      const location = response.headers.get("location");
      assertEquals(location !== null, response.status === 201, "only what is created has a URL");
      if (location !== null) told.add(location);
      if (request.method === "DELETE" && response.status === 200) {
        assert(told.delete(new URL(request.url).pathname), "a session was ended that nobody knows");
      }
      assertEquals(answerer.open.size, told.size);
    }
    for (const path of told) {
      for (const status of [200, 404]) {
        const request = new Request(`http://gateway${path}`, { method: "DELETE" });
        assertEquals((await app.fetch(request, PEER)).status, status);
      }
    }
    assertEquals(answerer.open.size, 0);
    assertEquals(clock.pending, 0);
  },
};

/** The routes, and the errors as the HTTP module answers them. */
function appOf(answerer: FakeAnswerer, clock: VirtualClock): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  mountWhip(app, { answerer, clock, iceServers: [], waitLimit: 60 });
  app.onError((error, c) =>
    errorResponse(c, toHttpError(error) ?? new HttpError(500, "internal", `${error}`))
  );
  return app;
}

function refuse(random: Random, name: string): void {
  const choice = random.int(12);
  if (choice === 0) throw new RtcError(random.pick(CODES), "Cannot answer: it is the fuzzer");
  if (choice === 1) throw new AccessDeniedError(name, "read", "it is the fuzzer");
  if (choice === 2) throw new StreamNotFoundError(name);
}

/** Most of a request is as it should be, so that the rest gets to where it matters. */
function requestOf(random: Random, told: readonly string[]): Request {
  const isKnown = told.length > 0 && random.int(3) > 0;
  const path = isKnown ? random.pick(told) : textNear(random, PATHS, PATH_ALPHABET);
  const method = random.bool() ? (isKnown ? "PATCH" : "POST") : random.pick(METHODS);
  const headers = new Headers({ "content-type": typeOf(random, method) });
  if (random.int(4) > 0) headers.set("if-match", textNear(random, TAGS, TAG_ALPHABET));
  if (random.bool()) headers.set("authorization", random.pick(CREDENTIALS));
  if (random.int(8) === 0) headers.set("content-length", `${random.int(200_000)}`);
  const url = new URL(`http://gateway/${path.replace(/^\//, "")}`);
  if (method === "GET" || method === "HEAD") return new Request(url, { method, headers });
  return new Request(url, { method, headers, body: bodyOf(random) });
}

function typeOf(random: Random, method: string): string {
  if (random.int(4) === 0) return random.pick(TYPES);
  return method === "PATCH" ? "application/trickle-ice-sdpfrag" : "application/sdp";
}

function bodyOf(random: Random): BodyInit {
  if (random.int(8) === 0) return random.bytes(random.int(100));
  return textNear(random, BODIES, BODY_ALPHABET);
}

function textNear(random: Random, samples: readonly string[], alphabet: readonly string[]): string {
  return random.int(3) > 0 ? random.pick(samples) : randomText(random, samples, alphabet);
}
