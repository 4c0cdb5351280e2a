import { assertEquals, assertRejects } from "@std/assert";
import { denoTransport } from "../../../protocols/_transport/deno_transport.ts";
import { ConnectError } from "../../../protocols/_transport/errors.ts";

/** A port that nobody listens on. */
function deadPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

Deno.test("a server that is not there is told by its address alone: the query may be a secret", async () => {
  const port = deadPort();
  const request = new Request(`http://127.0.0.1:${port}/a?token=secret`);
  const error = await assertRejects(() => denoTransport.fetch(request), ConnectError);
  assertEquals(error.message, `Cannot connect to 127.0.0.1:${port}: connection refused`);
});

Deno.test("a request that is aborted ends with the reason of its signal", async () => {
  const abort = new AbortController();
  abort.abort(new RangeError("enough"));
  const request = new Request(`http://127.0.0.1:${deadPort()}/`, { signal: abort.signal });
  await assertRejects(() => denoTransport.fetch(request), RangeError, "enough");
});

Deno.test("the body of an answer comes as it is sent, and redirects are left to the caller", async () => {
  const server = await denoTransport.serveHttp({
    host: "127.0.0.1",
    port: 0,
    onError: () => {},
    handler: ({ url }) =>
      url.endsWith("/a")
        ? new Response(null, { status: 302, headers: { location: "/b" } })
        : new Response("here"),
  });
  const ask = (path: string) =>
    denoTransport.fetch(
      new Request(`http://127.0.0.1:${server.address.port}${path}`, { redirect: "manual" }),
    );
  const moved = await ask("/a");
  assertEquals([moved.status, moved.headers.get("location")], [302, "/b"]);
  await moved.body?.cancel();
  assertEquals(await (await ask("/b")).text(), "here");
  await server.close(0);
});
