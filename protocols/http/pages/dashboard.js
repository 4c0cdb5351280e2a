import {
  commandList,
  encodeName,
  fetchEndpoints,
  playCommands,
  publishCommands,
} from "./commands.js";
import { byId, element, setText } from "./dom.js";
import { formatBitrate, formatCount, formatDuration, formatTrack } from "./format.js";

const endpoints = await fetchEndpoints();

/** How often the list is asked for while the page is seen. */
const REFRESH_MS = 1000;

const STATES = { live: "Live", interrupted: "Interrupted", idle: "Waiting" };

/** @type {Map<string, { root: HTMLElement, update: (stream: any) => void }>} */
const cards = new Map();

/**
 * @param {string} title
 * @param {HTMLElement} value
 */
function fact(title, value) {
  return element("div", {}, element("dt", {}, title), value);
}

/**
 * Makes the card of one stream; it lives as long as the stream, so that what is open stays open.
 *
 * @param {string} name
 */
function makeCard(name) {
  const state = element("span", { class: "state" });
  const values = {
    video: element("dd"),
    audio: element("dd"),
    bitrate: element("dd"),
    viewers: element("dd"),
    uptime: element("dd"),
    from: element("dd"),
  };
  const play = element("a", { class: "button", href: `/play/${encodeName(name)}` }, "Play");
  play.setAttribute("aria-label", `Play ${name}`);
  const root = element(
    "li",
    { class: "stream panel" },
    element("header", {}, element("h3", {}, name), state, play),
    element(
      "dl",
      { class: "facts" },
      fact("Video", values.video),
      fact("Audio", values.audio),
      fact("Bit rate", values.bitrate),
      fact("Viewers", values.viewers),
      fact("Up for", values.uptime),
      fact("From", values.from),
    ),
    element(
      "details",
      {},
      element("summary", {}, "Play it elsewhere"),
      element("div", { class: "commands" }, ...commandList(playCommands(name, endpoints))),
    ),
  );
  return { root, update: (/** @type {any} */ stream) => updateCard(stream, state, values) };
}

/**
 * @param {any} stream one entry of `/api/v1/streams`
 * @param {HTMLElement} state
 * @param {Record<"video" | "audio" | "bitrate" | "viewers" | "uptime" | "from", HTMLElement>} values
 */
function updateCard(stream, state, values) {
  const { publisher, source } = stream;
  setText(state, STATES[/** @type {keyof typeof STATES} */ (stream.state)] ?? stream.state);
  state.className = `state ${stream.state}`;
  setText(values.video, tracksOf(stream, "video"));
  setText(values.audio, tracksOf(stream, "audio"));
  setText(values.bitrate, formatBitrate(stream.bitrate));
  setText(values.viewers, String(stream.readers.length));
  setText(values.uptime, publisher ? formatDuration(Date.now() - publisher.since) : "–");
  setText(values.from, publisher ? `${publisher.protocol} ${publisher.remote}` : source ?? "–");
}

/**
 * @param {any} stream
 * @param {string} kind
 */
function tracksOf(stream, kind) {
  const tracks = stream.tracks.filter((/** @type {any} */ track) => track.kind === kind);
  return tracks.length === 0 ? "–" : tracks.map(formatTrack).join("; ");
}

/** @param {any[]} streams */
function show(streams) {
  const list = byId("streams");
  const names = new Set(streams.map((stream) => stream.name));
  for (const [name, card] of cards) {
    if (names.has(name)) continue;
    card.root.remove();
    cards.delete(name);
  }
  streams.forEach((stream, index) => {
    const card = cards.get(stream.name) ?? makeCard(stream.name);
    cards.set(stream.name, card);
    card.update(stream);
    const there = list.children[index] ?? null;
    if (there !== card.root) list.insertBefore(card.root, there);
  });
  byId("empty").hidden = streams.length > 0;
  const viewers = streams.reduce((sum, stream) => sum + stream.readers.length, 0);
  setText(
    byId("summary"),
    `${formatCount(streams.length, "stream")} · ${formatCount(viewers, "viewer")}`,
  );
}

async function refresh() {
  if (document.hidden) return;
  try {
    const response = await fetch("/api/v1/streams");
    if (!response.ok) throw new Error(`status ${response.status}`);
    show(await response.json());
  } catch {
    setText(byId("summary"), "The gateway does not answer. Trying again…");
  }
}

async function refreshForEver() {
  for (;;) {
    await refresh();
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
  }
}

function showCommands() {
  const name = /** @type {HTMLInputElement} */ (byId("name")).value.trim() || "live/cam1";
  byId("commands").replaceChildren(
    ...commandList([...publishCommands(name, endpoints), ...playCommands(name, endpoints)]),
  );
}

byId("name").addEventListener("input", showCommands);
document.addEventListener("visibilitychange", refresh);
showCommands();
refreshForEver();
