import type { Body, Readable } from "./body.ts";
import { initName, segmentName } from "./names.ts";
import type { MediaResource } from "./programme.ts";
import type { Presentation } from "./segmenter.ts";
import { findInit, findPart, findSegment, findWindow, type RenditionWindow } from "./window.ts";

/** A resource, in the first presentation that has it. */
export function findMedia(
  presentations: readonly Presentation[],
  resource: MediaResource,
): Readable | undefined {
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
): Readable | undefined {
  const { type, sequence } = resource;
  if (type === "init") return findInit(window, sequence)?.body;
  if (type === "part") return findPart(window, sequence, resource.part);
  const segment = findSegment(window, sequence);
  return segment?.isGap ? undefined : segment?.body;
}

/** All that can be fetched whole, by the names of files. */
export function wholeMedia(presentations: readonly Presentation[]): ReadonlyMap<string, Body> {
  const media = new Map<string, Body>();
  for (const { renditions, extension } of presentations) {
    // The key to it is no part of what it is.
    const [suffix = ""] = extension.split("?");
    for (const { id, retired, segments } of renditions) {
      for (const { sequence, init, body, isGap } of [...retired, ...segments]) {
        if (init !== undefined) media.set(initName(id, init.sequence, suffix), init.body);
        if (!isGap) media.set(segmentName(id, sequence, suffix), body);
      }
    }
  }
  return media;
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
