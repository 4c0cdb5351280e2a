/** What a peer may say at most. */

/** Chrome's offer of two sections has ten thousand characters. */
export const MAX_SDP_LENGTH = 64 * 1024;

/** Two are used; a conference that is offered by mistake has more. */
export const MAX_SECTIONS = 32;

/** There are no more of them in RTP; Chrome offers forty in one section. */
export const MAX_PAYLOAD_TYPES = 128;

/** Those that Chrome offers are a dozen; the one-byte form has room for 14. */
export const MAX_EXTENSIONS = 64;

/** One source and its retransmissions are used; simulcast of old browsers has six in a section. */
export const MAX_SOURCES = 16;

/** Each is tried against each of ours. A machine with ten networks has about forty. */
export const MAX_CANDIDATES = 64;

/** One certificate, by each of the algorithms that there are. */
export const MAX_FINGERPRINTS = 8;

/** Names of sections are a digit in browsers, "video0" in GStreamer; answers and packets repeat them. */
export const MAX_MID_LENGTH = 64;
