import { element } from "./dom.js";

/** How long a button says that it has copied. */
const COPIED_MS = 1500;

/**
 * A stream name as part of a URL path.
 *
 * @param {string} name
 */
export function encodeName(name) {
  return name.split("/").map(encodeURIComponent).join("/");
}

/** @param {string} name */
export function flvUrl(name) {
  return `${location.origin}/${encodeName(name)}.flv`;
}

/**
 * What the gateway listens on.
 *
 * @typedef {{ scheme: string, host: string, port: number }} Endpoint
 * @returns {Promise<readonly Endpoint[]>} empty when it does not say
 */
export async function fetchEndpoints() {
  try {
    const response = await fetch("/api/v1/endpoints");
    return response.ok ? await response.json() : [];
  } catch {
    return [];
  }
}

/**
 * The URL of a stream by a protocol, over TLS only where there is nothing else.
 *
 * @param {"rtmp" | "rtsp"} scheme
 * @param {string} name
 * @param {readonly Endpoint[]} endpoints
 * @returns {string | undefined} `undefined` where the protocol is turned off
 */
function urlOf(scheme, name, endpoints) {
  const endpoint = endpoints.find((one) => one.scheme === scheme) ??
    endpoints.find((one) => one.scheme === `${scheme}s`);
  return endpoint && `${endpoint.scheme}://${location.hostname}:${endpoint.port}/${name}`;
}

/**
 * The commands that publish a name.
 *
 * @param {string} name
 * @param {readonly Endpoint[]} endpoints
 */
export function publishCommands(name, endpoints) {
  const url = urlOf("rtmp", name, endpoints);
  if (url === undefined) return [];
  return [
    ["Publish a file", `ffmpeg -re -i clip.mp4 -c copy -f flv "${url}"`],
    [
      "Publish a test picture",
      `ffmpeg -re -f lavfi -i testsrc2=size=1280x720:rate=25 -c:v libx264 -preset veryfast ` +
      `-tune zerolatency -pix_fmt yuv420p -g 50 -f flv "${url}"`,
    ],
  ];
}

/**
 * The commands that play a name.
 *
 * @param {string} name
 * @param {readonly Endpoint[]} endpoints
 */
export function playCommands(name, endpoints) {
  const rtmp = urlOf("rtmp", name, endpoints);
  const rtsp = urlOf("rtsp", name, endpoints);
  return [
    ["ffplay, over HTTP", `ffplay -fflags nobuffer "${flvUrl(name)}"`],
    ...(rtmp ? [["ffplay, over RTMP", `ffplay -fflags nobuffer "${rtmp}"`]] : []),
    ...(rtsp ? [["ffplay, over RTSP", `ffplay -rtsp_transport tcp "${rtsp}"`]] : []),
    ["VLC", `vlc "${flvUrl(name)}"`],
  ];
}

/**
 * Elements that show commands, each with a button that copies it.
 *
 * @param {readonly (readonly string[])[]} commands
 */
export function commandList(commands) {
  return commands.map(([what = "", command = ""]) =>
    element(
      "div",
      { class: "command" },
      element("span", { class: "what" }, what),
      element("code", { tabindex: "0", role: "region", "aria-label": what }, command),
      copyButton(what, command),
    )
  );
}

/**
 * @param {string} what
 * @param {string} text
 */
function copyButton(what, text) {
  const button = element("button", { type: "button", "aria-label": `Copy: ${what}` }, "Copy");
  button.addEventListener("click", async () => {
    button.textContent = await copy(text) ? "Copied" : "Press Ctrl+C";
    setTimeout(() => button.textContent = "Copy", COPIED_MS);
  });
  return button;
}

/**
 * Copies text. The clipboard is closed to pages that come over plain HTTP from another machine; the
 * text is selected then.
 *
 * @param {string} text
 */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const code = [...document.querySelectorAll("code")].find((one) => one.textContent === text);
    if (code !== undefined) getSelection()?.selectAllChildren(code);
    return false;
  }
}
