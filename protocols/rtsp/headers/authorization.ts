/**
 * The Authorization header: RFC 7235 section 4.2, RFC 7617 and RFC 7616 section 3.4.
 *
 * @module
 */
import { RtspHeaderError } from "../errors.ts";
import { parseParameter, quote, splitList } from "./syntax.ts";
import { type DigestAlgorithm, findAlgorithm } from "./www_authenticate.ts";

const HEADER = "Authorization";

export interface BasicAuthorization {
  readonly scheme: "basic";
  readonly user: string;
  readonly password: string;
}

/** What a client adds when it uses `qop=auth`. */
export interface DigestQop {
  /** Eight hexadecimal digits, as written. */
  readonly nc: string;
  readonly cnonce: string;
}

export interface DigestAuthorization {
  readonly scheme: "digest";
  readonly user: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  /** In lower case. */
  readonly response: string;
  readonly algorithm: DigestAlgorithm;
  readonly qop?: DigestQop;
  readonly opaque?: string;
}

export type Authorization = BasicAuthorization | DigestAuthorization;

/** @throws {RtspHeaderError} when the scheme is not known or a part is missing. */
export function parseAuthorization(value: string): Authorization {
  const match = /^\s*(\S+)\s+(.*)$/.exec(value);
  const scheme = match?.[1]?.toLowerCase();
  const rest = match?.[2] ?? "";
  if (scheme === "basic") return parseBasic(rest);
  if (scheme === "digest") return parseDigest(rest);
  throw new RtspHeaderError(HEADER, "the scheme is neither Basic nor Digest");
}

function parseBasic(text: string): BasicAuthorization {
  const decoded = decodeBase64(text.trim());
  const colon = decoded.indexOf(":");
  if (colon === -1) throw new RtspHeaderError(HEADER, "the password is missing");
  return { scheme: "basic", user: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

function decodeBase64(text: string): string {
  try {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.fromBase64(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new RtspHeaderError(HEADER, "the credentials are no base64");
  }
}

function parseDigest(text: string): DigestAuthorization {
  const parameters = new Map(
    splitList(text, ",").map(parseParameter).map(({ name, value }) => [name, value]),
  );
  const need = (name: string): string => {
    const value = parameters.get(name);
    if (value === undefined) throw new RtspHeaderError(HEADER, `${name} is missing`);
    return value;
  };
  const algorithm = findAlgorithm(parameters.get("algorithm"));
  if (algorithm === undefined) throw new RtspHeaderError(HEADER, "the algorithm is not known");
  const qop = parameters.get("qop");
  const opaque = parameters.get("opaque");
  if (qop !== undefined && qop.toLowerCase() !== "auth") {
    throw new RtspHeaderError(HEADER, "qop is not auth");
  }
  return {
    scheme: "digest",
    user: need("username"),
    realm: need("realm"),
    nonce: need("nonce"),
    uri: need("uri"),
    response: need("response").toLowerCase(),
    algorithm,
    ...(qop !== undefined && { qop: { nc: need("nc"), cnonce: need("cnonce") } }),
    ...(opaque !== undefined && { opaque }),
  };
}

export function writeAuthorization(authorization: Authorization): string {
  return authorization.scheme === "basic" ? writeBasic(authorization) : writeDigest(authorization);
}

function writeBasic({ user, password }: BasicAuthorization): string {
  return `Basic ${new TextEncoder().encode(`${user}:${password}`).toBase64()}`;
}

function writeDigest(authorization: DigestAuthorization): string {
  const { user, realm, nonce, uri, response, algorithm, qop, opaque } = authorization;
  return [
    `Digest username=${quote(user)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(uri)}`,
    `response=${quote(response)}`,
    ...(algorithm === "MD5" ? [] : [`algorithm=${algorithm}`]),
    ...(qop === undefined ? [] : ["qop=auth", `nc=${qop.nc}`, `cnonce=${quote(qop.cnonce)}`]),
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
  ].join(", ");
}
