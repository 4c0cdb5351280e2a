// Property: a client that knows the password is accepted, whatever characters user and password have;
// one that does not, or whose answer was changed, is accepted only when the response is still right
// for the right password; no answer throws.
import { assert, assertEquals } from "@std/assert";
import {
  type AuthRequest,
  type AuthScheme,
  DigestAuthority,
} from "../../protocols/rtsp/auth/authority.ts";
import { answerChallenge } from "../../protocols/rtsp/auth/answer.ts";
import { digestResponse } from "../../protocols/rtsp/auth/digest.ts";
import { parseAuthorization } from "../../protocols/rtsp/headers/authorization.ts";
import { parseChallenges } from "../../protocols/rtsp/headers/www_authenticate.ts";
import type { FuzzTarget, Random } from "./fuzz.ts";
import { randomText } from "./text.ts";

const SECRET = new Uint8Array(32).fill(7);
const NOW = 1_767_225_600_000;
const PEER = "192.0.2.7";
const URL = "rtsp://h/live/cam1";
const METHOD = "DESCRIBE";

const CHARACTERS = ["a", "Z", "0", '"', "\\", ",", "=", " ", ";", "%", "\u00e9", "\u{1f3a5}"];
const ALPHABET = ['"', "\\", ",", "=", " ", "qop=auth", "nc=1", 'cnonce=""', "algorithm=MD5", "0"];
const SCHEMES: readonly (readonly AuthScheme[])[] = [
  ["Basic"],
  ["MD5"],
  ["SHA-256"],
  ["Basic", "MD5", "SHA-256"],
];

export const target: FuzzTarget = {
  name: "digest",
  run(random: Random): void {
    const server = new DigestAuthority({
      realm: words(random),
      secret: SECRET,
      schemes: random.pick(SCHEMES),
    });
    // A colon ends the name of a user in Basic; no other character means anything.
    const user = words(random);
    const password = words(random) + random.pick(["", ":", ":x"]);
    const challenges = parseChallenges(...server.challenges(PEER, NOW, random.bool()));
    const request = { user, password, method: METHOD, uri: URL, cnonce: words(random) };
    const answer = answerChallenge(challenges, request) ?? "";
    const lookup = (name: string) => name === user ? password : undefined;
    assertEquals(server.verify(asked(answer), lookup), { type: "accepted", user });
    const changed = random.bool()
      ? randomText(random, [answer], ALPHABET)
      : answerChallenge(challenges, { ...request, password: words(random) }) ?? "";
    const result = server.verify(asked(changed), lookup);
    if (result.type === "accepted") assertRight(changed, user, password);
  },
};

function words(random: Random): string {
  return Array.from({ length: random.int(8) }, () => random.pick(CHARACTERS)).join("");
}

function asked(authorization: string): AuthRequest {
  return { method: METHOD, url: URL, peer: PEER, authorization, now: NOW };
}

function assertRight(changed: string, user: string, password: string): void {
  const authorization = parseAuthorization(changed);
  assertEquals(authorization.user, user);
  if (authorization.scheme === "basic") return assertEquals(authorization.password, password);
  const right = digestResponse({ ...authorization, password, method: METHOD });
  assertEquals(authorization.response, right);
  assert(URL.startsWith(authorization.uri.replace(/\/$/, "")), "the uri is another");
}
