/** As the original has it; its client reads a line into a buffer of no more. */
export const MAX_NAME_BYTES = 512;

/** Begins the name of the peer that stands for a live stream: `stream:live/cam1`. */
export const STREAM_PREFIX = "stream:";

/** Begins the name of a peer that wants to publish: `publish:live/cam2`. */
export const PUBLISH_PREFIX = "publish:";

/** Name of the peer that takes what those publish. */
export const PUBLISH_NAME = "publish";

/** Nobody may pass for one of the gateway's own peers: others would send their offers there. */
const OWN_NAMES = new RegExp(`^(${STREAM_PREFIX.slice(0, -1)}):|^(${PUBLISH_NAME})$`, "i");

/** What would end the name or its line in a list. A percent-encoded line feed would forge peers. */
// deno-lint-ignore no-control-regex -- they are what is looked for
const SEPARATORS = /[,\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/**
 * The name that a peer goes by, of the whole query of its `/sign_in`: the original takes it as it
 * stands, browsers percent-encode it. One that is not valid percent-encoding is taken as it stands.
 *
 * @returns at most `MAX_NAME_BYTES` of UTF-8; empty when the peer gave no name.
 */
export function peerNameOf(query: string): string {
  return cleanPeerName(decode(query));
}

/** `name` as it may stand in a list, at most `MAX_NAME_BYTES` of UTF-8. */
export function cleanPeerName(name: string): string {
  const clean = name.toWellFormed().replaceAll(SEPARATORS, "_");
  return fit(clean.replace(OWN_NAMES, (_own, stream, publish) => `${stream ?? publish}_`));
}

function decode(query: string): string {
  try {
    return decodeURIComponent(query);
  } catch {
    return query;
  }
}

/** The longest beginning of `name` that fits, in whole characters. */
function fit(name: string): string {
  const { read } = new TextEncoder().encodeInto(name, new Uint8Array(MAX_NAME_BYTES));
  return name.slice(0, read);
}
