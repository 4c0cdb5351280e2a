import { AV1_OBU, av1ObuType, joinObus, splitObus } from "./av1_obu.ts";
import { type Av1SequenceHeader, parseSequenceHeader } from "./av1_sequence.ts";
import { ByteReader } from "./byte_reader.ts";
import type { Av1Config } from "./codec.ts";

/** `marker` and `version`. */
const MARKER_AND_VERSION = 0x81;

/**
 * Reads an AV1CodecConfigurationRecord (AV1 ISOBMFF binding 2.3.3); undefined when it carries no
 * sequence header, which is then in the first key unit.
 *
 * @throws {BitstreamError} when it is cut short or of another version.
 */
export function parseAv1C(record: Uint8Array): Av1Config | undefined {
  const reader = new ByteReader(record, "av1C");
  const marker = reader.u8();
  if (marker !== MARKER_AND_VERSION) throw reader.error(`marker and version are ${marker}`);
  reader.skip(3); // profile, level, format: as in the sequence header
  const obus = splitObus(reader.rest());
  const sequenceHeader = obus.find((obu) => av1ObuType(obu) === AV1_OBU.sequenceHeader);
  return sequenceHeader && { codec: "av1", sequenceHeader };
}

/**
 * Writes an AV1CodecConfigurationRecord without an initial presentation delay; the caller owns it.
 *
 * @throws {BitstreamError} when the sequence header cannot be read.
 */
export function serializeAv1C(config: Av1Config): Uint8Array<ArrayBuffer> {
  const header = parseSequenceHeader(config.sequenceHeader);
  const obus = joinObus([config.sequenceHeader]);
  const record = new Uint8Array(4 + obus.length);
  record[0] = MARKER_AND_VERSION;
  record[1] = header.profile << 5 | header.level;
  record[2] = formatByte(header);
  record.set(obus, 4);
  return record;
}

function formatByte(header: Av1SequenceHeader): number {
  return Number(header.highTier) << 7 |
    Number(header.bitDepth > 8) << 6 |
    Number(header.bitDepth === 12) << 5 |
    Number(header.monochrome) << 4 |
    Number(header.chromaSubsamplingX) << 3 |
    Number(header.chromaSubsamplingY) << 2 |
    header.chromaSamplePosition;
}
