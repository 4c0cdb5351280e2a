import { RegistryError, type RegistryErrorCode } from "../../registry/errors.ts";
import type { HeaderField } from "./fields.ts";
import { RtspError } from "./errors.ts";
import type { StatusCode } from "./status.ts";

/** What the registry says, in the numbers of RTSP. */
const STATUS_OF_REGISTRY_ERROR: Readonly<Record<RegistryErrorCode, StatusCode>> = {
  "invalid-name": 400,
  "reserved-name": 403,
  "name-taken": 403,
  "not-found": 404,
  "access-denied": 403,
  "no-publisher": 404,
  "too-slow": 453,
  "replaced": 403,
  "kicked": 403,
  "packaging-failed": 415,
  "recording-failed": 415,
  "too-many-streams": 503,
  "closed": 503,
};

/** How a request that failed is answered. */
export interface Refusal {
  readonly status: StatusCode;
  readonly reason: string;
  readonly headers: readonly HeaderField[];
  /** Whether the fault is ours, and so belongs in the log with all that is known of it. */
  readonly isOurs: boolean;
}

export function refusalOf(error: unknown): Refusal {
  if (error instanceof RtspError) {
    const { status, message: reason, replyHeaders: headers } = error;
    return { status, reason, headers, isOurs: false };
  }
  if (error instanceof RegistryError) {
    const status = STATUS_OF_REGISTRY_ERROR[error.code];
    return { status, reason: error.message, headers: [], isOurs: false };
  }
  const reason = error instanceof Error ? error.stack ?? error.message : String(error);
  return { status: 500, reason, headers: [], isOurs: true };
}

/** Why something ended, for the log. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
