/**
 * AMF values as plain JavaScript. Decoded objects have no prototype, so that a property named
 * `__proto__` or `constructor` is a property like any other.
 *
 * @module
 */

export type AmfValue =
  | null
  | undefined
  | boolean
  | number
  | string
  | Date
  | Uint8Array
  | readonly AmfValue[]
  | AmfObject;

export interface AmfObject {
  readonly [name: string]: AmfValue;
}

/**
 * Asks the encoder for an ECMA array (AMF0 section 2.10) where a plain object would become an
 * anonymous object. Decoders give a plain object for both.
 */
export class AmfEcmaArray {
  constructor(readonly properties: AmfObject) {}
}

/** Narrows to an object with named properties: neither array nor date nor bytes. */
export function isAmfObject(value: AmfValue): value is AmfObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !(value instanceof Date) && !(value instanceof Uint8Array);
}
