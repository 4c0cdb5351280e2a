import { StreamNotFoundError } from "../../registry/errors.ts";
import type { LogItem } from "../../registry/gop_cache.ts";
import type { Description } from "../../registry/media/track.ts";
import { memo } from "../../registry/packaging.ts";
import type { ReadBatch } from "../../registry/reader.ts";
import { joinBytes } from "../_formats/join.ts";
import { type LivePiece, type LiveViewer, notCarried } from "./live_container.ts";
import type { ViewerSource } from "./recorded_source.ts";

/** What a viewer needs in front: the same object for as long as it can go on with what it has. */
export interface LiveOpening {
  readonly description: Description;
  /** Whether the container carries any track of the description. */
  readonly carries: boolean;
  readonly pieces: readonly LivePiece[];
}

/** A stretch of a container whose bytes depend on what went before. The same for every viewer. */
export interface LiveItem extends LogItem {
  readonly data: Uint8Array;
  readonly opening: LiveOpening;
}

/** What a stream of which a container carries nothing becomes: an item that says so. */
export function emptyItem(description: Description): LiveItem {
  const opening = { description, carries: false, pieces: [] };
  return { data: new Uint8Array(0), opening, bytes: 0, time: 0, isKey: true };
}

/** Items of one batch behind one opening. */
interface Section {
  readonly opening: LiveOpening;
  readonly data: Uint8Array;
}

/** Joined once for all viewers at the same place: one write costs less than many small ones. */
const sectionsOf = memo(({ units }: ReadBatch<LiveItem>): readonly Section[] => {
  const groups: LiveItem[][] = [];
  for (const item of units) {
    const last = groups.at(-1);
    if (last?.[0]?.opening === item.opening) last.push(item);
    else groups.push([item]);
  }
  return groups.flatMap((items) => {
    const [first] = items;
    return first === undefined
      ? []
      : [{ opening: first.opening, data: joinBytes(items.map(({ data }) => data)) }];
  });
});

/** A viewer of what a packager makes of a stream. */
export class PackagedViewer implements LiveViewer {
  readonly #reader: ViewerSource<ReadBatch<LiveItem>>;
  #first: ReadBatch<LiveItem> | undefined;
  #opening: LiveOpening | undefined;

  private constructor(reader: ViewerSource<ReadBatch<LiveItem>>, first: ReadBatch<LiveItem>) {
    this.#reader = reader;
    this.#first = first;
  }

  /** Waits for the first media; see `Arrival.open`. @param format for people. */
  static async open(
    reader: ViewerSource<ReadBatch<LiveItem>>,
    format: string,
  ): Promise<PackagedViewer> {
    const batch = await reader.read();
    const opening = batch?.type === "media" ? batch.units[0]?.opening : undefined;
    if (batch?.type !== "media" || opening === undefined) {
      throw new StreamNotFoundError(reader.name);
    }
    if (!opening.carries) throw notCarried(reader.name, format, opening.description);
    return new PackagedViewer(reader, batch);
  }

  async next(): Promise<readonly LivePiece[] | undefined> {
    for (;;) {
      const batch = this.#first ?? await this.#reader.read();
      this.#first = undefined;
      if (batch?.type !== "media") return undefined;
      const pieces = this.#piecesOf(batch);
      if (pieces.length > 0) return pieces;
    }
  }

  #piecesOf(batch: ReadBatch<LiveItem>): readonly LivePiece[] {
    const pieces: LivePiece[] = [];
    for (const { opening, data } of sectionsOf(batch)) {
      if (opening !== this.#opening) pieces.push(...opening.pieces);
      this.#opening = opening;
      if (data.byteLength > 0) pieces.push(data);
    }
    return pieces;
  }
}
