import { parseAudioSpecificConfig } from "../../../registry/media/aac.ts";
import type { AacConfig } from "../../../registry/media/codec.ts";
import { BitstreamError } from "../../../registry/media/errors.ts";
import { MP4A_LATM } from "../rtp/payload/latm.ts";
import type { FrameContent, FrameFormat } from "./framed_stream.ts";
import { TS_TIMESCALE } from "./clock.ts";

/** `syncword` of AudioSyncStream, eleven bits, and `audioMuxLengthBytes` behind it. */
const SYNC_WORD = 0x2b7;
const HEAD_SIZE = 3;

/**
 * AAC in LATM behind LOAS sync words (ISO/IEC 14496-3 1.7.2). Each holds one AudioMuxElement with its
 * configuration in band, which is what RTP carries under `cpresent=1`: the same code reads both.
 */
export class LoasFormat implements FrameFormat {
  readonly #elements = MP4A_LATM.createDepacketizer({
    encoding: "MP4A-LATM",
    clockRate: TS_TIMESCALE,
  });
  /** One more for each element, so that none is taken for a part of the one before. */
  #count = 0;
  #known:
    | { readonly config: AacConfig; readonly samples: number; readonly sampleRate: number }
    | undefined;

  sizeAt(data: Uint8Array, offset: number): number | undefined {
    if (data.length - offset < HEAD_SIZE) return undefined;
    const at = (i: number) => data[offset + i] ?? 0;
    if ((at(0) << 3 | at(1) >> 5) !== SYNC_WORD) {
      throw new BitstreamError("LOAS frame", "the sync word is missing", offset);
    }
    return HEAD_SIZE + ((at(1) & 0x1f) << 8 | at(2));
  }

  read(frame: Uint8Array): FrameContent {
    const units: Uint8Array[] = [];
    const payload = frame.subarray(HEAD_SIZE);
    const timestamp = this.#count++ * TS_TIMESCALE;
    for (const event of this.#elements.push({ payload, timestamp, marker: true, lost: false })) {
      if (event.type === "dropped") throw new BitstreamError("LOAS frame", event.reason, HEAD_SIZE);
      if (event.config?.codec === "aac") this.#learn(event.config);
      units.push(...event.payload);
    }
    if (this.#known === undefined) {
      throw new BitstreamError("LOAS frame", "its configuration is not known", HEAD_SIZE);
    }
    return { units, ...this.#known };
  }

  #learn(config: AacConfig): void {
    const { frameLength, sampleRate } = parseAudioSpecificConfig(config.audioSpecificConfig);
    this.#known = { config, samples: frameLength, sampleRate };
  }
}
