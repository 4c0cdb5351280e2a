/**
 * Runs in a page of Chromium: publishes by WHIP, plays by WHEP, and reads the numbers that pictures
 * carry. `rtc_page.ts` is the other side of it.
 */
globalThis.rtc = (() => {
  /** A number is drawn as a row of so many squares, the lowest bit first, over their negatives. */
  const BITS = 20;
  const RANGE = 2 ** BITS;
  const LIMIT_MS = 15_000;
  const POLL_MS = 20;

  const connections = [];
  const shown = [];
  let firstFrameMs;

  function drawNumber(paint, number) {
    const size = paint.canvas.width / BITS;
    for (let bit = 0; bit < BITS; bit++) {
      const isSet = (number >> bit) % 2 === 1;
      paint.fillStyle = isSet ? "white" : "black";
      paint.fillRect(bit * size, 0, size, size);
      paint.fillStyle = isSet ? "black" : "white";
      paint.fillRect(bit * size, size, size, size);
    }
  }

  const scratch = document.createElement("canvas");
  const reader = scratch.getContext("2d", { willReadFrequently: true });

  /** @returns the number in the picture, or `undefined` where none can be read for certain. */
  function readNumber(video) {
    const size = video.videoWidth / BITS;
    scratch.width = video.videoWidth;
    scratch.height = Math.ceil(2 * size);
    reader.drawImage(video, 0, 0);
    const { data } = reader.getImageData(0, 0, scratch.width, scratch.height);
    const isLight = (column, row) => {
      const [x, y] = [column, row].map((index) => Math.floor((index + 0.5) * size));
      return data[4 * (y * scratch.width + x) + 1] > 127;
    };
    let number = 0;
    for (let bit = 0; bit < BITS; bit++) {
      if (isLight(bit, 0) === isLight(bit, 1)) return undefined;
      if (isLight(bit, 0)) number += 2 ** bit;
    }
    return number;
  }

  /** A track whose pictures carry the time at which they were drawn, in milliseconds. */
  function clockTrack({ width, height, fps }) {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    document.body.append(canvas);
    const paint = canvas.getContext("2d", { alpha: false });
    let hue = 0;
    setInterval(() => {
      paint.fillStyle = `hsl(${hue++ % 360}, 60%, 50%)`;
      paint.fillRect(0, 0, width, height);
      drawNumber(paint, Date.now() % RANGE);
    }, 1000 / fps);
    return canvas.captureStream(fps).getVideoTracks()[0];
  }

  async function exchange(connection, url) {
    const offer = await connection.createOffer();
    const headers = { "content-type": "application/sdp" };
    const response = await fetch(url, { method: "POST", headers, body: offer.sdp });
    const sdp = await response.text();
    if (response.status !== 201) throw new Error(`${response.status} ${sdp}`);
    await connection.setLocalDescription(offer);
    await connection.setRemoteDescription({ type: "answer", sdp });
    connections.push(connection);
  }

  async function sourceOf({ clock, sound }) {
    const video = { width: 640, height: 360, frameRate: 30 };
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: sound,
      video: clock ? false : video,
    });
    if (clock) stream.addTrack(clockTrack({ width: 640, height: 360, fps: 30 }));
    return stream;
  }

  /** Resolves when the gateway takes what is sent. */
  async function publish(url, { clock = false, sound = true, format = "VP8" } = {}) {
    const stream = await sourceOf({ clock, sound });
    const connection = new RTCPeerConnection();
    for (const track of stream.getTracks()) {
      const init = { direction: "sendonly", streams: [stream] };
      const transceiver = connection.addTransceiver(track, init);
      if (track.kind !== "video") continue;
      const { codecs } = RTCRtpSender.getCapabilities("video");
      transceiver.setCodecPreferences(
        codecs.filter(({ mimeType, sdpFmtpLine = "" }) =>
          mimeType === "video/rtx" || mimeType === `video/${format}` &&
            !sdpFmtpLine.includes("packetization-mode=0")
        ),
      );
    }
    await exchange(connection, url);
    await until(() => connection.connectionState === "connected");
  }

  /** Resolves with the milliseconds from the beginning to the first picture. */
  async function play(url) {
    const begun = performance.now();
    const connection = new RTCPeerConnection();
    const stream = new MediaStream();
    connection.ontrack = ({ track }) => stream.addTrack(track);
    const video = document.createElement("video");
    document.body.append(Object.assign(video, { autoplay: true, srcObject: stream }));
    for (const kind of ["audio", "video"]) {
      connection.addTransceiver(kind, { direction: "recvonly" });
    }
    watch(video, begun);
    await exchange(connection, url);
    await until(() => firstFrameMs !== undefined);
    return firstFrameMs;
  }

  function watch(video, begun) {
    const onFrame = () => {
      const at = Date.now();
      firstFrameMs ??= performance.now() - begun;
      const number = readNumber(video);
      const age = number === undefined ? undefined : (at % RANGE - number + RANGE) % RANGE;
      shown.push({ at, number, age });
      video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
  }

  /** Entries of the reports of all connections. */
  async function stats(type, kind) {
    const found = [];
    for (const connection of connections) {
      for (const entry of (await connection.getStats()).values()) {
        if (entry.type === type && entry.kind === kind) found.push(entry);
      }
    }
    return found;
  }

  async function until(isMet, limitMs = LIMIT_MS) {
    const end = performance.now() + limitMs;
    for (;;) {
      const value = await isMet();
      if (value) return value;
      if (performance.now() > end) throw new Error(`not within ${limitMs} ms: ${isMet}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  return { publish, play, stats, until, shown };
})();
