import { AccessDeniedError } from "../../../registry/errors.ts";
import { HttpError } from "../../_transport/http_error.ts";
import { RtcError, type RtcErrorCode } from "../errors.ts";

/** What a request is refused with when the offer, the fragment or the session fails. */
const STATUS_OF_RTC_ERROR: Readonly<Record<RtcErrorCode, HttpError["status"]>> = {
  "invalid-sdp": 400,
  "invalid-fragment": 400,
  // RFC 9725 section 4.4.3: all or nothing.
  "no-common-media": 406,
  "too-many-sessions": 503,
  // The session ended while its request was under way.
  "ice-failed": 410,
  "dtls-failed": 410,
  "format-changed": 410,
  "ended": 410,
  "stopping": 503,
};

/** Seconds after which a peer may have gone: a session lives for minutes. */
const RETRY_AFTER = "5";

/** RFC 6750 section 3: whoever has shown nothing is told what to show. */
const CHALLENGE = { "www-authenticate": "Bearer" } as const;

/**
 * The error as the application knows to answer it; what is no business of ours stays as it is.
 *
 * @param hasCredentials whether the peer has shown anything that the access policy could refuse.
 */
export function toAnswer(error: unknown, hasCredentials: boolean): unknown {
  if (error instanceof RtcError) {
    const { code, message } = error;
    const status = STATUS_OF_RTC_ERROR[code];
    return new HttpError(
      status,
      code,
      message,
      status === 503 ? { "retry-after": RETRY_AFTER } : {},
    );
  }
  if (error instanceof AccessDeniedError && !hasCredentials) {
    return new HttpError(401, error.code, error.message, CHALLENGE);
  }
  return error;
}
