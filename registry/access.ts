/** What a peer may want of a stream. */
export type AccessAction = "publish" | "read";

/** Who asks for what. Everything but `action` and `protocol` comes from the peer. */
export interface AccessRequest {
  readonly action: AccessAction;
  /** A checked stream name. */
  readonly name: string;
  /** Name of the module that the peer speaks to, `rtmp`. */
  readonly protocol: string;
  /** Address of the peer, `192.0.2.7:50312`; the module's own name for what runs in the gateway. */
  readonly remote: string;
  /** What followed `?` in the URL, without it. */
  readonly query: string;
}

/**
 * Decides whether a peer may publish or read a name.
 *
 * Implementations throw `AccessDeniedError` with a reason that the peer is told; whatever else
 * they throw is logged and refuses the peer too.
 */
export interface AccessPolicy {
  authorize(request: AccessRequest): void | Promise<void>;
}

/** Refuses nobody. */
export const allowAll: AccessPolicy = { authorize: () => {} };
