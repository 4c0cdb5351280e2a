import { assertEquals, assertThrows } from "@std/assert";
import { RtspUrlError } from "../../../../protocols/rtsp/errors.ts";
import { parseRelayUrl, redirectedTarget } from "../../../../protocols/rtsp/client/relay_target.ts";

const parse = (url: string) => parseRelayUrl(new URL(url));

Deno.test("the fragment is the transport, and does not go to the server", () => {
  const { transport, endpoint } = parse("rtsp://cam/stream?x=1#tcp");
  assertEquals(transport, "tcp");
  assertEquals(endpoint.url, "rtsp://cam/stream?x=1");
  assertEquals(parse("rtsp://cam/stream").transport, undefined);
});

Deno.test("what is encrypted is not sent in the clear beside", () => {
  assertEquals(parse("rtsps://cam/stream").transport, "tcp");
  assertEquals(parse("rtsps://cam/stream#http").transport, "http");
  for (const name of ["udp", "multicast"]) {
    const error = assertThrows(() => parse(`rtsps://cam/stream#${name}`), RtspUrlError);
    assertEquals(error.field, "fragment");
  }
});

Deno.test("a transport that nobody knows is named with those that can be", () => {
  assertThrows(
    () => parse("rtsp://cam/stream#sctp"),
    RtspUrlError,
    "the transport is sctp, expected one of udp, tcp, http, multicast",
  );
});

Deno.test("a redirect keeps transport, and the password for the same host", () => {
  const from = parse("rtsp://user:pass@cam/stream#udp");
  const { credentials } = from.endpoint;
  for (
    const [location, host, expected] of [
      ["rtsp://cam:8554/x", "cam", credentials],
      ["/x", "cam", credentials],
      ["", "cam", credentials],
      ["rtsp://other/x", "other", undefined],
      ["rtsp://me:my@other/x", "other", { user: "me", password: "my" }],
    ] as const
  ) {
    const { endpoint, transport } = redirectedTarget(from, location);
    assertEquals([endpoint.host, endpoint.credentials, transport], [host, expected, "udp"]);
  }
});

Deno.test("a redirect out of encryption leaves the password behind", () => {
  const from = parse("rtsps://user:pass@cam/stream");
  assertEquals(redirectedTarget(from, "rtsp://cam/stream").endpoint.credentials, undefined);
  assertEquals(redirectedTarget(from, "/other").endpoint.credentials?.user, "user");
});

Deno.test("a redirect to what is no RTSP is refused", () => {
  const from = parse("rtsp://cam/stream");
  for (const location of ["http://cam/", "rtsp://", "rtsp://[", "file:///etc/passwd"]) {
    assertThrows(() => redirectedTarget(from, location), RtspUrlError);
  }
});
