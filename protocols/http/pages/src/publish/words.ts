/** Why there is no camera, microphone or screen, in words that tell what to do. */
export function wordsOfCapture(errorName: string, source: "camera" | "screen"): string {
  const what = source === "camera" ? "camera or microphone" : "screen";
  switch (errorName) {
    case "NotAllowedError":
    case "SecurityError":
      return source === "camera"
        ? "The browser was not allowed to use the camera or microphone. Allow it in the address bar, and try again."
        : "No screen was chosen, or the browser was not allowed to show one. Try again.";
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

/** Browsers hide devices from pages that come over plain HTTP from another machine. */
export function insecureWords(source: "camera" | "screen"): string {
  return `Browsers give a page the ${source} only over HTTPS or on localhost. ` +
    "Open this page that way, or publish the test pattern.";
}

/** What a refusal of WHIP means for who publishes. */
export function wordsOfRefusal(name: string, status: number, reason: string): string {
  switch (status) {
    case 0:
      return "The gateway does not answer.";
    case 401:
    case 403:
      return `You may not publish ${name} (${reason}). If there is a token for it, enter it under Access.`;
    case 404:
    case 405:
      return "This gateway takes no WebRTC: its webrtc module is turned off.";
    case 409:
      return `Somebody else publishes ${name} at this moment. Choose another name.`;
    case 503:
      return `The gateway has no room for another publisher (${reason}).`;
    default:
      return `The gateway refused: ${reason}.`;
  }
}

/** What holds the picture's quality back, in words; empty where nothing does. */
export function wordsOfLimit(limitedBy: string): string {
  const words: Readonly<Record<string, string>> = {
    bandwidth: "by the network",
    cpu: "by this machine",
    other: "by the browser",
  };
  return words[limitedBy] ?? "no";
}
