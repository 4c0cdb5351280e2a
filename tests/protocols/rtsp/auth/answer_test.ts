import { assertEquals } from "@std/assert";
import { answerChallenge } from "../../../../protocols/rtsp/auth/answer.ts";
import { digestResponse } from "../../../../protocols/rtsp/auth/digest.ts";
import { parseAuthorization } from "../../../../protocols/rtsp/headers/authorization.ts";
import { parseChallenges } from "../../../../protocols/rtsp/headers/www_authenticate.ts";

const URL = "rtsp://h/live/cam1";

Deno.test("the client answers the strongest challenge, with qop where it is offered", () => {
  const request = { user: "u", password: "p", method: "PLAY", uri: URL, cnonce: "c" };
  const challenges = parseChallenges(
    'Basic realm="a"',
    'Digest realm="a", nonce="n", qop="auth", opaque="o"',
  );
  const answer = answerChallenge(challenges, { ...request, nonceCount: 26 });
  const authorization = parseAuthorization(answer ?? "");
  assertEquals(authorization, {
    scheme: "digest",
    user: "u",
    realm: "a",
    nonce: "n",
    uri: URL,
    algorithm: "MD5",
    qop: { nc: "0000001a", cnonce: "c" },
    opaque: "o",
    response: digestResponse({
      ...request,
      algorithm: "MD5",
      realm: "a",
      nonce: "n",
      qop: { nc: "0000001a", cnonce: "c" },
    }),
  });
  assertEquals(answerChallenge(challenges.slice(0, 1), request), "Basic dTpw");
  assertEquals(answerChallenge([], request), undefined);
});
