/** `attr-char` of RFC 8187, section 3.2.1, beside what `encodeURIComponent` leaves as it is. */
const NOT_ATTR_CHAR = /['()*]/g;

/** What may stand in a quoted string without being misread by one client or another. */
const PLAIN_NAME = /^[\w !#$&'()+,.;=@[\]^`{}~-]+$/;

/**
 * `Content-Disposition` of a file that is to be saved (RFC 6266). A name that is not plain ASCII is
 * given twice: as near as ASCII comes to it for old clients, and as it is.
 */
export function attachment(name: string): string {
  if (PLAIN_NAME.test(name)) return `attachment; filename="${name}"`;
  const encoded = encodeURIComponent(name).replace(NOT_ATTR_CHAR, percentEncode);
  return `attachment; filename="${asciiOf(name)}"; filename*=UTF-8''${encoded}`;
}

/** Letters without their accents, and `_` for the rest; `%` would be decoded by some clients. */
function asciiOf(name: string): string {
  return name.normalize("NFD").replace(/\p{M}/gu, "").replace(/[^\w .+,;=@~()-]/gu, "_");
}

function percentEncode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
