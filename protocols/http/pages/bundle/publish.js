// Made by `deno task pages` of sources 207a4d1225c326b130d17019bd6d25c2: script bde610d9f9aa72cf8aa960d0bafcf283
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
function formatCodec(codec2) {
  return CODEC_NAMES[codec2] ?? codec2;
}
function formatMimeType(mimeType) {
  const [, name2 = mimeType] = mimeType.split("/");
  return formatCodec(RTP_NAMES[name2.toUpperCase()] ?? name2.toLowerCase());
}
function formatBitrate(bitsPerSecond) {
  if (bitsPerSecond >= 1e6) return `${(bitsPerSecond / 1e6).toFixed(2)} Mbit/s`;
  return `${Math.round(bitsPerSecond / 1e3)} kbit/s`;
}
function formatDelay(milliseconds) {
  if (milliseconds < 1e3) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1e3).toFixed(2)} s`;
}

// rtc/codec_order.ts
var COMPANIONS = /* @__PURE__ */ new Set([
  "rtx",
  "red",
  "ulpfec",
  "flexfec-03"
]);
var FIRST_CHOICE = "H264";
function formatOf({ mimeType }) {
  return mimeType.slice(mimeType.indexOf("/") + 1);
}
function isCompanion(codec2) {
  return COMPANIONS.has(formatOf(codec2).toLowerCase());
}
function formatsOf(codecs) {
  return [
    ...new Set(codecs.filter((codec2) => !isCompanion(codec2)).map(formatOf))
  ];
}
function orderCodecs(codecs, wanted) {
  const media = codecs.filter((codec2) => !isCompanion(codec2));
  const first = media.filter((codec2) => formatOf(codec2) === (wanted ?? FIRST_CHOICE));
  const others = wanted === void 0 ? media.filter((codec2) => !first.includes(codec2)) : [];
  return [
    ...first.toSorted(byPacketization),
    ...others,
    ...codecs.filter(isCompanion)
  ];
}
function byPacketization(a, b) {
  return isSingleNal(a) - isSingleNal(b);
}
function isSingleNal({ mimeType, sdpFmtpLine = "" }) {
  return mimeType === "video/H264" && !sdpFmtpLine.includes("packetization-mode=1") ? 1 : 0;
}

// publish/frame_track.ts
var FrameTrack = class {
  track;
  #canvas;
  #writer;
  constructor(canvas) {
    this.#canvas = canvas;
    const { MediaStreamTrackGenerator: Generator } = globalThis;
    if (Generator !== void 0) {
      const generator = new Generator({
        kind: "video"
      });
      this.#writer = generator.writable.getWriter();
      this.track = generator;
      return;
    }
    const [track] = canvas.captureStream().getVideoTracks();
    if (track === void 0) throw new Error("Cannot capture the canvas: it has no track");
    this.track = track;
  }
  /**
   * Sends what the canvas shows. A canvas that is captured does that by itself, but only while the
   * page is seen; frames that are written go on in the background.
   */
  emit() {
    if (this.#writer === void 0) return;
    const timestamp = Math.round(performance.now() * 1e3);
    const frame = new VideoFrame(this.#canvas, {
      timestamp
    });
    this.#writer.write(frame).catch(() => frame.close());
  }
  close() {
    this.#writer?.close().catch(() => {
    });
    this.track.stop();
  }
};

// publish/test_pattern.ts
var BARS = [
  "#c8c8c8",
  "#c8c800",
  "#00c8c8",
  "#00c800",
  "#c800c8",
  "#c80000",
  "#0000c8"
];
var TONE_MS = 100;
var TONE_HZ = 1e3;
var TONE_VOLUME = 0.25;
var CROSSING_MS = 4e3;
var TestPattern = class {
  stream;
  #context;
  #picture;
  #ticker = new Worker("/assets/ticker.js");
  #audio = new AudioContext();
  #volume = this.#audio.createGain();
  #frames = 0;
  #second = 0;
  constructor({ width, height, fps: fps2 }) {
    const canvas = Object.assign(document.createElement("canvas"), {
      width,
      height
    });
    const context = canvas.getContext("2d", {
      alpha: false
    });
    if (context === null) throw new Error("Cannot draw a test pattern: there is no canvas");
    this.#context = context;
    this.#picture = new FrameTrack(canvas);
    this.stream = new MediaStream([
      this.#picture.track,
      this.#tone()
    ]);
    this.#ticker.addEventListener("message", () => this.#tick());
    this.#ticker.postMessage(1e3 / fps2);
    this.#draw(Date.now());
  }
  #tone() {
    const oscillator = new OscillatorNode(this.#audio, {
      frequency: TONE_HZ
    });
    const destination = this.#audio.createMediaStreamDestination();
    this.#volume.gain.value = 0;
    oscillator.connect(this.#volume).connect(destination);
    oscillator.start();
    this.#audio.resume().catch(() => {
    });
    const [track] = destination.stream.getAudioTracks();
    if (track === void 0) throw new Error("Cannot make a tone: there is no sound");
    return track;
  }
  #tick() {
    const now = Date.now();
    const second = Math.floor(now / 1e3);
    if (second !== this.#second) this.#beep();
    this.#second = second;
    this.#draw(now);
    this.#picture.emit();
  }
  #beep() {
    const { currentTime } = this.#audio;
    this.#volume.gain.setValueAtTime(TONE_VOLUME, currentTime);
    this.#volume.gain.setValueAtTime(0, currentTime + TONE_MS / 1e3);
  }
  #draw(now) {
    const context = this.#context;
    const { width, height } = context.canvas;
    const barWidth = width / BARS.length;
    BARS.forEach((colour, index) => {
      context.fillStyle = colour;
      context.fillRect(Math.floor(index * barWidth), 0, Math.ceil(barWidth), height);
    });
    this.#drawBall(now);
    this.#drawClock(now);
    this.#frames += 1;
  }
  #drawBall(now) {
    const context = this.#context;
    const { width, height } = context.canvas;
    const radius = height / 14;
    const phase = now % CROSSING_MS / CROSSING_MS;
    const x = radius + (width - 2 * radius) * (1 - Math.abs(2 * phase - 1));
    context.fillStyle = "#fff";
    context.beginPath();
    context.arc(x, height * 0.8, radius, 0, 2 * Math.PI);
    context.fill();
  }
  #drawClock(now) {
    const context = this.#context;
    const { width, height } = context.canvas;
    const isFlash = now % 1e3 < TONE_MS;
    context.fillStyle = isFlash ? "#fff" : "#101418";
    context.fillRect(0, height * 0.3, width, height * 0.32);
    context.fillStyle = isFlash ? "#101418" : "#fff";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = `600 ${Math.round(height / 6)}px ui-monospace, monospace`;
    context.fillText(new Date(now).toISOString().slice(11, 23), width / 2, height * 0.43);
    context.font = `${Math.round(height / 18)}px ui-monospace, monospace`;
    context.fillText(`UTC \xB7 ${width}\xD7${height} \xB7 frame ${this.#frames}`, width / 2, height * 0.56);
  }
  close() {
    this.#ticker.terminate();
    this.#picture.close();
    this.#audio.close().catch(() => {
    });
    this.stream.getTracks().forEach((track) => track.stop());
  }
};

// publish/sources.ts
var NO_DEVICE = "none";
async function openSource(wish) {
  switch (wish.kind) {
    case "test":
      return new TestPattern(wish.format);
    case "camera":
      return captured(await navigator.mediaDevices.getUserMedia(cameraConstraints(wish)), "motion");
    case "screen":
      return captured(await navigator.mediaDevices.getDisplayMedia(screenConstraints(wish)), "detail");
  }
}
function hasDevices() {
  return isSecureContext && "mediaDevices" in navigator;
}
function captured(stream, hint) {
  for (const track of stream.getVideoTracks()) track.contentHint = hint;
  return {
    stream,
    close: () => stream.getTracks().forEach((track) => track.stop())
  };
}
function cameraConstraints({ camera: camera2, microphone: microphone2, format }) {
  const { width, height, fps: fps2 } = format;
  const picture = {
    width: {
      ideal: width
    },
    height: {
      ideal: height
    },
    frameRate: {
      ideal: fps2
    },
    ...deviceOf(camera2)
  };
  return {
    video: camera2 === NO_DEVICE ? false : picture,
    audio: microphone2 === NO_DEVICE ? false : deviceOf(microphone2)
  };
}
function deviceOf(id) {
  return id === "" ? {} : {
    deviceId: {
      exact: id
    }
  };
}
function screenConstraints({ format, hasScreenSound }) {
  const { width, height, fps: fps2 } = format;
  return {
    video: {
      width: {
        max: width
      },
      height: {
        max: height
      },
      frameRate: {
        max: fps2
      }
    },
    audio: hasScreenSound
  };
}

// publish/form.ts
var SOURCE_KINDS = [
  "camera",
  "screen",
  "test"
];
var DEFAULT_KBITS = 2500;
var camera = byId("camera", HTMLSelectElement);
var microphone = byId("microphone", HTMLSelectElement);
var size = byId("size", HTMLSelectElement);
var fps = byId("fps", HTMLSelectElement);
var codec = byId("codec", HTMLSelectElement);
var bitrate = byId("bitrate", HTMLInputElement);
var screenSound = byId("screen-sound", HTMLInputElement);
var token = byId("token", HTMLInputElement);
function chosenKind() {
  return SOURCE_KINDS.find((kind) => byId(`source-${kind}`, HTMLInputElement).checked) ?? "test";
}
function sourceWish() {
  const [width = 1280, height = 720] = size.value.split("x").map(Number);
  return {
    kind: chosenKind(),
    format: {
      width,
      height,
      fps: Number(fps.value)
    },
    camera: camera.value,
    microphone: microphone.value,
    hasScreenSound: screenSound.checked
  };
}
function sendWish() {
  const kbits = bitrate.validity.valid ? bitrate.valueAsNumber : DEFAULT_KBITS;
  return {
    format: codec.value === "" ? void 0 : codec.value,
    bitsPerSecond: (Number.isNaN(kbits) ? DEFAULT_KBITS : kbits) * 1e3
  };
}
function enteredToken() {
  return token.value.trim();
}
function askForToken() {
  byId("access", HTMLDetailsElement).open = true;
  token.focus();
}
function fillForm() {
  const formats = formatsOf(RTCRtpSender.getCapabilities("video")?.codecs ?? []);
  for (const format of formats) {
    codec.append(element("option", {
      value: format
    }, formatMimeType(`video/${format}`)));
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
function showFieldsOfKind() {
  const kind = chosenKind();
  byId("camera-fields", HTMLElement).hidden = kind !== "camera";
  byId("screen-fields", HTMLElement).hidden = kind !== "screen";
}
function lockCodec(isLocked) {
  codec.disabled = isLocked;
}
async function listDevices() {
  if (!hasDevices()) return;
  const devices = await navigator.mediaDevices.enumerateDevices();
  fillDevices(camera, devices.filter(({ kind }) => kind === "videoinput"), "Camera");
  fillDevices(microphone, devices.filter(({ kind }) => kind === "audioinput"), "Microphone");
}
function fillDevices(select, devices, what) {
  const chosen = select.value;
  const named = devices.filter(({ deviceId }) => deviceId !== "");
  select.replaceChildren(element("option", {
    value: ""
  }, "The browser's choice"), ...named.map(({ deviceId, label }, index) => element("option", {
    value: deviceId
  }, label || `${what} ${index + 1}`)), element("option", {
    value: NO_DEVICE
  }, "None"));
  const isStillThere = [
    ...select.options
  ].some(({ value }) => value === chosen);
  select.value = isStillThere ? chosen : "";
}

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
async function sendOffer({ url, token: token2 }, offer, signal) {
  const authorization = authorizationOf(token2);
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
function authorizationOf(token2) {
  return token2 === "" ? {} : {
    authorization: `Bearer ${token2}`
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
    const video = media.find(({ kind }) => kind === "video") ?? media[0] ?? {};
    const buffer = this.#bufferMs(video);
    const roundTrip = roundTripOf(entries);
    return {
      bitsPerSecond: this.#rate(media, "bytesReceived"),
      delayMs: buffer === void 0 ? void 0 : buffer + (roundTrip ?? 0) / 2,
      lostPackets: sum(media, "packetsLost"),
      packets: sum(media, "packetsReceived"),
      pictures: numberOf(video, "framesReceived"),
      ...codecsOf(entries, media)
    };
  }
  outbound(entries) {
    const media = entries.filter(({ type }) => type === "outbound-rtp");
    const video = media.find(({ kind }) => kind === "video") ?? {};
    const { qualityLimitationReason } = video;
    return {
      bitsPerSecond: this.#rate(media, "bytesSent"),
      framesPerSecond: numberOf(video, "framesPerSecond"),
      width: numberOf(video, "frameWidth"),
      height: numberOf(video, "frameHeight"),
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
  const pair = entries.find(({ type, nominated, state: state2 }) => type === "candidate-pair" && nominated === true && state2 === "succeeded");
  const seconds = pair?.currentRoundTripTime;
  return typeof seconds === "number" ? seconds * 1e3 : void 0;
}
function codecsOf(entries, media) {
  const video = codecOf(entries, media.find(({ kind }) => kind === "video"));
  const audio = codecOf(entries, media.find(({ kind }) => kind === "audio"));
  return {
    ...video && {
      videoCodec: video
    },
    ...audio && {
      audioCodec: audio
    }
  };
}
function codecOf(entries, media) {
  const codec2 = entries.find(({ type, id }) => type === "codec" && id === media?.codecId);
  return typeof codec2?.mimeType === "string" ? codec2.mimeType : void 0;
}
function sum(entries, counter) {
  return entries.reduce((total, entry) => total + numberOf(entry, counter), 0);
}
function numberOf(entry, key) {
  const value = entry[key];
  return typeof value === "number" ? value : 0;
}

// publish/session.ts
var CONNECT_LIMIT_MS = 5e3;
var SILENCE_LIMIT_MS = 5e3;
var PublishSession = class {
  #connection = new RTCPeerConnection();
  #abort = new AbortController();
  #stats = new StatsReader();
  #events;
  #hangUp = () => this.#agreement?.hangUp();
  #agreement;
  #timer;
  constructor(events) {
    this.#events = events;
    this.#connection.addEventListener("connectionstatechange", () => this.#onState());
    addEventListener("pagehide", this.#hangUp);
  }
  /**
   * Offers what a source has.
   *
   * @returns the refusal, if the gateway did refuse.
   */
  async start(endpoint, stream, wish) {
    for (const track of stream.getTracks()) this.#add(track, stream, wish);
    const offer = await this.#connection.createOffer();
    const result = await sendOffer(endpoint, offer.sdp ?? "", this.#abort.signal);
    if (result.type === "refused") return result;
    if (this.#isClosed) {
      await result.hangUp();
      return void 0;
    }
    this.#agreement = result;
    this.#limit(CONNECT_LIMIT_MS, "no connection to the gateway, UDP may be blocked");
    await agree(this.#connection, offer, result);
    onGoodbye(this.#connection, () => this.#lose("the gateway has ended it"));
    await this.limitBitrate(wish.bitsPerSecond);
    return void 0;
  }
  #add(track, stream, { format }) {
    const transceiver = this.#connection.addTransceiver(track, {
      direction: "sendonly",
      streams: [
        stream
      ]
    });
    if (track.kind !== "video") return;
    const codecs = RTCRtpSender.getCapabilities("video")?.codecs ?? [];
    transceiver.setCodecPreferences([
      ...orderCodecs(codecs, format)
    ]);
  }
  /** Sends another source in the place of this one, where it has the same kinds of tracks. */
  async replace(stream) {
    for (const { sender, receiver } of this.#connection.getTransceivers()) {
      const track = stream.getTracks().find(({ kind }) => kind === receiver.track.kind) ?? null;
      await sender.replaceTrack(track);
    }
  }
  async limitBitrate(bitsPerSecond) {
    const sender = this.#connection.getSenders().find(({ track }) => track?.kind === "video");
    if (sender === void 0) return;
    const parameters = sender.getParameters();
    for (const encoding of parameters.encodings) encoding.maxBitrate = bitsPerSecond;
    await sender.setParameters({
      ...parameters,
      degradationPreference: "maintain-resolution"
    });
  }
  #onState() {
    const { connectionState } = this.#connection;
    if (connectionState === "connected") {
      clearTimeout(this.#timer);
      this.#events.onConnected();
    } else if (connectionState === "failed" || connectionState === "closed") {
      this.#lose("the connection broke");
    } else if (connectionState === "disconnected") {
      this.#limit(SILENCE_LIMIT_MS, "the gateway fell silent");
    }
  }
  #limit(ms, reason) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lose(reason), ms);
  }
  #lose(reason) {
    if (this.#isClosed) return;
    this.close();
    this.#events.onLost(reason);
  }
  get #isClosed() {
    return this.#abort.signal.aborted;
  }
  async read() {
    return this.#stats.outbound(await entriesOf(this.#connection));
  }
  close() {
    if (this.#isClosed) return;
    this.#abort.abort();
    clearTimeout(this.#timer);
    removeEventListener("pagehide", this.#hangUp);
    disagree(this.#connection, this.#agreement);
  }
};

// publish/words.ts
function wordsOfCapture(errorName, source) {
  const what = source === "camera" ? "camera or microphone" : "screen";
  switch (errorName) {
    case "NotAllowedError":
    case "SecurityError":
      return source === "camera" ? "The browser was not allowed to use the camera or microphone. Allow it in the address bar, and try again." : "No screen was chosen, or the browser was not allowed to show one. Try again.";
    case "NotFoundError":
      return `There is no ${what} on this machine. Choose another source, or plug one in.`;
    case "NotReadableError":
    case "AbortError":
      return `The ${what} is in use by another program, or does not work.`;
    case "OverconstrainedError":
      return `The ${what} that was chosen is gone, or cannot do that size. Choose another one.`;
    case "TypeError":
      return insecureWords(source);
    default:
      return `The ${what} could not be opened (${errorName}).`;
  }
}
function insecureWords(source) {
  return `Browsers give a page the ${source} only over HTTPS or on localhost. Open this page that way, or publish the test pattern.`;
}
function wordsOfRefusal(name2, status, reason) {
  switch (status) {
    case 0:
      return "The gateway does not answer.";
    case 401:
    case 403:
      return `You may not publish ${name2} (${reason}). If there is a token for it, enter it under Access.`;
    case 404:
    case 405:
      return "This gateway takes no WebRTC: its webrtc module is turned off.";
    case 409:
      return `Somebody else publishes ${name2} at this moment. Choose another name.`;
    case 503:
      return `The gateway has no room for another publisher (${reason}).`;
    default:
      return `The gateway refused: ${reason}.`;
  }
}
function wordsOfLimit(limitedBy) {
  const words = {
    bandwidth: "by the network",
    cpu: "by this machine",
    other: "by the browser"
  };
  return words[limitedBy] ?? "no";
}

// publish/publisher.ts
var RETRY_MS = 2e3;
var Publisher = class {
  #name;
  #events;
  #source;
  #session;
  #timer;
  /** Of what is being opened: an answer to another one comes too late. */
  #turn = 0;
  constructor(name2, events) {
    this.#name = name2;
    this.#events = events;
  }
  /** Opens the source that the form names, in the place of the one there is. */
  async open() {
    const wish = sourceWish();
    const turn = ++this.#turn;
    if (wish.kind === "camera") this.#closeSource();
    const source = await openSource(wish).catch((error) => this.#sayCapture(error, wish.kind));
    if (source === void 0) return false;
    if (turn !== this.#turn) {
      source.close();
      return false;
    }
    this.#closeSource();
    this.#source = source;
    for (const track of source.stream.getTracks()) {
      track.addEventListener("ended", () => this.#onSourceEnded(source));
    }
    this.#events.onSource(source.stream);
    this.#events.onMessage("");
    if (this.#session === void 0) this.#events.onState("preview");
    await this.#session?.replace(source.stream);
    await listDevices();
    return true;
  }
  #sayCapture(error, kind) {
    const source = kind === "screen" ? "screen" : "camera";
    const name2 = error instanceof Error ? error.name : "Error";
    if (this.#source === void 0) this.stop();
    this.#events.onMessage(isSecureContext ? wordsOfCapture(name2, source) : insecureWords(source));
    return void 0;
  }
  /** The browser's own "Stop sharing", or a camera that was pulled out. */
  #onSourceEnded(source) {
    if (source !== this.#source) return;
    this.stop();
    this.#events.onMessage("The source has ended.");
  }
  async start() {
    this.#closeSession();
    if (this.#source === void 0 && !await this.open()) return;
    if (this.#source === void 0) return;
    this.#events.onMessage("Connecting\u2026");
    await this.#connect(this.#source, false);
  }
  /** @param isRetry whether it was connected before, and is to be again. */
  async #connect({ stream }, isRetry) {
    this.#events.onState("connecting");
    const session = new PublishSession({
      onConnected: () => {
        this.#events.onState("live");
        this.#events.onMessage(`${this.#name} is live.`);
      },
      onLost: (reason) => this.#retry(reason)
    });
    this.#session = session;
    const endpoint = {
      url: `/${encodeName(this.#name)}/whip${location.search}`,
      token: enteredToken()
    };
    try {
      const refusal = await session.start(endpoint, stream, sendWish());
      if (refusal === void 0 || session !== this.#session) return;
      this.#closeSession();
      this.#onRefusal(refusal, isRetry);
    } catch (error) {
      if (session !== this.#session) return;
      this.#closeSession();
      this.#events.onState("preview");
      this.#events.onMessage(`This browser and the gateway do not agree (${error}).`);
    }
  }
  #onRefusal({ status, reason }, isRetry) {
    const isForbidden = status === 401 || status === 403;
    if (isRetry && !isForbidden) return this.#retry(reason);
    this.#events.onState("preview");
    this.#events.onMessage(wordsOfRefusal(this.#name, status, reason));
    if (isForbidden) askForToken();
  }
  #retry(reason) {
    this.#closeSession();
    this.#events.onState("connecting");
    this.#events.onMessage(`The connection was lost: ${reason}. Trying again\u2026`);
    this.#timer = setTimeout(() => {
      if (this.#source !== void 0) this.#connect(this.#source, true);
    }, RETRY_MS);
  }
  /** Ends the publication, and lets go of the devices. */
  stop() {
    this.#turn += 1;
    this.#closeSession();
    this.#closeSource();
    this.#events.onMessage("");
    this.#events.onState("idle");
  }
  /** Sends silence, or a black picture. */
  enable(kind, isOn) {
    for (const track of this.#source?.stream.getTracks() ?? []) {
      if (track.kind === kind) track.enabled = isOn;
    }
  }
  async limitBitrate() {
    await this.#session?.limitBitrate(sendWish().bitsPerSecond);
  }
  read() {
    return this.#session?.read();
  }
  #closeSession() {
    clearTimeout(this.#timer);
    this.#session?.close();
    this.#session = void 0;
  }
  #closeSource() {
    if (this.#source === void 0) return;
    this.#source.close();
    this.#source = void 0;
    this.#events.onSource(void 0);
  }
};

// publish.ts
var REFRESH_MS = 1e3;
var SOURCE_FIELDS = [
  "camera",
  "microphone",
  "size",
  "fps"
];
var SOURCE_RADIOS = [
  "source-camera",
  "source-screen",
  "source-test"
];
var STATES = {
  idle: "Not publishing",
  preview: "Preview only",
  connecting: "Connecting",
  live: "Live"
};
var name = nameOfPage("/publish/");
var preview = byId("preview", HTMLVideoElement);
var startButton = byId("start", HTMLButtonElement);
var stopButton = byId("stop", HTMLButtonElement);
var previewButton = byId("open", HTMLButtonElement);
var soundButton = byId("sound", HTMLButtonElement);
var pictureButton = byId("picture", HTMLButtonElement);
var state = "idle";
var publisher = new Publisher(name, {
  onState: showState,
  onMessage: (text) => showText("message", text),
  onSource(stream) {
    preview.srcObject = stream ?? null;
    byId("no-preview", HTMLElement).hidden = stream !== void 0;
    applySwitches();
  }
});
function showState(next) {
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
  if (next !== "live") showNumbers(void 0);
}
function enable(button, isOn, heir) {
  const hadFocus = document.activeElement === button;
  button.disabled = !isOn;
  if (hadFocus && !isOn) heir.focus();
}
function showNumbers(numbers) {
  const { roundTripMs, videoCodec, audioCodec } = numbers ?? {};
  const codecs = [
    videoCodec,
    audioCodec
  ].filter((codec2) => codec2 !== void 0);
  showText("codecs", codecs.length > 0 ? codecs.map(formatMimeType).join(", ") : "\u2013");
  showText("rate", numbers ? formatBitrate(numbers.bitsPerSecond) : "\u2013");
  showText("frames", numbers ? `${Math.round(numbers.framesPerSecond)} fps` : "\u2013");
  showText("sent-size", numbers && numbers.width > 0 ? `${numbers.width}\xD7${numbers.height}` : "\u2013");
  showText("round-trip", roundTripMs === void 0 ? "\u2013" : formatDelay(roundTripMs));
  showText("again", numbers ? `${numbers.retransmitted} of ${numbers.packets}` : "\u2013");
  showText("limit", numbers ? wordsOfLimit(numbers.limitedBy) : "\u2013");
}
function isPressed(button) {
  return button.getAttribute("aria-pressed") === "true";
}
function applySwitches() {
  publisher.enable("audio", !isPressed(soundButton));
  publisher.enable("video", !isPressed(pictureButton));
}
function toggle(button) {
  button.setAttribute("aria-pressed", String(!isPressed(button)));
  applySwitches();
}
function onSourceField() {
  showFieldsOfKind();
  if (state !== "idle") publisher.open();
}
async function refreshForEver() {
  for (; ; ) {
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
    const numbers = await publisher.read();
    if (state === "live") showNumbers(numbers);
  }
}
showText("title", `Publish ${name}`);
document.title = `Publish ${name} \u2013 Sluice`;
byId("watch", HTMLAnchorElement).href = `/play/${encodeName(name)}${location.search}`;
fillForm();
listDevices();
showState("idle");
for (const id of [
  ...SOURCE_FIELDS,
  ...SOURCE_RADIOS
]) {
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
