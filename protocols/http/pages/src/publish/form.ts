import { byId, element } from "../dom.ts";
import { formatMimeType } from "../format.ts";
import { formatsOf } from "../rtc/codec_order.ts";
import type { SendWish } from "./session.ts";
import { hasDevices, NO_DEVICE, type SourceKind, type SourceWish } from "./sources.ts";

const SOURCE_KINDS: readonly SourceKind[] = ["camera", "screen", "test"];

/** Where the field for the bit rate holds no number. */
const DEFAULT_KBITS = 2500;

const camera = byId("camera", HTMLSelectElement);
const microphone = byId("microphone", HTMLSelectElement);
const size = byId("size", HTMLSelectElement);
const fps = byId("fps", HTMLSelectElement);
const codec = byId("codec", HTMLSelectElement);
const bitrate = byId("bitrate", HTMLInputElement);
const screenSound = byId("screen-sound", HTMLInputElement);
const token = byId("token", HTMLInputElement);

export function chosenKind(): SourceKind {
  return SOURCE_KINDS.find((kind) => byId(`source-${kind}`, HTMLInputElement).checked) ?? "test";
}

export function sourceWish(): SourceWish {
  const [width = 1280, height = 720] = size.value.split("x").map(Number);
  return {
    kind: chosenKind(),
    format: { width, height, fps: Number(fps.value) },
    camera: camera.value,
    microphone: microphone.value,
    hasScreenSound: screenSound.checked,
  };
}

export function sendWish(): SendWish {
  const kbits = bitrate.validity.valid ? bitrate.valueAsNumber : DEFAULT_KBITS;
  return {
    format: codec.value === "" ? undefined : codec.value,
    bitsPerSecond: (Number.isNaN(kbits) ? DEFAULT_KBITS : kbits) * 1000,
  };
}

export function enteredToken(): string {
  return token.value.trim();
}

/** Shows the field for the token, which most gateways have no need of. */
export function askForToken(): void {
  byId("access", HTMLDetailsElement).open = true;
  token.focus();
}

/** Offers what this browser can send; without devices, only the test pattern is left. */
export function fillForm(): void {
  const formats = formatsOf(RTCRtpSender.getCapabilities("video")?.codecs ?? []);
  for (const format of formats) {
    codec.append(element("option", { value: format }, formatMimeType(`video/${format}`)));
  }
  if (!hasDevices()) {
    byId("insecure", HTMLElement).hidden = false;
    byId("source-camera", HTMLInputElement).disabled = true;
    byId("source-screen", HTMLInputElement).disabled = true;
    byId("source-test", HTMLInputElement).checked = true;
  } else if (!("getDisplayMedia" in navigator.mediaDevices)) {
    byId("source-screen", HTMLInputElement).disabled = true;
  }
  showFieldsOfKind();
}

/** Only the fields that matter for the kind of source. */
export function showFieldsOfKind(): void {
  const kind = chosenKind();
  byId("camera-fields", HTMLElement).hidden = kind !== "camera";
  byId("screen-fields", HTMLElement).hidden = kind !== "screen";
}

/** What was agreed to cannot be changed while it is sent. */
export function lockCodec(isLocked: boolean): void {
  codec.disabled = isLocked;
}

/** Lists the devices; their names are known once the browser has let the page have one. */
export async function listDevices(): Promise<void> {
  if (!hasDevices()) return;
  const devices = await navigator.mediaDevices.enumerateDevices();
  fillDevices(camera, devices.filter(({ kind }) => kind === "videoinput"), "Camera");
  fillDevices(microphone, devices.filter(({ kind }) => kind === "audioinput"), "Microphone");
}

function fillDevices(
  select: HTMLSelectElement,
  devices: readonly MediaDeviceInfo[],
  what: string,
): void {
  const chosen = select.value;
  const named = devices.filter(({ deviceId }) => deviceId !== "");
  select.replaceChildren(
    element("option", { value: "" }, "The browser's choice"),
    ...named.map(({ deviceId, label }, index) =>
      element("option", { value: deviceId }, label || `${what} ${index + 1}`)
    ),
    element("option", { value: NO_DEVICE }, "None"),
  );
  const isStillThere = [...select.options].some(({ value }) => value === chosen);
  select.value = isStillThere ? chosen : "";
}
