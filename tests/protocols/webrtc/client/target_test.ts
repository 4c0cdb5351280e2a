import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../../../protocols/protocol.ts";
import { parseWhipUrl } from "../../../../protocols/webrtc/client/target.ts";

Deno.test("a URL of WHIP or WHEP is that of its endpoint and of who asks", async (t) => {
  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ["whep://host:8080/live/cam1/whep", "http://host:8080/live/cam1/whep", undefined],
    [
      "wheps://host/live/cam1/whep?a=b&token=c",
      "https://host/live/cam1/whep?a=b&token=c",
      undefined,
    ],
    ["whip://host/whip/whep", "http://host/whip/whep", undefined],
    ["whips://[2001:db8::1]:8443/a/whip", "https://[2001:db8::1]:8443/a/whip", undefined],
    ["whips://:abc.def@host/a/whip", "https://host/a/whip", "Bearer abc.def"],
    ["whips://:a%2Fb=@host/a/whip", "https://host/a/whip", "Bearer a/b="],
    ["whep://user:pass@host/a/whep", "http://host/a/whep", "Basic dXNlcjpwYXNz"],
    ["whep://user@host/a/whep#part", "http://host/a/whep", "Basic dXNlcjo="],
  ];
  for (const [url, href, authorization] of cases) {
    await t.step(url, () => {
      const target = parseWhipUrl(new URL(url), url.startsWith("whep") ? "whep" : "whip");
      assertEquals(target.endpoint.href, href);
      assertEquals(target.authorization, authorization);
    });
  }
});

Deno.test("WHIP is no way to pull, nor WHEP to push", () => {
  assertThrows(
    () => parseWhipUrl(new URL("whips://host/a/whip"), "whep"),
    ConfigError,
    "streams are pulled by whep:// or wheps:// URLs",
  );
  assertThrows(() => parseWhipUrl(new URL("whep://host/a/whep"), "whip"), ConfigError);
});
