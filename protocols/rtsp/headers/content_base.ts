/**
 * The URL that relative ones of a description start from: RFC 2326 appendix C.1.1.
 *
 * @module
 */
import type { HeaderFields } from "../fields.ts";
import { unquote } from "./syntax.ts";

/**
 * Content-Base, else Content-Location, else the URL of the request. A relative one, as devices
 * write it, stands for the URL of the request.
 */
export function contentBase(headers: HeaderFields, requestUrl: string): string {
  for (const name of ["Content-Base", "Content-Location"]) {
    const url = unquote(headers.get(name) ?? "").trim();
    if (/^rtsp[su]?:\/\//i.test(url)) return url;
  }
  return requestUrl;
}

/** The Content-Base of a stream: its URL with a slash at the end, so that a track can follow. */
export function writeContentBase(requestUrl: string): string {
  return requestUrl.endsWith("/") ? requestUrl : `${requestUrl}/`;
}
