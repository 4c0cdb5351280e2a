import { commandList, encodeName, fetchEndpoints, playCommands } from "./commands.js";
import { byId, setText } from "./dom.js";
import { formatBitrate } from "./format.js";

const PREFIX = "/play/";

/** Seconds that the gateway holds a request for a stream that is not there yet. */
const WAIT_SECONDS = 20;

/** Pause before the next attempt; also how long a connection may take before we say that we wait. */
const RETRY_MS = 1000;

const REFRESH_MS = 500;

/**
 * A viewer is given the pictures since the last key frame, so it begins as far behind: it catches up
 * at a rate that the ear forgives, and jumps only when it was left far behind, as in a hidden tab.
 */
const LOW_LATENCY = {
  enableWorker: false,
  enableStashBuffer: false,
  liveSync: true,
  liveSyncTargetLatency: 0.6,
  liveSyncMaxLatency: 1.2,
  liveSyncPlaybackRate: 1.2,
  liveBufferLatencyChasing: true,
  liveBufferLatencyMaxLatency: 5,
  liveBufferLatencyMinRemain: 0.6,
  autoCleanupSourceBuffer: true,
};

/** Refusals that no waiting will mend, by HTTP status. */
const FINAL = new Map([
  [400, "This is not a name that a stream can have."],
  [403, "You may not watch this stream."],
  [406, "The codecs of this stream cannot be sent to a browser this way."],
]);

const mpegts = /** @type {any} */ (globalThis).mpegts;
const name = decodeName(location.pathname.slice(PREFIX.length));
const video = /** @type {HTMLVideoElement} */ (byId("video"));

/** @type {any} */
let player;
/** @type {number | undefined} */
let timer;

/** @param {string} path */
function decodeName(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function streamUrl() {
  const query = new URLSearchParams(location.search);
  query.set("wait", String(WAIT_SECONDS));
  return `${location.origin}/${encodeName(name)}.flv?${query}`;
}

/**
 * @param {string} text
 * @param {boolean} [isFinal] whether only the viewer can go on
 */
function say(text, isFinal = false) {
  setText(byId("message-text"), text);
  byId("message").hidden = text === "";
  video.controls = text === "";
  byId("retry").hidden = !isFinal;
}

function disconnect() {
  clearTimeout(timer);
  player?.destroy();
  player = undefined;
}

function connect() {
  disconnect();
  player = mpegts.createPlayer({ type: "flv", isLive: true, url: streamUrl() }, LOW_LATENCY);
  player.on(mpegts.Events.ERROR, onError);
  player.on(mpegts.Events.LOADING_COMPLETE, () => {
    reconnect(`${name} has ended. Waiting for it to come back…`);
  });
  player.on(mpegts.Events.MEDIA_INFO, showCodecs);
  player.on(mpegts.Events.STATISTICS_INFO, (/** @type {any} */ info) => {
    setText(byId("bitrate"), formatBitrate(info.speed * 1024 * 8));
  });
  player.attachMediaElement(video);
  player.load();
  timer = setTimeout(() => say(`Waiting for ${name} to be published…`), RETRY_MS);
  video.play().catch(() => {});
}

/** @param {string} text */
function reconnect(text) {
  disconnect();
  say(text);
  timer = setTimeout(connect, RETRY_MS);
}

/**
 * @param {string} type
 * @param {string} detail
 * @param {any} info
 */
function onError(type, detail, info) {
  const final = FINAL.get(info?.code);
  if (type === mpegts.ErrorTypes.MEDIA_ERROR) {
    disconnect();
    return say(`This browser cannot play the stream (${info?.msg ?? detail}).`, true);
  }
  if (final !== undefined) {
    disconnect();
    return say(final, true);
  }
  reconnect(
    info?.code === 404
      ? `Waiting for ${name} to be published…`
      : "The connection was lost. Trying again…",
  );
}

/** @param {any} info */
function showCodecs(info) {
  setText(byId("video-codec"), info.hasVideo ? info.videoCodec ?? "–" : "none");
  setText(byId("audio-codec"), info.hasAudio ? info.audioCodec ?? "–" : "none");
}

function showNumbers() {
  const { buffered, currentTime, videoWidth, videoHeight } = video;
  if (videoWidth > 0) setText(byId("resolution"), `${videoWidth}×${videoHeight}`);
  if (buffered.length > 0) {
    const behind = Math.max(0, buffered.end(buffered.length - 1) - currentTime);
    setText(byId("latency"), `${behind.toFixed(2)} s`);
  }
  const { droppedVideoFrames, totalVideoFrames } = video.getVideoPlaybackQuality();
  setText(byId("dropped"), `${droppedVideoFrames} of ${totalVideoFrames}`);
}

function toggleMute() {
  video.muted = !video.muted;
}

function toggleFullscreen() {
  if (document.fullscreenElement === null) video.requestFullscreen().catch(() => {});
  else document.exitFullscreen();
}

const KEYS = new Map([["m", toggleMute], ["f", toggleFullscreen]]);

document.addEventListener("keydown", (event) => {
  const isTyping = event.ctrlKey || event.metaKey || event.altKey;
  if (!isTyping) KEYS.get(event.key.toLowerCase())?.();
});
video.addEventListener("volumechange", () => {
  setText(byId("mute"), video.muted ? "Unmute" : "Mute");
});
video.addEventListener("playing", () => {
  clearTimeout(timer);
  say("");
});
byId("mute").addEventListener("click", toggleMute);
byId("fullscreen").addEventListener("click", toggleFullscreen);
byId("retry").addEventListener("click", () => {
  say("Connecting…");
  connect();
});

setText(byId("title"), name);
document.title = `${name} – Sluice`;
byId("commands").replaceChildren(...commandList(playCommands(name, await fetchEndpoints())));

if (mpegts?.isSupported()) {
  mpegts.LoggingControl.applyConfig({
    enableInfo: false,
    enableDebug: false,
    enableVerbose: false,
  });
  connect();
  setInterval(showNumbers, REFRESH_MS);
} else {
  say("This browser has no Media Source Extensions. Use one of the players below.", false);
}
