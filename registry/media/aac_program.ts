import type { BitReader } from "./bit_reader.ts";

/** Reads a `program_config_element` (ISO/IEC 14496-3 4.4.1.1) and counts its channels. */
export function readProgramChannels(reader: BitReader): number {
  reader.skip(10); // element_instance_tag, object_type, sampling_frequency_index
  const elements = reader.bits(4) + reader.bits(4) + reader.bits(4); // front, side, back
  const lowFrequency = reader.bits(2);
  const associatedData = reader.bits(3);
  const coupling = reader.bits(4);
  if (reader.bit()) reader.skip(4); // mono_mixdown_element_number
  if (reader.bit()) reader.skip(4); // stereo_mixdown_element_number
  if (reader.bit()) reader.skip(3); // matrix mixdown
  let channels = lowFrequency;
  for (let i = 0; i < elements; i++) {
    channels += reader.bit() ? 2 : 1;
    reader.skip(4); // element tag
  }
  reader.skip(4 * (lowFrequency + associatedData) + 5 * coupling);
  reader.align();
  reader.skip(8 * reader.bits(8)); // comment
  return channels;
}
