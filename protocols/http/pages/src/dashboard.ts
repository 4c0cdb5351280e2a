import { encodeName, fetchEndpoints, fetchStreams, type StreamSummary } from "./api.ts";
import { commandList } from "./command_list.ts";
import { type Place, playCommands, publishCommands } from "./commands.ts";
import { byId, element, setText, showText } from "./dom.ts";
import { formatBitrate, formatCount, formatDuration, formatTrack } from "./format.ts";

/** How often the list is asked for while the page is seen. */
const REFRESH_MS = 1000;

/** What is published where no name is typed. */
const EXAMPLE_NAME = "live/cam1";

const STATES: Readonly<Record<string, string>> = {
  live: "Live",
  interrupted: "Interrupted",
  idle: "Waiting",
  recorded: "Recording",
};

/** The element of one stream; it lives as long as the stream, so that what is open stays open. */
interface Card {
  readonly root: HTMLElement;
  update(stream: StreamSummary): void;
}

const place: Place = {
  origin: location.origin,
  hostname: location.hostname,
  endpoints: await fetchEndpoints(),
};
const cards = new Map<string, Card>();

function fact(title: string, value: HTMLElement): HTMLElement {
  return element("div", {}, element("dt", {}, title), value);
}

function makeCard(name: string): Card {
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
      element("div", { class: "commands" }, ...commandList(playCommands(name, place))),
    ),
  );
  return { root, update: (stream) => updateCard(stream, state, values) };
}

type CardValues = Readonly<
  Record<"video" | "audio" | "bitrate" | "viewers" | "uptime" | "from", HTMLElement>
>;

function updateCard(stream: StreamSummary, state: HTMLElement, values: CardValues): void {
  const { publisher, source } = stream;
  setText(state, STATES[stream.state] ?? stream.state);
  state.className = `state ${stream.state}`;
  setText(values.video, tracksOf(stream, "video"));
  setText(values.audio, tracksOf(stream, "audio"));
  setText(values.bitrate, formatBitrate(stream.bitrate));
  setText(values.viewers, String(stream.readers.length));
  setText(values.uptime, publisher ? formatDuration(Date.now() - publisher.since) : "–");
  setText(values.from, publisher ? `${publisher.protocol} ${publisher.remote}` : source ?? "–");
}

function tracksOf({ tracks }: StreamSummary, kind: "video" | "audio"): string {
  const found = tracks.filter((track) => track.kind === kind);
  return found.length === 0 ? "–" : found.map(formatTrack).join("; ");
}

function show(streams: readonly StreamSummary[]): void {
  const list = byId("streams", HTMLElement);
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
  byId("empty", HTMLElement).hidden = streams.length > 0;
  const viewers = streams.reduce((sum, stream) => sum + stream.readers.length, 0);
  showText(
    "summary",
    `${formatCount(streams.length, "stream")} · ${formatCount(viewers, "viewer")}`,
  );
}

async function refresh(): Promise<void> {
  if (document.hidden) return;
  const streams = await fetchStreams();
  if (streams !== undefined) show(streams);
  else showText("summary", "The gateway does not answer. Trying again…");
}

async function refreshForEver(): Promise<void> {
  for (;;) {
    await refresh();
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
  }
}

function chosenName(): string {
  return byId("name", HTMLInputElement).value.trim() || EXAMPLE_NAME;
}

function showCommands(): void {
  const name = chosenName();
  byId("publish", HTMLAnchorElement).href = `/publish/${encodeName(name)}`;
  byId("commands", HTMLElement).replaceChildren(
    ...commandList([...publishCommands(name, place), ...playCommands(name, place)]),
  );
}

byId("name", HTMLInputElement).addEventListener("input", showCommands);
byId("start", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  location.assign(byId("publish", HTMLAnchorElement).href);
});
document.addEventListener("visibilitychange", refresh);
showCommands();
refreshForEver();
