import { BitstreamError } from "../../../../registry/media/errors.ts";
import { MAX_NALS_PER_UNIT } from "../../../../registry/media/nal.ts";
import type { StreamNal } from "./nal_stream.ts";

/** What the first slice of a picture says of its place in the output. */
export interface PictureHead {
  /** Whether everything before it is shown before it, and counts begin anew. */
  readonly isReset: boolean;
  /** Picture order count, unwrapped: pictures between two resets are shown in its order. */
  readonly order: number;
  /** Whether it is the second field of the frame whose first one came before. */
  readonly isSecondField: boolean;
}

/** What a NAL unit is to an access unit. */
export type NalRole =
  /** Parameter sets, SEI and delimiters, which come before the slices of their picture. */
  | { readonly type: "lead" }
  /** `head` in the first slice of a picture, where it can be read. */
  | { readonly type: "slice"; readonly isFirst: boolean; readonly head: PictureHead | undefined }
  /** It goes along with the picture before it. */
  | { readonly type: "other" };

/** Reads NAL units in the order of the stream. Never throws. */
export interface NalRoles {
  roleOf(nal: Uint8Array): NalRole;
  isKey(nals: readonly Uint8Array[]): boolean;
}

/** One picture, with what belongs to it. */
export interface AccessUnit {
  readonly nals: readonly Uint8Array[];
  /** In the stream, start code included. */
  readonly offset: number;
  /** In the stream, of what comes after it. */
  readonly end: number;
  readonly isKey: boolean;
  readonly head: PictureHead;
}

/** Bytes of one access unit: twice the largest NAL unit, since only one can be that large. */
const MAX_UNIT_BYTES = 32 << 20;

/** Puts NAL units together to access units (ITU-T H.264 7.4.1.2.3, H.265 7.4.2.4.4). */
export class AccessUnits {
  readonly #roles: NalRoles;
  #nals: StreamNal[] = [];
  #bytes = 0;
  #hasSlice = false;
  #head: PictureHead | undefined;

  constructor(roles: NalRoles) {
    this.#roles = roles;
  }

  /**
   * Takes the next NAL unit, and gives the access unit that ends before it. A picture whose head cannot
   * be read is left out.
   *
   * @throws {BitstreamError} an access unit is larger than any.
   */
  push(nal: StreamNal): AccessUnit | undefined {
    const role = this.#roles.roleOf(nal.nal);
    const ended = this.#hasSlice && begins(role) ? this.#end(nal.offset) : undefined;
    this.#nals.push(nal);
    this.#bytes += nal.nal.byteLength;
    if (this.#bytes > MAX_UNIT_BYTES || this.#nals.length > MAX_NALS_PER_UNIT) {
      throw new BitstreamError("access unit", "it is too large", nal.offset);
    }
    if (role.type === "slice") {
      this.#hasSlice = true;
      this.#head ??= role.head;
    }
    return ended;
  }

  /** The last access unit. @param end of the stream. */
  flush(end: number): AccessUnit | undefined {
    return this.#hasSlice ? this.#end(end) : undefined;
  }

  #end(end: number): AccessUnit | undefined {
    const [{ offset }, head] = [this.#nals[0] ?? { offset: end }, this.#head];
    const nals = this.#nals.map(({ nal }) => nal);
    this.#nals = [];
    this.#bytes = 0;
    this.#hasSlice = false;
    this.#head = undefined;
    return head && { nals, offset, end, isKey: this.#roles.isKey(nals), head };
  }
}

/** Whether a NAL unit that follows a slice is the first of another picture. */
function begins(role: NalRole): boolean {
  if (role.type === "slice") return role.isFirst && role.head?.isSecondField !== true;
  return role.type === "lead";
}
