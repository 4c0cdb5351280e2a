import { assertEquals, assertRejects } from "@std/assert";
import { ConnectError } from "../../../../protocols/_transport/errors.ts";
import { MemoryTransport } from "../../../../protocols/_transport/memory_transport.ts";
import { WhipClientError } from "../../../../protocols/webrtc/client/errors.ts";
import {
  ANSWER_MS,
  HttpResource,
  MAX_ANSWER_BYTES,
} from "../../../../protocols/webrtc/client/http_resource.ts";
import { parseWhipUrl } from "../../../../protocols/webrtc/client/target.ts";
import { unused } from "../../../must.ts";
import { settle, VirtualClock } from "../../../virtual_clock.ts";

const OFFER = "v=0\r\ns=offer\r\n";
const ANSWER = "v=0\r\ns=answer\r\n";

interface Asked {
  readonly what: string;
  readonly authorization: string | null;
  readonly type: string | null;
  readonly body: string;
}

/** A server, and a client in front of it. */
class Bench {
  readonly clock = new VirtualClock();
  readonly abort = new AbortController();
  readonly asked: Asked[] = [];
  readonly #transport = new MemoryTransport();

  /** @param answer what the server on `port` says. */
  async serve(
    answer: (request: Request) => Response | Promise<Response>,
    port = 8000,
  ): Promise<void> {
    await this.#transport.serveHttp({
      host: "127.0.0.1",
      port,
      onError: unused,
      handler: async (request) => {
        const { method, url, headers } = request;
        this.asked.push({
          what: `${method} ${url}`,
          authorization: headers.get("authorization"),
          type: headers.get("content-type"),
          body: await request.text(),
        });
        return await answer(request);
      },
    });
  }

  open(url = "whep://127.0.0.1:8000/live/cam1/whep"): Promise<HttpResource> {
    return HttpResource.open(parseWhipUrl(new URL(url), "whep"), OFFER, {
      transport: this.#transport,
      clock: this.clock,
      signal: this.abort.signal,
    });
  }

  get whats(): readonly string[] {
    return this.asked.map(({ what }) => what);
  }
}

function created(location = "/live/cam1/whep/17"): Response {
  return new Response(ANSWER, { status: 201, headers: { location } });
}

Deno.test("an offer becomes a session, which is ended where the server has put it", async () => {
  const bench = new Bench();
  await bench.serve(({ method }) => method === "POST" ? created() : new Response(null));
  const resource = await bench.open("whep://:secret@127.0.0.1:8000/live/cam1/whep?a=b");
  assertEquals(resource.answer, ANSWER);
  await resource.close();
  assertEquals(bench.asked, [
    {
      what: "POST http://127.0.0.1:8000/live/cam1/whep?a=b",
      authorization: "Bearer secret",
      type: "application/sdp",
      body: OFFER,
    },
    {
      what: "DELETE http://127.0.0.1:8000/live/cam1/whep/17",
      authorization: "Bearer secret",
      type: null,
      body: "",
    },
  ]);
  assertEquals(bench.clock.pending, 0);
});

Deno.test("a session without URL cannot be ended, which is no reason to go without it", async () => {
  const bench = new Bench();
  await bench.serve(() => new Response(ANSWER));
  const resource = await bench.open();
  await resource.close();
  assertEquals(bench.whats, ["POST http://127.0.0.1:8000/live/cam1/whep"]);
});

Deno.test("redirects that keep the method are followed, and the token stays behind", async () => {
  const bench = new Bench();
  const location = "http://127.0.0.1:9000/edge/whep";
  await bench.serve(() => new Response(null, { status: 307, headers: { location } }));
  await bench.serve(({ method }) => method === "POST" ? created("whep/17") : new Response(), 9000);
  const resource = await bench.open("whep://:secret@127.0.0.1:8000/live/cam1/whep");
  await resource.close();
  assertEquals(bench.asked.map(({ what, authorization }) => [what, authorization]), [
    ["POST http://127.0.0.1:8000/live/cam1/whep", "Bearer secret"],
    ["POST http://127.0.0.1:9000/edge/whep", null],
    ["DELETE http://127.0.0.1:9000/edge/whep/17", null],
  ]);
});

Deno.test("servers that send the client in circles are left", async () => {
  const bench = new Bench();
  await bench.serve(() => new Response(null, { status: 308, headers: { location: "/again" } }));
  const error = await assertRejects(() => bench.open(), WhipClientError);
  assertEquals(error.reason, "there are more than 5 redirects");
  assertEquals(bench.asked.length, 6);
});

Deno.test("a refusal is told with its status and the server's reason", async (t) => {
  const refusals: readonly (readonly [Response, string])[] = [
    [
      new Response("Cannot read it: nobody publishes it\nsecond", { status: 404 }),
      "404 (Cannot read it: nobody publishes it)",
    ],
    [new Response(null, { status: 401, statusText: "Unauthorized" }), "401 Unauthorized"],
    // A method that may change on the way is no way for an offer.
    [new Response(null, { status: 302, headers: { location: "/other" } }), "302"],
    [new Response(null, { status: 307, headers: { location: "ftp://host/" } }), "307"],
  ];
  for (const [response, told] of refusals) {
    await t.step(told, async () => {
      const bench = new Bench();
      await bench.serve(() => response);
      const error = await assertRejects(
        () => bench.open("whep://:secret@127.0.0.1:8000/live/cam1/whep?token=secret"),
        WhipClientError,
      );
      assertEquals(error.status, response.status);
      assertEquals(
        error.message,
        `Cannot POST http://127.0.0.1:8000/live/cam1/whep: the server answers ${told}`,
      );
      assertEquals(bench.clock.pending, 0);
    });
  }
});

Deno.test("an answer that is none is refused", async (t) => {
  const big = " ".repeat(MAX_ANSWER_BYTES + 1);
  for (
    const [body, reason] of [
      ["\r\n", "the answer is empty"],
      [big, `the answer is larger than ${MAX_ANSWER_BYTES} bytes`],
    ] as const
  ) {
    await t.step(reason, async () => {
      const bench = new Bench();
      await bench.serve(() => new Response(body, { status: 201 }));
      const error = await assertRejects(() => bench.open(), WhipClientError);
      assertEquals(error.reason, reason);
    });
  }
});

Deno.test("a body that does not come is given up", async () => {
  const bench = new Bench();
  await bench.serve(() => new Response(new ReadableStream(), { status: 201 }));
  const opening = assertRejects(() => bench.open(), WhipClientError, "no answer within 10 s");
  await settle();
  bench.clock.advance(ANSWER_MS);
  await opening;
});

Deno.test("the signal ends the opening with its own reason", async () => {
  const bench = new Bench();
  await bench.serve(() => new Response(new ReadableStream(), { status: 201 }));
  const opening = assertRejects(() => bench.open(), TypeError, "stopped");
  await settle();
  bench.abort.abort(new TypeError("stopped"));
  await opening;
  assertEquals(bench.clock.pending, 0);
});

Deno.test("nobody there is nobody there", async () => {
  const bench = new Bench();
  await assertRejects(() => bench.open(), ConnectError);
  assertEquals(bench.clock.pending, 0);
});

Deno.test("goodbye is said also when everything stops, and nothing comes of its failing", async () => {
  const bench = new Bench();
  await bench.serve(({ method }) => {
    if (method === "DELETE") throw new TypeError("gone");
    return created();
  });
  const resource = await bench.open();
  bench.abort.abort();
  await resource.close();
  assertEquals(bench.whats.at(-1), "DELETE http://127.0.0.1:8000/live/cam1/whep/17");
  assertEquals(bench.clock.pending, 0);
});
