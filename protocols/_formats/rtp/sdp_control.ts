/**
 * The URLs that `a=control` names: RFC 2326 appendix C.1.1.
 *
 * @module
 */

/**
 * The URL for SETUP of a track, or for PLAY of the whole.
 *
 * Deviation: a relative control is put behind the base, query included, as FFmpeg, live555 and
 * GStreamer do; servers count on it. RFC 1808 would take it for the last segment.
 *
 * @param base what Content-Base or the request says, with a slash at the end or without.
 */
export function resolveControl(base: string, control: string | undefined): string {
  if (control === undefined || control === "" || control === "*") return base;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(control)) return control;
  if (control.startsWith("?")) return base + control;
  return `${base.replace(/\/$/, "")}/${control.replace(/^\//, "")}`;
}
