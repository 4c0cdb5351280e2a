/**
 * Methods of RTSP: RFC 2326 section 10, and REGISTER and DEREGISTER, which live555 added.
 *
 * @module
 */

export const METHODS = [
  "OPTIONS",
  "DESCRIBE",
  "ANNOUNCE",
  "SETUP",
  "PLAY",
  "PAUSE",
  "RECORD",
  "REDIRECT",
  "TEARDOWN",
  "GET_PARAMETER",
  "SET_PARAMETER",
  "REGISTER",
  "DEREGISTER",
] as const;

export type Method = typeof METHODS[number];

/** Whether a request's method is one that RTSP knows. Methods are case-sensitive (section 6.1). */
export function isMethod(method: string): method is Method {
  return METHODS.some((known) => known === method);
}
