/**
 * Track ids of a stream that comes from FLV. They follow from the wire alone, so that a returning
 * publisher gets the same ones.
 *
 * @module
 */

/** Script data other than `onMetaData`. */
export const DATA_TRACK_ID = 3;

/** 1 for the default video track, 4, 6, 8, ... for multitrack ids 1, 2, 3, ... */
export function videoTrackId(multitrackId: number): number {
  return multitrackId === 0 ? 1 : 2 * multitrackId + 2;
}

/** 2 for the default audio track, 5, 7, 9, ... for multitrack ids 1, 2, 3, ... */
export function audioTrackId(multitrackId: number): number {
  return multitrackId === 0 ? 2 : 2 * multitrackId + 3;
}
