// Made by `deno task pages` of sources 207a4d1225c326b130d17019bd6d25c2: script 156c8363461f2a7bb34394c7f274c786
// deno-fmt-ignore-file deno-lint-ignore-file
// api.ts
function encodeName(name) {
  return name.split("/").map(encodeURIComponent).join("/");
}
async function fetchEndpoints() {
  return await fetchJson("/api/v1/endpoints") ?? [];
}
function fetchStreams() {
  return fetchJson("/api/v1/streams");
}
async function fetchJson(path) {
  try {
    const response = await fetch(path);
    return response.ok ? await response.json() : void 0;
  } catch {
    return void 0;
  }
}

// dom.ts
function byId(id, type) {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`Cannot find #${id} in the page: expected ${type.name}`);
}
function showText(id, text) {
  setText(byId(id, HTMLElement), text);
}
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

// command_list.ts
var COPIED_MS = 1500;
function commandList(commands) {
  return commands.map(([what, text]) => element("div", {
    class: "command"
  }, element("span", {
    class: "what"
  }, what), element("code", {
    tabindex: "0",
    role: "region",
    "aria-label": what
  }, text), copyButton(what, text)));
}
function copyButton(what, text) {
  const button = element("button", {
    type: "button",
    "aria-label": `Copy: ${what}`
  }, "Copy");
  button.addEventListener("click", async () => {
    button.textContent = await copy(text) ? "Copied" : "Press Ctrl+C";
    setTimeout(() => button.textContent = "Copy", COPIED_MS);
  });
  return button;
}
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const code = [
      ...document.querySelectorAll("code")
    ].find((one) => one.textContent === text);
    if (code !== void 0) getSelection()?.selectAllChildren(code);
    return false;
  }
}

// commands.ts
function urlOf(scheme, name, { hostname, endpoints }) {
  const endpoint = endpoints.find((one) => one.scheme === scheme) ?? endpoints.find((one) => one.scheme === `${scheme}s`);
  return endpoint && `${endpoint.scheme}://${hostname}:${endpoint.port}/${name}`;
}
function publishCommands(name, place2) {
  const url = urlOf("rtmp", name, place2);
  const whip = [
    "OBS, by WHIP",
    `${place2.origin}/${encodeName(name)}/whip`
  ];
  if (url === void 0) return [
    whip
  ];
  return [
    [
      "Publish a file",
      `ffmpeg -re -i clip.mp4 -c copy -f flv "${url}"`
    ],
    [
      "Publish a test picture",
      `ffmpeg -re -f lavfi -i testsrc2=size=1280x720:rate=25 -c:v libx264 -preset veryfast -tune zerolatency -pix_fmt yuv420p -g 50 -f flv "${url}"`
    ],
    whip
  ];
}
function playCommands(name, place2) {
  const rtmp = urlOf("rtmp", name, place2);
  const rtsp = urlOf("rtsp", name, place2);
  const base = `${place2.origin}/${encodeName(name)}`;
  return [
    [
      "ffplay, over HTTP",
      `ffplay -fflags nobuffer "${base}.flv"`
    ],
    ...command("ffplay, over RTMP", rtmp && `ffplay -fflags nobuffer "${rtmp}"`),
    ...command("ffplay, over RTSP", rtsp && `ffplay -rtsp_transport tcp "${rtsp}"`),
    [
      "VLC",
      `vlc "${base}.flv"`
    ],
    [
      "WebRTC players, by WHEP",
      `${base}/whep`
    ],
    [
      "HLS players",
      `${base}/index.m3u8`
    ]
  ];
}
function command(what, text) {
  return text === void 0 ? [] : [
    [
      what,
      text
    ]
  ];
}

// format.ts
var CODEC_NAMES = {
  h264: "H.264",
  h265: "H.265",
  av1: "AV1",
  vp8: "VP8",
  vp9: "VP9",
  aac: "AAC",
  opus: "Opus",
  mp3: "MP3",
  flac: "FLAC",
  ac3: "AC-3",
  eac3: "E-AC-3",
  g711a: "G.711 A-law",
  g711u: "G.711 \xB5-law"
};
function formatCodec(codec) {
  return CODEC_NAMES[codec] ?? codec;
}
function formatBitrate(bitsPerSecond) {
  if (bitsPerSecond >= 1e6) return `${(bitsPerSecond / 1e6).toFixed(2)} Mbit/s`;
  return `${Math.round(bitsPerSecond / 1e3)} kbit/s`;
}
function formatDuration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1e3));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
function formatTrack(track) {
  const { kind, codec, profile, width, height, sampleRate, channels } = track;
  const name = formatCodec(codec);
  const parts = [
    profile === void 0 ? name : `${name} ${profile}`
  ];
  if (width !== void 0) parts.push(`${width}\xD7${height}`);
  const fps = track.fps ?? track.unitsPerSecond;
  if (kind === "video") parts.push(`${Math.round(fps * 100) / 100} fps`);
  if (sampleRate !== void 0) parts.push(`${sampleRate / 1e3} kHz`);
  if (channels !== void 0) parts.push(channels === 1 ? "mono" : `${channels} channels`);
  return parts.join(", ");
}
function formatCount(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

// dashboard.ts
var REFRESH_MS = 1e3;
var EXAMPLE_NAME = "live/cam1";
var STATES = {
  live: "Live",
  interrupted: "Interrupted",
  idle: "Waiting",
  recorded: "Recording"
};
var place = {
  origin: location.origin,
  hostname: location.hostname,
  endpoints: await fetchEndpoints()
};
var cards = /* @__PURE__ */ new Map();
function fact(title, value) {
  return element("div", {}, element("dt", {}, title), value);
}
function makeCard(name) {
  const state = element("span", {
    class: "state"
  });
  const values = {
    video: element("dd"),
    audio: element("dd"),
    bitrate: element("dd"),
    viewers: element("dd"),
    uptime: element("dd"),
    from: element("dd")
  };
  const play = element("a", {
    class: "button",
    href: `/play/${encodeName(name)}`
  }, "Play");
  play.setAttribute("aria-label", `Play ${name}`);
  const root = element("li", {
    class: "stream panel"
  }, element("header", {}, element("h3", {}, name), state, play), element("dl", {
    class: "facts"
  }, fact("Video", values.video), fact("Audio", values.audio), fact("Bit rate", values.bitrate), fact("Viewers", values.viewers), fact("Up for", values.uptime), fact("From", values.from)), element("details", {}, element("summary", {}, "Play it elsewhere"), element("div", {
    class: "commands"
  }, ...commandList(playCommands(name, place)))));
  return {
    root,
    update: (stream) => updateCard(stream, state, values)
  };
}
function updateCard(stream, state, values) {
  const { publisher, source } = stream;
  setText(state, STATES[stream.state] ?? stream.state);
  state.className = `state ${stream.state}`;
  setText(values.video, tracksOf(stream, "video"));
  setText(values.audio, tracksOf(stream, "audio"));
  setText(values.bitrate, formatBitrate(stream.bitrate));
  setText(values.viewers, String(stream.readers.length));
  setText(values.uptime, publisher ? formatDuration(Date.now() - publisher.since) : "\u2013");
  setText(values.from, publisher ? `${publisher.protocol} ${publisher.remote}` : source ?? "\u2013");
}
function tracksOf({ tracks }, kind) {
  const found = tracks.filter((track) => track.kind === kind);
  return found.length === 0 ? "\u2013" : found.map(formatTrack).join("; ");
}
function show(streams) {
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
  showText("summary", `${formatCount(streams.length, "stream")} \xB7 ${formatCount(viewers, "viewer")}`);
}
async function refresh() {
  if (document.hidden) return;
  const streams = await fetchStreams();
  if (streams !== void 0) show(streams);
  else showText("summary", "The gateway does not answer. Trying again\u2026");
}
async function refreshForEver() {
  for (; ; ) {
    await refresh();
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
  }
}
function chosenName() {
  return byId("name", HTMLInputElement).value.trim() || EXAMPLE_NAME;
}
function showCommands() {
  const name = chosenName();
  byId("publish", HTMLAnchorElement).href = `/publish/${encodeName(name)}`;
  byId("commands", HTMLElement).replaceChildren(...commandList([
    ...publishCommands(name, place),
    ...playCommands(name, place)
  ]));
}
byId("name", HTMLInputElement).addEventListener("input", showCommands);
byId("start", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  location.assign(byId("publish", HTMLAnchorElement).href);
});
document.addEventListener("visibilitychange", refresh);
showCommands();
refreshForEver();
