import { fetchEndpoints, nameOfPage } from "./api.ts";
import { commandList } from "./command_list.ts";
import { playCommands } from "./commands.ts";
import { byId, element, showText } from "./dom.ts";
import { describePassed } from "./play/course.ts";
import { Numbers } from "./play/numbers.ts";
import { Player } from "./play/player.ts";
import { WAY_NAMES, WAY_TITLES, type WayName } from "./play/way.ts";

const REFRESH_MS = 500;

/** Parameter of the page's URL that chooses a way. */
const VIA = "via";

const name = nameOfPage("/play/");
const video = byId("video", HTMLVideoElement);
const waySelect = byId("via", HTMLSelectElement);
const withSound = byId("with-sound", HTMLButtonElement);
const numbers = new Numbers(video);
const query = new URLSearchParams(location.search);
const ownQuery = new URLSearchParams(query);
ownQuery.delete(VIA);
ownQuery.delete("wait");

function wayOf(value: string | null): WayName | undefined {
  return WAY_NAMES.find((way) => way === value);
}

/** @param isFinal whether only the viewer can go on. */
function say(text: string, isFinal = false): void {
  showText("message-text", text);
  byId("message", HTMLElement).hidden = text === "";
  video.controls = text === "";
  byId("retry", HTMLElement).hidden = !isFinal;
}

function notice(text: string): void {
  showText("notice", text);
}

const player = new Player(video, name, ownQuery, {
  onMessage(text, isFinal) {
    say(text, isFinal);
    showText("way", "–");
    notice("");
    withSound.hidden = true;
  },
  onWay(way, { passed }) {
    showText("way", WAY_TITLES[way]);
    showText("passed", describePassed(passed));
    say(`Connecting by ${WAY_TITLES[way]}…`);
  },
  onPlaying() {
    say("");
  },
  onSilent(codec) {
    notice(`The sound of this stream is ${codec}, which WebRTC does not carry.`);
    withSound.hidden = false;
  },
});

function start(via: WayName | undefined): void {
  waySelect.value = via ?? "";
  showText("passed", "");
  player.start(via);
}

/** Starts by another way, and has the URL say so. */
function choose(via: WayName | undefined): void {
  const url = new URL(location.href);
  if (via === undefined) url.searchParams.delete(VIA);
  else url.searchParams.set(VIA, via);
  history.replaceState(null, "", url);
  start(via);
}

function toggleMute(): void {
  video.muted = !video.muted;
}

function toggleFullscreen(): void {
  if (document.fullscreenElement === null) video.requestFullscreen().catch(() => {});
  else document.exitFullscreen();
}

const KEYS = new Map([["m", toggleMute], ["f", toggleFullscreen]]);

/** Letters are for the select and for the browser's own shortcuts there. */
function isMeantForElse({ ctrlKey, metaKey, altKey, target }: KeyboardEvent): boolean {
  return ctrlKey || metaKey || altKey || target instanceof HTMLSelectElement;
}

async function refresh(): Promise<void> {
  numbers.show(await player.read());
  const isStill = numbers.isStill() && byId("message", HTMLElement).hidden;
  showText("still", isStill ? "The picture has stopped. Waiting for more…" : "");
}

async function refreshForEver(): Promise<void> {
  for (;;) {
    await refresh();
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
  }
}

document.addEventListener("keydown", (event) => {
  if (!isMeantForElse(event)) KEYS.get(event.key.toLowerCase())?.();
});
video.addEventListener("volumechange", () => showText("mute", video.muted ? "Unmute" : "Mute"));
byId("mute", HTMLElement).addEventListener("click", toggleMute);
byId("fullscreen", HTMLElement).addEventListener("click", toggleFullscreen);
byId("retry", HTMLElement).addEventListener("click", () => start(wayOf(waySelect.value)));
waySelect.addEventListener("change", () => choose(wayOf(waySelect.value)));
withSound.addEventListener("click", () => {
  video.muted = false;
  choose("hls");
});
for (const way of WAY_NAMES) {
  waySelect.append(element("option", { value: way }, WAY_TITLES[way]));
}

showText("title", name);
document.title = `${name} – Sluice`;
start(wayOf(query.get(VIA)));
refreshForEver();
const place = {
  origin: location.origin,
  hostname: location.hostname,
  endpoints: await fetchEndpoints(),
};
byId("commands", HTMLElement).replaceChildren(...commandList(playCommands(name, place)));
