import type { Context } from "../../protocol.ts";
import type { RtcPackaging } from "../egress/packaging.ts";
import type { RtcPort } from "../transport/rtc_port.ts";

/** What the sessions of one server share. */
export interface SessionParts {
  readonly context: Context;
  readonly port: RtcPort;
  /** One for all viewers, so that they share the packets. */
  readonly packaging: RtcPackaging;
  /** Milliseconds; see `ReadOptions`. */
  readonly mergeMs: number;
}
