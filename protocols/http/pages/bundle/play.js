// Made by `deno task pages` of sources 207a4d1225c326b130d17019bd6d25c2: script e607994613f3b22f36637cabdefc7724
// deno-fmt-ignore-file deno-lint-ignore-file
// api.ts
function encodeName(name2) {
  return name2.split("/").map(encodeURIComponent).join("/");
}
function nameOfPage(prefix) {
  const path = location.pathname.slice(prefix.length);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
async function fetchEndpoints() {
  return await fetchJson("/api/v1/endpoints") ?? [];
}
function fetchStream(name2) {
  return fetchJson(`/api/v1/streams/${encodeName(name2)}`);
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
  for (const [name2, value] of Object.entries(attributes)) made.setAttribute(name2, value);
  made.append(...children);
  return made;
}
function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}
var scripts = /* @__PURE__ */ new Map();
function loadScript(url) {
  const loading = scripts.get(url) ?? appendScript(url);
  scripts.set(url, loading);
  loading.catch(() => scripts.delete(url));
  return loading;
}
function appendScript(src) {
  const script = element("script", {
    src
  });
  return new Promise((resolve, reject) => {
    script.addEventListener("load", () => resolve());
    script.addEventListener("error", () => reject(new Error(`Cannot load ${src}`)));
    document.head.append(script);
  });
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
function urlOf(scheme, name2, { hostname, endpoints }) {
  const endpoint = endpoints.find((one) => one.scheme === scheme) ?? endpoints.find((one) => one.scheme === `${scheme}s`);
  return endpoint && `${endpoint.scheme}://${hostname}:${endpoint.port}/${name2}`;
}
function playCommands(name2, place2) {
  const rtmp = urlOf("rtmp", name2, place2);
  const rtsp = urlOf("rtsp", name2, place2);
  const base = `${place2.origin}/${encodeName(name2)}`;
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

// play/way.ts
var WAY_NAMES = [
  "webrtc",
  "hls",
  "flv"
];
var WAY_TITLES = {
  webrtc: "WebRTC",
  hls: "LL-HLS",
  flv: "FLV"
};
function endingOfStatus(status, reason) {
  if (status === 404) return {
    type: "absent"
  };
  if (status === 401 || status === 403) {
    return {
      type: "refused",
      reason: "You may not watch this stream."
    };
  }
  if (status >= 400) return {
    type: "unfit",
    reason
  };
  return {
    type: "lost",
    reason
  };
}

// play/course.ts
var LOSSES_PER_WAY = 2;
var PAUSE_MS = 1e3;
var LONGEST_PAUSE_MS = 15e3;
function beginCourse(name2, via) {
  const ways = via === void 0 ? WAY_NAMES : [
    via
  ];
  const course = {
    name: name2,
    ways,
    at: 0,
    passed: [],
    isThere: false,
    losses: 0,
    rounds: 0
  };
  return play(course, 0, "Connecting\u2026");
}
function afterKnock(course) {
  return play({
    ...course,
    isThere: true
  }, 0, "Connecting\u2026");
}
function afterEnding(course, ending, hasPlayed) {
  const { name: name2 } = course;
  switch (ending.type) {
    case "refused":
      return {
        course,
        step: {
          type: "stop"
        },
        pauseMs: 0,
        text: ending.reason
      };
    case "ended":
      return again(course, `${name2} has ended. Waiting for it to come back\u2026`);
    case "absent":
      return course.isThere ? passOn(course, "the gateway does not offer it for this stream", true) : knock(course, 0);
    case "unfit":
      return hasPlayed ? again(course, "The player failed. Trying again\u2026") : passOn(course, ending.reason, false);
    case "poor":
      return passOn(course, ending.reason, false);
    case "lost":
      return hasPlayed ? again(course, "The connection was lost. Trying again\u2026") : afterLoss(course, ending.reason);
  }
}
function knockAgain(course) {
  return knock(course, PAUSE_MS);
}
function knock(course, pauseMs) {
  const text = `Waiting for ${course.name} to be published\u2026`;
  return {
    course: {
      ...course,
      isThere: false
    },
    step: {
      type: "knock"
    },
    pauseMs,
    text
  };
}
function play(course, pauseMs, text) {
  const way = course.ways[course.at];
  return {
    course,
    step: way === void 0 ? {
      type: "stop"
    } : {
      type: "play",
      way
    },
    pauseMs,
    text
  };
}
function again(course, text) {
  const fresh = {
    ...course,
    at: 0,
    passed: [],
    isThere: false,
    losses: 0,
    rounds: 0
  };
  return play(fresh, PAUSE_MS, text);
}
function afterLoss(course, reason) {
  const losses = course.losses + 1;
  if (losses >= LOSSES_PER_WAY) return passOn(course, reason, true);
  return play({
    ...course,
    losses
  }, PAUSE_MS, "The gateway does not answer. Trying again\u2026");
}
function passOn(course, reason, isPassing) {
  const way = course.ways[course.at];
  const passed = way === void 0 ? course.passed : [
    ...course.passed,
    {
      way,
      reason,
      isPassing
    }
  ];
  const next = {
    ...course,
    at: course.at + 1,
    passed,
    losses: 0
  };
  if (next.at < next.ways.length) return play(next, 0, "Connecting\u2026");
  const reasons = describePassed(passed);
  if (!passed.some((one) => one.isPassing)) {
    return {
      course: next,
      step: {
        type: "stop"
      },
      pauseMs: 0,
      text: reasons
    };
  }
  const rounds = course.rounds + 1;
  const pauseMs = Math.min(PAUSE_MS * 2 ** rounds, LONGEST_PAUSE_MS);
  const fresh = {
    ...next,
    at: 0,
    passed: [],
    isThere: false,
    rounds
  };
  return play(fresh, pauseMs, `${reasons} Trying again\u2026`);
}
function describePassed(passed) {
  return passed.map(({ way, reason }) => `${WAY_TITLES[way]}: ${reason}.`).join(" ");
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
var RTP_NAMES = {
  H264: "h264",
  H265: "h265",
  PCMA: "g711a",
  PCMU: "g711u"
};
function formatCodec(codec) {
  return CODEC_NAMES[codec] ?? codec;
}
function formatMimeType(mimeType) {
  const [, name2 = mimeType] = mimeType.split("/");
  return formatCodec(RTP_NAMES[name2.toUpperCase()] ?? name2.toLowerCase());
}
var SAMPLE_ENTRIES = {
  avc1: "h264",
  avc3: "h264",
  hvc1: "h265",
  hev1: "h265",
  av01: "av1",
  vp08: "vp8",
  vp09: "vp9",
  mp4a: "aac",
  opus: "opus",
  flac: "flac"
};
function formatCodecId(id) {
  if (id === void 0) return "\u2013";
  if (id.includes("/")) return formatMimeType(id);
  const [entry = id] = id.split(".", 1);
  const codec = SAMPLE_ENTRIES[entry.toLowerCase()];
  if (codec === void 0) return id;
  return entry === id ? formatCodec(codec) : `${formatCodec(codec)} (${id})`;
}
function formatBitrate(bitsPerSecond) {
  if (bitsPerSecond >= 1e6) return `${(bitsPerSecond / 1e6).toFixed(2)} Mbit/s`;
  return `${Math.round(bitsPerSecond / 1e3)} kbit/s`;
}
function formatDelay(milliseconds) {
  if (milliseconds < 1e3) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1e3).toFixed(2)} s`;
}

// play/numbers.ts
var STILL_LIMIT_MS = 3e3;
var Numbers = class {
  #video;
  #position = 0;
  #movedAt = performance.now();
  constructor(video2) {
    this.#video = video2;
  }
  show({ delay, bitsPerSecond, packets, videoCodec, audioCodec }) {
    const { videoWidth, videoHeight } = this.#video;
    const { droppedVideoFrames, totalVideoFrames } = this.#video.getVideoPlaybackQuality();
    showText("resolution", videoWidth > 0 ? `${videoWidth}\xD7${videoHeight}` : "\u2013");
    showText("latency", delay === void 0 ? "\u2013" : formatDelay(delay.ms));
    showText("latency-of", delay === void 0 ? "" : delay.of);
    showText("bitrate", bitsPerSecond === void 0 ? "\u2013" : formatBitrate(bitsPerSecond));
    showText("dropped", `${droppedVideoFrames} of ${totalVideoFrames}`);
    showText("lost", packets === void 0 ? "\u2013" : `${packets.lost} of ${packets.received}`);
    showText("video-codec", formatCodecId(videoCodec));
    showText("audio-codec", formatCodecId(audioCodec));
  }
  /** Whether something should be moving, and is not. */
  isStill() {
    const { currentTime, paused, videoWidth } = this.#video;
    const now = performance.now();
    const position = videoWidth > 0 ? this.#video.getVideoPlaybackQuality().totalVideoFrames : currentTime;
    if (position !== this.#position || paused || document.hidden) this.#movedAt = now;
    this.#position = position;
    return now - this.#movedAt > STILL_LIMIT_MS;
  }
};

// play/flv_way.ts
var LOW_LATENCY = {
  enableWorker: false,
  enableStashBuffer: false,
  liveSync: true,
  liveSyncTargetLatency: 0.6,
  liveSyncMaxLatency: 1.2,
  liveSyncPlaybackRate: 1.2,
  liveBufferLatencyChasing: true,
  liveBufferLatencyMaxLatency: 5,
  liveBufferLatencyMinRemain: 0.6,
  autoCleanupSourceBuffer: true
};
function playFlv(stage) {
  return new FlvPlayback(stage);
}
var FlvPlayback = class {
  #stage;
  #player;
  #isClosed = false;
  #reading = {};
  constructor(stage) {
    this.#stage = stage;
    this.#start().catch(() => this.#end({
      type: "lost",
      reason: "the player could not be loaded"
    }));
  }
  async #start() {
    await loadScript("/assets/mpegts.js");
    if (this.#isClosed) return;
    if (!mpegts.isSupported()) {
      return this.#end({
        type: "unfit",
        reason: "this browser has no Media Source Extensions"
      });
    }
    mpegts.LoggingControl.applyConfig({
      enableInfo: false,
      enableDebug: false,
      enableVerbose: false,
      // What a viewer can do something about is on the page.
      enableWarn: false,
      enableError: false
    });
    const { video: video2, name: name2, query: query2 } = this.#stage;
    const url = `${location.origin}/${encodeName(name2)}.flv${query2}`;
    const player2 = mpegts.createPlayer({
      type: "flv",
      isLive: true,
      url
    }, LOW_LATENCY);
    this.#player = player2;
    player2.on(mpegts.Events.ERROR, (type, detail, info) => {
      const ending = endingOf(type, detail, info, video2);
      setTimeout(() => this.#end(ending));
    });
    player2.on(mpegts.Events.LOADING_COMPLETE, () => this.#end({
      type: "ended"
    }));
    player2.on(mpegts.Events.MEDIA_INFO, ({ videoCodec, audioCodec }) => {
      this.#know({
        ...videoCodec && {
          videoCodec
        },
        ...audioCodec && {
          audioCodec
        }
      });
    });
    player2.on(mpegts.Events.STATISTICS_INFO, ({ speed = 0 }) => {
      this.#know({
        bitsPerSecond: speed * 1024 * 8
      });
    });
    player2.attachMediaElement(video2);
    player2.load();
  }
  #know(more) {
    this.#reading = {
      ...this.#reading,
      ...more
    };
  }
  #end(ending) {
    if (this.#isClosed) return;
    this.close();
    this.#stage.onEnd(ending);
  }
  read() {
    const { buffered, currentTime } = this.#stage.video;
    const end = buffered.length > 0 ? buffered.end(buffered.length - 1) : currentTime;
    const ms = Math.max(0, end - currentTime) * 1e3;
    return Promise.resolve({
      ...this.#reading,
      delay: {
        ms,
        of: "buffer"
      }
    });
  }
  close() {
    this.#isClosed = true;
    this.#player?.destroy();
    this.#player = void 0;
  }
};
function endingOf(type, detail, info, video2) {
  const { code, msg = detail } = info ?? {};
  if (type !== mpegts.ErrorTypes.MEDIA_ERROR) return endingOfStatus(code ?? 0, msg);
  return {
    type: "unfit",
    reason: `this browser cannot play it (${video2.error?.message || msg})`
  };
}

// play/hls_way.ts
var NATIVE_TYPE = "application/vnd.apple.mpegurl";
var LOW_LATENCY2 = {
  lowLatencyMode: true,
  maxLiveSyncPlaybackRate: 1.5,
  enableWorker: false,
  // Hours of a live stream would fill the memory.
  backBufferLength: 30
};
var RATE_WINDOW_MS = 4e3;
function playHls(stage) {
  return new HlsPlayback(stage);
}
var HlsPlayback = class {
  #stage;
  #abort = new AbortController();
  #hls;
  #appended = [];
  #codecs = {};
  #hasRecovered = false;
  constructor(stage) {
    this.#stage = stage;
    this.#start().catch(() => this.#end({
      type: "lost",
      reason: "the player could not be loaded"
    }));
  }
  async #start() {
    const { video: video2, name: name2, query: query2 } = this.#stage;
    const { signal } = this.#abort;
    const url = `${location.origin}/${encodeName(name2)}/index.m3u8${query2}`;
    await loadScript("/assets/hls.js");
    if (signal.aborted) return;
    video2.addEventListener("ended", () => this.#end({
      type: "ended"
    }), {
      signal
    });
    if (Hls.isSupported()) return this.#playByScript(url);
    if (video2.canPlayType(NATIVE_TYPE) === "") {
      return this.#end({
        type: "unfit",
        reason: "this browser has no Media Source Extensions"
      });
    }
    const { status } = await fetch(url, {
      signal
    });
    if (status !== 200) return this.#end(endingOfStatus(status, `status ${status}`));
    const onError = () => this.#end({
      type: "lost",
      reason: video2.error?.message ?? "no media"
    });
    video2.addEventListener("error", onError, {
      signal
    });
    video2.src = url;
  }
  #playByScript(url) {
    const hls = new Hls(LOW_LATENCY2);
    this.#hls = hls;
    hls.on(Hls.Events.ERROR, (_, data) => this.#onError(data));
    hls.on(Hls.Events.BUFFER_APPENDING, (_, { data }) => {
      this.#appended.push({
        at: performance.now(),
        bytes: data.byteLength
      });
    });
    hls.on(Hls.Events.BUFFER_CODECS, (_, { video: video2, audio, audiovideo }) => {
      const both = audiovideo?.codec?.split(",") ?? [];
      const [videoCodec = both[0], audioCodec = both[1]] = [
        video2?.codec,
        audio?.codec
      ];
      this.#codecs = {
        ...this.#codecs,
        ...videoCodec && {
          videoCodec
        },
        ...audioCodec && {
          audioCodec
        }
      };
    });
    hls.loadSource(url);
    hls.attachMedia(this.#stage.video);
  }
  #onError(data) {
    if (!data.fatal) return;
    const isMedia = data.type === Hls.ErrorTypes.MEDIA_ERROR;
    if (isMedia && !this.#hasRecovered && data.details !== Hls.ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR) {
      this.#hasRecovered = true;
      this.#hls?.recoverMediaError();
      return;
    }
    if (isMedia) {
      return this.#end({
        type: "unfit",
        reason: `this browser cannot play it (${data.details})`
      });
    }
    this.#end(endingOfStatus(data.response?.code ?? 0, data.error.message));
  }
  #end(ending) {
    if (this.#abort.signal.aborted) return;
    this.close();
    this.#stage.onEnd(ending);
  }
  read() {
    const now = performance.now();
    this.#appended = this.#appended.filter(({ at }) => at > now - RATE_WINDOW_MS);
    const bytes = this.#appended.reduce((sum2, one) => sum2 + one.bytes, 0);
    return Promise.resolve({
      ...this.#codecs,
      ...this.#hls && {
        delay: {
          ms: this.#hls.latency * 1e3,
          of: "behind the newest part"
        },
        bitsPerSecond: bytes * 8e3 / RATE_WINDOW_MS
      }
    });
  }
  close() {
    this.#abort.abort();
    this.#hls?.destroy();
    this.#hls = void 0;
  }
};

// rtc/ice_servers.ts
var LINK = /<([^>]*)>((?:\s*;\s*[a-z-]+\s*=\s*(?:"[^"]*"|[^\s,;"]+))*)/gi;
var PARAMETER = /;\s*([a-z-]+)\s*=\s*(?:"([^"]*)"|([^\s,;"]+))/gi;
function iceServersOf(header) {
  return [
    ...header.matchAll(LINK)
  ].flatMap(([, urls = "", rest = ""]) => {
    const found = [
      ...rest.matchAll(PARAMETER)
    ];
    const parameters = new Map(found.map(([, name2 = "", quoted, plain]) => [
      name2.toLowerCase(),
      quoted ?? plain ?? ""
    ]));
    if (parameters.get("rel") !== "ice-server") return [];
    const username = parameters.get("username");
    const credential = parameters.get("credential");
    return [
      {
        urls,
        ...username !== void 0 && {
          username
        },
        ...credential !== void 0 && {
          credential
        }
      }
    ];
  });
}

// rtc/exchange.ts
async function sendOffer({ url, token }, offer, signal) {
  const authorization = authorizationOf(token);
  const headers = {
    ...authorization,
    "content-type": "application/sdp",
    accept: "application/sdp, application/json"
  };
  try {
    const response = await fetch(url, {
      method: "POST",
      headers,
      body: offer,
      signal
    });
    if (!response.ok) return await refusalOf(response);
    const resource = response.headers.get("location");
    return {
      type: "agreed",
      answer: await response.text(),
      hangUp: async () => {
        if (resource !== null) await deleteResource(new URL(resource, response.url), authorization);
      },
      iceServers: iceServersOf(response.headers.get("link") ?? "")
    };
  } catch {
    return {
      type: "refused",
      status: 0,
      reason: "the gateway does not answer"
    };
  }
}
async function agree(connection, offer, { answer, iceServers }) {
  if (iceServers.length > 0) connection.setConfiguration({
    iceServers: [
      ...iceServers
    ]
  });
  await connection.setLocalDescription(offer);
  await connection.setRemoteDescription({
    type: "answer",
    sdp: answer
  });
}
function onGoodbye(connection, listener) {
  const transports = connection.getTransceivers().map(({ receiver }) => receiver.transport);
  for (const transport of new Set(transports)) {
    transport?.addEventListener("statechange", () => {
      if (transport.state === "closed") listener();
    });
  }
}
async function disagree(connection, agreement) {
  await agreement?.hangUp();
  connection.close();
}
function authorizationOf(token) {
  return token === "" ? {} : {
    authorization: `Bearer ${token}`
  };
}
async function deleteResource(url, headers) {
  await fetch(url, {
    method: "DELETE",
    headers,
    keepalive: true
  }).catch(() => {
  });
}
async function refusalOf(response) {
  const { status } = response;
  const text = await response.text().catch(() => "");
  return {
    type: "refused",
    status,
    reason: reasonOf(text) ?? `status ${status}`
  };
}
function reasonOf(text) {
  try {
    const { reason } = JSON.parse(text);
    return typeof reason === "string" ? reason : void 0;
  } catch {
    return void 0;
  }
}

// rtc/report.ts
async function entriesOf(connection) {
  const entries = [];
  (await connection.getStats()).forEach((entry) => entries.push(entry));
  return entries;
}

// rtc/stats.ts
var StatsReader = class {
  #bytes = 0;
  #at = 0;
  #bufferDelay = 0;
  #buffered = 0;
  inbound(entries) {
    const media = entries.filter(({ type }) => type === "inbound-rtp");
    const video2 = media.find(({ kind }) => kind === "video") ?? media[0] ?? {};
    const buffer = this.#bufferMs(video2);
    const roundTrip = roundTripOf(entries);
    return {
      bitsPerSecond: this.#rate(media, "bytesReceived"),
      delayMs: buffer === void 0 ? void 0 : buffer + (roundTrip ?? 0) / 2,
      lostPackets: sum(media, "packetsLost"),
      packets: sum(media, "packetsReceived"),
      pictures: numberOf(video2, "framesReceived"),
      ...codecsOf(entries, media)
    };
  }
  outbound(entries) {
    const media = entries.filter(({ type }) => type === "outbound-rtp");
    const video2 = media.find(({ kind }) => kind === "video") ?? {};
    const { qualityLimitationReason } = video2;
    return {
      bitsPerSecond: this.#rate(media, "bytesSent"),
      framesPerSecond: numberOf(video2, "framesPerSecond"),
      width: numberOf(video2, "frameWidth"),
      height: numberOf(video2, "frameHeight"),
      roundTripMs: roundTripOf(entries),
      packets: sum(media, "packetsSent"),
      retransmitted: sum(media, "retransmittedPacketsSent"),
      limitedBy: typeof qualityLimitationReason === "string" ? qualityLimitationReason : "none",
      ...codecsOf(entries, media)
    };
  }
  /** Bits per second since the last report. */
  #rate(media, counter) {
    const bytes = sum(media, counter);
    const at = Math.max(0, ...media.map((entry) => numberOf(entry, "timestamp")));
    const seconds = (at - this.#at) / 1e3;
    const rate = this.#at === 0 || seconds <= 0 ? 0 : (bytes - this.#bytes) * 8 / seconds;
    this.#bytes = bytes;
    this.#at = at;
    return rate;
  }
  /** Mean wait of what has left the buffer since the last report. */
  #bufferMs(entry) {
    const delay = numberOf(entry, "jitterBufferDelay");
    const emitted = numberOf(entry, "jitterBufferEmittedCount");
    const count = emitted - this.#buffered;
    const mean = count > 0 ? (delay - this.#bufferDelay) / count * 1e3 : void 0;
    this.#bufferDelay = delay;
    this.#buffered = emitted;
    return mean;
  }
};
function roundTripOf(entries) {
  const pair = entries.find(({ type, nominated, state }) => type === "candidate-pair" && nominated === true && state === "succeeded");
  const seconds = pair?.currentRoundTripTime;
  return typeof seconds === "number" ? seconds * 1e3 : void 0;
}
function codecsOf(entries, media) {
  const video2 = codecOf(entries, media.find(({ kind }) => kind === "video"));
  const audio = codecOf(entries, media.find(({ kind }) => kind === "audio"));
  return {
    ...video2 && {
      videoCodec: video2
    },
    ...audio && {
      audioCodec: audio
    }
  };
}
function codecOf(entries, media) {
  const codec = entries.find(({ type, id }) => type === "codec" && id === media?.codecId);
  return typeof codec?.mimeType === "string" ? codec.mimeType : void 0;
}
function sum(entries, counter) {
  return entries.reduce((total, entry) => total + numberOf(entry, counter), 0);
}
function numberOf(entry, key) {
  const value = entry[key];
  return typeof value === "number" ? value : 0;
}

// play/pictures.ts
var LEAST_SHARE = 0.5;
function whyFewPictures(shown, published) {
  if (shown >= published * LEAST_SHARE) return void 0;
  return `only ${rounded(shown)} of ${rounded(published)} pictures a second come through`;
}
function rounded(number) {
  return number.toFixed(number < 10 ? 1 : 0);
}

// play/webrtc_way.ts
var CONNECT_LIMIT_MS = 3e3;
var SILENCE_LIMIT_MS = 3e3;
var COUNT_AFTER_MS = 1e3;
var COUNT_MS = 4e3;
function playWebRtc(stage) {
  return new WebRtcPlayback(stage);
}
var WebRtcPlayback = class {
  #stage;
  #connection = new RTCPeerConnection();
  #abort = new AbortController();
  #stats = new StatsReader();
  #hangUp = () => this.#agreement?.hangUp();
  #agreement;
  #timer;
  #countTimer;
  constructor(stage) {
    this.#stage = stage;
    const stream = new MediaStream();
    this.#connection.addEventListener("track", ({ track }) => stream.addTrack(track));
    this.#connection.addEventListener("connectionstatechange", () => this.#onState());
    addEventListener("pagehide", this.#hangUp);
    stage.video.srcObject = stream;
    this.#connect().catch((error) => this.#end({
      type: "unfit",
      reason: messageOf(error)
    }));
  }
  async #connect() {
    const { name: name2, query: query2 } = this.#stage;
    const connection = this.#connection;
    const audio = connection.addTransceiver("audio", {
      direction: "recvonly"
    });
    const video2 = connection.addTransceiver("video", {
      direction: "recvonly"
    });
    const offer = await connection.createOffer();
    const endpoint = {
      url: `/${encodeName(name2)}/whep${query2}`,
      token: ""
    };
    const result = await sendOffer(endpoint, offer.sdp ?? "", this.#abort.signal);
    if (result.type === "refused") return this.#end(endingOfStatus(result.status, result.reason));
    if (this.#isClosed) return await result.hangUp();
    this.#agreement = result;
    this.#limit(CONNECT_LIMIT_MS, {
      type: "unfit",
      reason: `no connection within ${CONNECT_LIMIT_MS / 1e3} s, UDP may be blocked`
    });
    await agree(connection, offer, result);
    onGoodbye(connection, () => this.#end({
      type: "lost",
      reason: "the gateway has ended it"
    }));
    if (!isReceived(video2)) await this.#passUnseen();
    if (!isReceived(audio)) await this.#tellOfSilence();
  }
  /** Sound alone is for streams that have no picture. */
  async #passUnseen() {
    const codec = await this.#codecOf("video");
    if (codec === void 0) return;
    this.#end({
      type: "unfit",
      reason: `the picture is ${codec}, which cannot be had this way`
    });
  }
  async #tellOfSilence() {
    const codec = await this.#codecOf("audio");
    if (codec !== void 0 && !this.#isClosed) this.#stage.onSilent(codec);
  }
  /** What the stream has, whether or not it was agreed to. */
  async #codecOf(kind) {
    const stream = await fetchStream(this.#stage.name);
    const track = stream?.tracks.find((one) => one.kind === kind);
    return track && formatCodec(track.codec);
  }
  #onState() {
    const { connectionState } = this.#connection;
    const lost = {
      type: "lost",
      reason: "the connection broke"
    };
    if (connectionState === "connected") this.#onConnected();
    else if (connectionState === "failed" || connectionState === "closed") this.#end(lost);
    else if (connectionState === "disconnected") this.#limit(SILENCE_LIMIT_MS, lost);
  }
  #onConnected() {
    clearTimeout(this.#timer);
    if (this.#stage.hasNext) this.#countLater(COUNT_AFTER_MS, (before) => this.#count(before));
  }
  /** Leaves a stream to the next way of which too little comes through. */
  #count(before) {
    this.#countLater(COUNT_MS, async (now) => {
      const stream = await fetchStream(this.#stage.name);
      const video2 = stream?.tracks.find(({ kind }) => kind === "video");
      const shown = (now - before) * 1e3 / COUNT_MS;
      const reason = whyFewPictures(shown, video2?.unitsPerSecond ?? 0);
      if (reason !== void 0) this.#end({
        type: "poor",
        reason
      });
    });
  }
  #countLater(ms, take) {
    clearTimeout(this.#countTimer);
    this.#countTimer = setTimeout(async () => {
      const { pictures } = new StatsReader().inbound(await entriesOf(this.#connection));
      if (!this.#isClosed) take(pictures);
    }, ms);
  }
  #limit(ms, ending) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(ending), ms);
  }
  #end(ending) {
    if (this.#isClosed) return;
    this.close();
    this.#stage.onEnd(ending);
  }
  get #isClosed() {
    return this.#abort.signal.aborted;
  }
  async read() {
    const { delayMs, bitsPerSecond, lostPackets, packets, videoCodec, audioCodec } = this.#stats.inbound(await entriesOf(this.#connection));
    return {
      ...delayMs !== void 0 && {
        delay: {
          ms: delayMs,
          of: "buffer and half a round trip"
        }
      },
      bitsPerSecond,
      packets: {
        lost: lostPackets,
        received: packets
      },
      ...videoCodec && {
        videoCodec
      },
      ...audioCodec && {
        audioCodec
      }
    };
  }
  close() {
    if (this.#isClosed) return;
    this.#abort.abort();
    clearTimeout(this.#timer);
    clearTimeout(this.#countTimer);
    removeEventListener("pagehide", this.#hangUp);
    disagree(this.#connection, this.#agreement);
    this.#stage.video.srcObject = null;
  }
};
function isReceived({ currentDirection }) {
  return currentDirection === "recvonly";
}
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

// play/player.ts
var WAYS = {
  webrtc: playWebRtc,
  hls: playHls,
  flv: playFlv
};
var WAIT_SECONDS = 20;
var PICTURE_LIMIT_MS = {
  webrtc: 8e3,
  hls: 15e3,
  flv: 1e4
};
var Player = class {
  #video;
  #name;
  #query;
  #events;
  #playback;
  #abort = new AbortController();
  #timer;
  #hasPlayed = false;
  /** @param query of the page's own URL: what the gateway is to be told with each request. */
  constructor(video2, name2, query2, events) {
    this.#video = video2;
    this.#name = name2;
    this.#query = query2;
    this.#events = events;
  }
  /** Begins anew, by one way or by whichever works. */
  start(via) {
    this.#take(beginCourse(this.#name, via));
  }
  read() {
    return this.#playback?.read() ?? Promise.resolve({});
  }
  #take({ course, step, pauseMs, text }) {
    this.#stop();
    this.#events.onMessage(text, step.type === "stop");
    if (step.type === "stop") return;
    const act = () => step.type === "play" ? this.#play(course, step.way) : this.#knock(course);
    this.#timer = setTimeout(act, pauseMs);
  }
  #play(course, way) {
    this.#hasPlayed = false;
    this.#events.onWay(way, course);
    const video2 = this.#video;
    const { signal } = this.#abort;
    let hasEnded = false;
    const onEnd = (ending) => {
      if (hasEnded) return;
      hasEnded = true;
      this.#take(afterEnding(course, ending, this.#hasPlayed));
    };
    video2.addEventListener("playing", () => this.#onPlaying(), {
      signal
    });
    this.#timer = setTimeout(() => {
      const seconds = PICTURE_LIMIT_MS[way] / 1e3;
      onEnd({
        type: "unfit",
        reason: `nothing to see within ${seconds} s`
      });
    }, PICTURE_LIMIT_MS[way]);
    this.#playback = WAYS[way]({
      video: video2,
      name: this.#name,
      query: this.#queryWith({}),
      hasNext: course.at + 1 < course.ways.length,
      onEnd,
      onSilent: this.#events.onSilent
    });
    video2.play().catch(() => {
    });
  }
  #onPlaying() {
    clearTimeout(this.#timer);
    if (!this.#hasPlayed) this.#events.onPlaying();
    this.#hasPlayed = true;
  }
  /** Asks for the stream without taking it: the gateway answers when it is there. */
  async #knock(course) {
    const { signal } = this.#abort;
    const url = `/${encodeName(this.#name)}.flv${this.#queryWith({
      wait: String(WAIT_SECONDS)
    })}`;
    const status = await fetch(url, {
      method: "HEAD",
      signal
    }).then((response) => response.status, () => 0);
    if (signal.aborted) return;
    const ending = endingOfStatus(status, "");
    if (ending.type === "refused") return this.#take(afterEnding(course, ending, false));
    if (status === 0 || status === 404 || status === 503) return this.#take(knockAgain(course));
    if (status === 400) {
      const reason = "This is not a name that a stream can have.";
      return this.#take(afterEnding(course, {
        type: "refused",
        reason
      }, false));
    }
    this.#take(afterKnock(course));
  }
  #queryWith(own) {
    const query2 = new URLSearchParams(this.#query);
    for (const [key, value] of Object.entries(own)) query2.set(key, value);
    return query2.size === 0 ? "" : `?${query2}`;
  }
  #stop() {
    clearTimeout(this.#timer);
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#playback?.close();
    this.#playback = void 0;
    const video2 = this.#video;
    video2.srcObject = null;
    if (video2.hasAttribute("src")) {
      video2.removeAttribute("src");
      video2.load();
    }
  }
};

// play.ts
var REFRESH_MS = 500;
var VIA = "via";
var name = nameOfPage("/play/");
var video = byId("video", HTMLVideoElement);
var waySelect = byId("via", HTMLSelectElement);
var withSound = byId("with-sound", HTMLButtonElement);
var numbers = new Numbers(video);
var query = new URLSearchParams(location.search);
var ownQuery = new URLSearchParams(query);
ownQuery.delete(VIA);
ownQuery.delete("wait");
function wayOf(value) {
  return WAY_NAMES.find((way) => way === value);
}
function say(text, isFinal = false) {
  showText("message-text", text);
  byId("message", HTMLElement).hidden = text === "";
  video.controls = text === "";
  byId("retry", HTMLElement).hidden = !isFinal;
}
function notice(text) {
  showText("notice", text);
}
var player = new Player(video, name, ownQuery, {
  onMessage(text, isFinal) {
    say(text, isFinal);
    showText("way", "\u2013");
    notice("");
    withSound.hidden = true;
  },
  onWay(way, { passed }) {
    showText("way", WAY_TITLES[way]);
    showText("passed", describePassed(passed));
    say(`Connecting by ${WAY_TITLES[way]}\u2026`);
  },
  onPlaying() {
    say("");
  },
  onSilent(codec) {
    notice(`The sound of this stream is ${codec}, which WebRTC does not carry.`);
    withSound.hidden = false;
  }
});
function start(via) {
  waySelect.value = via ?? "";
  showText("passed", "");
  player.start(via);
}
function choose(via) {
  const url = new URL(location.href);
  if (via === void 0) url.searchParams.delete(VIA);
  else url.searchParams.set(VIA, via);
  history.replaceState(null, "", url);
  start(via);
}
function toggleMute() {
  video.muted = !video.muted;
}
function toggleFullscreen() {
  if (document.fullscreenElement === null) video.requestFullscreen().catch(() => {
  });
  else document.exitFullscreen();
}
var KEYS = /* @__PURE__ */ new Map([
  [
    "m",
    toggleMute
  ],
  [
    "f",
    toggleFullscreen
  ]
]);
function isMeantForElse({ ctrlKey, metaKey, altKey, target }) {
  return ctrlKey || metaKey || altKey || target instanceof HTMLSelectElement;
}
async function refresh() {
  numbers.show(await player.read());
  const isStill = numbers.isStill() && byId("message", HTMLElement).hidden;
  showText("still", isStill ? "The picture has stopped. Waiting for more\u2026" : "");
}
async function refreshForEver() {
  for (; ; ) {
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
  waySelect.append(element("option", {
    value: way
  }, WAY_TITLES[way]));
}
showText("title", name);
document.title = `${name} \u2013 Sluice`;
start(wayOf(query.get(VIA)));
refreshForEver();
var place = {
  origin: location.origin,
  hostname: location.hostname,
  endpoints: await fetchEndpoints()
};
byId("commands", HTMLElement).replaceChildren(...commandList(playCommands(name, place)));
