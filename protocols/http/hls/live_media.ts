import type { MediaResource } from "./programme.ts";
import type { Presentation } from "./segmenter.ts";
import { findInit, findPart, findSegment, findWindow, type RenditionWindow } from "./window.ts";

/** The bytes of a resource, in the first presentation that has it. */
export function findMedia(
  presentations: readonly Presentation[],
  resource: MediaResource,
): Uint8Array<ArrayBuffer> | undefined {
  for (const presentation of presentations) {
    const window = findWindow(presentation.renditions, resource.rendition);
    const found = window && findIn(window, resource);
    if (found !== undefined) return found;
  }
  return undefined;
}

function findIn(
  window: RenditionWindow,
  resource: MediaResource,
): Uint8Array<ArrayBuffer> | undefined {
  const { type, sequence } = resource;
  if (type === "init") return findInit(window, sequence)?.bytes;
  if (type === "part") return findPart(window, sequence, resource.part)?.bytes;
  const segment = findSegment(window, sequence);
  return segment?.isGap ? undefined : segment?.bytes;
}

/**
 * Whether it is in the making: the part that a playlist has announced as the next one, or the segment,
 * for which ffmpeg asks by its number as soon as it has the one before, and goes past it when refused.
 */
export function isInMaking(
  presentation: Presentation | undefined,
  resource: MediaResource,
): boolean {
  const open = presentation && findWindow(presentation.renditions, resource.rendition)?.open;
  if (presentation?.isEnded !== false || open?.sequence !== resource.sequence) return false;
  if (resource.type === "segment") return true;
  return resource.type === "part" && open.isParted && open.parts.length === resource.part;
}
