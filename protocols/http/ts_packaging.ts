import type { Description, Track } from "../../registry/media/track.ts";
import type { Unit } from "../../registry/media/unit.ts";
import type { Packager, Packaging } from "../../registry/packaging.ts";
import type { MediaBatch } from "../../registry/reader.ts";
import { tsCarries } from "../_formats/mpegts/carriage.ts";
import { TsMuxer } from "../_formats/mpegts/muxer.ts";
import { emptyItem, type LiveItem, type LiveOpening } from "./packaged_viewer.ts";

/** Streams as MPEG-TS: one transport stream, with its counters and its clock, for all viewers. */
export class TsPackaging implements Packaging<LiveItem> {
  open(): Packager<LiveItem> {
    return new TsPackager();
  }
}

class TsPackager implements Packager<LiveItem> {
  #description: Description | undefined;
  #muxer: TsMuxer | undefined;
  /** The track at whose key units a viewer can begin; none where there is only audio. */
  #lead: Track | undefined;
  #opening: LiveOpening | undefined;

  package({ description, units }: MediaBatch): readonly LiveItem[] {
    if (description !== this.#description) this.#describe(description);
    const [muxer, opening] = [this.#muxer, this.#opening];
    if (muxer === undefined || opening === undefined) return [emptyItem(description)];
    return units.flatMap((unit) => {
      const data = muxer.write([unit]);
      return data.byteLength === 0 ? [] : [this.#item(unit, data, opening)];
    });
  }

  /** A change goes on in the same transport stream, with other tables. */
  #describe(description: Description): void {
    const tracks = description.tracks.filter(tsCarries);
    this.#description = description;
    this.#lead = tracks.find(({ kind }) => kind === "video");
    if (tracks.length === 0) {
      this.#muxer = undefined;
      return;
    }
    const muxer = this.#muxer = new TsMuxer(description, this.#muxer);
    // Before key pictures the muxer itself puts them.
    const pieces = this.#lead === undefined ? [muxer.tables()] : [];
    this.#opening = { description, carries: true, pieces };
  }

  #item(unit: Unit, data: Uint8Array, opening: LiveOpening): LiveItem {
    const isLead = unit.track.id === this.#lead?.id;
    return {
      data,
      opening,
      bytes: data.byteLength,
      time: unit.dts * 1000 / unit.track.timescale,
      isKey: this.#lead === undefined || (isLead && unit.isKey),
      rides: this.#lead !== undefined && !isLead,
    };
  }
}
