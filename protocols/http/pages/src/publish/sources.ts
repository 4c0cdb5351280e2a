import { type PictureFormat, TestPattern } from "./test_pattern.ts";

export type SourceKind = "camera" | "screen" | "test";

/** What is to be captured. */
export interface SourceWish {
  readonly kind: SourceKind;
  readonly format: PictureFormat;
  /** Ids of devices: empty for the browser's choice, `NO_DEVICE` for none. */
  readonly camera: string;
  readonly microphone: string;
  /** Whether to take the sound of a screen too, where the browser can. */
  readonly hasScreenSound: boolean;
}

/** Picture and sound, until it is closed. */
export interface Source {
  readonly stream: MediaStream;
  close(): void;
}

export const NO_DEVICE = "none";

/**
 * Opens a source; the browser may ask whoever sits before it.
 *
 * @throws {DOMException} as `getUserMedia` and `getDisplayMedia` do.
 */
export async function openSource(wish: SourceWish): Promise<Source> {
  switch (wish.kind) {
    case "test":
      return new TestPattern(wish.format);
    case "camera":
      return captured(await navigator.mediaDevices.getUserMedia(cameraConstraints(wish)), "motion");
    case "screen":
      return captured(
        await navigator.mediaDevices.getDisplayMedia(screenConstraints(wish)),
        "detail",
      );
  }
}

/** Whether the browser lets this page have devices at all. */
export function hasDevices(): boolean {
  return isSecureContext && "mediaDevices" in navigator;
}

function captured(stream: MediaStream, hint: "motion" | "detail"): Source {
  for (const track of stream.getVideoTracks()) track.contentHint = hint;
  return { stream, close: () => stream.getTracks().forEach((track) => track.stop()) };
}

function cameraConstraints({ camera, microphone, format }: SourceWish): MediaStreamConstraints {
  const { width, height, fps } = format;
  const picture = {
    width: { ideal: width },
    height: { ideal: height },
    frameRate: { ideal: fps },
    ...deviceOf(camera),
  };
  return {
    video: camera === NO_DEVICE ? false : picture,
    audio: microphone === NO_DEVICE ? false : deviceOf(microphone),
  };
}

function deviceOf(id: string): MediaTrackConstraints {
  return id === "" ? {} : { deviceId: { exact: id } };
}

function screenConstraints({ format, hasScreenSound }: SourceWish): DisplayMediaStreamOptions {
  const { width, height, fps } = format;
  return {
    video: { width: { max: width }, height: { max: height }, frameRate: { max: fps } },
    audio: hasScreenSound,
  };
}
