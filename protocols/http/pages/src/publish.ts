import { encodeName, nameOfPage } from "./api.ts";
import { byId, showText } from "./dom.ts";
import { formatBitrate, formatDelay, formatMimeType } from "./format.ts";
import { fillForm, listDevices, lockCodec, showFieldsOfKind } from "./publish/form.ts";
import { Publisher, type PublisherState } from "./publish/publisher.ts";
import { wordsOfLimit } from "./publish/words.ts";
import type { OutboundNumbers } from "./rtc/stats.ts";

const REFRESH_MS = 1000;

/** Fields whose change needs the source to be opened anew. */
const SOURCE_FIELDS = ["camera", "microphone", "size", "fps"];
const SOURCE_RADIOS = ["source-camera", "source-screen", "source-test"];

const STATES: Readonly<Record<PublisherState, string>> = {
  idle: "Not publishing",
  preview: "Preview only",
  connecting: "Connecting",
  live: "Live",
};

const name = nameOfPage("/publish/");
const preview = byId("preview", HTMLVideoElement);
const startButton = byId("start", HTMLButtonElement);
const stopButton = byId("stop", HTMLButtonElement);
const previewButton = byId("open", HTMLButtonElement);
const soundButton = byId("sound", HTMLButtonElement);
const pictureButton = byId("picture", HTMLButtonElement);
let state: PublisherState = "idle";

const publisher = new Publisher(name, {
  onState: showState,
  onMessage: (text) => showText("message", text),
  onSource(stream) {
    preview.srcObject = stream ?? null;
    byId("no-preview", HTMLElement).hidden = stream !== undefined;
    applySwitches();
  },
});

function showState(next: PublisherState): void {
  state = next;
  const isSending = next === "connecting" || next === "live";
  const text = byId("state", HTMLElement);
  text.className = `state ${next}`;
  showText("state", STATES[next]);
  if (next !== "idle") stopButton.disabled = false;
  enable(startButton, !isSending, stopButton);
  enable(stopButton, next !== "idle", startButton);
  enable(previewButton, next === "idle", startButton);
  lockCodec(isSending);
  if (next !== "live") showNumbers(undefined);
}

/** A button that is turned off while it has the focus passes that on to another. */
function enable(
  button: HTMLButtonElement,
  isOn: boolean,
  heir: HTMLButtonElement,
): void {
  const hadFocus = document.activeElement === button;
  button.disabled = !isOn;
  if (hadFocus && !isOn) heir.focus();
}

function showNumbers(numbers: OutboundNumbers | undefined): void {
  const { roundTripMs, videoCodec, audioCodec } = numbers ?? {};
  const codecs = [videoCodec, audioCodec].filter((codec) => codec !== undefined);
  showText("codecs", codecs.length > 0 ? codecs.map(formatMimeType).join(", ") : "–");
  showText("rate", numbers ? formatBitrate(numbers.bitsPerSecond) : "–");
  showText("frames", numbers ? `${Math.round(numbers.framesPerSecond)} fps` : "–");
  showText("sent-size", numbers && numbers.width > 0 ? `${numbers.width}×${numbers.height}` : "–");
  showText("round-trip", roundTripMs === undefined ? "–" : formatDelay(roundTripMs));
  showText("again", numbers ? `${numbers.retransmitted} of ${numbers.packets}` : "–");
  showText("limit", numbers ? wordsOfLimit(numbers.limitedBy) : "–");
}

function isPressed(button: HTMLButtonElement): boolean {
  return button.getAttribute("aria-pressed") === "true";
}

/** A source that is opened anew stays as silent or dark as the one before. */
function applySwitches(): void {
  publisher.enable("audio", !isPressed(soundButton));
  publisher.enable("video", !isPressed(pictureButton));
}

function toggle(button: HTMLButtonElement): void {
  button.setAttribute("aria-pressed", String(!isPressed(button)));
  applySwitches();
}

/** What is shown or sent changes at once; otherwise there is nothing to open yet. */
function onSourceField(): void {
  showFieldsOfKind();
  if (state !== "idle") publisher.open();
}

async function refreshForEver(): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
    const numbers = await publisher.read();
    if (state === "live") showNumbers(numbers);
  }
}

showText("title", `Publish ${name}`);
document.title = `Publish ${name} – Sluice`;
byId("watch", HTMLAnchorElement).href = `/play/${encodeName(name)}${location.search}`;
fillForm();
listDevices();
showState("idle");
for (const id of [...SOURCE_FIELDS, ...SOURCE_RADIOS]) {
  byId(id, HTMLElement).addEventListener("change", onSourceField);
}
byId("bitrate", HTMLElement).addEventListener("change", () => publisher.limitBitrate());
byId("form", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  publisher.start();
});
previewButton.addEventListener("click", () => publisher.open());
stopButton.addEventListener("click", () => publisher.stop());
soundButton.addEventListener("click", () => toggle(soundButton));
pictureButton.addEventListener("click", () => toggle(pictureButton));
refreshForEver();
