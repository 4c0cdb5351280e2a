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
 * @param {string} name
 * @param {readonly Endpoint[]} endpoints
 * @returns {string | undefined} `undefined` where RTMP is turned off
 */
function rtmpUrl(name, endpoints) {
  const endpoint = endpoints.find(({ scheme }) => scheme === "rtmp") ??
    endpoints.find(({ scheme }) => scheme === "rtmps");
  return endpoint && `${endpoint.scheme}://${location.hostname}:${endpoint.port}/${name}`;
}

/**
 * The commands that publish a name.
 *
 * @param {string} name
 * @param {readonly Endpoint[]} endpoints
 */
export function publishCommands(name, endpoints) {
  const url = rtmpUrl(name, endpoints);
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
  const url = rtmpUrl(name, endpoints);
  const overRtmp = url === undefined
    ? []
    : [["ffplay, over RTMP", `ffplay -fflags nobuffer "${url}"`]];
  return [
    ["ffplay, over HTTP", `ffplay -fflags nobuffer "${flvUrl(name)}"`],
    ...overRtmp,
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
