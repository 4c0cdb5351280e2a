// What is used of the package `sdp-transform`, which has no types of its own. A value of digits comes as
// a number wherever that has the same text, so what may be either is written as `Value`.

export type Value = string | number;

export interface SdpRtpMap {
  readonly payload: Value;
  readonly codec: Value;
  readonly rate?: Value;
  /** Channels of audio. */
  readonly encoding?: Value;
}

export interface SdpFmtp {
  readonly payload: Value;
  readonly config: Value;
}

export interface SdpFeedback {
  readonly payload: Value;
  readonly type: Value;
  readonly subtype?: Value;
}

export interface SdpExtension {
  readonly value: Value;
  readonly direction?: Value;
  readonly uri: Value;
}

export interface SdpCandidate {
  readonly foundation: Value;
  readonly component: Value;
  readonly transport: Value;
  readonly priority: Value;
  readonly ip: Value;
  readonly port: Value;
  readonly type: Value;
  readonly raddr?: Value;
  readonly rport?: Value;
  readonly tcptype?: Value;
}

export interface SdpSource {
  readonly id: Value;
  readonly attribute: Value;
  readonly value?: Value;
}

/** Attributes that a session and a section may have. */
export interface SdpAttributes {
  readonly direction?: string;
  readonly setup?: Value;
  readonly iceUfrag?: Value;
  readonly icePwd?: Value;
  readonly icelite?: string;
  readonly iceOptions?: Value;
  readonly fingerprint?: { readonly type: string; readonly hash: string };
  readonly candidates?: readonly SdpCandidate[];
  readonly endOfCandidates?: string;
  readonly ext?: readonly SdpExtension[];
  readonly groups?: readonly { readonly type: Value; readonly mids: Value }[];
}

export interface SdpMedia extends SdpAttributes {
  readonly type?: Value;
  readonly port?: Value;
  readonly protocol?: Value;
  readonly payloads?: Value;
  readonly connection?: { readonly version: number; readonly ip: string };
  readonly mid?: Value;
  readonly rtcpMux?: string;
  readonly rtcpRsize?: string;
  readonly bundleOnly?: string;
  readonly rtp: readonly SdpRtpMap[];
  readonly fmtp: readonly SdpFmtp[];
  readonly rtcpFb?: readonly SdpFeedback[];
  readonly msid?: readonly { readonly id: Value; readonly appdata?: Value }[];
  readonly ssrcs?: readonly SdpSource[];
  readonly ssrcGroups?: readonly { readonly semantics: Value; readonly ssrcs: Value }[];
}

export interface SdpSession extends SdpAttributes {
  readonly origin?: {
    readonly username: string;
    readonly sessionId: Value;
    readonly sessionVersion: number;
    readonly netType: string;
    readonly ipVer: number;
    readonly address: string;
  };
  readonly name?: Value;
  readonly timing?: { readonly start: number; readonly stop: number };
  readonly media: readonly SdpMedia[];
}

/** Never throws: what is not understood is left out. */
export function parse(sdp: string): SdpSession;

/** Lines with CRLF, those of the session in `outerOrder`. */
export function write(
  session: SdpSession,
  options?: { readonly outerOrder?: readonly string[] },
): string;
