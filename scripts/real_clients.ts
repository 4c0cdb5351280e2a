/**
 * The real programs that the end-to-end tests run: which ones, whether this machine has them, and
 * how it gets them.
 *
 * @module
 */

/** What tells that a client is there, and the Debian packages that bring it. */
interface RealClient {
  readonly packages: readonly string[];
  /** Names looked for in `PATH` and `/usr/sbin`. */
  readonly programs: readonly string[];
  /** GStreamer elements, one or more of every plugin package. */
  readonly elements?: readonly string[];
  readonly files?: readonly string[];
}

const ARCH = Deno.build.arch;

const REAL_CLIENTS = {
  ffmpeg: { packages: ["ffmpeg"], programs: ["ffmpeg", "ffprobe"] },
  gstreamer: {
    packages: [
      "gstreamer1.0-tools",
      "gstreamer1.0-plugins-base",
      "gstreamer1.0-plugins-good",
      "gstreamer1.0-plugins-bad",
      "gstreamer1.0-plugins-ugly",
      "gstreamer1.0-libav",
    ],
    programs: ["gst-launch-1.0", "gst-inspect-1.0"],
    elements: ["videotestsrc", "flvmux", "rtmp2src", "rtmp2sink", "x264enc", "avdec_h264"],
  },
  gstRtspServer: {
    packages: ["gir1.2-gst-rtsp-server-1.0", "python3-gi", "gstreamer1.0-plugins-good"],
    programs: [],
    files: [
      "/usr/bin/python3",
      "/usr/lib/python3/dist-packages/gi/__init__.py",
      `/usr/lib/${ARCH}-linux-gnu/girepository-1.0/GstRtspServer-1.0.typelib`,
    ],
  },
  gstWebRtc: {
    packages: [
      "gir1.2-gst-plugins-bad-1.0",
      "python3-gi",
      "gstreamer1.0-nice",
      "gstreamer1.0-plugins-base",
      "gstreamer1.0-plugins-good",
      "gstreamer1.0-plugins-bad",
    ],
    programs: [],
    files: [
      "/usr/bin/python3",
      "/usr/lib/python3/dist-packages/gi/__init__.py",
      `/usr/lib/${ARCH}-linux-gnu/girepository-1.0/GstWebRTC-1.0.typelib`,
      `/usr/lib/${ARCH}-linux-gnu/gstreamer-1.0/libgstnice.so`,
      `/usr/lib/${ARCH}-linux-gnu/gstreamer-1.0/libgstwebrtc.so`,
    ],
  },
  aiortc: {
    packages: ["python3-aiortc"],
    programs: [],
    files: ["/usr/bin/python3", "/usr/lib/python3/dist-packages/aiortc/__init__.py"],
  },
  vlc: { packages: ["vlc-bin", "vlc-plugin-base"], programs: ["cvlc"] },
  chromium: { packages: ["chromium"], programs: ["chromium"] },
  rtmpdump: { packages: ["rtmpdump"], programs: ["rtmpdump"] },
  curl: { packages: ["curl"], programs: ["curl"] },
  nginx: {
    packages: ["nginx", "libnginx-mod-rtmp"],
    programs: ["nginx"],
    files: ["/usr/lib/nginx/modules/ngx_rtmp_module.so"],
  },
} as const satisfies Record<string, RealClient>;

/** A client that end-to-end tests may ask for. */
export type ClientName = keyof typeof REAL_CLIENTS;

/** All clients that the tests know. */
export const CLIENT_NAMES = Object.keys(REAL_CLIENTS) as readonly ClientName[];

/** Enough for the packages (some 400 MB) on a slow line, and short of the limit of a whole run. */
const INSTALL_LIMIT_MS = 4 * 60_000;

/**
 * Whether the client, with every plugin that the tests use, is on this machine: for the `ignore` of
 * an end-to-end test.
 */
export function hasClient(name: ClientName): boolean {
  const { programs, elements = [], files = [] }: RealClient = REAL_CLIENTS[name];
  return programs.every(isOnPath) && files.every(exists) && elements.every(hasElement);
}

/** The clients that this machine lacks. */
export function missingClients(): ClientName[] {
  return CLIENT_NAMES.filter((name) => !hasClient(name));
}

/** The Debian packages of those clients. */
export function packagesOf(names: readonly ClientName[]): string[] {
  return names.flatMap((name): readonly string[] => REAL_CLIENTS[name].packages);
}

/**
 * Installs what is missing where that is allowed: as root, on a system with apt-get.
 *
 * @returns the clients that are still missing
 */
export async function installClients(): Promise<ClientName[]> {
  const missing = missingClients();
  if (missing.length === 0 || Deno.uid() !== 0 || !isOnPath("apt-get")) return missing;
  const packages = packagesOf(missing);
  console.log(`Installing real clients for the tests: ${packages.join(" ")}`);
  const signal = AbortSignal.timeout(INSTALL_LIMIT_MS);
  if (await aptGet(["update", "-q"], signal)) {
    await aptGet(["install", "-q", "-y", "--no-install-recommends", ...packages], signal);
  }
  return missingClients();
}

async function aptGet(args: readonly string[], signal: AbortSignal): Promise<boolean> {
  const command = new Deno.Command("apt-get", {
    args: [...args],
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdin: "null",
    signal,
  });
  return (await command.spawn().status).success;
}

function isOnPath(program: string): boolean {
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin"];
  return folders.some((folder) => exists(`${folder}/${program}`));
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function hasElement(element: string): boolean {
  const command = new Deno.Command("gst-inspect-1.0", {
    args: ["--exists", element],
    stdout: "null",
    stderr: "null",
  });
  return command.outputSync().success;
}
