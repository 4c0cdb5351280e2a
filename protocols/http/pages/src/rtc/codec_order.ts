/** What is used of `RTCRtpCodec`. */
export interface Codec {
  readonly mimeType: string;
  readonly sdpFmtpLine?: string;
}

/** Formats that carry no picture of their own: they go with whatever is sent. */
const COMPANIONS = new Set(["rtx", "red", "ulpfec", "flexfec-03"]);

/** H.264 goes on to every other protocol without being coded again. */
const FIRST_CHOICE = "H264";

/** "H264" of "video/H264". */
function formatOf({ mimeType }: Codec): string {
  return mimeType.slice(mimeType.indexOf("/") + 1);
}

function isCompanion(codec: Codec): boolean {
  return COMPANIONS.has(formatOf(codec).toLowerCase());
}

/** The formats that a browser can send, each once, in its order. */
export function formatsOf(codecs: readonly Codec[]): readonly string[] {
  return [...new Set(codecs.filter((codec) => !isCompanion(codec)).map(formatOf))];
}

/**
 * What `setCodecPreferences` is given: one format and nothing to fall back to, or any with H.264 first.
 *
 * @param wanted one of `formatsOf`, or `undefined` for the best.
 */
export function orderCodecs<T extends Codec>(
  codecs: readonly T[],
  wanted: string | undefined,
): readonly T[] {
  const media = codecs.filter((codec) => !isCompanion(codec));
  const first = media.filter((codec) => formatOf(codec) === (wanted ?? FIRST_CHOICE));
  const others = wanted === undefined ? media.filter((codec) => !first.includes(codec)) : [];
  return [...first.toSorted(byPacketization), ...others, ...codecs.filter(isCompanion)];
}

/** Packetization mode 0 (RFC 6184 section 6.2) has no pictures larger than a packet's slices. */
function byPacketization(a: Codec, b: Codec): number {
  return isSingleNal(a) - isSingleNal(b);
}

function isSingleNal({ mimeType, sdpFmtpLine = "" }: Codec): number {
  return mimeType === "video/H264" && !sdpFmtpLine.includes("packetization-mode=1") ? 1 : 0;
}
