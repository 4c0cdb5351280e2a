/**
 * Status codes of RTSP: RFC 2326 section 7.1.1, and those of RFC 7826 that clients meet.
 *
 * @module
 */

/** The phrase that goes with each code. */
export const STATUS_REASONS = {
  200: "OK",
  201: "Created",
  250: "Low on Storage Space",
  301: "Moved Permanently",
  302: "Moved Temporarily",
  303: "See Other",
  304: "Not Modified",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Time-out",
  410: "Gone",
  412: "Precondition Failed",
  413: "Request Entity Too Large",
  414: "Request-URI Too Large",
  415: "Unsupported Media Type",
  431: "Request Header Fields Too Large",
  451: "Parameter Not Understood",
  452: "Conference Not Found",
  453: "Not Enough Bandwidth",
  454: "Session Not Found",
  455: "Method Not Valid in This State",
  456: "Header Field Not Valid for Resource",
  457: "Invalid Range",
  458: "Parameter Is Read-Only",
  459: "Aggregate Operation Not Allowed",
  460: "Only Aggregate Operation Allowed",
  461: "Unsupported Transport",
  462: "Destination Unreachable",
  463: "Destination Prohibited",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
  505: "RTSP Version Not Supported",
  551: "Option Not Supported",
} as const satisfies Readonly<Record<number, string>>;

/** A code that we send; what a peer sends may be any number. */
export type StatusCode = keyof typeof STATUS_REASONS;

function isStatusCode(status: number): status is StatusCode {
  return Object.hasOwn(STATUS_REASONS, status);
}

/** The phrase of a code, or that of its class where the code is not known. */
export function statusReason(status: number): string {
  if (isStatusCode(status)) return STATUS_REASONS[status];
  const classCode = Math.floor(status / 100) * 100;
  return isStatusCode(classCode) ? STATUS_REASONS[classCode] : "Unknown";
}
