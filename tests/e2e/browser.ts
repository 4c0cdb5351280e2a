import { type Browser, chromium, type Page } from "npm:playwright-core@^1.65.1";

/** A page, and what went wrong in it. */
export interface Visit extends AsyncDisposable {
  readonly page: Page;
  /** Errors of the console, and of scripts. */
  readonly errors: readonly string[];
  /** Hosts that anything was asked of. */
  readonly hosts: ReadonlySet<string>;
}

/** Starts Chromium with a profile of its own, and opens an empty page. @param flags beyond the usual. */
export async function openBrowser(flags: readonly string[] = []): Promise<Visit> {
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
      ...["--autoplay-policy=no-user-gesture-required", "--mute-audio"],
      ...flags,
    ],
  });
  try {
    return await visit(browser);
  } catch (error) {
    await browser.close();
    throw error;
  }
}

async function visit(browser: Browser): Promise<Visit> {
  const page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
  const errors: string[] = [];
  const hosts = new Set<string>();
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    // What a page makes itself (blob:, data:) is asked of nobody.
    if (host !== "" && protocol !== "blob:") hosts.add(host);
  });
  return {
    page,
    errors,
    hosts,
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

/** What is used of the page's `video` element. */
export interface Video {
  readonly currentTime: number;
  readonly videoWidth: number;
  getVideoPlaybackQuality(): { readonly totalVideoFrames: number };
  addEventListener(type: string, listener: () => void): void;
}

/** Runs in the page: resolves when so many seconds have been played. */
export function played(
  video: Video,
  seconds: number,
): Promise<{ readonly width: number; readonly frames: number }> {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`at ${video.currentTime} s only`)), 15_000);
    video.addEventListener("timeupdate", () => {
      if (video.currentTime < seconds) return;
      const { totalVideoFrames } = video.getVideoPlaybackQuality();
      resolve({ width: video.videoWidth, frames: totalVideoFrames });
    });
  });
}
