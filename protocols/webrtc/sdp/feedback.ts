/**
 * Feedback as SDP names it, in `a=rtcp-fb`.
 *
 * @module
 */
import type { Feedback } from "../negotiated.ts";

/** Sections: RFC 4585 4.2, RFC 5104 7.1, draft-holmer-rmcat-transport-wide-cc, draft-alvestrand-rmcat-remb. */
const NAMES: readonly (readonly [keyof Feedback, string])[] = [
  ["nack", "nack"],
  ["pictureLoss", "nack pli"],
  ["fullIntraRequest", "ccm fir"],
  ["transportWide", "transport-cc"],
  ["bitrateEstimate", "goog-remb"],
];

/** The feedback that a peer has named. */
export function readFeedback(names: readonly string[]): Feedback {
  const lowerCase = names.map((name) => name.toLowerCase());
  const has = (name: keyof Feedback): boolean =>
    NAMES.some(([key, text]) => key === name && lowerCase.includes(text));
  return {
    nack: has("nack"),
    pictureLoss: has("pictureLoss"),
    fullIntraRequest: has("fullIntraRequest"),
    transportWide: has("transportWide"),
    bitrateEstimate: has("bitrateEstimate"),
  };
}

/** Values of `a=rtcp-fb`, without the payload type. */
export function feedbackNames(feedback: Feedback): readonly string[] {
  return NAMES.filter(([key]) => feedback[key]).map(([, text]) => text);
}
