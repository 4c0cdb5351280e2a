/**
 * Headers that are one number: CSeq, Scale and Speed (RFC 2326 sections 12.17, 12.34 and 12.35).
 *
 * @module
 */
import { RtspHeaderError } from "../errors.ts";
import { parseDecimal } from "./syntax.ts";

const MAX_CSEQ = 0xffff_ffff;

/** @throws {RtspHeaderError} when it is missing, or no number of 32 bits. */
export function parseCSeq(value: string | undefined): number {
  if (value === undefined) throw new RtspHeaderError("CSeq", "it is missing");
  const cseq = parseDecimal(value, MAX_CSEQ);
  if (cseq === undefined) {
    throw new RtspHeaderError("CSeq", `${JSON.stringify(value.slice(0, 20))} is no number`);
  }
  return cseq;
}

/** 1 is the normal speed; a negative scale goes backwards. @throws {RtspHeaderError} */
export function parseScale(value: string): number {
  return parseFactor("Scale", value);
}

/** 1 is the rate of the media. @throws {RtspHeaderError} */
export function parseSpeed(value: string): number {
  const speed = parseFactor("Speed", value);
  if (speed <= 0) throw new RtspHeaderError("Speed", "it is not above 0");
  return speed;
}

function parseFactor(header: string, value: string): number {
  if (!/^-?\d{1,9}(?:\.\d{0,9})?$/.test(value)) {
    throw new RtspHeaderError(header, `${JSON.stringify(value.slice(0, 20))} is no number`);
  }
  return Number(value);
}

/** Writes Scale or Speed. */
export function writeFactor(factor: number): string {
  return Number.isInteger(factor) ? factor.toFixed(1) : String(factor);
}
