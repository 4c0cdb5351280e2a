import type { AacConfig } from "../../../registry/media/codec.ts";
import {
  AAC_SAMPLE_RATES,
  type AudioSpecificConfig,
  parseAudioSpecificConfig,
} from "../../../registry/media/aac.ts";
import { unlessDamaged } from "../../../registry/media/errors.ts";

/** Samples of a frame that ADTS can announce, which has no way to say another number. */
const ADTS_FRAME_LENGTH = 1024;

/** `profile_ObjectType` has two bits. */
const MAX_ADTS_OBJECT_TYPE = 4;

/** `channel_configuration` has three bits. */
const MAX_ADTS_CHANNELS = 7;

/** What is known of AAC that shall go out as ADTS. */
export type AdtsPlan =
  | { readonly config: AudioSpecificConfig }
  | { readonly refusal: string };

const plans = new WeakMap<AacConfig, AdtsPlan>();

/** Whether ADTS can say this configuration; made once for each. */
export function adtsPlan(config: AacConfig): AdtsPlan {
  const known = plans.get(config);
  if (known !== undefined) return known;
  const plan = makePlan(config);
  plans.set(config, plan);
  return plan;
}

function makePlan({ audioSpecificConfig }: AacConfig): AdtsPlan {
  const config = unlessDamaged(() => parseAudioSpecificConfig(audioSpecificConfig));
  if (config === undefined) return { refusal: "its AudioSpecificConfig cannot be read" };
  const refusal = refusalOf(config);
  return refusal === undefined ? { config } : { refusal };
}

function refusalOf(config: AudioSpecificConfig): string | undefined {
  const { objectType, sampleRate, channelConfiguration, frameLength } = config;
  const isRateKnown = AAC_SAMPLE_RATES.some((rate) => rate === sampleRate);
  if (objectType > MAX_ADTS_OBJECT_TYPE) return `ADTS cannot say AAC object type ${objectType}`;
  if (!isRateKnown) return `ADTS cannot say ${sampleRate} Hz`;
  if (channelConfiguration === 0 || channelConfiguration > MAX_ADTS_CHANNELS) {
    return `ADTS cannot say channel configuration ${channelConfiguration}`;
  }
  if (frameLength !== ADTS_FRAME_LENGTH) return `ADTS cannot say frames of ${frameLength} samples`;
  return undefined;
}
