import type { Clock } from "./clock.ts";
import { AccessDeniedError, RegistryError } from "./errors.ts";

/** What a peer may want of a stream. */
export type AccessAction = "publish" | "read";

/** Who asks for what. Everything but `action` and `protocol` comes from the peer. */
export interface AccessRequest {
  readonly action: AccessAction;
  /** A checked stream name, or the path of a file: `media/My holiday.mp4`. */
  readonly name: string;
  /** Name of the module that the peer speaks to, `rtmp`. */
  readonly protocol: string;
  /** Address of the peer, `192.0.2.7:50312`; the module's own name for what runs in the gateway. */
  readonly remote: string;
  /** What followed `?` in the URL, without it. */
  readonly query: string;
  /** Who the peer has shown to be; absent where the module asks nobody. */
  readonly user?: string;
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
/** A policy that has not decided by then has decided against. */
const DECISION_MS = 10_000;

/**
 * Asks a policy, and takes a failure or silence for a no.
 *
 * @param onFailure told what the policy threw, for the log.
 * @throws {RegistryError} that of the policy, or `AccessDeniedError`.
 */
export async function askPolicy(
  policy: AccessPolicy,
  request: AccessRequest,
  clock: Clock,
  onFailure: (error: unknown) => void,
): Promise<void> {
  const { name, action } = request;
  const silence = Promise.withResolvers<never>();
  const cancel = clock.schedule(DECISION_MS, () => {
    silence.reject(new AccessDeniedError(name, action, "the access policy did not answer"));
  });
  try {
    await Promise.race([policy.authorize(request), silence.promise]);
  } catch (error) {
    if (error instanceof RegistryError) throw error;
    onFailure(error);
    throw new AccessDeniedError(name, action, "the access policy failed");
  } finally {
    cancel();
  }
}

export const allowAll: AccessPolicy = { authorize: () => {} };
