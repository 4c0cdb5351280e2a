import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { BODY_MS } from "../../../../protocols/_http/body.ts";
import { RtcError, type RtcErrorCode } from "../../../../protocols/webrtc/errors.ts";
import { MAX_FRAGMENT_BYTES, MAX_OFFER_BYTES } from "../../../../protocols/webrtc/whip/routes.ts";
import { AccessDeniedError, StreamNotFoundError } from "../../../../registry/errors.ts";
import { must } from "../../../must.ts";
import { settle } from "../../../virtual_clock.ts";
import { CANDIDATE, OFFER, RESTART, WhipBench } from "./bench.ts";

const JSON_PLEASE = { accept: "application/json" };

/** Status and reason word of a refusal. */
async function refusalOf(response: Response): Promise<readonly [number, string]> {
  return [response.status, (await response.json()).error];
}

Deno.test("an offer is answered with 201, the answer, and the URL of its session", async (t) => {
  for (const [segment, action] of [["whip", "publish"], ["whep", "read"]] as const) {
    await t.step(segment, async () => {
      await using bench = await WhipBench.start();
      const response = await bench.offer(`/live/cam1/${segment}?a=b`);
      assertEquals(response.status, 201);
      assertEquals(await response.text(), bench.session.answer);
      assertEquals(response.headers.get("content-type"), "application/sdp");
      assertEquals(response.headers.get("location"), `/live/cam1/${segment}/${bench.session.id}`);
      assertEquals(response.headers.get("etag"), '"ice0"');
      assertEquals(response.headers.get("accept-patch"), "application/trickle-ice-sdpfrag");
      const [offer] = bench.answerer.offers;
      assertEquals(offer?.action, action);
      assertEquals(offer?.sdp, OFFER);
      assertEquals(offer?.reachedAt, "127.0.0.1");
      const { name, protocol, query, remote } = must(offer).request;
      assertEquals([name, protocol, query], ["live/cam1", "webrtc", "a=b"]);
      assertMatch(remote, /^127\.0\.0\.1:\d+$/);
    });
  }
});

Deno.test("Location keeps the name as the client has encoded it", async () => {
  await using bench = await WhipBench.start();
  assertMatch(await bench.open("/live/caf%C3%A9/whip"), /^\/live\/caf%C3%A9\/whip\/[0-9a-f]{32}$/);
  assertEquals(bench.answerer.offers[0]?.request.name, "live/caf\u00e9");
});

Deno.test("pages of other origins may read what they need, of refusals too", async () => {
  await using bench = await WhipBench.start();
  const origin = { origin: "https://example.org" };
  const answered = await bench.offer(undefined, origin);
  const refused = await bench.offer(undefined, { ...origin, "content-type": "text/plain" });
  for (const response of [answered, refused]) {
    await response.body?.cancel();
    assertEquals(response.headers.get("access-control-allow-origin"), "*");
    const exposed = response.headers.get("access-control-expose-headers")?.split(",");
    assertEquals(exposed, ["Location", "Link", "ETag", "Accept-Patch"]);
  }
});

Deno.test("OPTIONS answers a preflight, and tells what is taken (RFC 9725 section 4.2)", async () => {
  await using bench = await WhipBench.start({
    iceServers: [
      { urls: ["stun:stun.example.net"] },
      { urls: ["turn:turn.example.net"], username: "user", credential: "secret" },
    ],
  });
  const response = await bench.request("/live/cam1/whip", {
    method: "OPTIONS",
    headers: {
      "origin": "https://example.org",
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type,if-match",
    },
  });
  assertEquals(response.status, 204);
  assertEquals(response.headers.get("accept-post"), "application/sdp");
  assertEquals(response.headers.get("allow"), "GET, HEAD, POST, OPTIONS");
  const allowed = response.headers.get("access-control-allow-headers");
  assertEquals(allowed, "authorization,content-type,if-match");
  assertStringIncludes(must(response.headers.get("access-control-allow-methods")), "POST");
  // Nobody has shown yet that the password is for him.
  assertEquals(response.headers.get("link"), '<stun:stun.example.net>; rel="ice-server"');
});

Deno.test("ICE servers are told to whoever is answered", async () => {
  await using bench = await WhipBench.start({
    iceServers: [
      { urls: ["stun:stun.example.net"] },
      { urls: ["turn:t.example.net?transport=udp"], username: "user", credential: 'my"pass' },
    ],
  });
  const response = await bench.offer();
  await response.body?.cancel();
  assertEquals(
    response.headers.get("link"),
    '<stun:stun.example.net>; rel="ice-server", <turn:t.example.net?transport=udp>; ' +
      'rel="ice-server"; username="user"; credential="my\\"pass"; credential-type="password"',
  );
});

Deno.test("other methods are refused with those that there are", async (t) => {
  await using bench = await WhipBench.start();
  const session = await bench.open();
  const cases = [
    {
      path: "/live/cam1/whip",
      allow: "GET, HEAD, POST, OPTIONS",
      methods: ["PUT", "PATCH", "DELETE"],
    },
    { path: session, allow: "GET, HEAD, PATCH, DELETE, OPTIONS", methods: ["POST", "PUT"] },
  ];
  for (const { path, allow, methods } of cases) {
    await t.step(path, async () => {
      for (const method of methods) {
        const response = await bench.request(path, { method, headers: JSON_PLEASE });
        assertEquals(await refusalOf(response), [405, "method-not-allowed"]);
        assertEquals(response.headers.get("allow"), allow);
      }
    });
  }
});

Deno.test("GET finds nothing to be seen, which is a success (RFC 9725 section 4.1)", async () => {
  await using bench = await WhipBench.start();
  for (const path of ["/live/cam1/whip", "/live/cam1/whep", await bench.open()]) {
    for (const method of ["GET", "HEAD"]) {
      assertEquals((await bench.request(path, { method })).status, 204);
    }
  }
});

Deno.test("a body that is no offer never gets to the answerer", async (t) => {
  await using bench = await WhipBench.start();
  const big = " ".repeat(MAX_OFFER_BYTES + 1);
  const cases = [
    ["another type", { "content-type": "application/json" }, OFFER, 415, "unsupported-type"],
    ["nothing", {}, "", 400, "empty-body"],
    ["white space", {}, "\r\n", 400, "empty-body"],
    ["no UTF-8", {}, Uint8Array.of(0x76, 0xff), 400, "invalid-text"],
    ["too much", {}, big, 413, "too-large"],
    ["too much, announced", { "content-length": "65537" }, OFFER, 413, "too-large"],
  ] as const;
  for (const [what, headers, body, status, code] of cases) {
    await t.step(what, async () => {
      const response = await bench.offer(undefined, { ...headers, ...JSON_PLEASE }, body);
      assertEquals(await refusalOf(response), [status, code]);
    });
  }
  assertEquals(bench.answerer.offers, []);
});

Deno.test("parameters of the media type do not matter, nor its case", async () => {
  await using bench = await WhipBench.start();
  const response = await bench.offer(undefined, {
    "content-type": "Application/SDP; charset=utf-8",
  });
  assertEquals(response.status, 201);
  await response.body?.cancel();
});

Deno.test("a body that does not come is given up", async () => {
  await using bench = await WhipBench.start();
  const stream = new ReadableStream<Uint8Array>();
  const answer = bench.offer(undefined, JSON_PLEASE, stream);
  await settle();
  bench.clock.advance(BODY_MS);
  const response = await answer;
  assertEquals(response.headers.get("connection"), "close");
  assertEquals(await refusalOf(response), [408, "late"]);
  assertEquals(bench.clock.pending, 0);
});

Deno.test("a name that no stream can have is refused", async () => {
  await using bench = await WhipBench.start();
  const response = await bench.offer("/live//whip", JSON_PLEASE);
  assertEquals(await refusalOf(response), [400, "invalid-name"]);
});

Deno.test("why an offer is not met is told with its own status", async (t) => {
  const cases: readonly (readonly [RtcErrorCode, number])[] = [
    ["invalid-sdp", 400],
    ["no-common-media", 406],
    ["too-many-sessions", 503],
    ["stopping", 503],
  ];
  for (const [code, status] of cases) {
    await t.step(code, async () => {
      await using bench = await WhipBench.start();
      bench.answerer.onOffer = () => {
        throw new RtcError(code, "Cannot answer: for a reason");
      };
      const response = await bench.offer();
      assertEquals(response.status, status);
      assertEquals(await response.text(), "Cannot answer: for a reason\n");
      assertEquals(response.headers.get("retry-after"), status === 503 ? "5" : null);
    });
  }
});

Deno.test("what the registry refuses is told as everywhere", async () => {
  await using bench = await WhipBench.start();
  bench.answerer.onOffer = () => {
    throw new StreamNotFoundError("live/cam1");
  };
  assertEquals(await refusalOf(await bench.offer(undefined, JSON_PLEASE)), [404, "not-found"]);
});

Deno.test("whoever shows nothing is asked for a token, and a bad one is refused", async (t) => {
  const cases = [
    ["nothing", "", {}, "", 401],
    ["a header", "", { authorization: "Bearer abc.d-e" }, "token=abc.d-e", 403],
    ["base64", "", { authorization: "bearer a+/b==" }, "token=a%2B%2Fb%3D%3D", 403],
    ["a query", "?token=xyz", {}, "token=xyz", 403],
    ["both", "?token=xyz&a=b", { authorization: "Bearer new" }, "a=b&token=new", 403],
    ["another scheme", "", { authorization: "Basic dTpw" }, "", 401],
    ["no token", "", { authorization: "Bearer a b" }, "", 401],
  ] as const;
  for (const [what, search, headers, query, status] of cases) {
    await t.step(what, async () => {
      await using bench = await WhipBench.start();
      bench.answerer.onOffer = ({ request: { name } }) => {
        throw new AccessDeniedError(name, "publish", "not you");
      };
      const response = await bench.offer(`/live/cam1/whip${search}`, headers);
      assertEquals(response.status, status);
      assertEquals(response.headers.get("www-authenticate"), status === 401 ? "Bearer" : null);
      assertEquals(bench.answerer.offers[0]?.request.query, query);
      assertEquals(await response.text(), "Cannot publish live/cam1: not you\n");
    });
  }
});

Deno.test("a viewer waits as long as it says, up to the limit", async (t) => {
  for (const [search, waitMs] of [["", 0], ["?wait=2.5", 2500], ["?wait=3600", 60_000]] as const) {
    await t.step(search, async () => {
      await using bench = await WhipBench.start();
      await bench.open(`/live/cam1/whep${search}`);
      assertEquals(bench.answerer.offers[0]?.waitMs, waitMs);
      assertEquals(bench.answerer.offers[0]?.request.query, "");
    });
  }
  await t.step("no number", async () => {
    await using bench = await WhipBench.start();
    const response = await bench.offer("/live/cam1/whep?wait=long", JSON_PLEASE);
    assertEquals(await refusalOf(response), [400, "invalid-wait"]);
  });
});

Deno.test("a client that leaves before the answer leaves no session", async () => {
  await using bench = await WhipBench.start();
  const gone = new AbortController();
  bench.answerer.onOffer = ({ signal }) => {
    gone.abort();
    assertEquals(signal?.aborted, true);
  };
  const response = await bench.request("/live/cam1/whep", {
    method: "POST",
    headers: { "content-type": "application/sdp" },
    body: OFFER,
    signal: gone.signal,
  });
  await response.body?.cancel();
  assertEquals(bench.answerer.offers.length, 1);
  assertEquals(bench.answerer.open.size, 0);
});

Deno.test("candidates are 204, without an entity-tag (RFC 9725 section 4.3.2)", async () => {
  await using bench = await WhipBench.start();
  const path = await bench.open();
  const response = await bench.patch(path, '"ice0"');
  assertEquals([response.status, response.headers.get("etag")], [204, null]);
  assertEquals(bench.session.fragments, [CANDIDATE]);
});

Deno.test("a restart is 200 with our fragment and a new entity-tag (section 4.3.3)", async (t) => {
  // The RFC quotes the asterisk in its examples; browsers' pages send it bare.
  for (const ifMatch of ["*", '"*"', '"ice0"']) {
    await t.step(ifMatch, async () => {
      await using bench = await WhipBench.start();
      const path = await bench.open();
      const response = await bench.patch(path, ifMatch, RESTART);
      assertEquals(response.status, 200);
      assertEquals(response.headers.get("etag"), '"ice1"');
      assertEquals(response.headers.get("content-type"), "application/trickle-ice-sdpfrag");
      assertEquals(await response.text(), "a=ice-ufrag:ice1\r\n");
      assertEquals((await bench.patch(path, '"ice1"')).status, 204);
      const late = await bench.patch(path, '"ice0"');
      assertEquals(late.status, 412);
      await late.body?.cancel();
    });
  }
});

Deno.test("a fragment that does not fit changes nothing", async (t) => {
  await using bench = await WhipBench.start();
  const path = await bench.open();
  const big = "a".repeat(MAX_FRAGMENT_BYTES + 1);
  const cases = [
    ["without If-Match", path, undefined, CANDIDATE, 428],
    ["of another ICE session", path, '"ice7", "ice8"', CANDIDATE, 412],
    ["weak entity-tag", path, 'W/"ice0"', CANDIDATE, 412],
    ["malformed", path, "*", "bad", 400],
    ["empty", path, "*", "", 400],
    ["too large", path, "*", big, 413],
    ["of no session", path.replace(/.$/, "f"), "*", CANDIDATE, 404],
    ["of another stream", path.replace("cam1", "cam2"), "*", CANDIDATE, 404],
    ["of the other endpoint", path.replace("whep", "whip"), "*", CANDIDATE, 404],
  ] as const;
  for (const [what, at, ifMatch, body, status] of cases) {
    await t.step(what, async () => {
      const response = await bench.patch(at, ifMatch, body);
      await response.body?.cancel();
      assertEquals(response.status, status);
    });
  }
  await t.step("of another type", async () => {
    const headers = { "content-type": "application/sdp", "if-match": "*" };
    const response = await bench.request(path, { method: "PATCH", headers, body: CANDIDATE });
    await response.body?.cancel();
    assertEquals(response.status, 415);
    assertEquals(response.headers.get("accept-patch"), "application/trickle-ice-sdpfrag");
  });
  assertEquals(bench.session.fragments, []);
});

Deno.test("DELETE ends the session, whatever If-Match says, and there is none to end twice", async () => {
  await using bench = await WhipBench.start();
  const path = await bench.open();
  const remove = () =>
    bench.request(path, { method: "DELETE", headers: { "if-match": '"x"', ...JSON_PLEASE } });
  assertEquals((await remove()).status, 200);
  assertEquals(bench.answerer.open.size, 0);
  assertEquals(await refusalOf(await remove()), [404, "not-found"]);
});

Deno.test("a session that ends by itself takes its URL along", async () => {
  await using bench = await WhipBench.start();
  const path = await bench.open();
  bench.session.end(new RtcError("ice-failed", "Cannot go on: the peer is silent"));
  const response = await bench.patch(path, "*");
  await response.body?.cancel();
  assertEquals(response.status, 404);
});
