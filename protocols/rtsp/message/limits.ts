/**
 * How much of a message is held for a peer before it is refused.
 *
 * @module
 */

/** Bytes of a request line, status line or header field; URLs with long tokens stay below 4 KiB. */
export const MAX_LINE = 8 * 1024;

/** Clients send about ten, cameras with their extensions about twenty. */
export const MAX_HEADERS = 64;

/** Bytes of all lines before a body: less than every field at its longest would be. */
export const MAX_HEAD = 64 * 1024;

/** Bytes of a body: a session description of many tracks has some ten thousand. */
export const MAX_BODY = 64 * 1024;
