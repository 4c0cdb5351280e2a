import { assertEquals } from "@std/assert";
import { type AuthScheme, DigestAuthority } from "../../../../protocols/rtsp/auth/authority.ts";
import { answerChallenge } from "../../../../protocols/rtsp/auth/answer.ts";
import { digestResponse } from "../../../../protocols/rtsp/auth/digest.ts";
import { writeAuthorization } from "../../../../protocols/rtsp/headers/authorization.ts";
import { parseChallenges } from "../../../../protocols/rtsp/headers/www_authenticate.ts";

const SECRET = Uint8Array.from({ length: 32 }, (_, i) => i);
const NOW = Date.UTC(2026, 0, 1);
const PEER = "192.0.2.7";
const URL = "rtsp://h/live/cam1";
const PASSWORDS: Readonly<Record<string, string>> = { admin: 'p:"\\\u00e9', guest: "" };

function authority(schemes?: readonly AuthScheme[]): DigestAuthority {
  return new DigestAuthority({ realm: "Sluice", secret: SECRET, ...(schemes && { schemes }) });
}

function passwordOf(user: string): string | undefined {
  return Object.hasOwn(PASSWORDS, user) ? PASSWORDS[user] : undefined;
}

interface Attempt {
  readonly schemes?: readonly AuthScheme[];
  readonly user?: string;
  readonly password?: string;
  readonly signedMethod?: string;
  readonly signedUrl?: string;
  readonly peer?: string;
  readonly later?: number;
  readonly edit?: (authorization: string) => string;
}

/** Challenges at one time, answers, and checks the answer. */
function attempt(options: Attempt): unknown {
  const server = authority(options.schemes);
  const challenges = parseChallenges(...server.challenges(PEER, NOW));
  const authorization = answerChallenge(challenges, {
    user: options.user ?? "admin",
    password: options.password ?? 'p:"\\\u00e9',
    method: options.signedMethod ?? "DESCRIBE",
    uri: options.signedUrl ?? URL,
    cnonce: "c",
  });
  return server.verify({
    method: "DESCRIBE",
    url: URL,
    peer: options.peer ?? PEER,
    authorization: authorization && (options.edit?.(authorization) ?? authorization),
    now: NOW + (options.later ?? 0),
  }, passwordOf);
}

function denied(reason: string, stale = false): unknown {
  return { type: "denied", reason, stale };
}

const ACCEPTED = { type: "accepted", user: "admin" };
const WRONG = denied("user or password is wrong");

// What it stands for, attempt, result
const ATTEMPTS: readonly (readonly [string, Attempt, unknown])[] = [
  ["the strongest", {}, ACCEPTED],
  ["MD5", { schemes: ["MD5"] }, ACCEPTED],
  ["SHA-256", { schemes: ["SHA-256"] }, ACCEPTED],
  ["Basic", { schemes: ["Basic"] }, ACCEPTED],
  ["a nonce that is used again", { later: 5 * 60_000 }, ACCEPTED],
  ["a nonce that is too old", { later: 5 * 60_000 + 1 }, denied("the nonce is too old", true)],
  ["a nonce of another peer", { peer: "192.0.2.8" }, denied("the nonce is too old", true)],
  ["an old nonce and a wrong password", { later: 1e9, password: "x" }, WRONG],
  ["an empty password", { user: "guest", password: "" }, { type: "accepted", user: "guest" }],
  ["a wrong password", { password: "x" }, WRONG],
  ["a wrong password by Basic", { schemes: ["Basic"], password: "x" }, WRONG],
  ["an unknown user", { user: "nobody", password: "" }, WRONG],
  ["an unknown user by Basic", { schemes: ["Basic"], user: "nobody", password: "" }, WRONG],
  ["a name of Object.prototype", { user: "constructor" }, WRONG],
  ["another method", { signedMethod: "PLAY" }, WRONG],
  ["VLC: the stream's URL with a slash", { signedUrl: `${URL}/` }, ACCEPTED],
  ["VLC: a URL that the requested one hangs on", { signedUrl: "rtsp://h/live" }, ACCEPTED],
  ["another URL", { signedUrl: "rtsp://h/live/cam2" }, denied("the uri is another")],
  ["the start of a name", { signedUrl: "rtsp://h/live/cam" }, denied("the uri is another")],
  [
    "another realm",
    { edit: (text) => text.replace('realm="Sluice"', 'realm="x"') },
    denied("the realm is another"),
  ],
  [
    "upper-case hexadecimal",
    {
      edit: (text) =>
        text.replace(/response="([^"]*)"/, (_, hex) => `response="${hex.toUpperCase()}"`),
    },
    ACCEPTED,
  ],
  ["a response cut short", { edit: (text) => text.replace(/response="..../, 'response="') }, WRONG],
  [
    "an algorithm that was not offered",
    { schemes: ["SHA-256"], edit: (text) => text.replace("algorithm=SHA-256", "algorithm=MD5") },
    denied("MD5 is not allowed"),
  ],
  [
    "Basic that was not offered",
    { edit: () => "Basic YWRtaW46eA==" },
    denied("Basic is not allowed"),
  ],
  [
    "a header that cannot be read",
    { edit: () => "Bearer x" },
    denied("Cannot parse Authorization header: the scheme is neither Basic nor Digest"),
  ],
];

for (const [what, options, result] of ATTEMPTS) {
  Deno.test(`server authentication: ${what}`, () => assertEquals(attempt(options), result));
}

Deno.test("a request without credentials is denied", () => {
  const request = { method: "PLAY", url: URL, peer: PEER, authorization: undefined, now: NOW };
  assertEquals(authority().verify(request, passwordOf), denied("no credentials were sent"));
});

Deno.test("FFmpeg and live555 take the last Digest challenge: it is MD5 without a parameter", () => {
  const schemes = ["Basic", "MD5", "SHA-256"] as const;
  const [sha256, md5, basic, ...more] = authority(schemes).challenges(PEER, NOW, true);
  assertEquals(more, []);
  const [challenge] = parseChallenges(md5 ?? "");
  const nonce = challenge?.scheme === "digest" ? challenge.nonce : "";
  assertEquals(sha256, `${md5}, algorithm=SHA-256`);
  assertEquals(md5, `Digest realm="Sluice", nonce="${nonce}", stale=true`);
  assertEquals(basic, 'Basic realm="Sluice"');
});

Deno.test("a client that adds qop by itself is checked with it", () => {
  const server = authority(["MD5"]);
  const [challenge] = parseChallenges(...server.challenges(PEER, NOW));
  if (challenge?.scheme !== "digest") throw new TypeError("Cannot find the Digest challenge");
  const qop = { nc: "00000001", cnonce: "c" };
  const fields = { ...challenge, user: "guest", uri: URL };
  const response = digestResponse({ ...fields, method: "PLAY", password: "", qop });
  const authorization = writeAuthorization({ ...fields, response, qop });
  const request = { method: "PLAY", url: URL, peer: PEER, authorization, now: NOW };
  assertEquals(server.verify(request, passwordOf), { type: "accepted", user: "guest" });
});
