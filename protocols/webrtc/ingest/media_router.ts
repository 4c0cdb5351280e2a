import type { NegotiatedMedia } from "../negotiated.ts";

/** Sources that are remembered: each section has two, and some more after a sender has changed them. */
export const MAX_SOURCES = 64;

/** What tells of a packet where it belongs. */
export interface RoutedPacket {
  readonly ssrc: number;
  readonly payloadType: number;
}

/** Finds the section of packets that share one transport: RFC 9143 section 9.2. */
export class MediaRouter {
  readonly #byMid: ReadonlyMap<string, number>;
  readonly #byPayloadType: ReadonlyMap<number, number | undefined>;
  readonly #announced: ReadonlyMap<number, number>;
  /** Sources that have sent, the latest to be learned last. */
  readonly #known = new Map<number, number>();

  constructor(medias: readonly NegotiatedMedia[]) {
    this.#byMid = new Map(medias.map(({ mid }, index) => [mid, index]));
    this.#byPayloadType = uniquePayloadTypes(medias);
    this.#announced = new Map(
      medias.flatMap(({ ssrc, rtxSsrc }, index) =>
        [ssrc, rtxSsrc].flatMap((source): [number, number][] =>
          source === undefined ? [] : [[source, index]]
        )
      ),
    );
  }

  /** The index of the section that a packet belongs to; undefined for one of no section. */
  route({ ssrc, payloadType }: RoutedPacket, mid?: string): number | undefined {
    const index = mid === undefined
      ? this.ofSource(ssrc) ?? this.#byPayloadType.get(payloadType)
      : this.#byMid.get(mid);
    if (index !== undefined && this.#known.get(ssrc) !== index) this.#learn(ssrc, index);
    return index;
  }

  /** The section of a source that has sent, or was announced. */
  ofSource(ssrc: number): number | undefined {
    return this.#known.get(ssrc) ?? this.#announced.get(ssrc);
  }

  #learn(ssrc: number, index: number): void {
    this.#known.delete(ssrc);
    if (this.#known.size >= MAX_SOURCES) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    this.#known.set(ssrc, index);
  }
}

/** Those of several sections tell nothing: undefined. */
function uniquePayloadTypes(
  medias: readonly NegotiatedMedia[],
): ReadonlyMap<number, number | undefined> {
  const sections = new Map<number, number | undefined>();
  medias.forEach(({ codecs }, index) => {
    for (const type of codecs.flatMap((codec) => [codec.payloadType, codec.rtxPayloadType])) {
      if (type === undefined) continue;
      const isShared = sections.has(type) && sections.get(type) !== index;
      sections.set(type, isShared ? undefined : index);
    }
  });
  return sections;
}
