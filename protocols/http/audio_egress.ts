import { AAC_OBJECT, adtsHeader, parseAudioSpecificConfig } from "../../registry/media/aac.ts";
import type { Description, Track } from "../../registry/media/track.ts";
import { payloadBytes, type Unit } from "../../registry/media/unit.ts";
import { memo } from "../../registry/packaging.ts";
import type { MediaBatch } from "../../registry/reader.ts";
import type { ThrottledLog } from "../protocol.ts";
import { joinBytes } from "../_formats/join.ts";
import type { UnitEgress } from "./unit_viewer.ts";

/** What stands before a frame of `size` bytes. */
type FrameHeader = (size: number) => Uint8Array;

/** Frames of one audio codec, one after the other: a file without tables of any kind. */
export interface AudioFraming {
  /** For people. */
  readonly format: string;
  /** How frames of the track begin; `undefined` where the format cannot carry them. */
  readonly headerOf: (track: Track) => FrameHeader | undefined;
}

const NOTHING = new Uint8Array(0);

/** MPEG audio of any layer: each frame has its own header. */
export const MPEG_AUDIO: AudioFraming = {
  format: "MP3",
  headerOf: ({ codec }) => codec === "mp3" ? () => NOTHING : undefined,
};

/** ADTS, ISO/IEC 14496-3 section 1.A.2. */
export const ADTS: AudioFraming = { format: "ADTS", headerOf: adtsHeaderOf };

/** Channels that a program config element tells (configuration 0) have no place in the header. */
function adtsHeaderOf({ config }: Track): FrameHeader | undefined {
  if (config?.codec !== "aac") return undefined;
  const fields = parseAudioSpecificConfig(config.audioSpecificConfig);
  const { objectType, channelConfiguration } = fields;
  if (objectType > AAC_OBJECT.ltp || channelConfiguration < 1 || channelConfiguration > 7) {
    return undefined;
  }
  return (size) => adtsHeader(fields, size);
}

/** The frames of the first audio track that a framing can carry. */
export class AudioEgress implements UnitEgress {
  readonly format: string;
  readonly #framing: AudioFraming;
  readonly #log: ThrottledLog;
  readonly #routes = memo((description: Description) => this.#route(description));

  constructor(framing: AudioFraming, log: ThrottledLog) {
    this.format = framing.format;
    this.#framing = framing;
    this.#log = log;
  }

  carries(description: Description): boolean {
    return this.#routes(description) !== undefined;
  }

  opening(): readonly Uint8Array[] {
    return [];
  }

  headers(): Uint8Array {
    return NOTHING;
  }

  readonly media: (batch: MediaBatch) => Uint8Array = memo(({ description, units }) => {
    const route = this.#routes(description);
    if (route === undefined) return NOTHING;
    const parts: Uint8Array[] = [];
    for (const unit of units) {
      if (unit.track.id === route.id) parts.push(...this.#frame(unit, route.header));
    }
    return joinBytes(parts);
  });

  #route(
    { tracks }: Description,
  ): { readonly id: number; readonly header: FrameHeader } | undefined {
    for (const track of tracks) {
      const header = this.#framing.headerOf(track);
      if (header !== undefined) return { id: track.id, header };
    }
    return undefined;
  }

  #frame(unit: Unit, header: FrameHeader): readonly Uint8Array[] {
    try {
      return [header(payloadBytes(unit)), ...unit.payload];
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#log.log("unit-size", `dropped a unit that is too large for ${this.format}`);
      return [];
    }
  }
}
