import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { RequestSigner } from "../../../../protocols/rtsp/client/auth.ts";
import { must } from "../../../must.ts";

const CREDENTIALS = { user: "u", password: "p" };
const challenge = (nonce: string, more = "") => [`Digest realm="r", nonce="${nonce}"${more}`];

Deno.test("nothing is signed before the server asks", () => {
  const signer = new RequestSigner(CREDENTIALS);
  assertEquals(signer.sign("DESCRIBE", "rtsp://h/a"), undefined);
  assert(signer.challenged(challenge("n")));
  assertMatch(must(signer.sign("DESCRIBE", "rtsp://h/a")), /^Digest username="u".*nonce="n"/);
});

Deno.test("every request is signed for itself", () => {
  const signer = new RequestSigner(CREDENTIALS);
  signer.challenged(challenge("n", ', qop="auth"'));
  const first = must(signer.sign("SETUP", "rtsp://h/a"));
  const second = must(signer.sign("SETUP", "rtsp://h/a"));
  assertMatch(first, /nc=00000001/);
  assertMatch(second, /nc=00000002/);
  assertNotEquals(/response="(\w+)"/.exec(first)?.[1], /response="(\w+)"/.exec(second)?.[1]);
});

Deno.test("a signature that was refused is not worth another, unless its nonce had worked", () => {
  const signer = new RequestSigner(CREDENTIALS);
  signer.challenged(challenge("one"));
  signer.sign("DESCRIBE", "rtsp://h/a");
  assertEquals(signer.challenged(challenge("two")), false);

  const proven = new RequestSigner(CREDENTIALS);
  proven.challenged(challenge("one"));
  proven.sign("DESCRIBE", "rtsp://h/a");
  proven.accepted();
  assertEquals(proven.challenged(challenge("two")), true);
  proven.sign("DESCRIBE", "rtsp://h/a");
  assertEquals(proven.challenged(challenge("three")), false);
  assertEquals(proven.challenged(challenge("four", ", stale=true")), true);
});

Deno.test("without credentials, or a challenge that can be met, nothing helps", () => {
  assertEquals(new RequestSigner(undefined).challenged(challenge("n")), false);
  assertEquals(new RequestSigner(CREDENTIALS).challenged([]), false);
  assertEquals(new RequestSigner(CREDENTIALS).challenged(["Negotiate"]), false);
});
