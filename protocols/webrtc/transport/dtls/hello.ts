import { ByteReader, concat, uint, uint16s, vector } from "./bytes.ts";
import { SRTP_PROFILES, type SrtpProfile } from "../../srtp/keys.ts";
import { ALERT, DtlsError } from "./errors.ts";

const DTLS_1_2 = 0xfefd;

/** TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, which every WebRTC peer has (RFC 8827 section 6.5), and its sister. */
export const SUITE = { ecdsa: 0xc02b, rsa: 0xc02f } as const;

/** secp256r1, which every WebRTC peer has. */
export const P256 = 23;

/** Signatures that are read; the first one is that of our own. */
export const SIGNATURES = [0x0403, 0x0503, 0x0401, 0x0501, 0x0601] as const;

const EXTENSION = {
  supportedGroups: 10,
  pointFormats: 11,
  signatureAlgorithms: 13,
  useSrtp: 14,
  extendedMasterSecret: 23,
  renegotiationInfo: 0xff01,
} as const;

/** Stands for an empty renegotiation_info (RFC 5746 section 3.3). */
const RENEGOTIATION_SCSV = 0x00ff;

type Extensions = ReadonlyMap<number, Uint8Array>;

export interface ClientHello {
  readonly random: Uint8Array;
  readonly suites: readonly number[];
  readonly groups: readonly number[];
  readonly srtpProfiles: readonly number[];
  readonly hasExtendedMasterSecret: boolean;
  readonly hasRenegotiationInfo: boolean;
}

export interface ServerHello {
  readonly random: Uint8Array;
  readonly suite: number;
  readonly srtpProfile: number | undefined;
  readonly hasExtendedMasterSecret: boolean;
}

/** @throws {RangeError} @throws {DtlsError} */
export function readClientHello(body: Uint8Array): ClientHello {
  const reader = new ByteReader(body);
  // Versions count down: a client that also has 1.3 says 1.2 here.
  if (reader.uint(2) > DTLS_1_2) {
    throw new DtlsError(ALERT.protocolVersion, "the peer does not speak DTLS 1.2");
  }
  const random = reader.take(32);
  reader.vector(1); // session id
  reader.vector(1); // cookie
  const suites = reader.uint16s();
  reader.vector(1); // compression methods
  const extensions = readExtensions(reader);
  const groups = extensions.get(EXTENSION.supportedGroups);
  return {
    random,
    suites,
    groups: groups === undefined ? [P256] : new ByteReader(groups).uint16s(),
    srtpProfiles: readSrtpProfiles(extensions),
    hasExtendedMasterSecret: extensions.has(EXTENSION.extendedMasterSecret),
    hasRenegotiationInfo: suites.includes(RENEGOTIATION_SCSV) ||
      extensions.has(EXTENSION.renegotiationInfo),
  };
}

export function writeClientHello(random: Uint8Array, cookie: Uint8Array): Uint8Array {
  return concat(
    uint(DTLS_1_2, 2),
    random,
    vector(new Uint8Array(0), 1),
    vector(cookie, 1),
    vector(uint16s([SUITE.ecdsa, SUITE.rsa]), 2),
    vector(uint(0, 1), 1),
    writeExtensions([
      [EXTENSION.supportedGroups, vector(uint16s([P256]), 2)],
      [EXTENSION.pointFormats, vector(uint(0, 1), 1)],
      [EXTENSION.signatureAlgorithms, vector(uint16s(SIGNATURES), 2)],
      [EXTENSION.useSrtp, useSrtp(SRTP_PROFILES)],
      [EXTENSION.extendedMasterSecret, new Uint8Array(0)],
      [EXTENSION.renegotiationInfo, uint(0, 1)],
    ]),
  );
}

/** @throws {RangeError} @throws {DtlsError} */
export function readServerHello(body: Uint8Array): ServerHello {
  const reader = new ByteReader(body);
  if (reader.uint(2) !== DTLS_1_2) {
    throw new DtlsError(ALERT.protocolVersion, "the peer does not speak DTLS 1.2");
  }
  const random = reader.take(32);
  reader.vector(1); // session id
  const suite = reader.uint(2);
  reader.uint(1); // compression method
  const extensions = readExtensions(reader);
  return {
    random,
    suite,
    srtpProfile: readSrtpProfiles(extensions)[0],
    hasExtendedMasterSecret: extensions.has(EXTENSION.extendedMasterSecret),
  };
}

/** What is agreed to of what `client` has offered. */
export function writeServerHello(
  random: Uint8Array,
  profile: SrtpProfile,
  client: ClientHello,
): Uint8Array {
  const extensions: (readonly [number, Uint8Array])[] = [
    [EXTENSION.useSrtp, useSrtp([profile])],
    [EXTENSION.pointFormats, vector(uint(0, 1), 1)],
  ];
  if (client.hasExtendedMasterSecret) {
    extensions.push([EXTENSION.extendedMasterSecret, new Uint8Array(0)]);
  }
  if (client.hasRenegotiationInfo) extensions.push([EXTENSION.renegotiationInfo, uint(0, 1)]);
  return concat(
    uint(DTLS_1_2, 2),
    random,
    vector(new Uint8Array(0), 1),
    uint(SUITE.ecdsa, 2),
    uint(0, 1),
    writeExtensions(extensions),
  );
}

/** The cookie that a server wants to see first (RFC 6347 section 4.2.1). @throws {RangeError} */
export function readCookie(helloVerifyRequest: Uint8Array): Uint8Array {
  const reader = new ByteReader(helloVerifyRequest);
  reader.uint(2);
  return reader.vector(1);
}

function readExtensions(reader: ByteReader): Extensions {
  const extensions = new Map<number, Uint8Array>();
  if (reader.left === 0) return extensions;
  for (const list = new ByteReader(reader.vector(2)); list.left > 0;) {
    extensions.set(list.uint(2), list.vector(2));
  }
  return extensions;
}

function writeExtensions(extensions: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  return vector(
    concat(...extensions.flatMap(([type, data]) => [uint(type, 2), vector(data, 2)])),
    2,
  );
}

function readSrtpProfiles(extensions: Extensions): readonly number[] {
  const data = extensions.get(EXTENSION.useSrtp);
  return data === undefined ? [] : new ByteReader(data).uint16s();
}

/** Without a master key identifier. */
function useSrtp(profiles: readonly number[]): Uint8Array {
  return concat(vector(uint16s(profiles), 2), uint(0, 1));
}
